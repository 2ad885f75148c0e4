package store_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/journal"
	"balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

// aDay writes a short day into a new journal and returns its path; the file is closed.
func aDay(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	b.do(t, "", queue.OpenCounter{Counter: "1"})
	for i := range 5 {
		b.do(t, "", queue.Issue{Request: queue.RequestID(fmt.Sprint("r", i)), Service: "cc", Class: queue.ClassWalkIn})
	}
	b.do(t, "call", queue.CallNext{Counter: "1"})
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// damage changes rows of a closed journal behind the program's back.
func damage(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// start opens a journal as the program does.
func start(ctx context.Context, path string) (*store.Store, *engine.Engine, error) {
	s, err := store.Open(ctx, path, machine.Minter())
	if err != nil {
		return nil, nil, err
	}
	e, err := engine.New(ctx, engine.Config{
		Catalogue: catalogue(), Zone: time.UTC, Journal: s, Audience: &audience{}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		_ = s.Close()
	}
	return s, e, err
}

func verify(t *testing.T, path string) *journal.Verifier {
	t.Helper()
	r, err := store.OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	v := journal.NewVerifier()
	if err := r.From(t.Context(), 0, func(row journal.Row) error { v.Take(row); return nil }); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestADamagedEntryIsRefusedAndNamed: what an entry on disk said may have been printed or called, so the program does not
// start without it; it says which one it is, and so does the verifier.
func TestADamagedEntryIsRefusedAndNamed(t *testing.T) {
	for name, row := range map[string]struct {
		statement string
		seq       uint64
	}{
		"a torn last entry":     {`UPDATE journal SET raw = substr(raw, 1, length(raw) / 2) WHERE seq = (SELECT max(seq) FROM journal)`, 13},
		"a changed middle":      {`UPDATE journal SET raw = CAST(replace(CAST(raw AS TEXT), 'walkin', 'law') AS BLOB) WHERE seq = 7`, 7},
		"a middle of nonsense":  {`UPDATE journal SET raw = x'00' WHERE seq = 5`, 5},
		"an entry that is gone": {`DELETE FROM journal WHERE seq = 6`, 7},
	} {
		t.Run(name, func(t *testing.T) {
			path := aDay(t)
			damage(t, path, row.statement)
			_, _, err := start(t.Context(), path)
			damaged, ok := errors.AsType[*store.DamagedError](err)
			if !ok || damaged.Seq != row.seq {
				t.Errorf("started with %v, want entry %d named", err, row.seq)
			}
			if v := verify(t, path); v.TornAt() != row.seq {
				t.Errorf("verified: torn at %d, want %d: %+v", v.TornAt(), row.seq, v.Faults)
			}
		})
	}
}

// TestAnUnfinishedWriteIsLeftOut cuts the power in the middle of a commit: the last frames of the write-ahead log never
// reached the disk. Nobody was told, so the program starts without it, and says that it did.
func TestAnUnfinishedWriteIsLeftOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	b.do(t, "", queue.Issue{Request: "r1", Service: "cc", Class: queue.ClassWalkIn})
	sound := size(t, path+"-wal")
	b.do(t, "", queue.Issue{Request: "r2", Service: "cc", Class: queue.ClassWalkIn})
	whole := size(t, path+"-wal")
	if whole <= sound {
		t.Fatalf("the write-ahead log did not grow: %d, then %d bytes", sound, whole)
	}
	for _, cut := range []int64{whole, whole - 1, (sound + whole) / 2, sound + 30, sound} {
		copied := filepath.Join(t.TempDir(), "branch.db")
		copyFile(t, path, copied, -1)
		copyFile(t, path+"-wal", copied+"-wal", cut)
		s, e, err := start(t.Context(), copied)
		if err != nil {
			t.Fatalf("cut at %d of %d: %v", cut, whole, err)
		}
		known := map[queue.RequestID]bool{}
		if err := e.Read(t.Context(), func(d *queue.Day, _ time.Time) {
			for _, r := range []queue.RequestID{"r1", "r2"} {
				_, known[r] = d.Requested(r)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if !known["r1"] || known["r2"] != (cut == whole) {
			t.Errorf("cut at %d of %d: knows %v", cut, whole, known)
		}
		if dropped := s.Dropped() > 0; dropped != (cut != whole && cut != sound) {
			t.Errorf("cut at %d of %d (sound up to %d): says that it dropped %d pages", cut, whole, sound, s.Dropped())
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, copied); len(v.Faults) > 0 {
			t.Errorf("cut at %d: %+v", cut, v.Faults)
		}
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func copyFile(t *testing.T, from, to string, most int64) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if most >= 0 {
		raw = raw[:most]
	}
	if err := os.WriteFile(to, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTheFirstSchemaStillOpens opens a file of the first schema, with two days in it, and goes on in its second.
func TestTheFirstSchemaStillOpens(t *testing.T) {
	packed, err := os.Open("testdata/schema1.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "branch.db")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if v := verify(t, path); len(v.Faults) > 0 || v.Days != 2 { // also before it is migrated
		t.Errorf("as it was: %d days, %+v", v.Days, v.Faults)
	}
	s, e, err := start(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a, err := e.Do(t.Context(), "", queue.Issue{Request: "new", Service: "cc", Class: queue.ClassWalkIn})
	if err != nil || a.Number != "A003" {
		t.Errorf("the day goes on with %+v, %v, want A003", a, err)
	}
	if again, err := e.Do(t.Context(), "web/call/2026-11-21", queue.CallNext{Counter: "1"}); err != nil || again.Number != "A001" {
		t.Errorf("an answer of the old file is %+v, %v, want A001", again, err)
	}
	if v := verify(t, path); len(v.Faults) > 0 {
		t.Errorf("after going on: %+v", v.Faults)
	}
}

func TestANewerSchemaIsRefusedByReaders(t *testing.T) {
	path := aDay(t)
	damage(t, path, `PRAGMA user_version = 999`)
	if _, err := store.OpenReader(t.Context(), path); !errors.Is(err, sqlite.ErrNewerSchema) {
		t.Errorf("opened a newer schema: %v", err)
	}
}

// TestAReaderStandsBesideTheProgram reads a journal while its program has it open and writes.
func TestAReaderStandsBesideTheProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	b := open(t, path)
	b.do(t, "", queue.Issue{Request: "r1", Service: "cc", Class: queue.ClassWalkIn})
	if v := verify(t, path); len(v.Faults) > 0 || v.Last < 3 {
		t.Errorf("read up to %d, %+v", v.Last, v.Faults)
	}
	b.do(t, "", queue.Issue{Request: "r2", Service: "cc", Class: queue.ClassWalkIn})
}
