// Package store keeps what headquarters must not forget: the branches' events exactly as they came, how far each log is
// held, which branches were seen, when their links came and went, and what needs somebody's eye. By default it is one
// SQLite file; through the port Database it is the same on PostgreSQL, and one suite of tests holds both.
//
// An acknowledgement is built from what this package says, and it says only what is committed. Events of types this
// program does not know are kept like any other.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Database is what a Store needs of its engine. Statements are written once, in what SQLite and PostgreSQL have in common,
// with ? or ?1 where a value stands; moments are Unix milliseconds, and numbers of rows come back by RETURNING.
type Database interface {
	// Write runs a change in one transaction, one after the other, and returns once it is on disk.
	Write(ctx context.Context, change func(tx *sql.Tx) error) error
	// Query reads what is committed.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// QueryRow reads one row of what is committed.
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	// Close closes the database.
	Close() error
}

// Intake is a Database that has a way of its own to take batches in: with row locks, side by side with other programs.
type Intake interface {
	AcceptAll(ctx context.Context, batches []wire.Batch, rx time.Time) ([]replica.Decision, error)
}

// Store is the open database. It is safe for several goroutines.
type Store struct {
	db          Database
	file        *sqlite.DB // nil where the database is no file
	incarnation string
	now         func() time.Time
	ways        []string // by which alerts are told outside
	changed     func(what string)
	reads       func(kind string, version int) bool // facts of branches
	archive     string                              // folder of months that are no longer in the file
}

// Open opens the file at path, creating it where it does not exist. Now is the clock that says when something came in.
func Open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{Readers: 2})
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, file: db, now: now, reads: wire.Reads, archive: filepath.Join(filepath.Dir(path), "archive")}
	if err := s.prepare(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return s, nil
}

// On keeps in a database whose schema is up to date; closing the Store closes it. Now is the clock that says when
// something came in.
func On(ctx context.Context, db Database, now func() time.Time) (*Store, error) {
	s := &Store{db: db, now: now, reads: wire.Reads}
	if err := s.name(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	if err := s.file.Migrate(ctx, files); err != nil {
		return err
	}
	return s.name(ctx)
}

// name gives the database a random name once.
func (s *Store) name(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		fresh := make([]byte, 16)
		if _, err := rand.Read(fresh); err != nil {
			return fmt.Errorf("name this file: %w", err)
		}
		// The first writer wins: the name is made when the file is and then stays.
		if _, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('incarnation', ?) ON CONFLICT DO NOTHING`,
			hex.EncodeToString(fresh)); err != nil {
			return fmt.Errorf("name this file: %w", err)
		}
		if err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'incarnation'`).Scan(&s.incarnation); err != nil {
			return fmt.Errorf("name this file: %w", err)
		}
		return nil
	})
}

// What other processes have to read again when it changed.
const (
	Sites  = "sites"
	People = "people"
	Cases  = "cases"
	// Configuration is the draft, what is published, and what branches should run.
	Configuration = "configuration"
)

// OnChange names who is told what was changed, once it is committed. It is called before the first change, and must be
// quick.
func (s *Store) OnChange(tell func(what string)) { s.changed = tell }

// write changes the database and tells what changed.
func (s *Store) write(ctx context.Context, what string, change func(tx *sql.Tx) error) error {
	err := s.db.Write(ctx, change)
	if err == nil && s.changed != nil {
		s.changed(what)
	}
	return err
}

// Incarnation is the random name this database was given when it was created. A branch that sees another one asks anew how
// far its log is held.
func (s *Store) Incarnation() string { return s.incarnation }

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }
