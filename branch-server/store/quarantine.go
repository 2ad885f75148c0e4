package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// ErrNotQuarantined means that there is nothing to lift: the epoch is sound, unknown, or was lifted before.
var ErrNotQuarantined = errors.New("that epoch is not in quarantine")

// Rebase takes a node's compacted log over from its base on and keeps the sum of what is gone.
func (s *Store) Rebase(ctx context.Context, node wire.NodeID, epoch uint64, base wire.Base) (p replica.Position, err error) {
	held, err := s.Mark(ctx, string(node), epoch)
	if err != nil {
		return held, err
	}
	after, changed := replica.Rebase(held, base)
	if !changed {
		return after, nil
	}
	snapshot, err := json.Marshal(base.Snapshot)
	if err != nil {
		return held, err
	}
	err = s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO bases (node, epoch, seq, held, snapshot) VALUES (?, ?, ?, ?, ?)`,
			string(node), int64(epoch), int64(base.Seq), int64(held.HWM), string(snapshot)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO marks (node, epoch, seq, head) VALUES (?, ?, ?, ?)
			ON CONFLICT (node, epoch) DO UPDATE SET seq = excluded.seq, head = excluded.head`,
			string(node), int64(epoch), int64(after.HWM), after.Head[:])
		return err
	})
	if err != nil {
		return held, fmt.Errorf("take the log of %s over from its base: %w", node, err)
	}
	return after, nil
}

// Quarantine marks an epoch of a node as having two contents: no more of it is taken in.
func (s *Store) Quarantine(ctx context.Context, node string, epoch uint64) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO marks (node, epoch, seq, head, forked, forked_at) VALUES (?1, ?2, 0, zeroblob(32), 1, ?3)
			ON CONFLICT (node, epoch) DO UPDATE SET forked = 1, forked_at = CASE forked_at WHEN 0 THEN ?3 ELSE forked_at END`,
			node, int64(epoch), s.now().UnixMilli())
		return err
	})
}

// Lift lets a node whose epoch is in quarantine go on in a new one, for a reason that somebody will read later. The old
// epoch stays as it is held, for ever.
func (s *Store) Lift(ctx context.Context, node wire.NodeID, epoch uint64, reason string) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE marks SET lifted = ?, reason = ? WHERE node = ? AND epoch = ? AND forked <> 0 AND lifted = 0`,
			s.now().UnixMilli(), reason, string(node), int64(epoch))
		if err != nil {
			return fmt.Errorf("lift the quarantine of %s: %w", node, err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrNotQuarantined)
		}
		return nil
	})
}

// Quarantined returns the epochs of the branch's nodes that are or were in quarantine, newest first.
func (s *Store) Quarantined(ctx context.Context) ([]replica.Quarantine, error) {
	rows, err := s.db.Query(ctx, `SELECT node, epoch, seq, forked_at, lifted, reason FROM marks WHERE forked <> 0 ORDER BY forked_at DESC, node`)
	if err != nil {
		return nil, fmt.Errorf("read quarantines: %w", err)
	}
	defer rows.Close()
	var all []replica.Quarantine
	for rows.Next() {
		var q replica.Quarantine
		var since, lifted int64
		if err := rows.Scan(&q.Node, &q.Epoch, &q.HWM, &since, &lifted, &q.Reason); err != nil {
			return nil, fmt.Errorf("read quarantines: %w", err)
		}
		q.Since = time.UnixMilli(since)
		if lifted != 0 {
			q.Lifted = time.UnixMilli(lifted)
		}
		all = append(all, q)
	}
	return all, rows.Err()
}
