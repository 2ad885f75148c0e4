package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

// Compact takes the entries of whole Days before a moment away for ever, as far as held allows: what headquarters holds
// of this epoch, or the greatest number for a branch that has no headquarters. What the Days were stays as their
// records. Nodes' logs that were taken in before that moment go as well. It returns how many entries went.
func (s *Store) Compact(ctx context.Context, before time.Time, held uint64) (uint64, error) {
	if err := s.FoldDays(ctx); err != nil {
		return 0, err
	}
	old, err := s.Older(ctx, before.UnixMilli())
	if err != nil {
		return 0, err
	}
	var opening uint64 // of the first Day that stays
	err = s.db.QueryRow(ctx, `SELECT coalesce(max(seq), 0) FROM journal WHERE type = 'day.opened' AND seq <= ?`,
		int64(min(old, held, math.MaxInt64-1))+1).Scan(&opening)
	if err != nil {
		return 0, fmt.Errorf("find the first day to keep: %w", err)
	}
	if opening <= 1 {
		return 0, s.forgetFormer(ctx, before)
	}
	n, err := s.Log.Compact(ctx, opening-1)
	if err != nil {
		return n, err
	}
	return n, s.forgetFormer(ctx, before)
}

// forgetFormer takes epochs away that were set aside before a moment, and nodes' records of epochs that began before it
// and are followed by another.
func (s *Store) forgetFormer(ctx context.Context, before time.Time) error {
	born := before.Unix() << 16
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM former WHERE epoch < ?`, born); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM mirror WHERE epoch < ?1 AND epoch < (
			SELECT max(epoch) FROM marks WHERE marks.node = mirror.node)`, born)
		return err
	})
}

// FirstDay returns the oldest Day whose entries the journal holds; empty if it holds none.
func (s *Store) FirstDay(ctx context.Context) (queue.Date, error) {
	var first queue.Date
	err := s.db.Read(ctx, func(tx *sqlite.Tx) error {
		all, err := spans(ctx, tx)
		if len(all) > 0 {
			first = all[0].day
		}
		return err
	})
	return first, err
}
