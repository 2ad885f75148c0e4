package rollout

import (
	"crypto/sha256"
	"fmt"

	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// trial is a draft as far as it was tried on branches. Trying it on one reads and checks a whole description: milliseconds, and
// seconds for a country.
type trial struct {
	key      [sha256.Size]byte // of the layers in force and of the draft's
	was, now []above.Layer
	outcomes map[wire.NodeID]outcome
}

// outcome is what a draft would do at one branch.
type outcome struct {
	own, kind string // for which it holds
	fault     *above.Fault
	changes   []string
}

// about begins anew where layers changed since.
func (t *trial) about(was, now []above.Layer) {
	if key := sha256.Sum256(fmt.Appendf(nil, "%q %q", was, now)); t.key != key || t.outcomes == nil {
		*t = trial{key: key, was: was, now: now, outcomes: map[wire.NodeID]outcome{}}
	}
}

// of returns what the draft would do at a branch; false where that is not known and there is no time to try.
func (t *trial) of(b Branch, own Own, inTime func() bool) (outcome, bool) {
	out, known := t.outcomes[b.ID]
	if known && out.own == own.Hash && out.kind == b.Kind {
		return out, true
	}
	if !inTime() {
		return outcome{}, false
	}
	out = outcome{own: own.Hash, kind: b.Kind}
	out.try(above.Lay(above.For(t.was, b.Kind, string(b.ID))...), above.Lay(above.For(t.now, b.Kind, string(b.ID))...), own.Document)
	t.outcomes[b.ID] = out
	return out, true
}

func (out *outcome) try(before, after above.Stack, own []byte) {
	if string(before.Document()) == string(after.Document()) {
		return
	}
	if faults := after.Check(own); len(faults) > 0 {
		out.fault = &faults[0]
		return
	}
	x, err := above.Apply(own, before.Document())
	if err != nil {
		return
	}
	y, err := above.Apply(own, after.Document())
	if err != nil {
		return
	}
	for _, c := range above.Diff(x.Document, y.Document) {
		out.changes = append(out.changes, above.Say(c))
	}
}

// hashes remembers what a publication says to branches: those without a layer of their own are told the same as all of their type.
type hashes struct {
	layers []above.Layer
	known  map[string]string
}

// Hashes returns what gives the hash of the document that layers make for a branch. It is for one goroutine.
func Hashes(layers []above.Layer) func(Branch) string {
	h := hashes{layers, map[string]string{}}
	return h.of
}

func (h hashes) of(b Branch) string {
	key := b.Kind
	for _, l := range h.layers {
		if l.ID == string(b.ID) {
			key = "own " + l.ID + " " + b.Kind
		}
	}
	hash, known := h.known[key]
	if !known {
		_, hash = Document(h.layers, b)
		h.known[key] = hash
	}
	return hash
}
