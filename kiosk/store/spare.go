package store

import (
	"context"
	"time"

	"balcao/internal/sqlite"
)

// Spare forgets, for room on the disk, what Trim would keep for longer: facts that the branch has acknowledged since the
// program started, requests that ended some time ago, and epochs set aside. A branch that is put back from an old copy
// then misses those facts.
func (s *Store) Spare(ctx context.Context, now time.Time) error {
	if _, err := s.Compact(ctx, s.Sent()); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM requests WHERE at < ?
			AND state IN ('printed', 'unknown', 'accepted', 'abandoned')`, now.Add(-spareRequests).UnixMilli()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM former`)
		return err
	})
	if err != nil {
		return err
	}
	return s.db.Shrink(ctx)
}

// spareRequests is how long a request that ended may still be asked about: a page that was cut off repeats within
// seconds.
const spareRequests = 10 * time.Minute
