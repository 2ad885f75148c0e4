package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balcao/internal/carrier"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// ledger is a receiver's store, as internal/carrier uses it.
type ledger interface {
	carrier.Ledger
	carrier.Rebaser
	carrier.Quarantiner
}

// parent is the receiving half of a hop, as internal/carrier drives it, in virtual time.
type parent struct {
	*program
	ledger      ledger
	incarnation string
	handle      func(ctx context.Context, node wire.NodeID, r wire.Request) json.RawMessage
	codec       *wire.Codec
	links       []*link

	batches  []wire.Batch
	hellos   []met
	gathered bool // a commit is planned
	repeats  bool // the next repetition of acknowledgements is planned
	epochs   map[*link]uint64
}

// met is a hello and where it came from.
type met struct {
	from *link
	wire.HelloMessage
}

// open begins a life over a ledger.
func (p *parent) open(l ledger, incarnation string) error {
	var err error
	if p.codec == nil {
		if p.codec, err = wire.NewCodec(); err != nil {
			return err
		}
	}
	p.ledger, p.incarnation = l, incarnation
	p.batches, p.hellos, p.gathered, p.repeats = nil, nil, false, false
	p.epochs = map[*link]uint64{}
	for _, l := range p.links {
		l.up = false
		if l.child.up {
			l.child.disconnected()
		}
		l.connect()
	}
	return nil
}

// gone tells the links that the broker went with the program.
func (p *parent) gone() error {
	for _, l := range p.links {
		if err := l.lost(); err != nil {
			return err
		}
	}
	return nil
}

// gather is how long a group waits to be committed together: about as long as a commit takes.
const gather = 5 * time.Millisecond

// hear takes what a node says.
func (p *parent) hear(from *link, channel wire.Channel, packed []byte) error {
	payload, err := p.codec.Unpack(packed)
	if err != nil {
		return fmt.Errorf("a message of our own: %w", err)
	}
	switch channel {
	case wire.ChannelStatus:
		return nil
	case wire.ChannelHello:
		h, err := wire.Decode[wire.HelloMessage](payload)
		if err != nil {
			return err
		}
		p.epochs[from] = h.Epoch
		p.hellos = append(p.hellos, met{from: from, HelloMessage: h})
	case wire.ChannelLog:
		b, err := wire.DecodeBatch(payload)
		if err != nil {
			return err
		}
		p.batches = append(p.batches, b)
	case wire.ChannelReq:
		r, err := wire.Decode[wire.Request](payload)
		if err != nil {
			return err
		}
		if data := p.handle(p.w.ctx, from.child.node, r); data != nil && !p.struck() {
			reply, err := wire.Encode(wire.Reply{ID: r.ID, Data: data})
			if err != nil {
				return err
			}
			from.downward(wire.ChannelRsp, p.codec.Pack(reply))
		}
		return nil
	default:
		return wire.ErrTopic
	}
	if !p.gathered {
		p.gathered = true
		p.after(gather, p.commit)
	}
	return nil
}

// commit stores what came and answers everybody who is part of it.
func (p *parent) commit() error {
	batches, hellos := p.batches, p.hellos
	p.batches, p.hellos, p.gathered = nil, nil, false
	told := map[wire.NodeID]wire.Ack{}
	var order []wire.NodeID
	tell := func(n wire.NodeID, a wire.Ack) {
		if _, known := told[n]; !known {
			order = append(order, n)
		}
		told[n] = a
	}
	if len(batches) > 0 {
		decisions, err := p.ledger.AcceptAll(p.w.ctx, batches)
		if err != nil {
			return fmt.Errorf("%s takes records in: %w", p.name, err)
		}
		for i, d := range decisions {
			n := batches[i].Node
			p.w.witness.decided(p, batches[i], d)
			tell(n, p.ackOf(d.Position, d.Verdict == replica.Gap || told[n].Gap))
		}
		if p.struck() {
			return nil
		}
	}
	for _, h := range hellos {
		pos, err := p.meet(h)
		if err != nil {
			return err
		}
		tell(h.from.child.node, p.ackOf(pos, false))
	}
	for _, n := range order {
		if err := p.send(p.linkTo(n), told[n]); err != nil {
			return err
		}
	}
	return nil
}

func (p *parent) linkTo(n wire.NodeID) *link {
	for _, l := range p.links {
		if l.child.node == n {
			return l
		}
	}
	return nil
}

// meet answers a hello, as internal/carrier/meet.go does.
func (p *parent) meet(h met) (replica.Position, error) {
	n := h.from.child.node
	pos, err := p.ledger.Position(p.w.ctx, n, h.Epoch)
	switch {
	case err != nil || pos.Quarantined:
		return pos, err
	case h.Last == pos.HWM && h.Head != pos.Head:
		p.w.witness.fork(p, n, h.Epoch)
		pos.Quarantined = true
		return pos, p.ledger.Quarantine(p.w.ctx, n, h.Epoch)
	case h.Base == nil || h.Base.Seq <= pos.HWM:
		return pos, nil
	}
	return p.ledger.Rebase(p.w.ctx, n, h.Epoch, *h.Base)
}

func (p *parent) ackOf(pos replica.Position, gap bool) wire.Ack {
	return wire.Ack{
		Epoch: pos.Epoch, HWM: pos.HWM, Head: pos.Head, Credit: 8, Incarnation: p.incarnation,
		Time: p.clock().UnixMilli(), Gap: gap, Quarantined: pos.Quarantined, Renew: pos.Renew,
	}
}

func (p *parent) send(l *link, a wire.Ack) error {
	payload, err := wire.Encode(a)
	if err != nil {
		return err
	}
	l.downward(wire.ChannelAck, payload)
	return nil
}

// repeat plans the next repetition of acknowledgements. A node that has everything would hear nothing new: those are
// left out, or three days would be repetitions alone.
func (p *parent) repeat() {
	if p.repeats {
		return
	}
	wanted := false
	for _, l := range p.links {
		wanted = wanted || l.up && l.child.up && l.child.sender != nil && !l.child.sender.CaughtUp()
	}
	if !wanted {
		return
	}
	p.repeats = true
	p.after(5*time.Second, func() error {
		p.repeats = false
		for _, l := range p.links {
			epoch, known := p.epochs[l]
			if !known || !l.up || l.child.sender.CaughtUp() {
				continue
			}
			pos, err := p.ledger.Position(p.w.ctx, l.child.node, epoch)
			if err != nil {
				return err
			}
			if err := p.send(l, p.ackOf(pos, false)); err != nil {
				return err
			}
		}
		p.repeat()
		return nil
	})
}
