package year

import (
	"context"
	"fmt"
	"strings"
	"time"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// writer writes events into the file as they stand there, many with one statement. They come from this program: nothing
// of them is looked at.
type writer struct {
	db     *sqlite.DB
	events uint64
	days   []lived
	held   int
}

const (
	perCommit    = 20_000
	perStatement = 100
	columns      = 8
)

// found makes the rows of the logs.
func (w *writer) found(ctx context.Context, branches []*branch, at time.Time) error {
	return w.db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, b := range branches {
			if _, err := tx.ExecContext(ctx, `INSERT INTO log (id, node, epoch, first_rx, last_rx) VALUES (?, ?, ?, ?, ?)`,
				b.log, string(b.about.Node), int64(b.about.Epoch), at.UnixMilli(), at.UnixMilli()); err != nil { //nolint:gosec // far below
				return err
			}
		}
		return nil
	})
}

func (w *writer) add(ctx context.Context, d lived) error {
	w.days, w.held = append(w.days, d), w.held+len(d.past.Records)
	if w.held < perCommit {
		return nil
	}
	return w.flush(ctx)
}

func (w *writer) flush(ctx context.Context) error {
	err := w.db.Write(ctx, func(tx *sqlite.Tx) error {
		many, err := tx.PrepareContext(ctx, statement(perStatement))
		if err != nil {
			return err
		}
		defer many.Close()
		args := make([]any, 0, perStatement*columns)
		for _, d := range w.days {
			for i, r := range d.past.Records {
				e, err := wire.DecodeEvent(r.Raw)
				if err != nil {
					return err
				}
				args = append(args, d.branch.log, int64(r.Seq), e.ID, e.Type, e.Version, e.TS, e.TS, r.Raw) //nolint:gosec // far below
				if len(args) == perStatement*columns {
					if _, err := many.ExecContext(ctx, args...); err != nil {
						return err
					}
					args = args[:0]
				}
				if i < len(d.past.Records)-1 {
					continue
				}
				if _, err := tx.ExecContext(ctx, `UPDATE log SET hwm = ?, head = ?, last_rx = ? WHERE id = ?`,
					int64(r.Seq), d.past.Head[:], e.TS, d.branch.log); err != nil { //nolint:gosec // far below
					return err
				}
			}
		}
		if len(args) > 0 {
			_, err = tx.ExecContext(ctx, statement(len(args)/columns), args...)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	w.events += uint64(w.held) //nolint:gosec // not negative
	w.days, w.held = nil, 0
	return nil
}

func statement(rows int) string {
	return `INSERT INTO event (log, seq, id, type, v, ts, rx, raw) VALUES ` + strings.Repeat(`(?, ?, ?, ?, ?, ?, ?, ?), `, rows-1) + `(?, ?, ?, ?, ?, ?, ?, ?)`
}
