package store

import (
	"context"
	"fmt"
	"time"

	"balcao/hq/network"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// maxLinks is how many changes of its link are remembered of a branch.
const maxLinks = 200

// Note remembers branches seen and links that changed, in one transaction. These are notes for people: unlike the
// events they may be written some seconds late.
func (s *Store) Note(ctx context.Context, seen []network.Seen, links []network.LinkChange) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, b := range seen {
			at := b.At.UnixMilli()
			if _, err := tx.ExecContext(ctx, `INSERT INTO branch (node, name, first_seen, last_seen) VALUES (?1, ?2, ?3, ?3)
				ON CONFLICT (node) DO UPDATE SET last_seen = ?3, name = CASE excluded.name WHEN '' THEN branch.name ELSE excluded.name END`,
				b.Node, b.Name, at); err != nil {
				return err
			}
		}
		for _, l := range links {
			var id int64
			err := tx.QueryRowContext(ctx, `INSERT INTO link (node, at, state) VALUES (?, ?, ?) RETURNING id`, l.Node, l.At.UnixMilli(), l.State).Scan(&id)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM link WHERE node = ?1 AND id <
				(SELECT id FROM link WHERE node = ?1 AND id <= ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)`, l.Node, id, maxLinks-1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note branches and links: %w", err)
	}
	return nil
}

// Branches returns every branch that was ever seen, by node.
func (s *Store) Branches(ctx context.Context) ([]network.Registered, error) {
	rows, err := s.db.Query(ctx, `SELECT node, name, first_seen, last_seen FROM branch ORDER BY node`)
	if err != nil {
		return nil, fmt.Errorf("read branches: %w", err)
	}
	defer rows.Close()
	var all []network.Registered
	for rows.Next() {
		var b network.Registered
		var first, last int64
		if err := rows.Scan(&b.Node, &b.Name, &first, &last); err != nil {
			return nil, fmt.Errorf("read branches: %w", err)
		}
		b.First, b.Last = time.UnixMilli(first), time.UnixMilli(last)
		all = append(all, b)
	}
	return all, rows.Err()
}

// Links returns the last changes of a branch's link, newest first.
func (s *Store) Links(ctx context.Context, node wire.NodeID, limit int) ([]network.LinkChange, error) {
	rows, err := s.db.Query(ctx, `SELECT at, state FROM link WHERE node = ? ORDER BY id DESC LIMIT ?`, node, limit)
	if err != nil {
		return nil, fmt.Errorf("read the links of %s: %w", node, err)
	}
	defer rows.Close()
	var all []network.LinkChange
	for rows.Next() {
		l := network.LinkChange{Node: node}
		var at int64
		if err := rows.Scan(&at, &l.State); err != nil {
			return nil, fmt.Errorf("read the links of %s: %w", node, err)
		}
		l.At = time.UnixMilli(at)
		all = append(all, l)
	}
	return all, rows.Err()
}

// Alarms returns the last alarms, newest first.
func (s *Store) Alarms(ctx context.Context, limit int) ([]network.Alarm, error) {
	rows, err := s.db.Query(ctx, `SELECT node, epoch, seq, kind, at FROM alarm ORDER BY id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read alarms: %w", err)
	}
	defer rows.Close()
	var all []network.Alarm
	for rows.Next() {
		var a network.Alarm
		var at int64
		if err := rows.Scan(&a.Node, &a.Epoch, &a.Seq, &a.Kind, &at); err != nil {
			return nil, fmt.Errorf("read alarms: %w", err)
		}
		a.At = time.UnixMilli(at)
		all = append(all, a)
	}
	return all, rows.Err()
}
