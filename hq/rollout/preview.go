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
	Refuse  []Refusing    // branches that would reject it, by why: the reason of most first
	Effects []Effect      // the most frequent first
	Touched int           // branches at which something would be different
	Where   map[Place]int // how many of those are of each type and district
	Checked int           // branches whose own description is known and was tried
	Left    int           // branches whose own description is known and was not tried yet
	Known   int           // branches
}

// Place is a type of branch and a district.
type Place struct{ Kind, District string }

// Refusing is branches that would reject a configuration for the same reason.
type Refusing struct {
	above.Fault

	Branches []Branch
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

// Preview tries the draft on every branch whose own description is known, as long as it may take. What was tried stays known
// until the draft or what is published changes: of a large network whoever asks again is told more, until none is Left.
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
	known := make(map[wire.NodeID]Own, len(owns))
	for _, o := range owns {
		known[o.Branch] = o
	}
	d.trying.Lock()
	defer d.trying.Unlock()
	d.trial.about(n.Current.Layers, draft.Layers)
	until := d.now().Add(patience)
	inTime := func() bool { return !d.now().After(until) && ctx.Err() == nil }
	count := map[string]int{}
	for _, b := range n.Branches {
		if !sees(b) {
			continue
		}
		p.Known++
		own, has := known[b.ID]
		if !has {
			continue
		}
		out, tried := d.trial.of(b, own, inTime)
		if !tried {
			p.Left++
			continue
		}
		p.Checked++
		p.add(b, out, count)
	}
	p.order(count)
	return p, nil
}

// add adds what was tried on a branch.
func (p *Preview) add(b Branch, out outcome, count map[string]int) {
	if out.fault != nil {
		i := slices.IndexFunc(p.Refuse, func(r Refusing) bool { return r.Fault == *out.fault })
		if i < 0 {
			i, p.Refuse = len(p.Refuse), append(p.Refuse, Refusing{Fault: *out.fault})
		}
		p.Refuse[i].Branches = append(p.Refuse[i].Branches, b)
		return
	}
	if len(out.changes) > 0 {
		p.Touched++
		if p.Where == nil {
			p.Where = map[Place]int{}
		}
		p.Where[Place{b.Kind, b.District}]++
	}
	for _, words := range out.changes {
		count[words]++
	}
}

func (p *Preview) order(count map[string]int) {
	for words, branches := range count {
		p.Effects = append(p.Effects, Effect{words, branches})
	}
	slices.SortFunc(p.Effects, func(x, y Effect) int {
		return cmp.Or(cmp.Compare(y.Branches, x.Branches), cmp.Compare(x.Words, y.Words))
	})
	slices.SortStableFunc(p.Refuse, func(x, y Refusing) int { return len(y.Branches) - len(x.Branches) })
}
