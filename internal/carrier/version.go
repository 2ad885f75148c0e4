package carrier

import (
	"errors"

	"balcao/internal/wire"
)

// ErrVersion means that a node and its parent have no protocol version in
// common: nothing passes between them until one of the programs is replaced.
var ErrVersion = errors.New("no protocol version in common with the parent")

// Agreement is what a Child and its parent have found in common.
type Agreement struct {
	// Version is the one spoken; 0 while none was agreed on.
	Version int
	// Refused tells why the parent takes nothing in; empty is no refusal. The
	// log is kept whole until it does.
	Refused wire.Refusal
	// Parent is what the parent speaks; zero where it does not say, as those of
	// version 1.
	Parent wire.Versions
}

// Agreement returns what is agreed on with the parent now. It holds also while
// the parent is away.
func (c *Child) Agreement() Agreement {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.agreed
}

// agree takes what an acknowledgement says of versions, and returns it as the
// sender is to see it: a parent that speaks none of this node's versions holds
// nothing of it, whatever it says.
func (s *childSession) agree(a wire.Ack) wire.Ack {
	now := s.agreementOf(a)
	if now.Refused != "" {
		a.Quarantined, a.Renew, a.HWM = true, false, 0
	}
	s.mu.Lock()
	if now == (Agreement{}) {
		now = s.agreed // a parent that has not heard this node's hello yet
	}
	before := s.agreed
	s.agreed = now
	s.mu.Unlock()
	if now == before {
		return a
	}
	if now.Refused != "" {
		s.cfg.Log.Error("the parent does not speak this program's protocol: nothing is sent, everything is kept",
			"refused", string(now.Refused), "own_min", s.cfg.Speaks.Min, "own_max", s.cfg.Speaks.Max,
			"parent_min", now.Parent.Min, "parent_max", now.Parent.Max)
	} else {
		s.cfg.Log.Info("protocol version agreed on", "version", now.Version)
	}
	if s.cfg.OnAgreement != nil {
		s.cfg.OnAgreement(now)
	}
	return a
}

// agreementOf reads what an acknowledgement says; the zero Agreement is nothing
// yet. A parent of version 1 says nothing, and what it speaks is known by that.
func (s *childSession) agreementOf(a wire.Ack) Agreement {
	if a.Refused != "" {
		return Agreement{Refused: a.Refused, Parent: a.Versions()}
	}
	version := a.Protocol
	if version == 0 {
		if a.Versions() != (wire.Versions{}) {
			return Agreement{}
		}
		version = 1
	}
	switch {
	case version < s.cfg.Speaks.Min:
		return Agreement{Refused: wire.RefusedNew, Parent: a.Versions()}
	case version > s.cfg.Speaks.Max:
		return Agreement{Refused: wire.RefusedOld, Parent: a.Versions()}
	}
	return Agreement{Version: version, Parent: a.Versions()}
}

// greet agrees on a version with a node that says hello; false where there is
// none in common.
func (g *group) greet(h hello) bool {
	version, refused := g.cfg.Speaks.Meet(h.Versions())
	g.mu.Lock()
	n := g.nodes[h.node]
	if n == nil { // there are too many
		g.mu.Unlock()
		return refused == ""
	}
	changed := n.version != version || n.refused != refused
	n.version, n.refused = version, refused
	g.mu.Unlock()
	if !changed {
		return refused == ""
	}
	if refused != "" {
		g.cfg.Log.Error("node speaks no protocol version of ours: nothing of it is taken in until its program is replaced",
			"node", string(h.node), "refused", string(refused), "software", h.Software,
			"node_min", h.ProtocolMin, "node_max", h.ProtocolMax, "own_min", g.cfg.Speaks.Min, "own_max", g.cfg.Speaks.Max)
	}
	if g.cfg.OnVersion != nil {
		g.cfg.OnVersion(h.node, version, refused)
	}
	return refused == ""
}

// refusal is the answer to a hello of a node that has no version in common. It
// tells no position, so that a log is neither believed lost nor begun anew.
func (p *Parent) refusal(h hello) *wire.Ack {
	_, why := p.cfg.Speaks.Meet(h.Versions())
	return &wire.Ack{
		Epoch: h.Epoch, Incarnation: *p.incarnation.Load(), Time: p.cfg.Now().UnixMilli(), Quarantined: true,
		Refused: why, ProtocolMin: p.cfg.Speaks.Min, ProtocolMax: p.cfg.Speaks.Max,
	}
}

// turnedAway reports whether a node was refused in its last hello.
func (p *Parent) turnedAway(id wire.NodeID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.nodes[id]
	return n != nil && n.refused != ""
}

// Version returns the protocol version agreed on with a node; 0 before its
// hello and where there is none in common.
func (p *Parent) Version(id wire.NodeID) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := p.nodes[id]; n != nil {
		return n.version
	}
	return 0
}
