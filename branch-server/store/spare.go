package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"balcao/internal/sqlite"
)

// mirrorStep is how many records of a node's log one transaction of forgetting looks at.
const mirrorStep = 2000

// ForgetMirror takes copies of nodes' records away that were written before a moment. Records of a type that Known does
// not know stay: a later version of this program may understand them. It returns how many went.
func (s *Store) ForgetMirror(ctx context.Context, before time.Time, known func(kind string, version int) bool) (gone int, err error) {
	nodes, err := s.mirrored(ctx)
	if err != nil {
		return 0, err
	}
	for _, n := range nodes {
		for from := int64(0); ; {
			last, n, more, err := s.forgetSome(ctx, n, from, before, known)
			gone += n
			if err != nil {
				return gone, fmt.Errorf("forget copies of a node's log: %w", err)
			}
			if !more {
				break
			}
			from = last
		}
	}
	return gone, nil
}

type mirrorOf struct {
	node  string
	epoch int64
}

func (s *Store) mirrored(ctx context.Context) ([]mirrorOf, error) {
	rows, err := s.db.Query(ctx, `SELECT node, epoch FROM marks ORDER BY node, epoch`)
	if err != nil {
		return nil, fmt.Errorf("list copies of nodes' logs: %w", err)
	}
	defer rows.Close()
	var all []mirrorOf
	for rows.Next() {
		var m mirrorOf
		if err := rows.Scan(&m.node, &m.epoch); err != nil {
			return nil, fmt.Errorf("list copies of nodes' logs: %w", err)
		}
		all = append(all, m)
	}
	return all, rows.Err()
}

// forgetSome looks at the next records of one log; more says that there are further ones, and that those looked at were
// old.
func (s *Store) forgetSome(ctx context.Context, m mirrorOf, from int64, before time.Time, known func(string, int) bool) (last int64, gone int, more bool, err error) {
	err = s.db.Write(ctx, func(tx *sqlite.Tx) error {
		old, seen, end, err := oldOnes(ctx, tx, m, from, before, known)
		if err != nil {
			return err
		}
		last, gone, more = end, len(old), seen == mirrorStep
		for _, seq := range old {
			if _, err := tx.ExecContext(ctx, `DELETE FROM mirror WHERE node = ? AND epoch = ? AND seq = ?`, m.node, m.epoch, seq); err != nil {
				return err
			}
		}
		return nil
	})
	return last, gone, more, err
}

func oldOnes(ctx context.Context, tx *sqlite.Tx, m mirrorOf, from int64, before time.Time, known func(string, int) bool) (old []int64, seen int, last int64, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, raw FROM mirror WHERE node = ? AND epoch = ? AND seq > ? ORDER BY seq LIMIT ?`,
		m.node, m.epoch, from, mirrorStep)
	if err != nil {
		return nil, 0, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&last, &raw); err != nil {
			return nil, 0, 0, err
		}
		seen++
		var e struct {
			TS      int64  `json:"ts"`
			Type    string `json:"t"`
			Version int    `json:"v"`
		}
		if json.Unmarshal(raw, &e) == nil && e.TS < before.UnixMilli() && known(e.Type, e.Version) {
			old = append(old, last)
		}
	}
	return old, seen, last, rows.Err()
}
