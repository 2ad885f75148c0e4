package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"balcao/hq/network/report"
	"balcao/hq/store"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// months fills a database with logs of three branches that came in over four months: so many records of each branch in each,
// the last of them the Day that is not over. It returns what the branches logged.
func months(t testing.TB, path string, each uint64) map[wire.NodeID][]wire.Record {
	t.Helper()
	month := 7
	s, err := store.Open(t.Context(), path, func() time.Time { return time.Date(2026, time.Month(month), 20, 12, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all := map[wire.NodeID][]wire.Record{}
	for _, node := range []wire.NodeID{"L017", "L018", "L019"} {
		all[node] = journal(4 * each)
		all[node][4*each-3] = record(4*each-2, "day.opened", `{"day":"2026-10-20"}`)
	}
	for ; month <= 10; month++ {
		for node, log := range all {
			from := uint64(month-7)*each + 1
			for ; from <= uint64(month-6)*each; from += wire.MaxBatchEvents {
				accept(t, s, batch(node, log, from, min(from+wire.MaxBatchEvents-1, uint64(month-6)*each)))
			}
		}
	}
	for node := range all {
		// The reports have read all but the Day that is not over.
		if err := s.KeepDays(t.Context(), report.Mark{Branch: node, Epoch: epoch, Seq: 4*each - 3, UptoEpoch: epoch, UptoSeq: 4 * each, At: clock()}, nil); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func september() time.Time { return time.Date(2026, 9, 15, 0, 0, 0, 0, time.UTC) }

func rowsHere(t testing.TB, s *store.Store) (n int) {
	t.Helper()
	if err := s.Database().QueryRow(t.Context(), `SELECT count(*) FROM event`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOldMonthsMoveIntoFilesAndReadAsBefore(t *testing.T) {
	path := file(t)
	logs := months(t, path, 250)
	s := open(t, path)
	if n, err := s.ArchiveBefore(t.Context(), september()); err != nil || n != 2 {
		t.Fatalf("%d months, %v; want July and August", n, err)
	}
	if n := rowsHere(t, s); n != 3*2*250 {
		t.Errorf("%d events are still here, want those of two months", n)
	}
	for node, log := range logs {
		if !same(held(t, s, node), log) {
			t.Errorf("%s does not read as it was logged", node)
		}
		for i, r := range slices.Collect(first(s.Records(t.Context(), node, epoch, 260), 3)) {
			if r.Seq != uint64(261+i) {
				t.Errorf("record %d after 260 is %d", i, r.Seq)
			}
		}
	}
	all, err := s.Archived(t.Context())
	if err != nil || len(all) != 2 || all[0].Month != "2026-07" || all[0].Events != 750 || all[1].Cleared.IsZero() {
		t.Errorf("archive = %+v, %v", all, err)
	}
	if n, err := s.ArchiveBefore(t.Context(), september()); err != nil || n != 0 {
		t.Errorf("again: %d months, %v", n, err)
	}
	if events, faults, err := store.VerifyArchive(t.Context(), path, archiveOf(path)); err != nil || len(faults) > 0 || events != 3000 {
		t.Errorf("%d events, faults %v, %v", events, faults, err)
	}
	// The branches notice nothing.
	next := append(logs["L017"], record(1001, "counter.closed", `{"counter":"1"}`))
	if d := accept(t, s, batch("L017", next, 990, 1001)); d[0].Position.HWM != 1001 {
		t.Errorf("decision = %+v", d)
	}
}

func first(from func(func(wire.Record, error) bool), n int) func(func(wire.Record) bool) {
	return func(yield func(wire.Record) bool) {
		from(func(r wire.Record, err error) bool { n--; return err == nil && yield(r) && n > 0 })
	}
}

func archiveOf(path string) string { return filepath.Join(filepath.Dir(path), "archive") }

func TestADayThatIsNotOverAndWhatNobodyCountedStay(t *testing.T) {
	path := file(t)
	months(t, path, 100)
	s := open(t, path)
	accept(t, s, batch("L020", journal(5), 1, 5)) // the reports have not read it
	if n, err := s.ArchiveBefore(t.Context(), clock().AddDate(1, 0, 0)); err != nil || n != 4 {
		t.Fatalf("%d months, %v", n, err)
	}
	if n := rowsHere(t, s); n != 3*3+5 {
		t.Errorf("%d events are still here, want the three of each Day and five", n)
	}
	if before, opened, err := s.DayStart(t.Context(), "L017", epoch); err != nil || !opened || before != 397 {
		t.Errorf("the Day begins after %d, %v, %v", before, opened, err)
	}
	// What was late of a month that has its file goes into another.
	if err := s.KeepDays(t.Context(), report.Mark{Branch: "L017", Epoch: epoch, Seq: 400, UptoEpoch: epoch, UptoSeq: 400, At: clock()}, nil); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ArchiveBefore(t.Context(), clock().AddDate(1, 0, 0)); err != nil || n != 1 || rowsHere(t, s) != 3*2+5 {
		t.Errorf("late: %d, %v, %d here", n, err, rowsHere(t, s))
	}
	if _, faults, err := store.VerifyArchive(t.Context(), path, archiveOf(path)); err != nil || len(faults) > 0 {
		t.Errorf("faults %v, %v", faults, err)
	}
}

func TestAChangedFileIsFoundAndNothingIsDeletedForIt(t *testing.T) {
	path := file(t)
	logs := months(t, path, 100)
	s := open(t, path)
	if _, err := s.ArchiveBefore(t.Context(), september()); err != nil {
		t.Fatal(err)
	}
	july := filepath.Join(archiveOf(path), "hq-2026-07.db")
	if err := os.Chmod(july, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), july, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE event SET raw = CAST(replace(CAST(raw AS TEXT), 'counter.opened', 'counter.closed') AS BLOB) WHERE seq = 7`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, faults, err := store.VerifyArchive(t.Context(), path, archiveOf(path))
	if err != nil || len(faults) != 1+len(logs) || !errors.Is(faults[0].Err, store.ErrArchive) || faults[0].File != "hq-2026-07.db" {
		t.Errorf("faults %v, %v", faults, err)
	}
	// Had it been changed before the events were deleted here, they would stay.
	if err := s.Database().Write(t.Context(), func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE archive_month SET cleared = 0 WHERE month = '2026-07'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ArchiveBefore(t.Context(), september()); !errors.Is(err, store.ErrArchive) {
		t.Errorf("cleared by a changed file: %v", err)
	}
}

func TestAFileThatNobodyKnowsIsKeptAside(t *testing.T) {
	path := file(t)
	months(t, path, 100)
	folder := archiveOf(path)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"hq-2026-07.db": "of a later copy", "hq-2026-08.db.new": "half"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, path)
	if n, err := s.ArchiveBefore(t.Context(), september()); err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	found, err := filepath.Glob(filepath.Join(folder, "hq-2026-07.db.before-*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("kept aside: %v, %v", found, err)
	}
	if raw, err := os.ReadFile(found[0]); err != nil || string(raw) != "of a later copy" {
		t.Errorf("it holds %q, %v", raw, err)
	}
}

// TestArchivingGoesOnAfterAnyKill kills the program that archives at moments that grow, until one run has time to end: then
// every record is there once, in the database or in a file, and the chains hold.
func TestArchivingGoesOnAfterAnyKill(t *testing.T) {
	if path := os.Getenv("HQ_ARCHIVE_OF"); path != "" {
		s, err := store.Open(t.Context(), path, clock)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ArchiveBefore(t.Context(), clock().AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		return // its parent counts
	}
	if testing.Short() {
		t.Skip("starts and kills programs")
	}
	path := file(t)
	logs := months(t, path, 400)
	kills := 0
	for patience := 40 * time.Millisecond; ; patience += patience / 2 {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run", "^TestArchivingGoesOnAfterAnyKill$") //nolint:gosec // this test
		cmd.Env = append(os.Environ(), "HQ_ARCHIVE_OF="+path)
		out, err := cmd.CombinedOutput()
		killed := ctx.Err() != nil
		cancel()
		if err == nil {
			break
		}
		if !killed {
			t.Fatalf("%v: %s", err, out)
		}
		kills++
		if _, faults, err := store.VerifyArchive(t.Context(), path, archiveOf(path)); err != nil || len(faults) > 0 {
			t.Fatalf("after kill %d: %v, %v", kills, faults, err)
		}
	}
	t.Logf("%d kills", kills)
	s := open(t, path)
	for node, log := range logs {
		if !same(held(t, s, node), log) {
			t.Errorf("%s does not read as it was logged", node)
		}
	}
	all, err := s.Archived(t.Context())
	if err != nil || len(all) != 4 {
		t.Errorf("archive = %+v, %v", all, err)
	}
	if left, err := filepath.Glob(filepath.Join(archiveOf(path), "*.new*")); err != nil || len(left) > 0 {
		t.Error(fmt.Sprint("left behind: ", left))
	}
}
