// Package store keeps a branch's journal, the marks and mirrors of its nodes' logs, the answers given and the
// sessions of its staff in one SQLite file, so that one transaction can hold all that belongs together.
package store

import (
	"context"
	"embed"
	"strconv"

	"balcao/internal/eventlog"
	"balcao/internal/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is the open file. Its methods may be called from several goroutines. The Log in it is what headquarters is
// sent.
type Store struct {
	*eventlog.Log

	db *sqlite.DB
}

// Open opens or creates the file and brings its schema up to date.
func Open(ctx context.Context, path string, cfg eventlog.Config) (*Store, error) {
	db, log, err := eventlog.OpenFile(ctx, path, migrations, cfg)
	if err != nil {
		return nil, err
	}
	return &Store{Log: log, db: db}, nil
}

// Incarnation names this file's state to its nodes; another one may know less.
func (s *Store) Incarnation() string { return strconv.FormatUint(s.Epoch(), 36) }

// Dropped returns how many pages of an unfinished write were left out when the file was opened, as after a power cut in
// the middle of a commit. Nobody was told of what stood in it.
func (s *Store) Dropped() int { return s.db.Dropped() }

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }
