package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"balcao/hq/network"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// page is how many records one query reads, so that no reader holds a transaction while somebody slow takes them.
const page = 500

// Logs returns every log that was ever taken in, by node, oldest epoch first.
func (s *Store) Logs(ctx context.Context) ([]network.Held, error) {
	rows, err := s.db.Query(ctx, `SELECT node, epoch, hwm, head, quarantined, last_rx FROM log ORDER BY node, epoch`)
	if err != nil {
		return nil, fmt.Errorf("read logs: %w", err)
	}
	defer rows.Close()
	var all []network.Held
	for rows.Next() {
		var l network.Held
		var head []byte
		var quarantined, at int64
		if err := rows.Scan(&l.Node, &l.Epoch, &l.HWM, &head, &quarantined, &at); err != nil {
			return nil, fmt.Errorf("read logs: %w", err)
		}
		copy(l.Head[:], head)
		l.Quarantined, l.At = quarantined != 0, time.UnixMilli(at)
		all = append(all, l)
	}
	return all, rows.Err()
}

// Records yields the stored records of an epoch with a sequence above after, in order, up to what is held when they
// are read. It ends with an error, if at all, as its last pair.
func (s *Store) Records(ctx context.Context, node wire.NodeID, epoch, after uint64) iter.Seq2[wire.Record, error] {
	return func(yield func(wire.Record, error) bool) {
		for {
			records, more, err := s.records(ctx, node, epoch, after)
			if err != nil {
				yield(wire.Record{}, fmt.Errorf("read records of %s after %d: %w", node, after, err))
				return
			}
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
				after = r.Seq
			}
			if !more {
				return
			}
		}
	}
}

// records reads a page, of the archive where it is no longer here, and whether there may be more.
func (s *Store) records(ctx context.Context, node wire.NodeID, epoch, after uint64) ([]wire.Record, bool, error) {
	here, err := s.recordsHere(ctx, node, epoch, after)
	if err != nil || len(here) > 0 && here[0].Seq == after+1 || s.file == nil {
		return here, len(here) == page, err
	}
	if old, err := s.recordsArchived(ctx, node, epoch, after); err != nil || len(old) > 0 {
		return old, true, err
	}
	return here, len(here) == page, nil
}

func (s *Store) recordsHere(ctx context.Context, node wire.NodeID, epoch, after uint64) ([]wire.Record, error) {
	return recordsOf(s.db.Query(ctx, `SELECT seq, raw FROM event
		WHERE log = (SELECT id FROM log WHERE node = ? AND epoch = ?) AND seq > ? ORDER BY seq LIMIT ?`,
		node, int64(epoch), int64(after), page))
}

// recordsOf reads rows of seq and raw to their end.
func recordsOf(rows *sql.Rows, err error) ([]wire.Record, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []wire.Record
	for rows.Next() {
		var r wire.Record
		if err := rows.Scan(&r.Seq, &r.Raw); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// DayStart returns where a restart begins to read a log's present Day: the sequence before the entry that opened it,
// which is 0 when none did; and whether one did.
func (s *Store) DayStart(ctx context.Context, node wire.NodeID, epoch uint64) (before uint64, opened bool, err error) {
	err = s.db.QueryRow(ctx, `SELECT seq - 1 FROM event WHERE log = (SELECT id FROM log WHERE node = ? AND epoch = ?)
		AND type = 'day.opened' ORDER BY seq DESC LIMIT 1`, node, int64(epoch)).Scan(&before)
	if sqlite.IsNotFound(err) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("find the day of %s: %w", node, err)
	}
	return before, true, nil
}

// ErrUnknown means that a branch or log was never seen.
var ErrUnknown = errors.New("never seen")

// LatestEpoch returns the newest epoch of a node's log, or ErrUnknown.
func (s *Store) LatestEpoch(ctx context.Context, node wire.NodeID) (uint64, error) {
	var epoch uint64
	err := s.db.QueryRow(ctx, `SELECT epoch FROM log WHERE node = ? ORDER BY epoch DESC LIMIT 1`, node).Scan(&epoch)
	if sqlite.IsNotFound(err) {
		return 0, fmt.Errorf("log of %s: %w", node, ErrUnknown)
	}
	if err != nil {
		return 0, fmt.Errorf("find the log of %s: %w", node, err)
	}
	return epoch, nil
}
