package store

import (
	"context"
	"time"

	"balcao/internal/carrier"
	"balcao/internal/eventlog"
	"balcao/internal/sqlite"
)

// OpenEpoch implements carrier.EpochOpener: the branch holds other records than this log, and the log goes on in a new
// epoch once the program begins again; see eventlog.Log.Again.
func (s *Store) OpenEpoch(ctx context.Context, why carrier.Amnesia) error {
	r := eventlog.Renewal{Carry: 1}
	r.Why.Epoch, r.Why.Last, r.Why.HWM, r.Why.Fork = why.OldEpoch, why.MyLast, why.ParentHWM, why.Fork
	if why.Fork {
		var err error
		if r.Carry, err = s.Missing(ctx, why.ParentHWM, why.ParentHead); err != nil {
			return err
		}
	}
	if err := s.Wish(ctx, r); err != nil {
		return err
	}
	return carrier.ErrNextStart
}

// beginAgain opens the new epoch that was wished for. The numbers lent to the old one are nobody's: what it gave out may
// not be known here.
func (s *Store) beginAgain(ctx context.Context) error {
	why, wished, err := s.Wished(ctx)
	if err != nil || !wished {
		return err
	}
	return s.Renew(ctx, why, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM leases`); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key = 'copy'`); err != nil {
			return err
		}
		return jump(ctx, tx)
	})
}

// Keeping is how long the branch may still ask for facts that it has acknowledged before (invariant I8).
const Keeping = 7 * 24 * time.Hour

// Trim forgets what the branch has held for longer than Keeping: facts, requests that ended, and epochs set aside.
func (s *Store) Trim(ctx context.Context, now time.Time) error {
	before := now.Add(-Keeping).UnixMilli()
	old, err := s.Older(ctx, before)
	if err != nil {
		return err
	}
	if _, err := s.Compact(ctx, min(old, s.Sent())); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM requests WHERE at < ?
			AND state IN ('printed', 'unknown', 'accepted', 'abandoned')`, before); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM former WHERE epoch < ?`, before/1000<<16)
		return err
	})
}
