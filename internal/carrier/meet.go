package carrier

import (
	"context"
	"time"

	"balcao/internal/replica"
	"balcao/internal/wire"
)

// meet compares what a node says of its log with what is held of it: a log that ends where ours does with another hash
// is another log, and one that begins beyond what is held is taken over from its base on.
func (g *group) meet(ctx context.Context, h hello, pos replica.Position) (replica.Position, error) {
	if pos.Quarantined {
		return pos, nil
	}
	if h.Last == pos.HWM && h.Head != pos.Head {
		return g.forked(ctx, h, pos)
	}
	base := h.Base
	if base == nil || base.Seq <= pos.HWM {
		return pos, nil
	}
	to, ok := g.cfg.Ledger.(Rebaser)
	if !ok {
		g.cfg.Log.Error("log begins beyond what is held, and its base cannot be taken over", "node", string(h.node), "epoch", h.Epoch)
		return pos, nil
	}
	after, err := to.Rebase(ctx, h.node, h.Epoch, *base)
	if err != nil {
		return pos, err
	}
	g.cfg.Log.Warn("log taken over from its base on: older records are gone",
		"node", string(h.node), "epoch", h.Epoch, "held", pos.HWM, "base", base.Seq)
	if g.cfg.OnBase != nil {
		g.cfg.OnBase(h.node, h.Epoch, pos.HWM, *base)
	}
	return after, nil
}

func (g *group) forked(ctx context.Context, h hello, pos replica.Position) (replica.Position, error) {
	g.cfg.Log.Error("log ends like ours and has another hash, epoch quarantined", "node", string(h.node), "epoch", h.Epoch)
	to, ok := g.cfg.Ledger.(Quarantiner)
	if !ok {
		return pos, nil
	}
	if err := to.Quarantine(ctx, h.node, h.Epoch); err != nil {
		return pos, err
	}
	g.forks.Add(1)
	pos.Quarantined = true
	if g.cfg.OnFork != nil {
		g.cfg.OnFork(h.node, h.Epoch)
	}
	return pos, nil
}

func (p *Parent) cloned(id wire.NodeID) {
	p.cfg.Log.Error("two programs live under this node's name", "node", string(id))
	if p.cfg.OnClone != nil {
		p.cfg.OnClone(id)
	}
}

// twins tells a node that was copied from one that was started again. A start is never repeated: when an earlier start
// of a node makes a new connection after a later one did, both live. Because a lying broker may bring an old word late,
// it takes two such returns within some minutes.
type twins struct {
	starts  [8]start
	next    int
	last    string // boot of the latest connection
	returns int
	since   time.Time
}

// start is one start of a node's program and the last connection it was heard on.
type start struct{ boot, conn string }

// twinWindow is how close together the returns must lie.
const twinWindow = 10 * time.Minute

// see hears of a connection and reports whether it shows, for the first time in a while, that two programs live.
func (t *twins) see(boot, conn string, now time.Time) bool {
	for i := range t.starts {
		s := &t.starts[i]
		if s.boot != boot {
			continue
		}
		returned := s.conn != conn && t.last != boot
		if s.conn == conn && t.last != boot {
			return false // an old word that came late
		}
		s.conn, t.last = conn, boot
		if !returned {
			return false
		}
		if now.Sub(t.since) > twinWindow {
			t.returns, t.since = 0, now
		}
		t.returns++
		return t.returns == 2
	}
	t.starts[t.next] = start{boot: boot, conn: conn}
	t.next = (t.next + 1) % len(t.starts)
	t.last = boot
	return false
}
