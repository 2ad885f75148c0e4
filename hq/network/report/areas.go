package report

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"balcao/hq/network"
	"balcao/hq/visit/rollup"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Area is what all branches of a district came to in one service, on a Day or in a month.
type Area struct {
	District string
	Service  queue.ServiceID
	Body     queue.BodyID
	Branches []wire.NodeID // that had such a line, in order
	rollup.Sum
}

// Stale is a Day or month whose areas are not summed since its lines changed. Changes tells one such state from a later one.
type Stale struct {
	Date    string // YYYY-MM-DD, or YYYY-MM
	Changes int64
}

// IsMonth says whether it is a month.
func (s Stale) IsMonth() bool { return len(s.Date) == len("2006-01") }

// Areas is what summing districts up needs of what is kept.
type Areas interface {
	Kept
	// KeepAreas keeps the areas of a Day or month in place of those it had, and that they are no longer stale, unless its
	// lines changed since.
	KeepAreas(ctx context.Context, of Stale, areas []Area) error
	// Placed returns in which district each branch was summed.
	Placed(ctx context.Context) (map[wire.NodeID]string, error)
	// Place keeps in which districts branches are summed from now on, and makes every Day and month of theirs stale.
	Place(ctx context.Context, moved map[wire.NodeID]string) error
}

// sumAreas sums every Day and month up that changed, and those of branches that have another district than before.
func (k *Keeper) sumAreas(ctx context.Context, branches map[wire.NodeID]Mark, places map[wire.NodeID]network.Place) error {
	placed, err := k.log.Placed(ctx)
	if err != nil {
		return err
	}
	moved := map[wire.NodeID]string{}
	for id := range branches {
		if was, known := placed[id]; !known || was != places[id].District {
			moved[id] = places[id].District
		}
	}
	if len(moved) > 0 {
		if err := k.log.Place(ctx, moved); err != nil {
			return err
		}
		maps.Copy(placed, moved)
	}
	stale, err := k.log.Stale(ctx)
	if err != nil {
		return err
	}
	for _, s := range stale {
		areas, err := sumArea(ctx, k.log, s, placed)
		if err != nil {
			return fmt.Errorf("sum the districts of %s up: %w", s.Date, err)
		}
		if err := k.log.KeepAreas(ctx, s, areas); err != nil {
			return err
		}
	}
	return nil
}

type areaKey struct {
	district string
	service  queue.ServiceID
	body     queue.BodyID
}

func sumArea(ctx context.Context, kept Kept, of Stale, placed map[wire.NodeID]string) ([]Area, error) {
	areas := map[areaKey]*Area{}
	err := kept.Read(ctx, Reading{Months: of.IsMonth(), From: of.Date, To: of.Date, Halves: true}, func(p Part) error {
		key := areaKey{placed[p.Branch], p.Service, p.Body}
		a := areas[key]
		if a == nil {
			a = &Area{District: key.district, Service: key.service, Body: key.body, Sum: rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}}
			areas[key] = a
		}
		if !slices.Contains(a.Branches, p.Branch) {
			a.Branches = append(a.Branches, p.Branch)
		}
		return a.Add(p.Whole, p.Halves)
	})
	if err != nil {
		return nil, err
	}
	all := make([]Area, 0, len(areas))
	for _, a := range areas {
		slices.Sort(a.Branches)
		all = append(all, *a)
	}
	slices.SortFunc(all, func(x, y Area) int {
		return strings.Compare(x.District+"\x00"+string(x.Service)+"\x00"+string(x.Body), y.District+"\x00"+string(y.Service)+"\x00"+string(y.Body))
	})
	return all, nil
}

// mostStale is for how many Days or months that are not summed the lines are read one Day after the other.
const mostStale = 15

// read reads what a reading asks for: of areas those that are summed, and the lines of the others.
func (d *Desk) read(ctx context.Context, r Reading, yield func(Part) error) error {
	if !r.Areas {
		return d.kept.Read(ctx, r, yield)
	}
	stale, err := d.kept.Stale(ctx)
	if err != nil {
		return err
	}
	for _, s := range stale {
		if s.IsMonth() == r.Months && s.Date >= r.From && s.Date <= r.To {
			r.Except = append(r.Except, s.Date)
		}
	}
	if len(r.Except) > mostStale {
		r.Areas, r.Except = false, nil
		return d.kept.Read(ctx, r, yield)
	}
	if err := d.kept.Read(ctx, r, yield); err != nil {
		return err
	}
	for _, date := range r.Except {
		lines := Reading{Months: r.Months, From: date, To: date, Halves: r.Halves}
		if err := d.kept.Read(ctx, lines, yield); err != nil {
			return err
		}
	}
	return nil
}
