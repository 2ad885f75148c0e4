package network

import (
	"slices"
	"time"

	"balcao/internal/wire"
)

// Commanded is what a branch says of the commands that it takes.
type Commanded struct {
	Linked  bool
	Health  *wire.CommandHealth // nil where its program takes none, or has not said so since it was linked
	Devices []wire.KioskHealth
}

// Commanded returns what a branch says of the commands that it takes; false where the branch is not known.
func (n *Network) Commanded(id wire.NodeID, now time.Time) (Commanded, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	b, known := n.branches[id]
	if !known {
		return Commanded{}, false
	}
	c := Commanded{
		Linked:  b.presence == wire.Online && now.Sub(b.heard) <= n.opt.Silence && !b.healthAt.IsZero(),
		Devices: slices.Clone(b.health.Kiosks),
	}
	if h := b.health.Commands; h != nil && c.Linked {
		known := *h
		known.Knows = slices.Clone(h.Knows[:min(len(h.Knows), maxDevices)])
		c.Health = &known
	}
	return c, true
}
