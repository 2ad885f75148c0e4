// Package rebuild makes a sound database out of a damaged one: it carries over every row that can be read, puts the
// records of a hash-chained log together again from all that is left of them, here and elsewhere, and says what is lost.
package rebuild

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"

	"balcao/internal/salvage"
	"balcao/internal/sqlite"
)

// Source is the damaged file, open for reading.
type Source struct {
	*salvage.File

	main, wal *os.File
}

// Open opens a damaged database and its write-ahead log; a file that is not there is an empty one.
func Open(path string) (*Source, error) {
	s := &Source{}
	main, size, err := part(path)
	if err != nil {
		return nil, err
	}
	s.main = main
	wal, walSize, err := part(path + "-wal")
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.wal = wal
	s.File = salvage.Open(reader(main), size, reader(wal), walSize)
	return s, nil
}

func part(path string) (*os.File, int64, error) {
	f, err := os.Open(path) //nolint:gosec // the program's own files
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open what is left: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("open what is left: %w", err), f.Close())
	}
	return f, info.Size(), nil
}

// nothing is a file without a byte.
type nothing struct{}

// ReadAt implements io.ReaderAt.
func (nothing) ReadAt([]byte, int64) (int, error) { return 0, io.EOF }

func reader(f *os.File) io.ReaderAt {
	if f == nil {
		return nothing{}
	}
	return f
}

// Close closes both files.
func (s *Source) Close() error {
	var errs []error
	for _, f := range []*os.File{s.main, s.wal} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// mostEpoch is the largest epoch that a log was ever given; see replica.MintEpoch.
const mostEpoch = 1<<53 - 1

// Epoch reads the epoch of the damaged file's log in its own words about itself; 0 where it cannot be read, or is none.
func (s *Source) Epoch() uint64 {
	epoch, err := strconv.ParseUint(s.Meta("epoch"), 10, 64)
	if err != nil || epoch > mostEpoch {
		return 0
	}
	return epoch
}

// Meta reads what the damaged file says about itself under a key of its table meta; empty where it cannot be read.
func (s *Source) Meta(key string) (value string) {
	tables, _ := s.Tables()
	for _, t := range tables {
		if t.Name != "meta" {
			continue
		}
		s.Rows(t.Root, func(r salvage.Row) {
			if len(r.Values) == 2 && r.Values[0] == key {
				value, _ = r.Values[1].(string)
			}
		})
	}
	return value
}

// Fresh begins a new, empty database beside the damaged one, with the schema that the damaged one has, or the present one
// where nobody can tell.
func (s *Source) Fresh(ctx context.Context, path string, schema fs.FS) (*sqlite.DB, error) {
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("begin a new file: %w", err)
		}
	}
	files, err := fs.Sub(schema, "migrations")
	if err != nil {
		return nil, fmt.Errorf("find migrations: %w", err)
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	if err := db.MigrateTo(ctx, files, s.Version()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Finish brings a new file's schema up to date once the old rows are in it.
func Finish(ctx context.Context, db *sqlite.DB, schema fs.FS) error {
	files, err := fs.Sub(schema, "migrations")
	if err != nil {
		return fmt.Errorf("find migrations: %w", err)
	}
	return db.Migrate(ctx, files)
}

// asides are the endings of the files that belong to a database.
var asides = []string{"", "-wal", "-shm"} //nolint:gochecknoglobals // a constant

// SetAside gives a damaged database the name under which it is kept, by the time now, and says whether it was there.
func SetAside(path string, now time.Time) (aside string, there bool, err error) {
	aside = path + ".damaged-" + now.UTC().Format("20060102T150405")
	for _, end := range asides {
		err := os.Rename(path+end, aside+end)
		switch {
		case err == nil:
			there = there || end == ""
		case !errors.Is(err, fs.ErrNotExist):
			return aside, there, fmt.Errorf("keep the damaged file: %w", err)
		}
	}
	return aside, there, nil
}

// Replace puts a finished new database into the place of the damaged one, and returns the name under which that one is kept,
// by the time now; empty where there was none.
func Replace(fresh, path string, now time.Time) (string, error) {
	aside, there, err := SetAside(path, now)
	if err != nil {
		return aside, err
	}
	if !there {
		aside = ""
	}
	if err := os.Rename(fresh, path); err != nil {
		return aside, fmt.Errorf("put the new file in its place: %w", err)
	}
	_ = os.Remove(fresh + ".lock") // nobody waits for it
	return aside, nil
}
