package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Reads names which facts of branches this store takes for known, in place of all that this program can read.
func (s *Store) Reads(known func(kind string, version int) bool) { s.reads = known }

// wait keeps that a fact could not be read when it came.
func (s shelf) wait(log int64, e wire.Event, seq uint64) error {
	_, err := s.tx.ExecContext(s.ctx, `INSERT INTO unfolded (log, seq, type, v, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		log, int64(seq), e.Type, e.Version, s.rx) //nolint:gosec // below 2^53
	return err
}

// Later counts the facts of a branch that came in a form which the program of that time could not read, and wait for one
// that can.
func (s *Store) Later(ctx context.Context, node wire.NodeID) (n int, err error) {
	err = s.db.QueryRow(ctx, `SELECT count(*) FROM unfolded WHERE log IN (SELECT id FROM log WHERE node = ?)`, node).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count facts of %s that wait: %w", node, err)
	}
	return n, nil
}

// unfolded is a fact that waits.
type unfolded struct {
	log   int64
	node  wire.NodeID
	epoch uint64
	seq   uint64
}

// foldAtOnce is how many facts that waited one commit holds.
const foldAtOnce = 500

// Fold makes up for facts that waited and that this program can read: faults of devices are counted, and reports are made
// again from the Day on in which the first of them lies. What follows and that they no longer wait is one commit for each
// part, so that a program that ends in the middle goes on where it was. It returns how many were folded. Nobody may keep
// roll-ups meanwhile.
func (s *Store) Fold(ctx context.Context) (folded int, err error) {
	kinds, err := s.foldable(ctx)
	if err != nil {
		return 0, fmt.Errorf("read which facts wait: %w", err)
	}
	for _, k := range kinds {
		for {
			lot, err := s.waiting(ctx, k)
			if err != nil {
				return folded, fmt.Errorf("read facts that wait: %w", err)
			}
			if len(lot) == 0 {
				break
			}
			if err := s.foldLot(ctx, lot); err != nil {
				return folded, fmt.Errorf("fold facts that waited: %w", err)
			}
			folded += len(lot)
		}
	}
	return folded, nil
}

type kindOf struct {
	name    string
	version int
}

// foldable returns which of what waits can be read now.
func (s *Store) foldable(ctx context.Context) ([]kindOf, error) {
	rows, err := s.db.Query(ctx, `SELECT DISTINCT type, v FROM unfolded ORDER BY type, v`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []kindOf
	for rows.Next() {
		var k kindOf
		if err := rows.Scan(&k.name, &k.version); err != nil {
			return nil, err
		}
		if s.reads(k.name, k.version) {
			all = append(all, k)
		}
	}
	return all, rows.Err()
}

func (s *Store) waiting(ctx context.Context, k kindOf) ([]unfolded, error) {
	rows, err := s.db.Query(ctx, `SELECT u.log, l.node, l.epoch, u.seq FROM unfolded u JOIN log l ON l.id = u.log
		WHERE u.type = ? AND u.v = ? ORDER BY u.log, u.seq LIMIT ?`, k.name, k.version, foldAtOnce)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []unfolded
	for rows.Next() {
		var u unfolded
		if err := rows.Scan(&u.log, &u.node, &u.epoch, &u.seq); err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, rows.Err()
}

// foldLot folds some facts, which lie by log and sequence.
func (s *Store) foldLot(ctx context.Context, lot []unfolded) error {
	records, err := s.recordsOfLot(ctx, lot)
	if err != nil {
		return err
	}
	openings, err := s.openingsOf(ctx, lot)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sql.Tx) error {
		for i, u := range lot {
			if err := refault(ctx, tx, u, records[i], s.now().UnixMilli()); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM unfolded WHERE log = ? AND seq = ?`, u.log, int64(u.seq)); err != nil { //nolint:gosec // below 2^53
				return err
			}
		}
		for node, at := range openings {
			if err := rewindReports(ctx, tx, node, at); err != nil {
				return err
			}
		}
		return nil
	})
}

// recordsOfLot returns the facts as they came, also from the archive; an empty one where it is there no more.
func (s *Store) recordsOfLot(ctx context.Context, lot []unfolded) ([]wire.Record, error) {
	all := make([]wire.Record, len(lot))
	for i, u := range lot {
		for r, err := range s.Records(ctx, u.node, u.epoch, u.seq-1) {
			if err != nil {
				return nil, err
			}
			if r.Seq == u.seq {
				all[i] = r
			}
			break
		}
	}
	return all, nil
}

// refault counts a fault of a device that could not be read before, as of when it came.
func refault(ctx context.Context, tx *sql.Tx, u unfolded, r wire.Record, at int64) error {
	e, err := wire.DecodeEvent(r.Raw)
	if err != nil || e.Type != wire.TypeDeviceFault {
		return nil //nolint:nilerr // it is no fault of a device, or not there any more
	}
	var came int64
	switch err := tx.QueryRowContext(ctx, `SELECT at FROM unfolded WHERE log = ? AND seq = ?`, u.log, int64(u.seq)).Scan(&came); { //nolint:gosec // below 2^53
	case errors.Is(err, sql.ErrNoRows):
		came = at
	case err != nil:
		return err
	}
	return shelf{ctx: ctx, tx: tx, rx: came}.fault(u.log, u.node, e)
}

// opening is the fact that opened a Day.
type opening struct{ epoch, seq uint64 }

// openingsOf returns from where on the reports of each branch must be made again: the Day in which its first fact lies. A
// Day whose facts were given up is left as it is.
func (s *Store) openingsOf(ctx context.Context, lot []unfolded) (map[wire.NodeID]opening, error) {
	all := map[wire.NodeID]opening{}
	for i, u := range lot {
		if i > 0 && u.log == lot[i-1].log {
			continue // a later one of the same log
		}
		var at opening
		err := s.db.QueryRow(ctx, `SELECT epoch, opened FROM rollup_day WHERE branch = ?1 AND (epoch < ?2 OR epoch = ?2 AND opened <= ?3)
			ORDER BY epoch DESC, opened DESC LIMIT 1`, u.node, int64(u.epoch), int64(u.seq)).Scan(&at.epoch, &at.seq) //nolint:gosec // below 2^53
		if sqlite.IsNotFound(err) {
			continue // nothing was reported of it yet
		}
		if err != nil {
			return nil, err
		}
		if known, has := all[u.node]; has && (known.epoch < at.epoch || known.epoch == at.epoch && known.seq <= at.seq) {
			continue
		}
		whole := false
		for r, err := range s.Records(ctx, u.node, at.epoch, at.seq-1) {
			if err != nil {
				return nil, err
			}
			whole = r.Seq == at.seq
			break
		}
		if whole {
			all[u.node] = at
		}
	}
	return all, nil
}

// rewindReports makes a branch's reports begin anew with a Day; one at which they did not arrive yet stays before it.
func rewindReports(ctx context.Context, tx *sql.Tx, node wire.NodeID, at opening) error {
	before := int64(at.seq) - 1 //nolint:gosec // below 2^53
	if _, err := tx.ExecContext(ctx, `UPDATE rollup_mark SET epoch = ?2, seq = ?3 WHERE branch = ?1 AND (epoch > ?2 OR epoch = ?2 AND seq > ?3)`,
		node, int64(at.epoch), before); err != nil { //nolint:gosec // below 2^53
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE rollup_mark SET upto_epoch = epoch, upto_seq = seq WHERE branch = ?`, node)
	return err
}
