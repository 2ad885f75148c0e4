package report_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"balcao/hq/app/enginetest"
	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/postgres"
	"balcao/hq/store"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// lacking is the vocabulary of an older version, which did not know some types yet.
func lacking(kinds ...string) func(kind string, version int) bool {
	return func(kind string, version int) bool {
		return !slices.Contains(kinds, kind) && wire.Reads(kind, version)
	}
}

// older is a house whose program is of an older version; grown is the same database with today's.
func older(t *testing.T, at string, reads func(kind string, version int) bool) *house {
	t.Helper()
	now := func() time.Time { return date("2026-11-23").Add(20 * time.Hour) }
	var s *store.Store
	var err error
	if enginetest.Shared(at) {
		var db *postgres.DB
		if db, err = postgres.Open(t.Context(), postgres.Config{URL: at, Reads: reads}, now()); err == nil {
			s, err = store.On(t.Context(), db, now)
		}
	} else {
		s, err = store.Open(t.Context(), at, now)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	live := network.New(network.Options{Zone: time.UTC, Limit: 2000, Target: 20 * time.Minute, Known: []network.Known{
		{ID: "L901", Name: "Loja de Cidadão Um", District: "Porto"}, {ID: "L902", Name: "Loja de Cidadão Dois", District: "Faro"},
	}})
	h := &house{
		t: t, store: s, live: live, logs: map[wire.NodeID][]wire.Record{}, desk: report.NewDesk(s, live),
		keeper: report.NewKeeper(s, live, time.Minute, now, slog.New(slog.DiscardHandler)),
	}
	s.Reads(reads)
	h.keeper.Reads(reads)
	return h
}

func (h *house) later(node wire.NodeID) int {
	h.t.Helper()
	n, err := h.store.Later(h.t.Context(), node)
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) fault(branch wire.NodeID, at time.Time) {
	h.t.Helper()
	h.note(branch, at, queue.Noted{Type: wire.TypeDeviceFault, Version: 1, Data: []byte(`{"dev":"printer","state":"paper_out"}`)})
}

// TestReportsAreMadeAgainWithWhatANewerVersionReads: an older headquarters takes in facts that it cannot read, reports
// without them, and its successor makes up for them, once.
func TestReportsAreMadeAgainWithWhatANewerVersionReads(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		at := place(t)
		old := older(t, at, lacking(wire.TypeFinished, wire.TypeDeviceFault))
		old.serve("L901", "2026-10-29", "cc", 2, time.Minute)
		old.look()
		old.serve("L901", "2026-10-30", "cc", 5, 10*time.Minute)
		old.look()
		old.fault("L901", date("2026-10-30").Add(10*time.Hour))
		old.serve("L901", "2026-11-02", "cc", 3, 30*time.Minute)
		old.serve("L902", "2026-11-02", "tax", 4, 30*time.Minute)
		old.look()
		q := report.Question{From: date("2026-10-01"), To: date("2026-11-30"), Group: report.ByMonth}
		if a := old.ask(q); a.Total.Sum.Issued != 14 || a.Total.Sum.Finished != 0 {
			t.Fatalf("the older version reports %d issued and %d finished", a.Total.Sum.Issued, a.Total.Sum.Finished)
		}
		if n := old.later("L901"); n != 11 {
			t.Errorf("%d facts of L901 wait, want 11", n)
		}
		faults, err := old.store.DeviceFaults(t.Context(), time.Time{})
		if err != nil || len(faults) != 0 {
			t.Errorf("faults before the upgrade: %+v, %v", faults, err)
		}
		if err := old.store.Close(); err != nil {
			t.Fatal(err)
		}

		young := older(t, at, wire.Reads)
		for range 2 {
			young.look()
			if a := young.ask(q); a.Total.Sum.Issued != 14 || a.Total.Sum.Finished != 14 {
				t.Errorf("the newer version reports %d issued and %d finished, want 14 and 14", a.Total.Sum.Issued, a.Total.Sum.Finished)
			}
			if n := young.later("L901") + young.later("L902"); n != 0 {
				t.Errorf("%d facts still wait", n)
			}
			faults, err := young.store.DeviceFaults(t.Context(), time.Time{})
			if err != nil || len(faults) != 1 || faults[0].Faults != 1 {
				t.Errorf("faults after the upgrade: %+v, %v", faults, err)
			}
		}
	})
}

func TestAnUnknownTypeAndALaterVersionWaitAtHeadquarters(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		h := newHouse(t, place)
		h.serve("L901", "2026-10-30", "cc", 1, time.Minute)
		h.note("L901", date("2026-10-30").Add(10*time.Hour), queue.Noted{Type: "future.kind", Version: 1, Data: []byte(`{}`)})
		h.note("L901", date("2026-10-30").Add(10*time.Hour), queue.Noted{Type: wire.TypeDeviceFault, Version: 2, Data: []byte(`{"dev":"printer"}`)})
		h.look()
		if n := h.later("L901"); n != 2 {
			t.Errorf("%d facts wait, want 2", n)
		}
		if faults, err := h.store.DeviceFaults(t.Context(), time.Time{}); err != nil || len(faults) != 0 {
			t.Errorf("a fault of version 2 was read as one of version 1: %+v, %v", faults, err)
		}
	})
}

// cut is a log whose program dies after some commits of folding: the reading of the next part ends it.
type cut struct {
	*store.Store

	parts int
}

var errDead = errors.New("the program is dead")

func (c *cut) Fold(ctx context.Context) (int, error) {
	ctx, die := context.WithCancel(ctx)
	defer die()
	n := 0
	c.Reads(func(kind string, version int) bool { // asked once for each kind that waits
		if n++; n > c.parts {
			return false
		}
		return wire.Reads(kind, version)
	})
	folded, err := c.Store.Fold(ctx)
	return folded, errors.Join(err, errDead)
}

// TestFoldingThatDiesBetweenTwoCommitsGoesOn: some kinds of facts are folded, the program dies before it made any report,
// and the next one ends with the same reports.
func TestFoldingThatDiesBetweenTwoCommitsGoesOn(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		at := place(t)
		old := older(t, at, lacking(wire.TypeFinished, wire.TypeStarted, wire.TypeDeviceFault))
		for d := range 3 {
			old.serve("L901", fmt.Sprintf("2026-10-%d", 28+d), "cc", 4, time.Minute)
			old.fault("L901", date("2026-10-30"))
			old.look()
		}
		for parts := range 3 {
			dead := &cut{Store: old.store, parts: parts}
			k := report.NewKeeper(dead, old.live, time.Minute, time.Now, slog.New(slog.DiscardHandler))
			if err := k.Look(t.Context()); !errors.Is(err, errDead) {
				t.Fatalf("look = %v", err)
			}
		}
		old.store.Reads(wire.Reads)
		old.keeper.Reads(wire.Reads)
		old.look()
		a := old.ask(report.Question{From: date("2026-10-01"), To: date("2026-10-31"), Group: report.ByMonth})
		if a.Total.Sum.Issued != 12 || a.Total.Sum.Finished != 12 || old.later("L901") != 0 {
			t.Errorf("%d issued, %d finished, %d wait; want 12, 12 and none", a.Total.Sum.Issued, a.Total.Sum.Finished, old.later("L901"))
		}
		if faults, err := old.store.DeviceFaults(t.Context(), time.Time{}); err != nil || len(faults) != 1 || faults[0].Faults != 3 {
			t.Errorf("faults: %+v, %v", faults, err)
		}
	})
}
