package store_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// version is a branch's program of some version: which facts of nodes it can read.
type version func(kind string, version int) bool

// before is a version that did not know some types yet.
func before(unknown ...string) version {
	return func(kind string, version int) bool {
		return !slices.Contains(unknown, kind) && engine.Understands(kind, version)
	}
}

// run opens the file with a program of a version; its Append may be cut off.
func run(t *testing.T, path string, v version, journal func(*store.Store) engine.Journal) branch {
	t.Helper()
	s, err := store.Open(t.Context(), path, machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	b := branch{store: s, heard: &audience{}}
	cfg := b.config()
	cfg.Understands, cfg.Log = v, slog.New(slog.DiscardHandler)
	if journal != nil {
		cfg.Journal = journal(s)
	}
	if b.engine, err = engine.New(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b branch) adopt(t *testing.T, after wire.Hash, from uint64, records ...wire.Record) wire.Hash {
	t.Helper()
	head := after.Chain(records)
	if err := b.engine.Adopt(t.Context(), []engine.Delivery{{Node: "L901-K01", Epoch: 9, Last: from + uint64(len(records)) - 1, Head: head, Records: records}}); err != nil {
		t.Fatal(err)
	}
	return head
}

func (b branch) fold(t *testing.T) (folded, left int) {
	t.Helper()
	folded, left, err := b.engine.Fold(t.Context(), b.store)
	if err != nil {
		t.Fatal(err)
	}
	return folded, left
}

func (b branch) entries(t *testing.T, kind string) (n int) {
	t.Helper()
	all, _, err := b.store.After(t.Context(), 0, 10_000, 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if e, err := wire.DecodeEvent(r.Raw); err == nil && e.Type == kind {
			n++
		}
	}
	return n
}

func (b branch) visit(t *testing.T, request queue.RequestID) (v queue.Visit, known bool) {
	t.Helper()
	if err := b.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) { v, known = d.Requested(request) }); err != nil {
		t.Fatal(err)
	}
	return v, known
}

// slip is what a kiosk writes that gave a citizen paper without a number, and what became of the paper.
func slip(t *testing.T, seq uint64, request, name, day string) []wire.Record {
	t.Helper()
	return []wire.Record{
		kioskRecord(t, seq, wire.TypeSlipGiven, wire.NamedFact{
			Request: request, Boot: "b1", Service: "cc", Class: string(queue.ClassWalkIn), Lang: "pt", Name: name, Day: day,
		}),
		kioskRecord(t, seq+1, wire.TypeTicketPrinted, wire.TicketFact{Request: request}),
	}
}

func (b branch) today(t *testing.T) (day string) {
	t.Helper()
	if err := b.engine.Today(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.engine.Read(t.Context(), func(d *queue.Day, _ time.Time) { day = string(d.Date()) }); err != nil {
		t.Fatal(err)
	}
	return day
}

func TestFactsThatAnOlderVersionCouldNotReadAreFoldedByANewerOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	old := run(t, path, before(wire.TypeSlipGiven), nil)
	day := old.today(t)
	head := old.adopt(t, wire.Hash{}, 1, slip(t, 1, "r1", "K1-7", day)...)
	old.adopt(t, head, 3, kioskRecord(t, 3, "future.kind", map[string]string{"x": "y"}))
	if _, known := old.visit(t, "r1"); known {
		t.Fatal("the older version made a visit of a fact that it does not know")
	}
	if folded, left := old.fold(t); folded != 0 || left != 3 {
		t.Errorf("the older version folded %d of its own and left %d, want 0 and 3: the paper waits for its number", folded, left)
	}
	if err := old.store.Close(); err != nil {
		t.Fatal(err)
	}

	young := run(t, path, engine.Understands, nil)
	if folded, left := young.fold(t); folded != 2 || left != 1 {
		t.Errorf("folded %d and left %d, want 2 and 1", folded, left)
	}
	v, known := young.visit(t, "r1")
	if !known || v.State != queue.StateWaiting || v.Print != queue.PrintConfirmed || v.Number.String() != "A001" {
		t.Errorf("visit after the upgrade: %+v, known %t", v, known)
	}
	if folded, left := young.fold(t); folded != 0 || left != 1 {
		t.Errorf("a second start folded %d and left %d", folded, left)
	}
	if n := young.entries(t, wire.TypeReserved); n != 1 {
		t.Errorf("%d visits in the journal, want one", n)
	}
	waits, err := young.store.LaterFacts(t.Context())
	if err != nil || len(waits) != 1 || waits[0] != (store.Later{Type: "future.kind", Version: 1, Facts: 1}) {
		t.Errorf("what waits: %+v, %v", waits, err)
	}
	if err := young.store.Close(); err != nil {
		t.Fatal(err)
	}
	again := run(t, path, engine.Understands, nil)
	if v, known := again.visit(t, "r1"); !known || v.State != queue.StateWaiting {
		t.Errorf("visit after a restart: %+v, known %t", v, known)
	}
}

func TestALaterVersionOfAKnownTypeWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	b := run(t, path, nil, nil)
	day := b.today(t)
	record := slip(t, 1, "r1", "K1-7", day)[0]
	e, err := wire.DecodeEvent(record.Raw)
	if err != nil {
		t.Fatal(err)
	}
	e.Version = 2
	if record.Raw, err = wire.EncodeEvent(e); err != nil {
		t.Fatal(err)
	}
	b.adopt(t, wire.Hash{}, 1, record)
	if _, known := b.visit(t, "r1"); known {
		t.Error("a fact of version 2 was read as one of version 1")
	}
	if waits, err := b.store.LaterFacts(t.Context()); err != nil || len(waits) != 1 || waits[0] != (store.Later{Type: wire.TypeSlipGiven, Version: 2, Facts: 1}) {
		t.Errorf("what waits: %+v, %v", waits, err)
	}
	// Nor is it forgotten with the copies of nodes' logs.
	if _, err := b.store.ForgetMirror(t.Context(), time.Now().AddDate(1, 0, 0), engine.Understands); err != nil {
		t.Fatal(err)
	}
	if lot, err := b.store.Waiting(t.Context(), 0, 10); err != nil || len(lot) != 1 || string(lot[0].Raw) != string(record.Raw) {
		t.Errorf("after forgetting copies %d facts wait, %v", len(lot), err)
	}
}

// mortal is a journal of a program that dies after some appends: the last one may or may not be on disk.
type mortal struct {
	engine.Journal

	lives int
	after bool // it dies behind the commit
}

type deathError struct{}

func (deathError) Error() string { return "the program is dead" }

func (m *mortal) Append(ctx context.Context, b engine.Batch) error {
	if m.lives--; m.lives >= 0 {
		return m.Journal.Append(ctx, b)
	}
	if m.after {
		if err := m.Journal.Append(ctx, b); err != nil {
			return err
		}
	}
	return deathError{}
}

// TestAnAdoptionThatDiesBetweenTwoCommitsGoesOn folds many facts with programs that die before or behind a commit: each
// fact has its effect once.
func TestAnAdoptionThatDiesBetweenTwoCommitsGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	old := run(t, path, before(wire.TypeDeviceFault), nil)
	old.today(t)
	const facts = 950
	var all []wire.Record
	for seq := uint64(1); seq <= facts; seq++ {
		all = append(all, kioskRecord(t, seq, wire.TypeDeviceFault, wire.DeviceFact{Device: "printer", State: "paper_out"}))
	}
	old.adopt(t, wire.Hash{}, 1, all...)
	if err := old.store.Close(); err != nil {
		t.Fatal(err)
	}
	folded := 0
	for _, m := range []mortal{{lives: 0}, {lives: 1}, {lives: 0, after: true}, {lives: 1, after: true}, {lives: 100}} {
		b := run(t, path, nil, func(s *store.Store) engine.Journal { m.Journal = s; return &m })
		n, left, err := b.engine.Fold(t.Context(), b.store)
		folded += n
		if last := m.lives > 0; last != (err == nil) || last && left != 0 {
			t.Errorf("folded %d, left %d, %v", n, left, err)
		}
		if err := b.store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b := run(t, path, nil, nil)
	if n := b.entries(t, wire.TypeDeviceFault); n != facts {
		t.Errorf("%d facts in the journal, want %d", n, facts)
	}
	if lot, err := b.store.Waiting(t.Context(), 0, 10); err != nil || len(lot) != 0 {
		t.Errorf("%d facts still wait, %v", len(lot), err)
	}
	if mark, err := b.store.Mark(t.Context(), "L901-K01", 9); err != nil || mark.HWM != facts {
		t.Errorf("mark %+v, %v", mark, err)
	}
}
