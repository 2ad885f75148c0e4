// Package store keeps a branch's journal, the marks and mirrors of its nodes' logs, the answers given and the
// sessions of its staff in one SQLite file, so that one transaction can hold all that belongs together.
package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"balcao/internal/eventlog"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is the open file. Its methods may be called from several goroutines. The Log in it is what headquarters is
// sent.
type Store struct {
	*eventlog.Log

	db      *sqlite.DB
	now     func() time.Time
	path    string
	renewed wire.AmnesiaFact
	adopted map[string]map[uint64]uint64 // see Adopted; never changed

	guardMu sync.Mutex
	guard   guard  // as the file beside the database has it
	lived   string // see metaLived; as it was when the file was opened
}

// Open opens or creates the file and brings its schema up to date. A file that was put back from an older copy goes on
// in a new epoch; see Renewed and Recovery.
func Open(ctx context.Context, path string, cfg eventlog.Config) (*Store, error) {
	db, log, err := eventlog.OpenFile(ctx, path, migrations, cfg)
	if err != nil {
		return nil, err
	}
	s := &Store{Log: log, db: db, now: cfg.Now, path: path}
	if s.now == nil {
		s.now = func() time.Time { return time.UnixMilli(0) }
	}
	if err := errors.Join(s.readAdopted(ctx), s.watchOver(ctx)); err != nil {
		return nil, errors.Join(fmt.Errorf("watch over the journal: %w", err), db.Close())
	}
	return s, nil
}

// Incarnation names this file's state to its nodes; another one may know less.
func (s *Store) Incarnation() string { return strconv.FormatUint(s.Epoch(), 36) }

// Dropped returns how many pages of an unfinished write were left out when the file was opened, as after a power cut in
// the middle of a commit. Nobody was told of what stood in it.
func (s *Store) Dropped() int { return s.db.Dropped() }

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }
