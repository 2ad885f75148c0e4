package site

import (
	"cmp"
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
			}, o.node)
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

func (s *Site) sendOrder(to Publisher, o wire.Order, node wire.NodeID) {
	payload, err := wire.EncodeOrder(o)
	if err == nil {
		err = to.PublishTo(node, wire.ChannelCmd, false, payload)
	}
	if err != nil {
		s.cfg.Log.Warn("order a slip", "node", string(node), "ticket", cmp.Or(o.Print.Ticket.Number, "-"), "err", err)
	}
}
