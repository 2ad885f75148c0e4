package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Above is what headquarters decides for this branch: the last configuration that was believed, and the one in force.
type Above struct {
	engine.Above

	State string // one of the states of wire.ConfigHealth
	Why   string // why it was rejected or waits
	Path  string
	Words string // the same in Portuguese
	At    time.Time

	Force int    // number of the one in force; 0 is none
	Runs  string // its hash
	Body  []byte // its document
}

// Above returns what headquarters decides; the zero value where it never sent anything.
func (s *Store) Above(ctx context.Context) (Above, error) {
	var a Above
	var at int64
	err := s.db.QueryRow(ctx, `SELECT serial, number, hash, document, state, why, path, words, at, force, runs, body FROM above`).
		Scan(&a.Serial, &a.Number, &a.Hash, &a.Document, &a.State, &a.Why, &a.Path, &a.Words, &at, &a.Force, &a.Runs, &a.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return Above{}, nil
	}
	if err != nil {
		return Above{}, fmt.Errorf("read the configuration of headquarters: %w", err)
	}
	a.At = time.UnixMilli(at).UTC()
	return a, nil
}

// KeepAbove keeps a configuration that was believed and is not in force: one that waits, or was rejected. The one in
// force stays.
func (s *Store) KeepAbove(ctx context.Context, a Above) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO above (one, serial, number, hash, document, state, why, path, words, at, force, runs, body)
			VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', x'')
			ON CONFLICT (one) DO UPDATE SET serial = excluded.serial, number = excluded.number, hash = excluded.hash, document = excluded.document,
			state = excluded.state, why = excluded.why, path = excluded.path, words = excluded.words, at = excluded.at
			WHERE excluded.serial >= above.serial`,
			int64(a.Serial), a.Number, a.Hash, a.Document, a.State, a.Why, a.Path, a.Words, a.At.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the configuration of headquarters: %w", err)
	}
	return nil
}

// forceAbove makes a configuration of headquarters the one in force, in the transaction of the description that came of
// it.
func forceAbove(ctx context.Context, tx *sqlite.Tx, p *engine.Publication) error {
	if p.Above == nil {
		return nil
	}
	a := p.Above
	if _, err := tx.ExecContext(ctx, `INSERT INTO above (one, serial, number, hash, document, state, why, path, words, at, force, runs, body)
		VALUES (1, ?1, ?2, ?3, ?4, ?5, '', '', '', ?6, ?2, ?3, ?4)
		ON CONFLICT (one) DO UPDATE SET serial = excluded.serial, number = excluded.number, hash = excluded.hash, document = excluded.document,
		state = excluded.state, why = '', path = '', words = '', at = excluded.at, force = excluded.force, runs = excluded.runs, body = excluded.body`,
		int64(a.Serial), a.Number, a.Hash, a.Document, wire.ConfigStateApplied, p.At.UnixMilli()); err != nil {
		return fmt.Errorf("put the configuration of headquarters into force: %w", err)
	}
	return nil
}

// OwnDescription returns the branch's own document: what it decides for itself, underneath what headquarters does.
func (s *Store) OwnDescription(ctx context.Context) ([]byte, error) {
	var own []byte
	err := s.db.QueryRow(ctx, `SELECT coalesce(own, body) FROM descriptions ORDER BY version DESC LIMIT 1`).Scan(&own)
	if err != nil {
		return nil, fmt.Errorf("read the branch's own description: %w", err)
	}
	return own, nil
}
