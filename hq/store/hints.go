package store

import (
	"context"
	"fmt"

	"balcao/internal/sqlite"
)

// HintsSeen returns the ids of the hints that a person has understood.
func (s *Store) HintsSeen(ctx context.Context, person string) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT hint FROM hints_seen WHERE person = ?`, person)
	if err != nil {
		return nil, fmt.Errorf("read the hints of a person: %w", err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read the hints of a person: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// SeeHints adds to what a person has understood; what is there already stays.
func (s *Store) SeeHints(ctx context.Context, person string, ids []string) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `INSERT INTO hints_seen (person, hint) VALUES (?, ?) ON CONFLICT DO NOTHING`, person, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the hints of a person: %w", err)
	}
	return nil
}

// ForgetHints forgets what a person has understood, so that every hint is shown again.
func (s *Store) ForgetHints(ctx context.Context, person string) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM hints_seen WHERE person = ?`, person)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget the hints of a person: %w", err)
	}
	return nil
}
