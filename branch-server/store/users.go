package store

import (
	"context"
	"fmt"
	"time"

	"balcao/branch-server/staff"
	"balcao/internal/sqlite"
)

// SeedUsers puts people into the table if it is empty, and reports whether it did.
func (s *Store) SeedUsers(ctx context.Context, users []staff.User) (bool, error) {
	seeded := false
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM users`).Scan(&n); err != nil || n > 0 {
			return err
		}
		seeded = true
		for _, u := range users {
			if err := putUser(ctx, tx, u); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("seed the users: %w", err)
	}
	return seeded, nil
}

// Users returns everybody who may or might sign in, by sign-in name.
func (s *Store) Users(ctx context.Context) ([]staff.User, error) {
	rows, err := s.db.Query(ctx, `SELECT id, name, role, hash, active FROM users ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read the users: %w", err)
	}
	defer rows.Close()
	var all []staff.User
	for rows.Next() {
		var u staff.User
		if err := rows.Scan(&u.ID, &u.Name, &u.Role, &u.Hash, &u.Active); err != nil {
			return nil, fmt.Errorf("read the users: %w", err)
		}
		all = append(all, u)
	}
	return all, rows.Err()
}

// PutUser keeps a person in place of the one with that sign-in name, and notes who changed what.
func (s *Store) PutUser(ctx context.Context, u staff.User, n staff.Change) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if err := putUser(ctx, tx, u); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO user_changes (at, author, id, what) VALUES (?, ?, ?, ?)`,
			n.At.UnixMilli(), n.Author, u.ID, n.What)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the user: %w", err)
	}
	return nil
}

func putUser(ctx context.Context, tx *sqlite.Tx, u staff.User) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO users (id, name, role, hash, active) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, hash = excluded.hash,
		active = excluded.active`, u.ID, u.Name, string(u.Role), u.Hash, u.Active)
	return err
}

// UserChanges returns the last changes of people, newest first.
func (s *Store) UserChanges(ctx context.Context, limit int) ([]staff.Change, error) {
	rows, err := s.db.Query(ctx, `SELECT at, author, id, what FROM user_changes ORDER BY n DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read the changes of users: %w", err)
	}
	defer rows.Close()
	var all []staff.Change
	for rows.Next() {
		var c staff.Change
		var at int64
		if err := rows.Scan(&at, &c.Author, &c.ID, &c.What); err != nil {
			return nil, fmt.Errorf("read the changes of users: %w", err)
		}
		c.At = time.UnixMilli(at).UTC()
		all = append(all, c)
	}
	return all, rows.Err()
}
