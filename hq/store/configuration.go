package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balcao/hq/rollout"
)

// mostRevisions of a draft are kept for taking changes back.
const mostRevisions = 50

// ConfigDraft returns the draft as it is now; revision 0 where there is none.
func (s *Store) ConfigDraft(ctx context.Context) (rollout.Draft, error) {
	var d rollout.Draft
	var at int64
	var body []byte
	err := s.db.QueryRow(ctx, `SELECT revision, base, at, by, what, body FROM config_draft ORDER BY revision DESC LIMIT 1`).
		Scan(&d.Revision, &d.Base, &at, &d.By, &d.What, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return rollout.Draft{}, nil
	}
	if err == nil {
		d.At = time.UnixMilli(at)
		d.Layers, err = rollout.DecodeLayers(body)
	}
	if err != nil {
		return rollout.Draft{}, fmt.Errorf("read the draft of the configuration: %w", err)
	}
	return d, nil
}

// PutConfigDraft keeps the next revision; false if somebody kept one meanwhile.
func (s *Store) PutConfigDraft(ctx context.Context, d rollout.Draft) (kept bool, err error) {
	body, err := rollout.EncodeLayers(d.Layers)
	if err != nil {
		return false, fmt.Errorf("keep the draft of the configuration: %w", err)
	}
	err = s.write(ctx, Configuration, func(tx *sql.Tx) error {
		var now int
		kept = false
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(revision), 0) FROM config_draft`).Scan(&now); err != nil || now != d.Revision-1 {
			return err
		}
		kept = true
		if _, err := tx.ExecContext(ctx, `INSERT INTO config_draft (revision, base, at, by, what, body) VALUES (?, ?, ?, ?, ?, ?)`,
			d.Revision, d.Base, d.At.UnixMilli(), d.By, d.What, body); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM config_draft WHERE revision <= ?`, d.Revision-mostRevisions)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep the draft of the configuration: %w", err)
	}
	return kept, nil
}

// DropConfigDraft takes revisions from one on away.
func (s *Store) DropConfigDraft(ctx context.Context, from int) error {
	err := s.write(ctx, Configuration, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM config_draft WHERE revision >= ?`, from)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop the draft of the configuration: %w", err)
	}
	return nil
}

// Publications returns the last ones, newest first.
func (s *Store) Publications(ctx context.Context, limit int) ([]rollout.Publication, error) {
	rows, err := s.db.Query(ctx, `SELECT number, at, by, note, body, plan, state, ring, since, why FROM config_publication ORDER BY number DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read configurations: %w", err)
	}
	defer rows.Close()
	var all []rollout.Publication
	for rows.Next() {
		var p rollout.Publication
		var at, since int64
		var body []byte
		var plan string
		err := rows.Scan(&p.Number, &at, &p.By, &p.Note, &body, &plan, &p.State, &p.Ring, &since, &p.Why)
		if err == nil {
			p.At, p.Since = time.UnixMilli(at), time.UnixMilli(since)
			p.Layers, err = rollout.DecodeLayers(body)
		}
		if err == nil {
			err = json.Unmarshal([]byte(plan), &p.Plan)
		}
		if err != nil {
			return nil, fmt.Errorf("read configurations: %w", err)
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

// Publish keeps a publication, ends the draft and leaves the one before; false if another one was published meanwhile.
func (s *Store) Publish(ctx context.Context, p rollout.Publication) (kept bool, err error) {
	body, err := rollout.EncodeLayers(p.Layers)
	if err != nil {
		return false, fmt.Errorf("publish configuration %d: %w", p.Number, err)
	}
	plan, err := json.Marshal(p.Plan)
	if err != nil {
		return false, fmt.Errorf("publish configuration %d: %w", p.Number, err)
	}
	err = s.write(ctx, Configuration, func(tx *sql.Tx) error {
		var last int
		kept = false
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) FROM config_publication`).Scan(&last); err != nil || last != p.Number-1 {
			return err
		}
		kept = true
		if _, err := tx.ExecContext(ctx, `UPDATE config_publication SET state = ? WHERE state IN (?, ?)`, rollout.Left, rollout.Running, rollout.Stopped); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO config_publication (number, at, by, note, body, plan, state, ring, since, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			p.Number, p.At.UnixMilli(), p.By, p.Note, body, string(plan), p.State, p.Ring, p.Since.UnixMilli(), p.Why); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM config_draft`)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("publish configuration %d: %w", p.Number, err)
	}
	return kept, nil
}

// MoveConfig changes how a roll-out stands, if it still stands as it was; false if not.
func (s *Store) MoveConfig(ctx context.Context, was, now rollout.Publication) (moved bool, err error) {
	err = s.write(ctx, Configuration, func(tx *sql.Tx) error {
		var number int
		err := tx.QueryRowContext(ctx, `UPDATE config_publication SET state = ?, ring = ?, since = ?, why = ? WHERE number = ? AND state = ? AND ring = ? RETURNING number`,
			now.State, now.Ring, now.Since.UnixMilli(), now.Why, was.Number, was.State, was.Ring).Scan(&number)
		if moved = err == nil; errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("move configuration %d: %w", was.Number, err)
	}
	return moved, nil
}

// Targets returns what every branch should run.
func (s *Store) Targets(ctx context.Context) ([]rollout.Target, error) {
	rows, err := s.db.Query(ctx, `SELECT branch, number, ring, serial, hash, at, linked FROM config_target ORDER BY branch`)
	if err != nil {
		return nil, fmt.Errorf("read what branches should run: %w", err)
	}
	defer rows.Close()
	var all []rollout.Target
	for rows.Next() {
		var t rollout.Target
		var at, serial int64
		var linked int
		if err := rows.Scan(&t.Branch, &t.Number, &t.Ring, &serial, &t.Hash, &at, &linked); err != nil {
			return nil, fmt.Errorf("read what branches should run: %w", err)
		}
		t.Serial, t.At, t.Linked = uint64(serial), time.UnixMilli(at), linked == 1 //nolint:gosec // never negative
		all = append(all, t)
	}
	return all, rows.Err()
}

// Aim says what branches should run, each under the next serial above least and all before.
func (s *Store) Aim(ctx context.Context, least uint64, all []rollout.Target) error {
	err := s.write(ctx, Configuration, func(tx *sql.Tx) error {
		var serial int64
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(serial), 0) FROM config_target`).Scan(&serial); err != nil {
			return err
		}
		serial = max(serial, int64(least)) //nolint:gosec // serials count statements
		for _, t := range all {
			serial++
			linked := 0
			if t.Linked {
				linked = 1
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO config_target (branch, number, ring, serial, hash, at, linked) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (branch) DO UPDATE SET number = excluded.number, ring = excluded.ring, serial = excluded.serial, hash = excluded.hash,
				at = excluded.at, linked = excluded.linked`, string(t.Branch), t.Number, t.Ring, serial, t.Hash, t.At.UnixMilli(), linked); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("say what branches should run: %w", err)
	}
	return nil
}

// Owns returns what the branches decide for themselves.
func (s *Store) Owns(ctx context.Context) ([]rollout.Own, error) {
	rows, err := s.db.Query(ctx, `SELECT branch, hash, body FROM config_own ORDER BY branch`)
	if err != nil {
		return nil, fmt.Errorf("read what branches decide: %w", err)
	}
	defer rows.Close()
	var all []rollout.Own
	for rows.Next() {
		var o rollout.Own
		if err := rows.Scan(&o.Branch, &o.Hash, &o.Document); err != nil {
			return nil, fmt.Errorf("read what branches decide: %w", err)
		}
		all = append(all, o)
	}
	return all, rows.Err()
}

// PutOwn keeps what a branch decides for itself.
func (s *Store) PutOwn(ctx context.Context, o rollout.Own, at time.Time) error {
	err := s.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO config_own (branch, hash, at, body) VALUES (?, ?, ?, ?)
			ON CONFLICT (branch) DO UPDATE SET hash = excluded.hash, at = excluded.at, body = excluded.body`, string(o.Branch), o.Hash, at.UnixMilli(), o.Document)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep what %s decides: %w", o.Branch, err)
	}
	return nil
}
