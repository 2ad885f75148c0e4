package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balcao/hq/network"
	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// ErrNotQuarantined means that there is nothing to lift: the epoch is sound, unknown, or was lifted before.
var ErrNotQuarantined = errors.New("that epoch is not in quarantine")

// Rebase implements carrier.Rebaser: it takes a compacted log over from its base on, keeps the sum of what is gone, and
// raises an alarm where some of it was never held.
func (s *Store) Rebase(ctx context.Context, node wire.NodeID, epoch uint64, base wire.Base) (p replica.Position, err error) {
	err = s.db.Write(ctx, func(tx *sqlite.Tx) error {
		sh := shelf{ctx: ctx, tx: tx, rx: s.now().UnixMilli()}
		if err := sh.hold(node, epoch); err != nil {
			return err
		}
		held, err := sh.Load(node, epoch)
		if err != nil {
			return err
		}
		after, changed := replica.Rebase(held, base)
		if p = after; !changed {
			return nil
		}
		id, err := sh.log(node, epoch)
		if err != nil {
			return err
		}
		snapshot, err := json.Marshal(base.Snapshot)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO base (log, seq, held, head, snapshot, at) VALUES (?, ?, ?, ?, ?, ?)`,
			id, int64(base.Seq), int64(held.HWM), base.Head[:], string(snapshot), sh.rx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO alarm (node, epoch, seq, kind, at) VALUES (?, ?, ?, ?, ?)`,
			node, int64(epoch), int64(base.Seq), network.AlarmBase, sh.rx); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE log SET hwm = ?, head = ?, last_rx = ? WHERE id = ?`,
			int64(after.HWM), after.Head[:], sh.rx, id)
		return err
	})
	if err != nil {
		return replica.Position{}, fmt.Errorf("take the log of %s over from its base: %w", node, err)
	}
	return p, nil
}

// Quarantine implements carrier.Quarantiner.
func (s *Store) Quarantine(ctx context.Context, node wire.NodeID, epoch uint64) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		sh := shelf{ctx: ctx, tx: tx, rx: s.now().UnixMilli()}
		if err := sh.hold(node, epoch); err != nil {
			return err
		}
		p, err := sh.Load(node, epoch)
		if err != nil || p.Quarantined {
			return err
		}
		id, err := sh.log(node, epoch)
		if err != nil {
			return err
		}
		return sh.quarantine(id, node, p)
	})
}

// Cloned raises the alarm for a node under whose name two programs live.
func (s *Store) Cloned(ctx context.Context, node wire.NodeID) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO alarm (node, epoch, seq, kind, at) VALUES (?, 0, 0, ?, ?)`,
			node, network.AlarmClone, s.now().UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("raise the alarm for %s: %w", node, err)
	}
	return nil
}

// Lift lets a branch whose epoch is in quarantine go on in a new one, for a reason that somebody will read later. The
// old epoch stays as it is held, for ever.
func (s *Store) Lift(ctx context.Context, node wire.NodeID, epoch uint64, reason string) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE log SET lifted = ?, reason = ? WHERE node = ? AND epoch = ? AND quarantined <> 0 AND lifted = 0`,
			s.now().UnixMilli(), reason, node, int64(epoch))
		if err != nil {
			return fmt.Errorf("lift the quarantine of %s: %w", node, err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrNotQuarantined)
		}
		return nil
	})
}

// Quarantined returns the epochs that are or were in quarantine, newest first.
func (s *Store) Quarantined(ctx context.Context) ([]replica.Quarantine, error) {
	rows, err := s.db.Query(ctx, `SELECT node, epoch, hwm, quarantined, lifted, reason FROM log WHERE quarantined <> 0 ORDER BY quarantined DESC`)
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
