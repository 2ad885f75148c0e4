package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Row is an entry as it stands in the table of events. Moments are Unix milliseconds.
type Row struct {
	Log, Seq        int64
	ID, Type        string
	Version, TS, RX int64
	Raw             []byte
}

// Rows reads the entries that came in first, in the order and in the commits in which they came in: so many, and the rest of
// the last commit.
func (d *DB) Rows(ctx context.Context, most int) ([]Row, error) {
	rows, err := d.pool.Query(ctx, `SELECT log, seq, id, type, v, ts, rx, raw FROM event
		WHERE rx <= (SELECT max(rx) FROM (SELECT rx FROM event ORDER BY rx LIMIT $1) AS first) ORDER BY rx, log, seq`, most)
	if err != nil {
		return nil, fmt.Errorf("read what was stored: %w", plain(err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Row])
	if err != nil {
		return nil, fmt.Errorf("read what was stored: %w", plain(err))
	}
	return all, nil
}

// scratch is the schema of a database in which the engine alone is measured.
const scratch = "balcao_raw"

// Scratch opens a place of its own in a database, with the same empty tables and so many logs, to measure the engine alone;
// what an earlier one held is gone. GiveUp takes it away.
func Scratch(ctx context.Context, c Config, logs int, now time.Time) (*DB, error) {
	d, err := connect(ctx, c)
	if err != nil {
		return nil, err
	}
	err = d.dropScratch(ctx)
	if err == nil {
		_, err = d.pool.Exec(ctx, `CREATE SCHEMA `+scratch)
	}
	if err := closing(d, err); err != nil {
		return nil, fmt.Errorf("make a place to measure in: %w", plain(err))
	}
	c.schema = scratch
	if d, err = Open(ctx, c, now); err != nil {
		return nil, err
	}
	if _, err := d.pool.Exec(ctx, `INSERT INTO log (id, node, epoch, first_rx, last_rx)
		SELECT i, 'S' || i, 1, 1, 1 FROM generate_series(1, $1::bigint) AS i`, logs); err != nil {
		return nil, closing(d, fmt.Errorf("make a place to measure in: %w", plain(err)))
	}
	return d, nil
}

func closing(d *DB, err error) error {
	if closed := d.Close(); err == nil {
		err = closed
	}
	return err
}

func (d *DB) dropScratch(ctx context.Context) error {
	_, err := d.pool.Exec(ctx, `DROP SCHEMA IF EXISTS `+scratch+` CASCADE`)
	return err
}

// GiveUp takes away what Scratch made, and closes it.
func (d *DB) GiveUp(ctx context.Context) error { return closing(d, plain(d.dropScratch(ctx))) }

// Insert writes entries as the engine does it fastest, in one durable commit: the rows by one COPY, and how far each log is
// held by one statement; nothing is looked at. Entries of a log stand together.
func (d *DB) Insert(ctx context.Context, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	if err := d.ready(ctx, time.UnixMilli(rows[0].RX)); err != nil {
		return err
	}
	var ids, hwms []int64
	for i, one := range rows {
		if i+1 == len(rows) || rows[i+1].Log != one.Log {
			ids, hwms = append(ids, one.Log), append(hwms, one.Seq)
		}
	}
	err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"event"}, []string{"log", "seq", "id", "type", "v", "ts", "rx", "raw"},
			pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
				one := &rows[i]
				return []any{one.Log, one.Seq, one.ID, one.Type, one.Version, one.TS, one.RX, one.Raw}, nil
			})); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE log SET hwm = m.hwm, head = $3, last_rx = $4
			FROM unnest($1::bigint[], $2::bigint[]) AS m (id, hwm) WHERE log.id = m.id`, ids, hwms, make([]byte, 32), rows[0].RX)
		return err
	})
	if err != nil {
		return fmt.Errorf("insert rows: %w", plain(err))
	}
	return nil
}

// Empty says whether a database holds no table at all.
func Empty(ctx context.Context, c Config) (empty bool, err error) {
	d, err := connect(ctx, c)
	if err != nil {
		return false, err
	}
	defer d.Close()
	if err := d.pool.QueryRow(ctx, `SELECT NOT EXISTS (SELECT 1 FROM pg_class
		WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p'))`).Scan(&empty); err != nil {
		return false, fmt.Errorf("look whether the database is empty: %w", plain(err))
	}
	return empty, nil
}
