package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balcao/hq/people"
	"balcao/internal/signin"
	"balcao/internal/sqlite"
)

// People returns everybody at headquarters, by sign-in name.
func (s *Store) People(ctx context.Context) ([]people.Record, error) {
	rows, err := s.db.Query(ctx, `SELECT id, name, role, districts, bodies, hash, gone FROM person ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	defer rows.Close()
	var all []people.Record
	for rows.Next() {
		var r people.Record
		var districts, bodies string
		if err := rows.Scan(&r.ID, &r.Name, &r.Role, &districts, &bodies, &r.Hash, &r.Gone); err != nil {
			return nil, fmt.Errorf("read people: %w", err)
		}
		if err := json.Unmarshal([]byte(districts), &r.Districts); err != nil {
			return nil, fmt.Errorf("read the districts of %s: %w", r.ID, err)
		}
		if err := json.Unmarshal([]byte(bodies), &r.Bodies); err != nil {
			return nil, fmt.Errorf("read the bodies of %s: %w", r.ID, err)
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// PutPerson keeps a person. Who is gone, or has a new password, has no session any more.
func (s *Store) PutPerson(ctx context.Context, r people.Record) error {
	districts, err := json.Marshal(append([]string{}, r.Districts...))
	if err != nil {
		return fmt.Errorf("keep %s: %w", r.ID, err)
	}
	bodies, err := json.Marshal(append([]string{}, r.Bodies...))
	if err != nil {
		return fmt.Errorf("keep %s: %w", r.ID, err)
	}
	err = s.write(ctx, People, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE person = ?1 AND (?2 OR ?3 <> (SELECT hash FROM person WHERE id = ?1))`,
			r.ID, r.Gone, r.Hash); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO person (id, name, role, districts, bodies, hash, gone) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, districts = excluded.districts,
			bodies = excluded.bodies, hash = excluded.hash, gone = excluded.gone`, r.ID, r.Name, r.Role, string(districts), string(bodies), r.Hash, r.Gone)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep %s: %w", r.ID, err)
	}
	return nil
}

// BeginSession keeps a sign-in, and forgets those that are over.
func (s *Store) BeginSession(ctx context.Context, token signin.TokenHash, person string, expires time.Time) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE expires <= ?`, s.now().UnixMilli()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO session (token, person, expires) VALUES (?, ?, ?)`, token[:], person, expires.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("begin a session: %w", err)
	}
	return nil
}

// EndSession forgets a sign-in.
func (s *Store) EndSession(ctx context.Context, token signin.TokenHash) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM session WHERE token = ?`, token[:])
		return err
	})
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// Session returns who signed in with a cookie; empty if nobody did, or too long ago.
func (s *Store) Session(ctx context.Context, token signin.TokenHash) (string, error) {
	rows, err := s.db.Query(ctx, `SELECT person FROM session WHERE token = ? AND expires > ?`, token[:], s.now().UnixMilli())
	if err != nil {
		return "", fmt.Errorf("read a session: %w", err)
	}
	defer rows.Close()
	var person string
	for rows.Next() {
		if err := rows.Scan(&person); err != nil {
			return "", fmt.Errorf("read a session: %w", err)
		}
	}
	return person, rows.Err()
}

// Deeds returns what people did, newest first, before a number if it is not 0.
func (s *Store) Deeds(ctx context.Context, before int64, limit int) ([]people.Deed, error) {
	rows, err := s.db.Query(ctx, `SELECT id, at, by, act, about, words FROM audit WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2`, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read the audit: %w", err)
	}
	defer rows.Close()
	var all []people.Deed
	for rows.Next() {
		var d people.Deed
		var at int64
		if err := rows.Scan(&d.ID, &at, &d.By, &d.Act, &d.About, &d.Words); err != nil {
			return nil, fmt.Errorf("read the audit: %w", err)
		}
		d.At = time.UnixMilli(at)
		all = append(all, d)
	}
	return all, rows.Err()
}
