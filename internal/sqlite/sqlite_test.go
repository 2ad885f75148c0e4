package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"balcao/internal/sqlite"
)

var schema = fstest.MapFS{
	"0001_first.sql": {Data: []byte(`CREATE TABLE fact (seq INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT;
		CREATE TABLE part (seq INTEGER NOT NULL REFERENCES fact (seq)) STRICT;`)},
}

func open(t testing.TB, path string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func migrated(t testing.TB, path string) *sqlite.DB {
	t.Helper()
	db := open(t, path)
	if err := db.Migrate(t.Context(), schema); err != nil {
		t.Fatal(err)
	}
	return db
}

func insert(ctx context.Context, db *sqlite.DB, seq int) error {
	return db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO fact (seq, raw) VALUES (?, ?)", seq, []byte(strings.Repeat("x", 300)))
		return err
	})
}

func count(t testing.TB, db *sqlite.DB) int {
	t.Helper()
	var n int
	if err := db.QueryRow(t.Context(), "SELECT count(*) FROM fact").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDatabaseIsOpenedTheWayThatKeepsPromises(t *testing.T) {
	db := migrated(t, filepath.Join(t.TempDir(), "sub dir", "a?b#c%20.db"))
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "auto_vacuum": "2", "busy_timeout": "5000",
	} {
		var got string
		err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
			return tx.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got)
		})
		if err != nil || got != want {
			t.Errorf("%s = %s (%v), want %s", pragma, got, err, want)
		}
	}
	if _, err := os.Stat(db.Path()); err != nil {
		t.Errorf("a strange file name was not kept: %v", err)
	}
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	db := migrated(t, filepath.Join(t.TempDir(), "x.db"))
	broken := errors.New("broken")
	err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO fact VALUES (1, x'00')"); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) || count(t, db) != 0 {
		t.Errorf("error %v, %d rows", err, count(t, db))
	}
	func() {
		defer func() { _ = recover() }()
		_ = db.Write(t.Context(), func(*sqlite.Tx) error { panic("torn") })
	}()
	if err := insert(t.Context(), db, 1); err != nil {
		t.Errorf("after a panic: %v", err)
	}
	if err := insert(t.Context(), db, 1); !sqlite.IsDuplicate(err) {
		t.Errorf("second insert: %v, want a duplicate", err)
	}
	err = db.Write(t.Context(), func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(t.Context(), "INSERT INTO part VALUES (99)")
		return err
	})
	if err == nil {
		t.Error("a part of nothing was taken")
	}
}

func TestReadersCannotWriteAndSeeOneState(t *testing.T) {
	db := migrated(t, filepath.Join(t.TempDir(), "x.db"))
	err := db.Read(t.Context(), func(tx *sqlite.Tx) error {
		var before, after int
		if err := tx.QueryRowContext(t.Context(), "SELECT count(*) FROM fact").Scan(&before); err != nil {
			return err
		}
		if err := insert(t.Context(), db, 1); err != nil {
			return err
		}
		if err := tx.QueryRowContext(t.Context(), "SELECT count(*) FROM fact").Scan(&after); err != nil {
			return err
		}
		if before != after {
			t.Errorf("a reader saw %d, then %d rows", before, after)
		}
		if _, err := tx.ExecContext(t.Context(), "DELETE FROM fact"); err == nil {
			t.Error("a reader deleted")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSecondProgramIsKeptOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	first := migrated(t, path)
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{}); !errors.Is(err, sqlite.ErrInUse) || !strings.Contains(err.Error(), path) {
		t.Errorf("second open: %v, want %v naming the path", err, sqlite.ErrInUse)
	}
	reader, err := sqlite.Open(t.Context(), path, sqlite.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := insert(t.Context(), first, 1); err != nil {
		t.Fatal(err)
	}
	if n := count(t, reader); n != 1 {
		t.Errorf("a reader beside it sees %d rows, want 1", n)
	}
	if err := insert(t.Context(), reader, 2); err == nil {
		t.Error("a reader wrote")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestUnusablePathsAreNamed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("this is no database, but long enough to be looked at\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), filepath.Join(file, "x.db"), sqlite.Options{})
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("directory that is a file: %v", err)
	}
	_, err = sqlite.Open(t.Context(), file, sqlite.Options{})
	if !errors.Is(err, sqlite.ErrDamaged) || !strings.Contains(err.Error(), file) {
		t.Errorf("file that is no database: %v", err)
	}
	if os.Getuid() == 0 {
		return // nothing is unwritable for root
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), filepath.Join(dir, "x.db"), sqlite.Options{}); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("unwritable directory: %v", err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db := migrated(t, path)
	newer := fstest.MapFS{
		"0001_first.sql": schema["0001_first.sql"],
		"0002_more.sql":  {Data: []byte("ALTER TABLE fact ADD COLUMN note TEXT")},
	}
	for range 2 {
		if err := db.Migrate(t.Context(), newer); err != nil {
			t.Fatal(err)
		}
	}
	if v, err := db.Schema(t.Context()); v != 2 || err != nil {
		t.Errorf("schema = %d (%v), want 2", v, err)
	}
	if err := db.Migrate(t.Context(), schema); !errors.Is(err, sqlite.ErrNewerSchema) {
		t.Errorf("older program: %v, want %v", err, sqlite.ErrNewerSchema)
	}
}

func TestBrokenMigrationLeavesTheSchemaAsItWas(t *testing.T) {
	db := migrated(t, filepath.Join(t.TempDir(), "x.db"))
	err := db.Migrate(t.Context(), fstest.MapFS{
		"0001_first.sql": schema["0001_first.sql"],
		"0002_bad.sql":   {Data: []byte("CREATE TABLE half (x INTEGER); CREATE TABLE half (x INTEGER)")},
	})
	if err == nil {
		t.Fatal("a broken migration was taken")
	}
	if v, err := db.Schema(t.Context()); v != 1 || err != nil {
		t.Errorf("schema = %d (%v), want 1", v, err)
	}
	var n int
	if err := db.QueryRow(t.Context(), "SELECT count(*) FROM sqlite_schema WHERE name = 'half'").Scan(&n); err != nil || n != 0 {
		t.Errorf("half a migration stayed: %d tables (%v)", n, err)
	}
	for name, files := range map[string]fstest.MapFS{
		"none": {}, "gap": {"0002_x.sql": {}}, "name": {"first.sql": {}},
	} {
		if err := db.Migrate(t.Context(), files); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestKilledWriterLosesNothingItAcknowledged starts this test binary again as
// a writer, kills it while it writes, and opens what it left.
func TestKilledWriterLosesNothingItAcknowledged(t *testing.T) {
	if path := os.Getenv("BALCAO_SQLITE_WRITER"); path != "" {
		db := migrated(t, path)
		for i := count(t, db) + 1; ; i++ {
			if err := insert(t.Context(), db, i); err != nil {
				t.Fatal(err)
			}
			fmt.Println("acknowledged", i)
		}
	}
	path := filepath.Join(t.TempDir(), "x.db")
	acknowledged := 0
	for range 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "BALCAO_SQLITE_WRITER="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for target := acknowledged + 20; acknowledged < target; {
			var word string
			if n, err := fmt.Fscan(out, &word, &acknowledged); n != 2 {
				t.Fatalf("the writer said %q: %v", word, err)
			}
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		db := open(t, path)
		if n := count(t, db); n < acknowledged {
			t.Errorf("%d rows, but %d were acknowledged", n, acknowledged)
		} else {
			acknowledged = n
		}
		if err := db.Check(t.Context()); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDamageIsFoundAfterAnUncleanStop(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "x.db"), filepath.Join(dir, "copy.db")
	db := migrated(t, path)
	for i := range 2000 {
		if err := insert(t.Context(), db, i+1); err != nil {
			t.Fatal(err)
		}
	}
	// A copy of a live database with its log is what a power cut leaves.
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if suffix == "" {
			for i := 8192; i < len(raw) && i < 8192+4096*40; i++ {
				raw[i] ^= 0x5a
			}
		}
		if err := os.WriteFile(copied+suffix, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := sqlite.Open(t.Context(), copied, sqlite.Options{}); !errors.Is(err, sqlite.ErrDamaged) {
		t.Errorf("open = %v, want %v", err, sqlite.ErrDamaged)
	}
}
