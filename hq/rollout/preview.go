package rollout

import (
	"cmp"
	"context"
	"slices"
	"time"

	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// Effect is one thing that would be different, and at how many branches.
type Effect struct {
	Words    string
	Branches int
}

// Preview is what a draft would do.
type Preview struct {
	Faults  []above.Fault // of the layers themselves: it cannot be published
	Refuse  []Refusing    // branches that would reject it
	Effects []Effect      // the most frequent first
	Touched int           // branches at which something would be different
	Checked int           // branches whose own description is known and was tried
	Known   int           // branches
}

// Refusing is a branch that would reject a configuration, and why.
type Refusing struct {
	Branch
	above.Fault
}

// Faults names what is wrong with layers: of their form, and those of the country and of types tried on an invented branch
// of each type, by the rules that branches check by. Sees, where given, limits it to some layers.
func Faults(layers []above.Layer, sees func(layer string) bool) []above.Fault {
	var all []above.Fault
	add := func(faults []above.Fault) {
		for _, f := range faults {
			if (sees == nil || sees(f.Layer)) && !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	tried := append([]string{""}, above.Types()...)
	for _, l := range layers {
		if wire.NodeID(l.ID).Valid() {
			add(above.Read(l).Faults)
		}
	}
	for _, kind := range tried {
		s := above.Lay(above.For(layers, kind, "")...)
		add(s.Check(above.Model(s, kind)))
	}
	return all
}

// Preview tries the draft on every branch whose own description is known, as long as it may take.
func (d *Desk) Preview(ctx context.Context, draft Draft, sees func(Branch) bool, patience time.Duration) (Preview, error) {
	p := Preview{Faults: Faults(draft.Layers, nil)}
	n, err := d.Look(ctx)
	if err != nil || len(p.Faults) > 0 {
		return p, err
	}
	owns, err := d.ledger.Owns(ctx)
	if err != nil {
		return p, err
	}
	known := map[wire.NodeID][]byte{}
	for _, o := range owns {
		known[o.Branch] = o.Document
	}
	count := map[string]int{}
	until := d.now().Add(patience)
	for _, b := range n.Branches {
		if !sees(b) {
			continue
		}
		p.Known++
		own, has := known[b.ID]
		if !has || d.now().After(until) || ctx.Err() != nil {
			continue
		}
		p.Checked++
		p.try(b, own, n.Current.Layers, draft.Layers, count)
	}
	for words, branches := range count {
		p.Effects = append(p.Effects, Effect{words, branches})
	}
	slices.SortFunc(p.Effects, func(x, y Effect) int {
		return cmp.Or(cmp.Compare(y.Branches, x.Branches), cmp.Compare(x.Words, y.Words))
	})
	return p, nil
}

func (p *Preview) try(b Branch, own []byte, was, now []above.Layer, count map[string]int) {
	before, after := above.Lay(above.For(was, b.Kind, string(b.ID))...), above.Lay(above.For(now, b.Kind, string(b.ID))...)
	if string(before.Document()) == string(after.Document()) {
		return
	}
	if faults := after.Check(own); len(faults) > 0 {
		p.Refuse = append(p.Refuse, Refusing{b, faults[0]})
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
	changes := above.Diff(x.Document, y.Document)
	if len(changes) > 0 {
		p.Touched++
	}
	for _, c := range changes {
		count[above.Say(c)]++
	}
}
