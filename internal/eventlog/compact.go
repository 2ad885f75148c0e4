package eventlog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// compactStep is how many records one transaction of compacting takes away, so that nobody waits long behind it.
const compactStep = 2000

// Compact takes the oldest records up to a sequence away for ever and remembers their sum (sync-protocol §6). The last
// record always stays, and so does whatever follows the limit. Whoever calls it has made sure that the parent holds
// them. It returns how many went.
func (l *Log) Compact(ctx context.Context, upTo uint64) (gone uint64, err error) {
	for {
		n, err := l.compactSome(ctx, upTo)
		gone += n
		if err != nil {
			return gone, fmt.Errorf("compact the log: %w", err)
		}
		if n < compactStep {
			return gone, nil
		}
	}
}

func (l *Log) compactSome(ctx context.Context, upTo uint64) (n uint64, err error) {
	err = l.db.Write(ctx, func(tx *sqlite.Tx) error {
		base, err := baseOf(ctx, tx)
		if err != nil {
			return err
		}
		end, err := End(ctx, tx)
		if err != nil || end.Seq == 0 {
			return err
		}
		base, n, err = tally(ctx, tx, base, min(upTo, end.Seq-1))
		if err != nil || n == 0 {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM journal WHERE seq <= ?`, int64(base.Seq)); err != nil {
			return err
		}
		body, err := json.Marshal(base)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('base', ?)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, string(body))
		return err
	})
	return n, err
}

// tally adds the next records up to a limit to a base.
func tally(ctx context.Context, tx *sqlite.Tx, base wire.Base, upTo uint64) (wire.Base, uint64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, type, raw, head FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
		int64(base.Seq), int64(upTo), compactStep)
	if err != nil {
		return base, 0, err
	}
	defer rows.Close()
	var n uint64
	for rows.Next() {
		var kind string
		var raw, head []byte
		if err := rows.Scan(&base.Seq, &kind, &raw, &head); err != nil {
			return base, n, err
		}
		copy(base.Head[:], head)
		base.Snapshot.Add(kind, timeOf(raw))
		n++
	}
	return base, n, rows.Err()
}

// timeOf returns the moment of a stored record in Unix milliseconds, 0 if it cannot be read.
func timeOf(raw []byte) int64 {
	var e struct {
		TS int64 `json:"ts"`
	}
	if json.Unmarshal(raw, &e) != nil {
		return 0
	}
	return e.TS
}

// ReadBase returns what the log in a file begins after; nil where it begins at 1.
func ReadBase(ctx context.Context, db *sqlite.DB) (*wire.Base, error) {
	var base wire.Base
	err := db.Read(ctx, func(tx *sqlite.Tx) (err error) {
		base, err = baseOf(ctx, tx)
		return err
	})
	if err != nil || base.Seq == 0 {
		return nil, err
	}
	return &base, nil
}

// BaseIn is ReadBase inside a transaction; its zero value means that the log begins at 1.
func BaseIn(ctx context.Context, tx *sqlite.Tx) (wire.Base, error) { return baseOf(ctx, tx) }

// Base returns what a log that was compacted begins after; nil where it begins at 1. With it a Log is
// carrier.Compacted.
func (l *Log) Base(ctx context.Context) (*wire.Base, error) { return ReadBase(ctx, l.db) }

func baseOf(ctx context.Context, tx *sqlite.Tx) (wire.Base, error) {
	var base wire.Base
	var body string
	err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'base'`).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return base, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &base)
	}
	if err != nil {
		return base, fmt.Errorf("read base of the log: %w", err)
	}
	return base, nil
}

// Older returns the last sequence up to which every record is older than a moment in Unix milliseconds; 0 if none is.
func (l *Log) Older(ctx context.Context, beforeMS int64) (uint64, error) {
	var last uint64
	err := l.db.Read(ctx, func(tx *sqlite.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT seq, raw FROM journal ORDER BY seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var seq uint64
			var raw []byte
			if err := rows.Scan(&seq, &raw); err != nil {
				return err
			}
			if timeOf(raw) >= beforeMS {
				return nil
			}
			last = seq
		}
		return rows.Err()
	})
	if err != nil {
		return 0, fmt.Errorf("find old records: %w", err)
	}
	return last, nil
}
