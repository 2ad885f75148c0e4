package postgres_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"balcao/hq/alert"
	"balcao/hq/atlas/registry"
	"balcao/hq/cases"
	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/people"
	"balcao/hq/postgres"
	"balcao/hq/postgres/postgrestest"
	"balcao/hq/store"
	"balcao/internal/signin"
	"balcao/internal/wire"
)

// lived is a headquarters on a file that has something in every table.
func lived(t *testing.T, length uint64) *store.Store {
	t.Helper()
	ctx := t.Context()
	now := clock()
	s, err := store.Open(ctx, filepath.Join(t.TempDir(), "hq.db"), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	log := journal(length)
	for i, node := range []wire.NodeID{"L901", "L902"} {
		now = clock().AddDate(0, -i, 0)
		_, err := s.AcceptAll(ctx, []wire.Batch{batch(node, log, 1, length)})
		must(err)
	}
	now = clock()
	_, err = s.Rebase(ctx, "L903", epoch, wire.Base{Seq: 50, Head: wire.Hash{}.Chain(log[:50])})
	must(err)
	_, err = s.AcceptAll(ctx, []wire.Batch{batch("L903", log, 51, 90)})
	must(err)
	must(s.Cloned(ctx, "L902"))
	must(s.Note(ctx, []network.Seen{{Node: "L901", Name: "Loja \x00 Um", At: now}}, []network.LinkChange{{Node: "L901", At: now, State: wire.Online}}))
	must(s.PutPerson(ctx, people.Record{ID: "lia", Name: "Lia", Role: people.Viewer, Hash: "h", Gone: true}))
	must(s.PutPerson(ctx, people.Record{ID: "rui", Name: "Rui", Role: people.Administrator, Hash: "h", Bodies: []string{"at", "iss"}}))
	must(s.BeginSession(ctx, signin.TokenOf("one"), "rui", now.Add(time.Hour)))
	for range 3 {
		must(s.Audit(ctx, people.Deed{At: now, By: "rui", Act: "x", About: "y", Words: "z"}))
	}
	_, _, err = s.PutSites(ctx, "rui", []registry.Site{{ID: "L901", Name: "Loja Um", Kind: registry.Loja, District: "Porto"}})
	must(err)
	s.TellBy([]string{"email"})
	id, err := s.OpenCase(ctx, alert.Alert{Since: now, Opened: now, Finding: alert.Finding{Rule: alert.NoPaper, Branch: "L901", Degree: alert.Urgent, Words: "w"}}, true)
	must(err)
	must(s.AddStep(ctx, cases.Step{Case: id, Kind: cases.Taken, By: "rui", At: now}, false))
	must(s.KeepDays(ctx, report.Mark{Branch: "L901", Epoch: epoch, Seq: 1, UptoEpoch: epoch, UptoSeq: length, At: now}, []report.Day{{Date: "2026-11-23", Epoch: epoch, Seq: 1}}))
	return s
}

// whole is a headquarters with its archive.
func whole(t *testing.T, s *store.Store) postgres.Whole {
	t.Helper()
	w := postgres.Whole{Name: s.Incarnation(), File: s.Database()}
	older, err := s.OpenArchive(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range older {
		t.Cleanup(func() { _ = o.Close() })
		w.Older = append(w.Older, o)
	}
	return w
}

func TestAFileIsMovedWholeAlsoWhenItIsStoppedOnTheWay(t *testing.T) {
	ctx := t.Context()
	const length = 12000 // three chunks
	from := lived(t, length)
	c := postgres.Config{URL: postgrestest.Shared(t).Fresh(t)}
	stopped, stop := context.WithCancel(ctx)
	err := postgres.Move(stopped, c, whole(t, from), clock(), func(table string, done, _ int64) {
		if table == "event" && done > 0 {
			stop()
		}
	})
	if err == nil {
		t.Fatal("a move that was stopped says that it is done")
	}
	if _, err := postgres.Open(ctx, c, clock()); !errors.Is(err, postgres.ErrMoving) {
		t.Errorf("half a database is opened: %v", err)
	}
	if err := postgres.Move(ctx, c, postgres.Whole{Name: "another", File: from.Database()}, clock(), func(string, int64, int64) {}); !errors.Is(err, postgres.ErrMoving) {
		t.Errorf("another file goes into it: %v", err)
	}
	first := int64(-1)
	if err := postgres.Move(ctx, c, whole(t, from), clock(), func(table string, done, _ int64) {
		if table == "event" && first < 0 {
			first = done
		}
	}); err != nil {
		t.Fatal(err)
	}
	if first <= 5000 {
		t.Errorf("events that had arrived were sent again: it began at %d", first)
	}
	if err := postgres.Move(ctx, c, whole(t, from), clock(), func(string, int64, int64) {}); !errors.Is(err, postgres.ErrNotEmpty) {
		t.Errorf("moved over what is there: %v", err)
	}
	db := open(t, c.URL)
	s, err := store.On(ctx, db, clock)
	if err != nil {
		t.Fatal(err)
	}
	log := journal(length)
	for node, want := range map[wire.NodeID]uint64{"L901": length, "L902": length, "L903": 90} {
		if p, err := s.Position(ctx, node, epoch); err != nil || p.HWM != want || p.Head != (wire.Hash{}).Chain(log[:want]) {
			t.Errorf("%s is held to %+v, %v", node, p, err)
		}
	}
	if n, heads, faults, err := s.VerifyAudit(ctx, []uint64{3}); err != nil || n != 3 || len(faults) != 0 || heads[3] == (wire.Hash{}) {
		t.Errorf("audit: %d records, %v, %v", n, faults, err)
	}
	// What comes afterwards has numbers of its own.
	if id, err := s.OpenCase(ctx, alert.Alert{Since: clock(), Opened: clock(), Finding: alert.Finding{Rule: alert.NoPaper, Branch: "L902"}}, false); err != nil || id != 2 {
		t.Errorf("the next case is %d, %v", id, err)
	}
	if all, err := s.People(ctx); err != nil || len(all) != 2 || !all[0].Gone || all[1].Gone || len(all[0].Bodies) != 0 || !slices.Equal(all[1].Bodies, []string{"at", "iss"}) {
		t.Errorf("people: %+v, %v", all, err)
	}
	if who, err := s.Session(ctx, signin.TokenOf("one")); err != nil || who != "rui" {
		t.Errorf("signed in: %q, %v", who, err)
	}
	if months, err := db.Months(ctx); err != nil || len(months) != 4 {
		t.Errorf("months: %v, %v", months, err)
	}
}

func TestAMoveFindsWhatChangedOnTheWay(t *testing.T) {
	ctx := t.Context()
	from := lived(t, 300)
	c := postgres.Config{URL: postgrestest.Shared(t).Fresh(t)}
	var fault error
	err := postgres.Move(ctx, c, whole(t, from), clock(), func(table string, done, all int64) {
		if table == "event" && done == all && fault == nil {
			fault = errors.Join(errors.New("changed"), spoil(ctx, c.URL))
		}
	})
	if !errors.Is(err, postgres.ErrDiffers) {
		t.Errorf("a changed event is taken as good: %v", err)
	}
}

// spoil changes one event behind the back of everybody.
func spoil(ctx context.Context, url string) error {
	db, err := postgres.OpenUnsettled(ctx, postgres.Config{URL: url})
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.Query(ctx, `UPDATE event SET raw = 'x' WHERE seq = 7 RETURNING seq`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		continue
	}
	return rows.Err()
}
