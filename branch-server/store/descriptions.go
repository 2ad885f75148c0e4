package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/branch/setup"
	"balcao/internal/sqlite"
)

// storePublication adds a version in the transaction of the fact that marks it, and ends the draft that it was made of.
func storePublication(ctx context.Context, tx *sqlite.Tx, p *engine.Publication) error {
	if p == nil {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO descriptions (version, at, author, note, hash, body, own) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		p.Version, p.At.UnixMilli(), p.Author, p.Note, p.Hash, p.Document, p.Own); err != nil {
		return fmt.Errorf("store version %d: %w", p.Version, err)
	}
	if err := forceAbove(ctx, tx, p); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM draft WHERE revision = ?`, p.Draft); err != nil {
		return fmt.Errorf("end the draft: %w", err)
	}
	return nil
}

// SeedDescription stores the description of the file as the next version, if there is none yet or the last one came from
// a file that said something else. It reports whether it did.
func (s *Store) SeedDescription(ctx context.Context, d setup.Version) (bool, error) {
	seeded := false
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		var version int
		var author, hash string
		err := tx.QueryRowContext(ctx, `SELECT version, author, hash FROM descriptions ORDER BY version DESC LIMIT 1`).
			Scan(&version, &author, &hash)
		if err != nil && !errors.Is(err, sql.ErrNoRows) || author != "" || hash == d.Hash {
			return err
		}
		seeded = true
		_, err = tx.ExecContext(ctx, `INSERT INTO descriptions (version, at, author, note, hash, body) VALUES (?, ?, '', ?, ?, ?)`,
			version+1, d.At.UnixMilli(), d.Note, d.Hash, d.Document)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("store the first description: %w", err)
	}
	return seeded, nil
}

// LatestDescription returns the version in force; known is false while there is none.
func (s *Store) LatestDescription(ctx context.Context) (d setup.Version, known bool, err error) {
	return s.description(ctx, `SELECT version, at, author, note, hash, body FROM descriptions ORDER BY version DESC LIMIT 1`)
}

// InForce returns the version in force; known is false in a file that has none, or is older than they are.
func (r *Reader) InForce(ctx context.Context) (d setup.Version, known bool, err error) {
	var there int
	if err := r.db.QueryRow(ctx, `SELECT count(*) FROM sqlite_master WHERE name = 'descriptions'`).Scan(&there); err != nil || there == 0 {
		return setup.Version{}, false, err
	}
	var at int64
	err = r.db.QueryRow(ctx, `SELECT version, at, author, hash, body FROM descriptions ORDER BY version DESC LIMIT 1`).
		Scan(&d.Number, &at, &d.Author, &d.Hash, &d.Document)
	if errors.Is(err, sql.ErrNoRows) {
		return setup.Version{}, false, nil
	}
	d.At = time.UnixMilli(at).UTC()
	return d, err == nil, err
}

// Description returns one version.
func (s *Store) Description(ctx context.Context, version int) (d setup.Version, known bool, err error) {
	return s.description(ctx, `SELECT version, at, author, note, hash, body FROM descriptions WHERE version = ?`, version)
}

func (s *Store) description(ctx context.Context, query string, args ...any) (setup.Version, bool, error) {
	var d setup.Version
	var at int64
	err := s.db.QueryRow(ctx, query, args...).Scan(&d.Number, &at, &d.Author, &d.Note, &d.Hash, &d.Document)
	if errors.Is(err, sql.ErrNoRows) {
		return setup.Version{}, false, nil
	}
	if err != nil {
		return setup.Version{}, false, fmt.Errorf("read the description: %w", err)
	}
	d.At = time.UnixMilli(at).UTC()
	return d, true, nil
}

// Descriptions returns the last versions with their documents, newest first.
func (s *Store) Descriptions(ctx context.Context, limit int) ([]setup.Version, error) {
	rows, err := s.db.Query(ctx,
		`SELECT version, at, author, note, hash, body FROM descriptions ORDER BY version DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read the descriptions: %w", err)
	}
	defer rows.Close()
	var all []setup.Version
	for rows.Next() {
		var d setup.Version
		var at int64
		if err := rows.Scan(&d.Number, &at, &d.Author, &d.Note, &d.Hash, &d.Document); err != nil {
			return nil, fmt.Errorf("read the descriptions: %w", err)
		}
		d.At = time.UnixMilli(at).UTC()
		all = append(all, d)
	}
	return all, rows.Err()
}

// Draft returns the draft; known is false while there is none.
func (s *Store) Draft(ctx context.Context) (d setup.Draft, known bool, err error) {
	var at int64
	err = s.db.QueryRow(ctx, `SELECT revision, base, at, author, body FROM draft`).
		Scan(&d.Revision, &d.Base, &at, &d.Author, &d.Document)
	if errors.Is(err, sql.ErrNoRows) {
		return setup.Draft{}, false, nil
	}
	if err != nil {
		return setup.Draft{}, false, fmt.Errorf("read the draft: %w", err)
	}
	d.At = time.UnixMilli(at).UTC()
	return d, true, nil
}

// KeepDraft keeps a draft that was made of the one with revision over, 0 for none. It reports false, and changes
// nothing, if somebody else kept another one meanwhile.
func (s *Store) KeepDraft(ctx context.Context, over int, d setup.Draft) (bool, error) {
	kept := false
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		var now int
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(revision), 0) FROM draft`).Scan(&now); err != nil || now != over {
			return err
		}
		kept = true
		_, err := tx.ExecContext(ctx, `INSERT INTO draft (one, revision, base, at, author, body) VALUES (1, ?, ?, ?, ?, ?)
			ON CONFLICT (one) DO UPDATE SET revision = excluded.revision, base = excluded.base, at = excluded.at,
			author = excluded.author, body = excluded.body`, d.Revision, d.Base, d.At.UnixMilli(), d.Author, d.Document)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep the draft: %w", err)
	}
	return kept, nil
}

// DropDraft throws the draft with a revision away. It reports false if somebody else kept another one meanwhile.
func (s *Store) DropDraft(ctx context.Context, revision int) (bool, error) {
	dropped := false
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		r, err := tx.ExecContext(ctx, `DELETE FROM draft WHERE revision = ?`, revision)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		dropped = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("drop the draft: %w", err)
	}
	return dropped, nil
}
