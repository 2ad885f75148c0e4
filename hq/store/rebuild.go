package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"balcao/internal/rebuild"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Rebuilt is what came of making a damaged file of headquarters anew.
type Rebuilt struct {
	Aside  string // where the damaged file lies now; empty where there was none
	Headed bool   // the head of the file could be read: without it nothing is saved, and branches send what they keep
	Tables []rebuild.Carried
	Logs   []RebuiltLog
	Found  []Month // months of the archive that the damaged file did not name any more, and that belong to it
	Gone   []Month // months of the archive whose file is missing or was changed
}

// RebuiltLog is how far one log of a branch is held again.
type RebuiltLog struct {
	Node  wire.NodeID
	Epoch uint64
	Had   uint64 // how far it was held
	Held  uint64 // how far its chain is confirmed
	Ended bool   // the branch went on in a later epoch, and sends nothing of this one any more
}

// Rebuild makes a new file out of what can be read of a damaged one. Of each log it keeps what the chain confirms: the
// branches send the rest again, as after a backup was put back. What lies in the archive, in a folder of its own, stays
// there: the chain goes on from its end. The program must not be running.
func Rebuild(ctx context.Context, path, archive string, now time.Time) (r Rebuilt, err error) {
	if err := sqlite.Free(path); err != nil {
		return r, err
	}
	src, err := rebuild.Open(path)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	r.Headed = src.Headed()
	fresh := path + ".rebuild"
	db, err := src.Fresh(ctx, fresh, migrations)
	if err != nil {
		return r, err
	}
	// Without the mark of the roll-ups they are made again, as far as events are there.
	r.Tables, err = src.Carry(ctx, db, "rollup_mark", "session", "rollup_area_day", "rollup_area_month", "rollup_place", "rollup_stale")
	if err == nil {
		err = rebuild.Finish(ctx, db, migrations)
	}
	s := &Store{db: db, file: db, now: func() time.Time { return now }, archive: archive}
	if err == nil {
		err = s.staleAll(ctx)
	}
	if err == nil {
		r.Found, r.Gone, err = s.regain(ctx)
	}
	if err == nil {
		r.Logs, err = s.confirm(ctx)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return r, fmt.Errorf("rebuild %s: %w", path, err)
	}
	r.Aside, err = rebuild.Replace(fresh, path, now)
	return r, err
}

// confirm reckons the chain of every log again and takes away what it does not confirm.
func (s *Store) confirm(ctx context.Context) ([]RebuiltLog, error) {
	logs, err := s.Logs(ctx)
	if err != nil {
		return nil, err
	}
	var all []RebuiltLog
	for i, l := range logs {
		one := RebuiltLog{Node: l.Node, Epoch: l.Epoch, Had: l.HWM, Ended: i+1 < len(logs) && logs[i+1].Node == l.Node}
		proven, reached, err := s.reckon(ctx, l.Node, l.Epoch, point{l.HWM, l.Head})
		if err != nil {
			return all, err
		}
		if one.Ended { // nobody sends it again: what is there stays, up to the first that is missing
			proven = reached
		}
		if one.Held = proven.seq; proven.seq != l.HWM || proven.head != l.Head {
			err = cut(ctx, s.file, l.Node, l.Epoch, proven)
		}
		if err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, nil
}

// reckon returns how far a log's chain is proven, by its end or by a point that was kept, and how far it is without a gap.
func (s *Store) reckon(ctx context.Context, node wire.NodeID, epoch uint64, end point) (proven, reached point, err error) {
	known, err := s.points(ctx, node, epoch)
	if err != nil {
		return proven, reached, err
	}
	if proven, err = pointOf(s.db.QueryRow(ctx, `SELECT base.seq, base.head FROM base JOIN log ON log.id = base.log
		WHERE log.node = ? AND log.epoch = ? ORDER BY base.seq DESC LIMIT 1`, node, int64(epoch))); err != nil {
		return proven, reached, err
	}
	old, err := s.archiveEnd(ctx, node, epoch, math.MaxInt64)
	if err != nil {
		return proven, reached, err
	}
	if old.seq > proven.seq { // what the archive holds was confirmed before it went there
		proven = old
	}
	known[end.seq] = end.head
	reached = proven
	sound := true
	for r, err := range s.Records(ctx, node, epoch, proven.seq) {
		if err != nil {
			return proven, reached, err
		}
		if r.Seq != reached.seq+1 || r.Seq > end.seq {
			return proven, reached, nil
		}
		reached = point{r.Seq, reached.head.Next(r)}
		if head, kept := known[r.Seq]; kept && sound {
			if sound = head == reached.head; sound {
				proven = reached
			}
		}
	}
	return proven, reached, nil
}

// points returns the points of a log's chain that were kept.
func (s *Store) points(ctx context.Context, node wire.NodeID, epoch uint64) (map[uint64]wire.Hash, error) {
	rows, err := s.db.Query(ctx, `SELECT seq, head FROM journal_heads WHERE node = ? AND epoch = ?`, node, int64(epoch))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[uint64]wire.Hash{}
	for rows.Next() {
		var seq uint64
		var head []byte
		if err := rows.Scan(&seq, &head); err != nil {
			return nil, err
		}
		var h wire.Hash
		copy(h[:], head)
		all[seq] = h
	}
	return all, rows.Err()
}

// cut takes away what of a log is not proven.
func cut(ctx context.Context, db *sqlite.DB, node wire.NodeID, epoch uint64, at point) error {
	return db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, statement := range []string{
			`DELETE FROM event WHERE log = (SELECT id FROM log WHERE node = ?1 AND epoch = ?2) AND seq > ?3`,
			`DELETE FROM device_fault WHERE log = (SELECT id FROM log WHERE node = ?1 AND epoch = ?2) AND seq > ?3`,
			`DELETE FROM unfolded WHERE log = (SELECT id FROM log WHERE node = ?1 AND epoch = ?2) AND seq > ?3`,
			`DELETE FROM journal_heads WHERE node = ?1 AND epoch = ?2 AND seq > ?3`,
		} {
			if _, err := tx.ExecContext(ctx, statement, node, int64(epoch), int64(at.seq)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE log SET hwm = ?, head = ? WHERE node = ? AND epoch = ?`, int64(at.seq), at.head[:], node, int64(epoch))
		return err
	})
}
