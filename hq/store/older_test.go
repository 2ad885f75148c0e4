package store_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"balcao/hq/store"
	"balcao/internal/sqlite"
)

// TestAFileOfEveryEarlierVersionIsOpenedAndOneOfALaterIsRefused makes a file with the first migrations alone, as each
// earlier version left it, and opens it as this one does.
func TestAFileOfEveryEarlierVersionIsOpenedAndOneOfALaterIsRefused(t *testing.T) {
	names, err := fs.Glob(os.DirFS("migrations"), "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v, %v", names, err)
	}
	reopen := func(path string) error {
		s, err := store.Open(t.Context(), path, time.Now)
		if err != nil {
			return err
		}
		return s.Close()
	}
	for version := 1; version <= len(names); version++ {
		path := filepath.Join(t.TempDir(), "old.db")
		files := fstest.MapFS{}
		for _, name := range names[:version] {
			script, err := os.ReadFile(filepath.Join("migrations", name))
			if err != nil {
				t.Fatal(err)
			}
			files[name] = &fstest.MapFile{Data: script}
		}
		db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err == nil {
			err = errors.Join(db.Migrate(t.Context(), files), db.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := reopen(path); err != nil {
				t.Errorf("a file of schema %d: %v", version, err)
			}
		}
		if db, err = sqlite.Open(t.Context(), path, sqlite.Options{}); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Schema(t.Context()); err != nil || got != len(names) {
			t.Errorf("a file of schema %d is now of %d, want %d (%v)", version, got, len(names), err)
		}
		err = db.Write(t.Context(), func(tx *sqlite.Tx) error {
			_, err := tx.ExecContext(t.Context(), fmt.Sprintf("PRAGMA user_version = %d", len(names)+1))
			return err
		})
		if err = errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		if err := reopen(path); !errors.Is(err, sqlite.ErrNewerSchema) {
			t.Errorf("a file of a later version: %v, want %v", err, sqlite.ErrNewerSchema)
		}
	}
}
