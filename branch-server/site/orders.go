package site

import (
	"context"
	"slices"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// orderEvery is how often an order to print is repeated until the kiosk's log says what became of it.
const orderEvery = 2 * time.Second

// orderFor is how long a kiosk may begin an order that it was given.
const orderFor = 15 * time.Second

// mostOrders bounds how many slips may be on their way at once.
const mostOrders = 64

// order is a slip that a kiosk was asked for.
type order struct {
	id    string
	node  wire.NodeID
	visit queue.VisitID
	until time.Time
	began bool             // the next two are set
	print queue.PrintState // as it was when the order was first sent
	due   time.Time
}

// PrintSlip asks a kiosk for the slip of a visit. The same id is begun once by the kiosk, however often it is asked; what
// becomes of the slip comes with the kiosk's log. It never blocks.
func (s *Site) PrintSlip(id string, node wire.NodeID, visit queue.VisitID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.orders, func(o order) bool { return o.id == id }) && len(s.orders) < mostOrders {
		s.orders = append(s.orders, order{id: id, node: node, visit: visit, until: s.cfg.Now().Add(orderFor)})
	}
	select {
	case s.ordered <- struct{}{}:
	default:
	}
}

// Printers returns the nodes that are there and have a printer, with its state as they say it; the first by name.
func (s *Site) Printers() []wire.KioskHealth {
	return slices.DeleteFunc(s.Devices(), func(n wire.KioskHealth) bool {
		_, has := n.Devices["printer"]
		return !n.Online || !has
	})
}

// sendOrders sends every order that is still due, and forgets those whose slip is settled or whose time is up.
func (s *Site) sendOrders(ctx context.Context, to Publisher) {
	s.mu.Lock()
	due := slices.Clone(s.orders)
	s.mu.Unlock()
	if len(due) == 0 {
		return
	}
	over, began := map[string]bool{}, map[string]order{}
	err := s.cfg.Commands.Read(ctx, func(d *queue.Day, _ time.Time) {
		now := s.cfg.Now()
		for _, o := range due {
			v, known := d.Visit(o.visit)
			if !known || !now.Before(o.until) || o.settled(v) {
				over[o.id] = true
				continue
			}
			o.began, o.print, o.due = true, v.Print, v.PrintDue
			began[o.id] = o
			s.sendOrder(to, wire.Order{
				ID: o.id, TTL: o.until.Sub(now).Milliseconds(),
				Print: &wire.PrintOrder{Request: string(v.Request), Lang: v.Lang, Ticket: s.cfg.Branch().Ticket(d, v)},
			}, o.node, o.until)
		}
	})
	if err != nil {
		return // told where the board is painted
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders = slices.DeleteFunc(s.orders, func(o order) bool { return over[o.id] })
	for i, o := range s.orders {
		if sent, is := began[o.id]; is {
			s.orders[i] = sent
		}
	}
}

// settled reports whether nothing more need be asked: there is news of the slip since the order was first sent, or its
// citizen no longer waits.
func (o order) settled(v queue.Visit) bool {
	news := o.began && (v.Print != o.print || !v.PrintDue.Equal(o.due))
	return news || v.Print == queue.PrintConfirmed || v.State != queue.StateReserved && v.State != queue.StateWaiting
}

// sendOrder sends an order, sealed where there are certificates and the node knows of seals. Each time it is sent it has
// a new number, so that what was sent before is of no use to anybody.
func (s *Site) sendOrder(to Publisher, o wire.Order, node wire.NodeID, until time.Time) {
	payload, err := wire.EncodeOrder(o)
	if err == nil {
		payload, err = s.sealed(payload, node, until)
	}
	if err == nil && payload != nil {
		err = to.PublishTo(node, wire.ChannelCmd, false, payload)
	}
	if err != nil {
		s.cfg.Log.Warn("send an order", "node", string(node), "order", o.ID, "err", err)
	}
}

// sealSlack is how far the clocks of a kiosk and its branch may be apart beyond what was measured: the order's own time
// is counted from when it arrives.
const sealSlack = 2 * time.Minute

// sealed returns an order as a node wants it; nothing while it is not known which protocol the node speaks.
func (s *Site) sealed(order []byte, node wire.NodeID, until time.Time) ([]byte, error) {
	if s.cfg.Order == nil {
		return order, nil
	}
	s.mu.Lock()
	version := 0
	if n := s.nodes[node]; n != nil {
		version = n.Protocol
	}
	number := s.numbers.Next(s.cfg.Now())
	s.mu.Unlock()
	switch {
	case version == 0:
		return nil, nil
	case version < wire.ProtocolSealed:
		return order, nil
	}
	return s.cfg.Order(string(node), number, until.Add(sealSlack), order)
}
