package network

import (
	"crypto/sha256"
	"encoding/json"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Told is what a branch said last of its devices, as it is kept for the time after a restart.
type Told struct {
	Node wire.NodeID
	At   time.Time
	Raw  []byte // a wire.Health without what changes by the minute
}

// keepAgain is how old what is kept may be though nothing changed: it says when the branch was heard last.
const keepAgain = time.Hour

// ToKeep returns what branches said of their devices and was not returned before, or long ago.
func (n *Network) ToKeep(now time.Time) []Told {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []Told
	for id, b := range n.branches {
		if b.healthAt.IsZero() {
			continue
		}
		raw, err := json.Marshal(kept{lasting(b.health), b.bodies()})
		if err != nil {
			continue // what was read from JSON can be written
		}
		if sum := sha256.Sum256(raw); sum != b.keptSum || now.Sub(b.keptAt) >= keepAgain {
			b.keptSum, b.keptAt = sum, now
			all = append(all, Told{Node: id, At: b.healthAt, Raw: raw})
		}
	}
	return all
}

// kept is a wire.Health with what else is worth knowing before a branch speaks again.
type kept struct {
	wire.Health

	Bodies []queue.BodyID `json:"bodies,omitempty"` // that it hosts
}

// lasting leaves what a device is and which configuration it runs, and takes away how it is at the moment.
func lasting(h wire.Health) wire.Health {
	out := wire.Health{Node: h.Node, Software: h.Software, Cert: h.Cert, Config: h.Config}
	for _, k := range h.Kiosks {
		out.Kiosks = append(out.Kiosks, wire.KioskHealth{Node: k.Node, Faces: k.Faces, Models: k.Models, Cert: k.Cert, Software: k.Software})
	}
	return out
}

// Remember tells what was kept of a branch before this program started. It counts for the inventory and for
// configurations alone, and until the branch speaks.
func (n *Network) Remember(t Told) error {
	var k kept
	if err := json.Unmarshal(t.Raw, &k); err != nil {
		return err
	}
	n.quietly(t.Node, func(b *branch) { b.remembered, b.rememberedAt, b.hosted = k.Health, t.At, k.Bodies })
	return nil
}
