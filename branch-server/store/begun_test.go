package store

import (
	"path/filepath"
	"slices"
	"testing"
)

// TestTheGuardKnowsTheBlocksOfTwoDays keeps what was begun, also through a file of an earlier version.
func TestTheGuardKnowsTheBlocksOfTwoDays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	if err := (guard{Day: "2026-11-22", Blocks: 2}).write(path); err != nil { // as it was written before
		t.Fatal(err)
	}
	s := &Store{path: path, guard: readGuard(path)}
	const today = "2026-11-23"
	if now, before := s.BlocksBegun(today); len(now) != 0 || !slices.Equal(before, []int{1, 2}) {
		t.Errorf("of today %v, of the day before %v", now, before)
	}
	if err := s.keepOpened(today); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.keepBegun(today, 3); err != nil {
			t.Fatal(err)
		}
	}
	s = &Store{path: path, guard: readGuard(path)}
	if now, before := s.BlocksBegun(today); !slices.Equal(now, []int{3}) || !slices.Equal(before, []int{1, 2}) {
		t.Errorf("read again, of today %v, of the day before %v", now, before)
	}
	if s.guard.Day != today || s.guard.Blocks != 3 {
		t.Errorf("an earlier version reads %s, %d", s.guard.Day, s.guard.Blocks)
	}
	if g := s.guard.begin("2099-01-01", 1); len(g.Begun) != daysBegun || g.Begun["2026-11-22"] != nil {
		t.Errorf("it keeps %v", g.Begun)
	}
	if g := s.guard.begin("2026-11-01", 1); len(g.Begun) != daysBegun || !slices.Equal(g.Begun["2026-11-01"], []int{1}) || g.Begun[today] == nil {
		t.Errorf("with a clock that stands days before it keeps %v", g.Begun)
	}
	if g := s.guard.begin("2026-11-24", 1); !slices.Equal(s.guard.Begun[today], []int{3}) || len(g.Begun) != daysBegun {
		t.Errorf("a guard that is not written yet changed the present one: %v", s.guard.Begun)
	}
}
