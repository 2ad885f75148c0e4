// Package store keeps what headquarters must not forget, in one SQLite file: the branches' events exactly as they came,
// how far each log is held, which branches were seen, when their links came and went, and what needs somebody's eye.
//
// An acknowledgement is built from what this package says, and it says only what is committed. Events of types this
// program does not know are kept like any other.
package store

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"time"

	"balcao/internal/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is the open file. It is safe for several goroutines.
type Store struct {
	db          *sqlite.DB
	incarnation string
	now         func() time.Time
	ways        []string // by which alerts are told outside
}

// Open opens the file at path, creating it where it does not exist. Now is the clock that says when something came in.
func Open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{Readers: 2})
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, now: now}
	if err := s.prepare(ctx); err != nil {
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
	if err := s.db.Migrate(ctx, files); err != nil {
		return err
	}
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

// Incarnation is the random name this file was given when it was created. A branch that sees another one asks anew how
// far its log is held.
func (s *Store) Incarnation() string { return s.incarnation }

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }
