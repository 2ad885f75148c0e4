package store

import (
	"maps"
	"slices"
	"time"

	"balcao/internal/queue"
)

// understood brings what an earlier version wrote into the present form.
func (g *guard) understood() {
	if g.Day == "" || g.Blocks <= 0 || len(g.Begun[g.Day]) > 0 {
		return
	}
	if g.Begun == nil {
		g.Begun = map[string][]int{}
	}
	for b := range min(g.Blocks, mostBegun) {
		g.Begun[g.Day] = append(g.Begun[g.Day], b+1)
	}
}

// Bounds of what a guard file is believed to say of blocks.
const (
	mostBegun = 16
	daysBegun = 2
)

// begin returns the guard of a journal that begins a block of numbers on a Day.
func (g guard) begin(day string, block int) guard {
	all := map[string][]int{}
	for _, d := range slices.Sorted(maps.Keys(g.Begun)) {
		all[d] = slices.Clone(g.Begun[d])
	}
	if !slices.Contains(all[day], block) {
		all[day] = append(all[day], block)
		slices.Sort(all[day])
	}
	for _, d := range slices.Sorted(maps.Keys(all)) {
		if len(all) > daysBegun && d != day { // which may be the oldest, by a clock that stands before the others
			delete(all, d)
		}
	}
	g.Begun, g.Day, g.Blocks = all, day, slices.Max(all[day])
	return g
}

// BlocksBegun returns the blocks of numbers that are known, beside the journal, to have been begun on a Day, and on the day
// before it, which lends numbers of this one.
func (s *Store) BlocksBegun(day queue.Date) (today, before []int) {
	s.guardMu.Lock()
	defer s.guardMu.Unlock()
	today = slices.Clone(s.guard.Begun[string(day)])
	if date, err := time.Parse(time.DateOnly, string(day)); err == nil {
		before = slices.Clone(s.guard.Begun[date.AddDate(0, 0, -1).Format(time.DateOnly)])
	}
	return today, before
}

// keepBegun has the guard file know a block of a Day before a number of it is in the journal.
func (s *Store) keepBegun(day string, block int) error {
	s.guardMu.Lock()
	defer s.guardMu.Unlock()
	g := s.guard.begin(day, block)
	if err := g.write(s.path); err != nil {
		return err
	}
	s.guard = g
	return nil
}
