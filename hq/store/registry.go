package store

import (
	"context"
	"fmt"
	"time"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// maxLinks is how many changes of its link are remembered of a branch.
const maxLinks = 200

// LinkChange is a connection made or lost.
type LinkChange struct {
	Node  wire.NodeID
	At    time.Time
	State wire.Presence
}

// Seen is a branch that spoke. An empty name leaves the one that is known.
type Seen struct {
	Node wire.NodeID
	Name string
	At   time.Time
}

// Alarm is something that somebody has to look into.
type Alarm struct {
	Node  wire.NodeID
	Epoch uint64
	Seq   uint64
	Kind  string
	At    time.Time
}

// Registered is a branch that was seen at some time.
type Registered struct {
	Node        wire.NodeID
	Name        string
	First, Last time.Time
}

// Note remembers branches seen and links that changed, in one transaction. These are notes for people: unlike the
// events they may be written some seconds late.
func (s *Store) Note(ctx context.Context, seen []Seen, links []LinkChange) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, b := range seen {
			at := b.At.UnixMilli()
			if _, err := tx.ExecContext(ctx, `INSERT INTO branch (node, name, first_seen, last_seen) VALUES (?1, ?2, ?3, ?3)
				ON CONFLICT (node) DO UPDATE SET last_seen = ?3, name = CASE ?2 WHEN '' THEN name ELSE ?2 END`,
				b.Node, b.Name, at); err != nil {
				return err
			}
		}
		for _, l := range links {
			res, err := tx.ExecContext(ctx, `INSERT INTO link (node, at, state) VALUES (?, ?, ?)`, l.Node, l.At.UnixMilli(), l.State)
			if err != nil {
				return err
			}
			id, err := res.LastInsertId()
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
func (s *Store) Branches(ctx context.Context) ([]Registered, error) {
	rows, err := s.db.Query(ctx, `SELECT node, name, first_seen, last_seen FROM branch ORDER BY node`)
	if err != nil {
		return nil, fmt.Errorf("read branches: %w", err)
	}
	defer rows.Close()
	var all []Registered
	for rows.Next() {
		var b Registered
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
func (s *Store) Links(ctx context.Context, node wire.NodeID, limit int) ([]LinkChange, error) {
	rows, err := s.db.Query(ctx, `SELECT at, state FROM link WHERE node = ? ORDER BY id DESC LIMIT ?`, node, limit)
	if err != nil {
		return nil, fmt.Errorf("read the links of %s: %w", node, err)
	}
	defer rows.Close()
	var all []LinkChange
	for rows.Next() {
		l := LinkChange{Node: node}
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
func (s *Store) Alarms(ctx context.Context, limit int) ([]Alarm, error) {
	rows, err := s.db.Query(ctx, `SELECT node, epoch, seq, kind, at FROM alarm ORDER BY id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read alarms: %w", err)
	}
	defer rows.Close()
	var all []Alarm
	for rows.Next() {
		var a Alarm
		var at int64
		if err := rows.Scan(&a.Node, &a.Epoch, &a.Seq, &a.Kind, &at); err != nil {
			return nil, fmt.Errorf("read alarms: %w", err)
		}
		a.At = time.UnixMilli(at)
		all = append(all, a)
	}
	return all, rows.Err()
}
