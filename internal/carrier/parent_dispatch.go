package carrier

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"balcao/internal/mqttlink"
	"balcao/internal/wire"
)

// dispatch reads the link and hands on what came; it never waits for the ledger
// or for an answer.
func (p *Parent) dispatch(ctx context.Context) {
	var answering sync.WaitGroup
	defer answering.Wait()
	report := time.NewTicker(time.Minute)
	defer report.Stop()
	deaf := time.NewTicker(p.cfg.Deaf)
	defer deaf.Stop()
	heard := true
	var told ParentCounters
	for {
		select {
		case <-ctx.Done():
			return
		case st := <-p.states:
			heard = true // a new connection has time
			p.linkChanged(st)
		case <-deaf.C:
			p.listen(heard)
			heard = false
		case m := <-p.link.Messages():
			heard = true
			p.route(ctx, m, &answering)
		case <-report.C:
			told = p.report(told)
		}
	}
}

// listen drops a connection on which nothing arrived since the last time. Where
// no node says anything, it is the parent's own birth that must come back.
func (p *Parent) listen(heard bool) {
	st := p.link.State()
	switch {
	case !st.Up:
	case heard:
		p.told(p.link.Send(p.status(wire.Online, st.Conn)))
	default:
		p.cfg.Log.Warn("nothing arrives on the connection, making a new one")
		p.link.Reconnect()
	}
}

func (p *Parent) report(told ParentCounters) ParentCounters {
	now := p.Counters()
	if now.Refused != told.Refused {
		p.cfg.Log.Warn("messages refused", "count", now.Refused-told.Refused)
	}
	if now.Overflow != told.Overflow {
		p.cfg.Log.Warn("messages dropped, queues were full", "count", now.Overflow-told.Overflow)
	}
	return now
}

// linkChanged announces the parent and gives the broker what it may have lost.
func (p *Parent) linkChanged(st mqttlink.State) {
	if !st.Up {
		return
	}
	p.told(p.link.Send(p.status(wire.Online, st.Conn)))
	p.mu.Lock()
	again := make([]mqttlink.Message, 0, len(p.retained))
	for topic, payload := range p.retained {
		again = append(again, mqttlink.Message{Topic: topic, QoS: 1, Retain: true, Payload: payload})
	}
	p.mu.Unlock()
	for _, m := range again {
		p.told(p.link.Send(m))
	}
}

// told is for results that change nothing: what was lost is sent again.
func (p *Parent) told(err error) {
	if err != nil {
		p.cfg.Log.Debug("message not sent", "err", err)
	}
}

func (p *Parent) route(ctx context.Context, m mqttlink.Message, answering *sync.WaitGroup) {
	a, err := wire.ParseTopic(m.Topic)
	if err == nil && a.Host {
		err = p.hostStatus(m.Payload)
	} else if err == nil {
		switch a.Channel {
		case wire.ChannelStatus, wire.ChannelHello, wire.ChannelLog:
			err = p.handOn(word{from: a, payload: m.Payload})
		case wire.ChannelReq:
			if p.turnedAway(a.Node) {
				return // its program knows it from the acknowledgement
			}
			err = p.ask(ctx, a.Node, m.Payload, answering)
		case wire.ChannelLive:
			err = p.sampled(a.Node, m.Payload, p.cfg.OnLive)
		case wire.ChannelHealth:
			err = p.sampled(a.Node, m.Payload, p.cfg.OnHealth)
		case wire.ChannelRes:
			err = p.result(a.Node, m.Payload)
		default:
			err = wire.ErrTopic
		}
	}
	if err != nil {
		p.refused.Add(1)
		p.cfg.Log.Debug("message refused", "err", err)
	}
}

// word is a message on its way to the ledger; a batch is read by then, so that reading the next ones and committing the
// last ones go on side by side.
type word struct {
	from    wire.Address
	payload []byte
	batch   wire.Batch
}

// handOn gives a word to the ledger's goroutine, or drops it where too many wait: its sender repeats what matters.
func (p *Parent) handOn(w word) error {
	if len(p.intake) == cap(p.intake) { // nobody else fills it
		p.overflow.Add(1)
		return nil
	}
	payload, err := p.codec.Unpack(w.payload)
	if err != nil {
		return err
	}
	w.payload = payload
	if w.from.Channel == wire.ChannelLog {
		w.payload = nil
		if w.batch, err = wire.DecodeBatch(payload); err != nil {
			return err
		}
		if w.batch.Node != w.from.Node {
			return fmt.Errorf("batch on another node's topic: %w", wire.ErrMalformed)
		}
	}
	p.intake <- w
	return nil
}

// hostStatus hears our own birth and will. A will of an earlier connection may
// have replaced the birth of this one.
func (p *Parent) hostStatus(payload []byte) error {
	m, err := wire.Decode[wire.StatusMessage](payload)
	if err != nil {
		return err
	}
	st := p.link.State()
	switch {
	case m.State == wire.Online && m.Boot != p.cfg.Boot:
		p.cfg.Log.Debug("the status of another parent was on the broker")
	case m.State != wire.Online && st.Up:
		p.told(p.link.Send(p.status(wire.Online, st.Conn)))
	}
	return nil
}

func (p *Parent) sampled(n wire.NodeID, payload []byte, to func(wire.NodeID, wire.Sample)) error {
	plain, err := p.codec.Unpack(payload)
	if err != nil {
		return err
	}
	s, err := wire.Decode[wire.Sample](plain)
	if err == nil && to != nil {
		to(n, s)
	}
	return err
}

func (p *Parent) result(n wire.NodeID, payload []byte) error {
	plain, err := p.codec.Unpack(payload)
	if err == nil && p.cfg.OnResult != nil {
		p.cfg.OnResult(n, plain)
	}
	return err
}

// ask starts answering a question, unless it is being answered already.
func (p *Parent) ask(ctx context.Context, n wire.NodeID, payload []byte, answering *sync.WaitGroup) error {
	plain, err := p.codec.Unpack(payload)
	if err != nil {
		return err
	}
	r, err := wire.Decode[wire.Request](plain)
	if err != nil || p.cfg.Handle == nil {
		return err
	}
	q := question{node: n, id: r.ID}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.running[q]:
		return nil
	case len(p.running) >= maxRequests:
		p.overflow.Add(1)
		return nil
	}
	p.running[q] = true
	answering.Go(func() {
		defer p.done(q)
		p.answer(ctx, n, r)
	})
	return nil
}

func (p *Parent) done(q question) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, q)
}

func (p *Parent) answer(ctx context.Context, n wire.NodeID, r wire.Request) {
	ctx, cancel := context.WithTimeout(ctx, min(time.Duration(r.TTL)*time.Millisecond, maxTTL))
	defer cancel()
	data := p.cfg.Handle(ctx, n, r)
	if data == nil {
		return
	}
	payload, err := wire.Encode(wire.Reply{ID: r.ID, Data: json.RawMessage(data)})
	if err != nil {
		p.cfg.Log.Error("answer not readable", "node", string(n), "err", err)
		return
	}
	p.told(p.link.Send(mqttlink.Message{Topic: wire.Topic(n, wire.ChannelRsp), QoS: 1, Payload: p.codec.Pack(payload)}))
}
