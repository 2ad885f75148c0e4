package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/carrier"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// give takes the next number and returns it.
func (b branch) give(t *testing.T, request string) string {
	t.Helper()
	if _, err := b.engine.Do(t.Context(), "", queue.Issue{Request: queue.RequestID(request), Service: "cc", Class: queue.ClassWalkIn}); err != nil {
		t.Fatal(err)
	}
	var n string
	if err := b.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) {
		v, _ := d.Requested(queue.RequestID(request))
		n = v.Number.String()
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// begun makes what the program makes of a store that was put back, as app does.
func (b branch) begun(t *testing.T) {
	t.Helper()
	due, err := b.store.Recovery(t.Context())
	if err != nil || !due {
		t.Fatalf("recovery due %t, %v", due, err)
	}
	wish := queue.Recover{Epoch: b.store.Epoch()}
	if err := b.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) { wish.Today, wish.Before = b.store.BlocksBegun(d.Date()) }); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.Do(t.Context(), "", wish); err != nil {
		t.Fatal(err)
	}
	if err := b.store.Recovered(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestABranchPutBackFromAnOldCopyGivesNoNumberTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	epoch := b.store.Epoch()
	given := map[string]bool{b.give(t, "a"): true, b.give(t, "b"): true}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	if b.store.Epoch() != epoch {
		t.Fatal("a restart began a new epoch")
	}
	given[b.give(t, "c")] = true
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	epochs := map[uint64]bool{epoch: true}
	for _, want := range []string{"A6000", "A7000"} { // put back twice on one day
		if err := os.WriteFile(path, old, 0o600); err != nil {
			t.Fatal(err)
		}
		b = open(t, path)
		if epochs[b.store.Epoch()] || b.store.Renewed().Epoch != epoch {
			t.Fatalf("epoch %d, renewed %+v", b.store.Epoch(), b.store.Renewed())
		}
		epochs[b.store.Epoch()] = true
		b.begun(t)
		n := b.give(t, "d")
		if n != want || given[n] {
			t.Errorf("goes on with %s, want %s", n, want)
		}
		given[n] = true
		if err := b.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) {
			if len(d.Visits()) != 3 {
				t.Errorf("the day knows %d visits, want two of the copy and one new", len(d.Visits()))
			}
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := replayed(t, b); err != nil {
			t.Error(err)
		}
		if err := b.store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b = open(t, path)
	if due, err := b.store.Recovery(t.Context()); err != nil || due {
		t.Errorf("a plain restart recovers again: %t, %v", due, err)
	}
}

// replayed lives the journal again from the disk.
func replayed(t *testing.T, b branch) (*queue.Day, error) {
	t.Helper()
	d, _, err := b.store.Replay(t.Context(), catalogue())
	return d, err
}

func TestAnEpochThatHeadquartersRefusesGoesOnInANewOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	b.give(t, "a")
	first, last := b.store.Epoch(), b.give(t, "b")
	err := b.store.OpenEpoch(t.Context(), carrier.Amnesia{OldEpoch: first, MyLast: 3, ParentHWM: 2, Fork: true})
	if err == nil {
		t.Fatal("a running program's numbers began anew")
	}
	select {
	case <-b.store.Again():
	default:
		t.Error("the program does not hear that it has to begin again")
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, path)
	if b.store.Epoch() == first || !b.store.Renewed().Fork {
		t.Fatalf("epoch %d, renewed %+v", b.store.Epoch(), b.store.Renewed())
	}
	if due, err := b.store.Recovery(t.Context()); err != nil || due {
		t.Errorf("nothing was forgotten, and yet numbers jump: %t, %v", due, err)
	}
	if n := b.give(t, "c"); n != "A003" {
		t.Errorf("after %s comes %s", last, n)
	}
}

func TestOldDaysAreCompactedAndTheRestGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	s, err := store.Open(t.Context(), path, machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	day := time.Date(2025, 3, 3, 9, 0, 0, 0, time.UTC)
	d := queue.NewDay(catalogue(), 0)
	for n := range 5 {
		at := day.AddDate(0, 0, n)
		keep(t, s, d, at, queue.OpenDay{Day: queue.DateOf(at, time.UTC)})
		for _, r := range []string{"a", "b", "c"} {
			keep(t, s, d, at, queue.Issue{Request: queue.RequestID(r + at.String()), Service: "cc", Class: queue.ClassWalkIn})
		}
	}
	_, _, last, head, err := s.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.Compact(t.Context(), day.AddDate(0, 0, 3), 4); err != nil || n != 0 {
		t.Errorf("%d entries went that headquarters does not hold, %v", n, err)
	}
	n, err := s.Compact(t.Context(), day.AddDate(0, 0, 3), last)
	if err != nil || n == 0 {
		t.Fatalf("%d entries went, %v", n, err)
	}
	_, first, end, now, err := s.Position(t.Context())
	if err != nil || first != n+1 || end != last || now != head {
		t.Errorf("holds %d to %d, want %d to %d; head kept: %t, %v", first, end, n+1, last, now == head, err)
	}
	base, err := s.Base(t.Context())
	if err != nil || base == nil || base.Seq != n || base.Snapshot.Records != n || base.Snapshot.Types[wire.TypeDayOpened] != 2 {
		t.Fatalf("base %+v, %v", base, err)
	}
	records, prev, err := s.After(t.Context(), n, 1000, 1<<20)
	if err != nil || prev != base.Head || prev.Chain(records) != head {
		t.Errorf("the chain does not go on from the base: %v", err)
	}
	if days, err := s.Days(t.Context()); err != nil || len(days) != 5 {
		t.Errorf("reports know %v, %v", days, err)
	}
	if _, err := s.Record(t.Context(), "2025-03-03", day); err != nil {
		t.Errorf("what a compacted day was: %v", err)
	}
	if _, _, err := s.Replay(t.Context(), catalogue()); err != nil {
		t.Errorf("replay: %v", err)
	}
}

// keep lives a wish and appends what followed from it.
func keep(t *testing.T, s *store.Store, d *queue.Day, at time.Time, cmd queue.Command) {
	t.Helper()
	entries, err := d.Handle(cmd, at)
	if err == nil {
		err = s.Append(t.Context(), engine.Batch{Entries: entries})
	}
	if err != nil {
		t.Fatal(err)
	}
}
