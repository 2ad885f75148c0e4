package postgres

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"

	"github.com/jackc/pgx/v5"

	"balcao/internal/wire"
)

// movedLog is one log that is moved: its events lie in several sources, one stretch of them in each.
type movedLog struct {
	id    int64
	count int64
	parts []logPart // in order
}

// logPart is what one source has of a log.
type logPart struct {
	in                 Source
	first, last, count int64
}

// logs are the source's logs, and how many events all have.
func (m mover) logs(ctx context.Context) (logs []movedLog, all int64, err error) {
	at := map[int64]int{}
	for _, in := range m.all {
		err := m.partsIn(ctx, in, func(id int64, p logPart) {
			i, known := at[id]
			if !known {
				i = len(logs)
				at[id], logs = i, append(logs, movedLog{id: id})
			}
			logs[i].parts, logs[i].count, all = append(logs[i].parts, p), logs[i].count+p.count, all+p.count
		})
		if err != nil {
			return nil, 0, fmt.Errorf("count events: %w", err)
		}
	}
	slices.SortFunc(logs, func(a, b movedLog) int { return cmp.Compare(a.id, b.id) })
	for _, l := range logs {
		slices.SortFunc(l.parts, func(a, b logPart) int { return cmp.Compare(a.first, b.first) })
		for i := 1; i < len(l.parts); i++ {
			if l.parts[i].first <= l.parts[i-1].last {
				return nil, 0, fmt.Errorf("%w: two files have record %d of log %d", ErrDiffers, l.parts[i].first, l.id)
			}
		}
	}
	return logs, all, nil
}

func (m mover) partsIn(ctx context.Context, in Source, found func(id int64, p logPart)) error {
	rows, err := in.Query(ctx, `SELECT log, min(seq), max(seq), count(*) FROM event GROUP BY log`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		p := logPart{in: in}
		var id int64
		if err := rows.Scan(&id, &p.first, &p.last, &p.count); err != nil {
			return err
		}
		found(id, p)
	}
	return rows.Err()
}

// compareLog reads a log on both sides, and reckons its chain where it can be reckoned from its beginning or its base.
func (m mover) compareLog(ctx context.Context, l movedLog) error {
	var node string
	var hwm int64
	var head []byte
	if err := m.pool.QueryRow(ctx, `SELECT node, hwm, head FROM log WHERE id = $1`, l.id).Scan(&node, &hwm, &head); err != nil {
		return plain(err)
	}
	var from int64
	var base []byte
	err := m.pool.QueryRow(ctx, `SELECT seq, head FROM base WHERE log = $1 ORDER BY seq DESC LIMIT 1`, l.id).Scan(&from, &base)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return plain(err)
	}
	there, here := newDigest(), newDigest()
	for _, p := range l.parts {
		rows, err := p.in.Query(ctx, `SELECT seq, raw FROM event WHERE log = ? ORDER BY seq`, l.id)
		if err != nil {
			return err
		}
		if err := there.add(rows, nil); err != nil {
			return err
		}
	}
	target, err := m.Query(ctx, `SELECT seq, raw FROM event WHERE log = ? ORDER BY seq`, l.id)
	if err != nil {
		return err
	}
	var chain chained
	chain.after = uint64(max(0, from)) //nolint:gosec // not negative
	copy(chain.head[:], base)
	if err := here.add(target, &chain); err != nil {
		return plain(err)
	}
	switch {
	case here.count != l.count || there.count != l.count || !bytes.Equal(here.hash.Sum(nil), there.hash.Sum(nil)):
		return fmt.Errorf("%w: the log of %s has %d events, %d arrived, or some of them differ", ErrDiffers, node, l.count, here.count)
	case !chain.torn && int64(chain.after) == hwm && !bytes.Equal(chain.head[:], head): //nolint:gosec // below 2^53
		return fmt.Errorf("%w: the chain of the log of %s does not end as its mark says", ErrDiffers, node)
	}
	return nil
}

// chained is a log's chain as far as it was reckoned; torn when records before are not there.
type chained struct {
	after uint64
	head  wire.Hash
	torn  bool
}

// digest is the sum of records in their order.
type digest struct {
	count int64
	hash  hash.Hash
}

func newDigest() *digest { return &digest{hash: sha256.New()} }

// add reads further records in order. Closing the rows is its own.
func (d *digest) add(rows *sql.Rows, chain *chained) error {
	defer rows.Close()
	for rows.Next() {
		var seq int64
		var raw sql.RawBytes
		if err := rows.Scan(&seq, &raw); err != nil {
			return err
		}
		d.count++
		var head [16]byte
		binary.BigEndian.PutUint64(head[:8], uint64(seq))      //nolint:gosec // only compared
		binary.BigEndian.PutUint64(head[8:], uint64(len(raw))) //nolint:gosec // only compared
		d.hash.Write(head[:])
		d.hash.Write(raw)
		if chain == nil || seq <= int64(chain.after) { //nolint:gosec // below 2^53
			continue
		}
		if uint64(seq) != chain.after+1 { //nolint:gosec // positive
			chain.torn = true
		}
		chain.head, chain.after = chain.head.Next(wire.Record{Seq: uint64(seq), Raw: raw}), uint64(seq) //nolint:gosec // positive
	}
	return rows.Err()
}
