package carrier

import (
	"context"
	"fmt"
	"time"

	"balcao/internal/mqttlink"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// takeIn is the one goroutine that sessions and the ledger belong to: births,
// deaths, hellos and batches are handled in the order they came.
func (p *Parent) takeIn(ctx context.Context) {
	repeat := time.NewTicker(p.cfg.AckEvery)
	defer repeat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case w := <-p.intake:
			g := &group{Parent: p, told: make(map[wire.NodeID]*wire.Ack)}
			g.add(w)
			for room := true; room && len(g.batches) < groupSize; {
				select {
				case w := <-p.intake:
					g.add(w)
				default:
					room = false
				}
			}
			g.commit(ctx)
		case <-repeat.C:
			p.repeatAcks(ctx)
		}
	}
}

// group is what is committed together.
type group struct {
	*Parent
	batches []wire.Batch
	hellos  []hello
	told    map[wire.NodeID]*wire.Ack
}

type hello struct {
	node wire.NodeID
	wire.HelloMessage
}

func (g *group) add(w word) {
	if err := g.read(w); err != nil {
		g.refused.Add(1)
		g.cfg.Log.Debug("message refused", "err", err)
	}
}

func (g *group) read(w word) error {
	from := w.from.Node
	switch w.from.Channel {
	case wire.ChannelStatus:
		st, err := wire.Decode[wire.StatusMessage](w.payload)
		if err != nil {
			return err
		}
		g.presence(from, st)
	case wire.ChannelHello:
		h, err := wire.Decode[wire.HelloMessage](w.payload)
		if err != nil {
			return err
		}
		g.presence(from, wire.StatusMessage{State: wire.Online, Boot: h.Boot, Conn: h.Conn, Epoch: h.Epoch, Software: h.Software})
		g.hellos = append(g.hellos, hello{node: from, HelloMessage: h})
		if g.cfg.OnHello != nil {
			g.cfg.OnHello(from, h)
		}
	case wire.ChannelLog:
		if g.turnedAway(from) {
			return fmt.Errorf("batch of %s: %w", from, ErrVersion)
		}
		g.batches = append(g.batches, w.batch)
	default:
		return wire.ErrTopic
	}
	return nil
}

// commit stores the group's batches and answers every node that is part of it.
func (g *group) commit(ctx context.Context) {
	if len(g.batches) > 0 && !g.accept(ctx, g.batches) && len(g.batches) > 1 && ctx.Err() == nil {
		// One node's records must not keep out the others'.
		for _, b := range g.batches {
			g.accept(ctx, []wire.Batch{b})
		}
	}
	for _, h := range g.hellos {
		g.answerHello(ctx, h)
	}
	for n, a := range g.told {
		g.send(n, *a)
	}
}

func (g *group) accept(ctx context.Context, batches []wire.Batch) bool {
	decisions, err := g.cfg.Ledger.AcceptAll(ctx, batches)
	if err != nil {
		if ctx.Err() == nil {
			g.cfg.Log.Error("records not stored", "batches", len(batches), "node", string(batches[0].Node), "err", err)
		}
		return false
	}
	for i, d := range decisions {
		n := batches[i].Node
		g.count(n, batches[i].Epoch, d)
		gap := d.Verdict == replica.Gap || g.told[n] != nil && g.told[n].Gap
		g.told[n] = g.ackOf(n, d.Position, gap)
	}
	return true
}

func (g *group) count(n wire.NodeID, epoch uint64, d replica.Decision) {
	g.Parent.batches.Add(1)
	g.records.Add(uint64(len(d.Records)))
	if d.Verdict == replica.Fork {
		g.forks.Add(1)
		g.cfg.Log.Error("log has two contents, epoch quarantined", "node", string(n), "epoch", epoch)
		if g.cfg.OnFork != nil {
			g.cfg.OnFork(n, epoch)
		}
	}
}

func (g *group) answerHello(ctx context.Context, h hello) {
	if !g.greet(h) {
		g.told[h.node] = g.refusal(h)
		return
	}
	pos, err := g.cfg.Ledger.Position(ctx, h.node, h.Epoch)
	if err != nil {
		if ctx.Err() == nil {
			g.cfg.Log.Error("position not read", "node", string(h.node), "err", err)
		}
		return
	}
	pos, err = g.meet(ctx, h, pos)
	if err != nil {
		if ctx.Err() == nil {
			g.cfg.Log.Error("position not kept", "node", string(h.node), "err", err)
		}
		return
	}
	g.told[h.node] = g.ackOf(h.node, pos, false)
}

func (p *Parent) ackOf(n wire.NodeID, pos replica.Position, gap bool) *wire.Ack {
	free := cap(p.intake) - len(p.intake)
	return &wire.Ack{
		Epoch: pos.Epoch, HWM: pos.HWM, Head: pos.Head, Credit: max(1, 8*free/cap(p.intake)),
		Incarnation: *p.incarnation.Load(), Time: p.cfg.Now().UnixMilli(), Gap: gap, Quarantined: pos.Quarantined, Renew: pos.Renew,
		Protocol: p.Version(n), ProtocolMin: p.cfg.Speaks.Min, ProtocolMax: p.cfg.Speaks.Max,
	}
}

func (p *Parent) send(n wire.NodeID, a wire.Ack) {
	payload, err := wire.Encode(a)
	if err == nil {
		err = p.link.Send(mqttlink.Message{Topic: wire.Topic(n, wire.ChannelAck), Payload: payload})
	}
	if err != nil {
		p.cfg.Log.Debug("acknowledgement not sent", "node", string(n), "err", err)
	}
}

// repeatAcks tells every node that is online again where it stands.
func (p *Parent) repeatAcks(ctx context.Context) {
	p.mu.Lock()
	epochs := make(map[wire.NodeID]uint64)
	for id, n := range p.nodes {
		if n.online && n.epoch != 0 && n.refused == "" {
			epochs[id] = n.epoch
		}
	}
	p.mu.Unlock()
	for id, epoch := range epochs {
		pos, err := p.cfg.Ledger.Position(ctx, id, epoch)
		if err != nil {
			if ctx.Err() == nil {
				p.cfg.Log.Error("position not read", "node", string(id), "err", err)
			}
			return
		}
		p.send(id, *p.ackOf(id, pos, false))
	}
}

// presence follows a node's births and deaths. A death of another connection
// than the last birth's is only the end of what was replaced.
func (p *Parent) presence(id wire.NodeID, st wire.StatusMessage) {
	p.mu.Lock()
	n := p.nodes[id]
	if n == nil {
		if len(p.nodes) >= maxNodes || st.State != wire.Online {
			p.mu.Unlock()
			return
		}
		n = &node{}
		p.nodes[id] = n
	}
	before := *n
	if st.State == wire.Online {
		cloned := n.twins.see(st.Boot, st.Conn, p.cfg.Now())
		*n = node{
			online: true, twins: n.twins, boot: st.Boot, conn: st.Conn, software: st.Software, epoch: st.Epoch,
			version: n.version, refused: n.refused, // until its hello
		}
		if cloned {
			defer p.cloned(id)
		}
	} else if n.boot == st.Boot && n.conn == st.Conn {
		n.online = false
	}
	after := *n
	p.mu.Unlock()
	before.epoch, before.conn, before.twins = after.epoch, after.conn, after.twins
	if before != after && p.cfg.OnPresence != nil {
		p.cfg.OnPresence(Presence{
			Node: id, Online: after.online, Lost: st.State == wire.Lost, Boot: after.boot, Software: after.software,
		})
	}
}
