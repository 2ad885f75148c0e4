package store

import (
	"context"
	"fmt"
	"time"

	"balcao/internal/sqlite"
)

// StoredSession is a sign-in as it is kept: by the hash of its cookie, with a body that only its owner reads.
type StoredSession struct {
	Token   [32]byte
	Expires time.Time
	Body    []byte
}

// Sessions returns every session kept.
func (s *Store) Sessions(ctx context.Context) ([]StoredSession, error) {
	rows, err := s.db.Query(ctx, `SELECT token, expires, body FROM sessions`)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	defer rows.Close()
	var all []StoredSession
	for rows.Next() {
		var token []byte
		var expires int64
		var one StoredSession
		if err := rows.Scan(&token, &expires, &one.Body); err != nil {
			return nil, fmt.Errorf("read sessions: %w", err)
		}
		copy(one.Token[:], token)
		one.Expires = time.UnixMilli(expires).UTC()
		all = append(all, one)
	}
	return all, rows.Err()
}

// PutSession keeps a session, in place of the one with the same token.
func (s *Store) PutSession(ctx context.Context, one StoredSession) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO sessions (token, expires, body) VALUES (?, ?, ?)
			ON CONFLICT (token) DO UPDATE SET expires = excluded.expires, body = excluded.body`,
			one.Token[:], one.Expires.UnixMilli(), string(one.Body))
		return err
	})
}

// DeleteSession forgets a session.
func (s *Store) DeleteSession(ctx context.Context, token [32]byte) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE token = ?`, token[:])
		return err
	})
}
