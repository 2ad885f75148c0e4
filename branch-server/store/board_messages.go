package store

import (
	"context"
	"fmt"
	"time"

	"balcao/internal/sqlite"
)

// BoardMessage is something the coordination says on the callboards.
type BoardMessage struct {
	ID, PT, EN, Zone string
	Until            time.Time
}

// BoardMessages returns the messages that have not ended by a moment, those that end first before the others.
func (s *Store) BoardMessages(ctx context.Context, at time.Time) ([]BoardMessage, error) {
	rows, err := s.db.Query(ctx, `SELECT id, pt, en, zone, until FROM board_messages WHERE until > ? ORDER BY until, id`, at.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read board messages: %w", err)
	}
	defer rows.Close()
	var all []BoardMessage
	for rows.Next() {
		var m BoardMessage
		var until int64
		if err := rows.Scan(&m.ID, &m.PT, &m.EN, &m.Zone, &until); err != nil {
			return nil, fmt.Errorf("read board messages: %w", err)
		}
		m.Until = time.UnixMilli(until).UTC()
		all = append(all, m)
	}
	return all, rows.Err()
}

// PutBoardMessage keeps a message once, and forgets those that ended a day before it was put.
func (s *Store) PutBoardMessage(ctx context.Context, m BoardMessage, at time.Time) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM board_messages WHERE until < ?`, at.Add(-24*time.Hour).UnixMilli()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO board_messages (id, pt, en, zone, until) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			m.ID, m.PT, m.EN, m.Zone, m.Until.UnixMilli())
		return err
	})
}

// DeleteBoardMessage takes a message away; one that is not there is no error.
func (s *Store) DeleteBoardMessage(ctx context.Context, id string) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM board_messages WHERE id = ?`, id)
		return err
	})
}
