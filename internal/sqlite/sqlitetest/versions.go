// Package sqlitetest is what the tests of the three stores have in common.
package sqlitetest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"

	"balcao/internal/sqlite"
)

// EveryVersion makes a file with the first migrations alone, as each earlier version of a program left it, and has it
// opened twice by this one; then a file of a later version, which must be refused with sqlite.ErrNewerSchema.
func EveryVersion(t *testing.T, migrations fs.FS, open func(path string) (io.Closer, error)) {
	t.Helper()
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v, %v", names, err)
	}
	reopen := func(path string) error {
		s, err := open(path)
		if err != nil {
			return err
		}
		return s.Close()
	}
	for version := 1; version <= len(names); version++ {
		path := filepath.Join(t.TempDir(), "old.db")
		first(t, path, migrations, names[:version])
		for range 2 {
			if err := reopen(path); err != nil {
				t.Errorf("a file of schema %d: %v", version, err)
			}
		}
		later(t, path, len(names))
		if err := reopen(path); !errors.Is(err, sqlite.ErrNewerSchema) {
			t.Errorf("a file of a later version: %v, want %v", err, sqlite.ErrNewerSchema)
		}
	}
}

// first makes the file as the version that had these migrations left it.
func first(t *testing.T, path string, migrations fs.FS, names []string) {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range names {
		script, err := fs.ReadFile(migrations, name)
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
}

// later marks the file, which must be of the schema that is now, as one of the next.
func later(t *testing.T, path string, now int) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := db.Schema(t.Context()); err != nil || got != now {
		t.Errorf("the file is of schema %d, want %d (%v)", got, now, err)
	}
	err = db.Write(t.Context(), func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(t.Context(), fmt.Sprintf("PRAGMA user_version = %d", now+1))
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
