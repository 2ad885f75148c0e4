package powercut_test

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"balcao/internal/powercut"
	"balcao/internal/sqlite"
)

// recorded writes some rows, one in each transaction, and returns what happened to the files.
func recorded(t *testing.T, rows int) powercut.Tape {
	t.Helper()
	dir := t.TempDir()
	r, err := powercut.Record(dir)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "a.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	write := func(statement string, args ...any) {
		t.Helper()
		if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
			_, err := tx.ExecContext(t.Context(), statement, args...)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	write("CREATE TABLE row (n INTEGER PRIMARY KEY, body BLOB)")
	for n := range rows {
		write("INSERT INTO row VALUES (?, randomblob(900))", n+1)
		r.Mark(uint64(n + 1))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	tape, err := r.End()
	if err != nil {
		t.Fatal(err)
	}
	return tape
}

// cut cuts the power at a moment and reports whether every row that was told of is there.
func cut(t *testing.T, d *powercut.Disk, moment int, dice *rand.Rand) (told, rows uint64) {
	t.Helper()
	told = d.To(moment)
	to := t.TempDir()
	if err := d.Cut(dice, to); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(t.Context(), filepath.Join(to, "a.db"), sqlite.Options{})
	if err != nil {
		t.Fatalf("moment %d: %v", moment, err)
	}
	defer db.Close()
	if told == 0 {
		return 0, 0
	}
	if err := db.QueryRow(t.Context(), "SELECT count(*) FROM row").Scan(&rows); err != nil {
		t.Fatalf("moment %d: %v", moment, err)
	}
	return told, rows
}

// rows counts what can still be read; nothing where the file is broken.
func rows(t *testing.T, dir string) (n uint64) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "a.db"), sqlite.Options{})
	if err != nil {
		return 0
	}
	defer db.Close()
	if db.QueryRow(t.Context(), "SELECT count(*) FROM row").Scan(&n) != nil {
		return 0
	}
	return n
}

func TestWhatWasCommittedOutlivesThePower(t *testing.T) {
	rows := 300
	if testing.Short() {
		rows = 60
	}
	tape := recorded(t, rows)
	writes, syncs := tape.Writes()
	if writes < 2*rows || syncs < rows {
		t.Fatalf("%d writes and %d syncs are on the tape", writes, syncs)
	}
	dice, d := rand.New(rand.NewPCG(1, 1)), tape.Follow()
	for moment := 0; moment <= tape.Len(); moment += 1 + tape.Len()/(rows/8) {
		if told, held := cut(t, d, moment, dice); held < told {
			t.Errorf("moment %d: %d rows of %d", moment, held, told)
		}
	}
}

// TestADiskThatOnlySaysThatItSyncedIsSeenToLose: a cut that costs nothing on such a disk proves nothing.
func TestADiskThatOnlySaysThatItSyncedIsSeenToLose(t *testing.T) {
	tape := recorded(t, 60).Unsynced()
	dice, d := rand.New(rand.NewPCG(2, 2)), tape.Follow()
	lost := false
	for moment := tape.Len() / 2; moment < tape.Len() && !lost; moment += 5 {
		told := d.To(moment)
		to := t.TempDir()
		if err := d.Cut(dice, to); err != nil {
			t.Fatal(err)
		}
		lost = rows(t, to) < told
	}
	if !lost {
		t.Error("commits that nobody synced were all there")
	}
}
