package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balcao/internal/carrier"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// source is a node's log as its store gives it.
type source interface {
	carrier.Source
	carrier.Compacted
	carrier.EpochOpener
}

// child is the sending half of a hop, as internal/carrier drives it, in virtual time.
type child struct {
	*program
	node   wire.NodeID
	link   *link
	source source
	sender *replica.Sender
	codec  *wire.Codec
	wakes  uint64 // the latest plan to wake up
	alive  bool   // the parent answered since the connection came up
	host   string // the parent's incarnation, of its birth
	forgot bool
	asked  map[string]func(json.RawMessage) error
}

// open begins a life over a log.
func (c *child) open(s source) error {
	var err error
	if c.codec == nil {
		if c.codec, err = wire.NewCodec(); err != nil {
			return err
		}
	}
	c.source, c.sender = s, replica.NewSender(replica.SenderConfig{})
	c.alive, c.forgot, c.host = false, false, ""
	c.asked = map[string]func(json.RawMessage) error{}
	c.link.up = false
	c.link.connect()
	return c.head()
}

func (c *child) head() error {
	epoch, first, last, _, err := c.source.Position(c.w.ctx)
	if err != nil {
		return err
	}
	c.sender.Head(epoch, first, last)
	return nil
}

// nudge tells that the log has grown.
func (c *child) nudge() {
	c.after(time.Millisecond, func() error {
		if err := c.head(); err != nil {
			return err
		}
		return c.act()
	})
}

func (c *child) connected() error {
	c.w.tell("%s is connected", c.node)
	if err := c.head(); err != nil {
		return err
	}
	c.sender.Connected()
	c.birth()
	// The parent's own birth is retained at the broker.
	status, err := wire.Encode(wire.StatusMessage{State: wire.Online, Boot: c.link.parent.boot, Incarnation: c.link.parent.incarnation})
	if err != nil {
		return err
	}
	c.link.downward(wire.ChannelStatus, status)
	return c.act()
}

func (c *child) disconnected() {
	c.sender.Disconnected()
	c.alive = false
}

func (c *child) birth() {
	m := wire.StatusMessage{State: wire.Online, Boot: c.boot, Conn: fmt.Sprint(c.lives, "-", c.link.conns)}
	if payload, err := wire.Encode(m); err == nil {
		c.link.upward(wire.ChannelStatus, payload)
	}
}

// hear takes what the parent says.
func (c *child) hear(channel wire.Channel, packed []byte) error {
	payload, err := c.codec.Unpack(packed)
	if err != nil {
		return fmt.Errorf("a message of our own: %w", err)
	}
	switch channel {
	case wire.ChannelStatus:
		m, err := wire.Decode[wire.StatusMessage](payload)
		if err != nil {
			return err
		}
		if c.host != m.Boot {
			c.host = m.Boot
			c.sender.ParentBorn(m.Incarnation)
			c.birth()
		}
		c.alive = true
	case wire.ChannelAck:
		a, err := wire.Decode[wire.Ack](payload)
		if err != nil {
			return err
		}
		if err := c.ack(a); err != nil {
			return err
		}
	case wire.ChannelRsp:
		r, err := wire.Decode[wire.Reply](payload)
		if err != nil {
			return err
		}
		if then := c.asked[r.ID]; then != nil {
			delete(c.asked, r.ID)
			if err := then(r.Data); err != nil {
				return err
			}
		}
	default:
		return wire.ErrTopic
	}
	return c.act()
}

func (c *child) ack(a wire.Ack) error {
	c.alive = true
	if c.sender.Ack(a, c.w.now) {
		c.w.witness.acked(c.link, a)
		if err := c.source.Acknowledged(c.w.ctx, a.Epoch, a.HWM); err != nil {
			return err
		}
	}
	if c.sender.Unsent() == 0 {
		return c.head()
	}
	return nil
}

// act does what the sender wishes until it wishes nothing.
func (c *child) act() error {
	for range 10_000 {
		a := c.sender.Next(c.w.now, c.w.dice.Float64())
		switch a.Do {
		case replica.SayHello:
			if err := c.hello(); err != nil {
				return err
			}
		case replica.SendRecords:
			if err := c.sendRecords(a.After); err != nil {
				return err
			}
		case replica.OpenEpoch:
			if c.forgot {
				return nil
			}
			return c.openEpoch()
		case replica.Nothing:
			c.link.parent.repeat()
			c.wakeAt(a.Wake)
			return nil
		}
	}
	return fmt.Errorf("the sender of %s never wishes nothing", c.node)
}

func (c *child) wakeAt(at time.Time) {
	c.wakes++
	mine := c.wakes
	if at.IsZero() {
		return
	}
	c.after(at.Sub(c.w.now), func() error {
		if c.wakes != mine {
			return nil
		}
		return c.act()
	})
}

func (c *child) hello() error {
	epoch, first, last, head, err := c.source.Position(c.w.ctx)
	if err != nil {
		return err
	}
	h := wire.HelloMessage{
		Epoch: epoch, First: first, Last: last, Head: head, Boot: c.boot, Conn: fmt.Sprint(c.lives, "-", c.link.conns),
		ProtocolMin: wire.ProtocolMin, ProtocolMax: wire.ProtocolMax, TS: c.clock().UnixMilli(), CQ: wire.ClockOK,
	}
	if first > 1 {
		if h.Base, err = c.source.Base(c.w.ctx); err != nil {
			return err
		}
	}
	payload, err := wire.Encode(h)
	if err != nil {
		return err
	}
	c.link.upward(wire.ChannelHello, c.codec.Pack(payload))
	return nil
}

func (c *child) sendRecords(after uint64) error {
	records, prev, err := c.source.After(c.w.ctx, after, wire.MaxBatchEvents, wire.MaxBatchBytes)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return fmt.Errorf("%s is to send after %d, where nothing is", c.node, after)
	}
	epoch, _, _, _, err := c.source.Position(c.w.ctx)
	if err != nil {
		return err
	}
	payload, err := wire.EncodeBatch(wire.Batch{Node: c.node, Epoch: epoch, Prev: prev, Records: records})
	if err != nil {
		return err
	}
	c.link.upward(wire.ChannelLog, c.codec.Pack(payload))
	c.sender.Sent(records[len(records)-1].Seq, c.w.now)
	return nil
}

// openEpoch has the program begin again with a new epoch of its log.
func (c *child) openEpoch() error {
	if err := c.head(); err != nil {
		return err
	}
	why := c.sender.Amnesia()
	if why == (replica.Loss{}) {
		return nil
	}
	c.w.tell("%s has lost records: %d of %d", c.node, why.Last, why.HWM)
	err := c.source.OpenEpoch(c.w.ctx, carrier.Amnesia{
		OldEpoch: why.Epoch, MyLast: why.Last, ParentHWM: why.HWM, ParentHead: why.Head, Fork: why.Fork,
	})
	if !errors.Is(err, carrier.ErrNextStart) {
		return fmt.Errorf("open an epoch: %w", err)
	}
	c.forgot = true
	c.after(0, func() error { return c.die(c.w.between(100*time.Millisecond, time.Second)) })
	return nil
}

// request asks the parent until it answers or the time is over; then is told what was answered, nil for nothing.
func (c *child) request(id string, question any, patience time.Duration, then func(json.RawMessage) error) error {
	data, err := json.Marshal(question)
	if err != nil {
		return err
	}
	until := c.w.now.Add(patience)
	answered := false
	mine := func(reply json.RawMessage) error {
		if answered {
			return nil
		}
		answered = true
		return then(reply)
	}
	c.asked[id] = mine
	var ask func(pause time.Duration) error
	ask = func(pause time.Duration) error {
		if answered || !c.w.now.Before(until) {
			return nil
		}
		payload, err := wire.Encode(wire.Request{ID: id, TTL: max(1, until.Sub(c.w.now).Milliseconds()), Data: data})
		if err != nil {
			return err
		}
		c.link.upward(wire.ChannelReq, c.codec.Pack(payload))
		c.after(pause, func() error { return ask(2 * pause) })
		return nil
	}
	c.after(patience, func() error {
		if answered {
			return nil
		}
		delete(c.asked, id)
		return mine(nil)
	})
	return ask(200 * time.Millisecond)
}
