package bench

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"balcao/hq/postgres"
	"balcao/hq/store"
	"balcao/internal/fleet"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// judge reads what headquarters has stored and compares it with the branches' own logs, then measures the engine alone.
func (r *run) judge(ctx context.Context) error {
	if r.fleet == nil {
		return nil // it was ended before there was one
	}
	acks := r.fleet.Acks()
	r.result.AckP50, r.result.AckP99 = milliseconds(acks.Quantile(0.5)), milliseconds(acks.Quantile(0.99))
	_, most := acks.Count()
	r.result.AckMost = milliseconds(most)
	r.result.ScreenP50, r.result.ScreenP99 = milliseconds(r.delays.Quantile(0.5)), milliseconds(r.delays.Quantile(0.99))
	r.result.LiveP99 = milliseconds(r.lives.Quantile(0.99))
	f := r.fleet.Figures()
	r.result.Sent, r.result.Acked, r.result.Connects = f.Logged, f.Acked, f.Connects
	if f.Logged > 0 {
		r.result.EventBytes = float64(f.Bytes) / float64(f.Logged)
	}
	for _, last := range r.seen {
		r.commits, r.records = r.commits+last[commitsTotal], r.records+last[recordsTotal]
	}
	if r.commits > 0 {
		r.result.PerCommit = r.records / r.commits
	}
	r.result.Processor = r.in.spent().Seconds()
	r.say("reading what was stored")
	if err := r.compare(ctx); err != nil {
		return err
	}
	if bytes := r.in.stored(ctx, r.dir); bytes > 0 && r.result.Stored > 0 {
		r.result.DiskBytes = float64(bytes) / float64(r.result.Stored)
	}
	if r.o.Raw == 0 || r.result.Stored == 0 {
		return nil
	}
	if r.in.database != "" {
		return r.rawPostgres(ctx)
	}
	return r.raw(ctx, file(r.dir))
}

// compare counts and chains every branch's entries again.
func (r *run) compare(ctx context.Context) error {
	s, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	for _, l := range r.fleet.Logs() {
		if err := r.compareOne(ctx, s, l); err != nil {
			return err
		}
	}
	return nil
}

// open opens what headquarters has stored.
func (r *run) open(ctx context.Context) (*store.Store, error) {
	if r.in.database == "" {
		return store.Open(ctx, file(r.dir), time.Now)
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: r.in.database}, time.Now())
	if err != nil {
		return nil, err
	}
	return store.On(ctx, db, time.Now)
}

func (r *run) compareOne(ctx context.Context, s *store.Store, l fleet.Log) error {
	var head wire.Hash
	held, next := uint64(0), uint64(1)
	ids := map[string]bool{}
	for record, err := range s.Records(ctx, l.Node, l.Epoch, 0) {
		if err != nil {
			return err
		}
		if record.Seq == next {
			next++
		}
		held++
		head = head.Next(record)
		if e, err := wire.DecodeEvent(record.Raw); err == nil {
			if ids[e.ID] {
				r.result.Doubled++
			}
			ids[e.ID] = true
		}
		if held == l.Acked {
			r.result.Changed += differs(l.AckedHead, head, l.Acked)
		}
	}
	r.result.Stored += held
	r.result.Lost += l.Acked - min(l.Acked, next-1)
	r.result.Unsent += l.Last - max(l.Acked, min(l.Last, next-1))
	if held == l.Last && held != l.Acked {
		r.result.Changed += differs(l.Head, head, l.Last)
	}
	return nil
}

func differs(a, b wire.Hash, at uint64) uint64 {
	if a == b || at == 0 {
		return 0
	}
	return 1
}

// row is an entry as it stands in the table.
type row struct {
	log, seq  int64
	id, kind  string
	v, ts, rx int64
	raw       []byte
}

// raw measures the engine alone: the same rows in the order and in the commits in which they came in, into the same
// tables with the same indexes and the same durability, and nothing else.
func (r *run) raw(ctx context.Context, path string) error {
	rows, err := readRows(ctx, path, r.o.Raw)
	if err != nil {
		return err
	}
	r.say("the engine alone, with %d of the same entries", len(rows))
	alone := filepath.Join(r.dir, "raw", "hq.db")
	empty, err := store.Open(ctx, alone, time.Now)
	if err != nil {
		return err
	}
	if err := empty.Close(); err != nil {
		return err
	}
	db, err := sqlite.Open(ctx, alone, sqlite.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Write(ctx, func(tx *sqlite.Tx) error {
		for i := range r.o.Branches {
			if _, err := tx.ExecContext(ctx, `INSERT INTO log (id, node, epoch, first_rx, last_rx) VALUES (?, ?, 1, 1, 1)`, i+1, string(fleet.Name(i))); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	began, worked := time.Now(), processor()
	for from := 0; from < len(rows); {
		to := from
		for to < len(rows) && rows[to].rx == rows[from].rx {
			to++
		}
		if err := insert(ctx, db, rows[from:to]); err != nil {
			return err
		}
		from = to
	}
	r.ratio(len(rows), time.Since(began))
	if spent := r.in.spent().Seconds(); spent > 0 {
		r.result.RatioCPU = float64(r.result.Stored) / spent * (processor() - worked).Seconds() / float64(len(rows))
	}
	return nil
}

// ratio keeps how quick the engine alone was.
func (r *run) ratio(rows int, took time.Duration) {
	r.result.Raw = float64(rows) / took.Seconds()
	r.result.Ratio = r.result.Rate / r.result.Raw
}

// processor is how long this program has worked on any processor.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// insert is one commit: the entries, and how far each log is held.
func insert(ctx context.Context, db *sqlite.DB, rows []row) error {
	return db.Write(ctx, func(tx *sqlite.Tx) error {
		stmt, err := tx.PrepareContext(ctx, `INSERT INTO event (log, seq, id, type, v, ts, rx, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		defer stmt.Close()
		for i, one := range rows {
			if _, err := stmt.ExecContext(ctx, one.log, one.seq, one.id, one.kind, one.v, one.ts, one.rx, one.raw); err != nil {
				return err
			}
			if i+1 < len(rows) && rows[i+1].log == one.log {
				continue
			}
			if _, err := tx.ExecContext(ctx, `UPDATE log SET hwm = ?, head = ?, last_rx = ? WHERE id = ?`, one.seq, make([]byte, 32), one.rx, one.log); err != nil {
				return err
			}
		}
		return nil
	})
}

// readRows reads the entries that came in first, in the order in which they came.
func readRows(ctx context.Context, path string, most int) ([]row, error) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.Query(ctx, `SELECT log, seq, id, type, v, ts, rx, raw FROM event
		WHERE rx <= (SELECT max(rx) FROM (SELECT rx FROM event ORDER BY rx LIMIT ?)) ORDER BY rx, log, seq`, most)
	if err != nil {
		return nil, fmt.Errorf("read what was stored: %w", err)
	}
	defer rows.Close()
	var all []row
	for rows.Next() {
		var one row
		if err := rows.Scan(&one.log, &one.seq, &one.id, &one.kind, &one.v, &one.ts, &one.rx, &one.raw); err != nil {
			return nil, fmt.Errorf("read what was stored: %w", err)
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
