package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Errors of moving a database here.
var (
	// ErrNotEmpty means that the database holds something that was not brought by moving the same file.
	ErrNotEmpty = errors.New("the database is not empty")
	// ErrMoving means that a move into the database was begun and not brought to its end.
	ErrMoving = errors.New("a move into this database is not finished")
	// ErrDiffers means that what arrived is not what was sent.
	ErrDiffers = errors.New("what arrived is not what was sent")
)

// Source is a database of what is moved; nobody changes it meanwhile.
type Source interface {
	// Query reads it.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Whole is a headquarters on a file, with all that belongs to it.
type Whole struct {
	Name  string   // of the file: what was begun is gone on with from the same file alone
	File  Source   // what it holds now
	Older []Source // files of its archive: events of the same logs that are no longer in the file
}

// Progress is told while a move goes on: how much of a table has arrived.
type Progress func(table string, done, all int64)

// movedTables are those that are moved whole, in an order in which each finds those that it names. Events follow.
var movedTables = []string{
	"log", "branch", "link", "alarm", "base", "person", "session", "audit", "alert_case", "alert_step", "silence", "notice",
	"site", "site_change", "audit_heads", "rollup_day", "rollup_month", "rollup_mark", "wanted_firmware", "fleet", "device_fault", "hints_seen",
	"unfolded",
}

// moveChunk is how many events travel in one transaction: so many at most are sent again after a stop.
const moveChunk = 5000

// Move brings everything that a headquarters holds, also in its archive, into an empty database, where a month is a table,
// and compares what arrived with what was sent: counts of every table, every event, and the hash chain of every log. It may be stopped at any time and begun again: events that
// arrived are not sent twice. Until it is done no program of headquarters starts on the database.
func Move(ctx context.Context, c Config, from Whole, now time.Time, tell Progress) error {
	d, err := connect(ctx, c)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.migrate(ctx); err != nil {
		return err
	}
	m := mover{DB: d, from: from.File, all: append(slices.Clone(from.Older), from.File), tell: tell}
	if err := m.begin(ctx, from.Name); err != nil {
		return err
	}
	tables, err := m.tables(ctx)
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return m.whole(ctx, tables) },
		func() error { return m.events(ctx) },
		func() error { return m.compare(ctx, tables) },
		func() error { return d.MakeMonths(ctx, now) },
		func() error { return m.end(ctx, tables) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type mover struct {
	*DB

	from Source
	all  []Source // that have events
	tell Progress
}

// begin makes the database one that is moved into, unless it is another's.
func (m mover) begin(ctx context.Context, name string) error {
	return m.changing(ctx, "begin the move", func(tx pgx.Tx) error {
		var moving string
		err := tx.QueryRow(ctx, `SELECT value FROM meta WHERE key = 'moving'`).Scan(&moving)
		switch {
		case err == nil && moving != name:
			return fmt.Errorf("%w: it was of another file", ErrMoving)
		case err == nil:
			return nil
		case !errors.Is(err, pgx.ErrNoRows):
			return err
		}
		for _, table := range append([]string{"event"}, movedTables...) {
			var has bool
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM `+table+`)`).Scan(&has); err != nil {
				return err
			}
			if has {
				return fmt.Errorf("%w: %s", ErrNotEmpty, table)
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO meta (key, value) VALUES ('moving', $1)`, name)
		return err
	})
}

func (m mover) changing(ctx context.Context, what string, do func(tx pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, m.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(lockMigrate)); err != nil {
			return err
		}
		return do(tx)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, plain(err))
	}
	return nil
}

// tables are the names and columns of what is moved whole. A table that the source has and this program does not know is
// an error: nothing is left behind silently. What says where the months of the archive lie is of no use there.
func (m mover) tables(ctx context.Context) (map[string][]string, error) {
	rows, err := m.from.Query(ctx, `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT IN ('meta', 'event', 'archive_month', 'archive_log') ORDER BY m.name, c.cid`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return nil, err
		}
		all[table] = append(all[table], column)
	}
	return all, rows.Err()
}

// order returns the tables so that each comes after those it names; those that came with later versions are last.
func order(tables map[string][]string) []string {
	var all []string
	seen := map[string]bool{}
	for _, t := range movedTables {
		if tables[t] != nil {
			all, seen[t] = append(all, t), true
		}
	}
	for t := range tables {
		if !seen[t] {
			all = append(all, t)
		}
	}
	return all
}

// whole moves every table but the events, all of them anew.
func (m mover) whole(ctx context.Context, tables map[string][]string) error {
	names := order(tables)
	return m.changing(ctx, "move tables", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `TRUNCATE `+strings.Join(names, ", ")); err != nil {
			return err
		}
		for _, table := range names {
			n, err := m.table(ctx, tx, table, tables[table])
			if err != nil {
				return fmt.Errorf("move %s: %w", table, err)
			}
			m.tell(table, n, n)
		}
		return nil
	})
}

func (m mover) table(ctx context.Context, tx pgx.Tx, name string, columns []string) (int64, error) {
	rows, err := m.from.Query(ctx, `SELECT "`+strings.Join(columns, `", "`)+`" FROM `+name)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n, err := tx.CopyFrom(ctx, pgx.Identifier{name}, columns, &copied{rows: rows, width: len(columns), truth: truthIn(name, columns)})
	return n, errors.Join(err, rows.Err())
}

// truthIn returns which column of a table is true or false, and 1 or 0 in SQLite; -1 for none.
func truthIn(table string, columns []string) int {
	if table != "person" {
		return -1
	}
	return slices.Index(columns, "gone")
}

// copied is rows on their way from one engine to the other.
type copied struct {
	rows   *sql.Rows
	width  int
	truth  int // the column that is true or false; -1 is none
	values []any
	err    error
}

// Next implements pgx.CopyFromSource.
func (c *copied) Next() bool {
	if c.err != nil || !c.rows.Next() {
		return false
	}
	c.values = make([]any, c.width)
	to := make([]any, c.width)
	for i := range to {
		to[i] = &c.values[i]
	}
	if c.err = c.rows.Scan(to...); c.err != nil {
		return false
	}
	for i, v := range c.values {
		if s, is := v.(string); is {
			c.values[i] = text(s)
		}
	}
	if c.truth >= 0 {
		if one, is := c.values[c.truth].(int64); is {
			c.values[c.truth] = one != 0
		}
	}
	return true
}

// Values implements pgx.CopyFromSource.
func (c *copied) Values() ([]any, error) { return c.values, c.err }

// Err implements pgx.CopyFromSource.
func (c *copied) Err() error { return errors.Join(c.err, c.rows.Err()) }

// events moves the events that did not arrive yet, log by log.
func (m mover) events(ctx context.Context) error {
	logs, all, err := m.logs(ctx)
	if err != nil {
		return err
	}
	var done int64
	for _, l := range logs {
		var after, here int64
		if err := m.pool.QueryRow(ctx, `SELECT coalesce(max(seq), 0), count(*) FROM event WHERE log = $1`, l.id).Scan(&after, &here); err != nil {
			return fmt.Errorf("see which events arrived: %w", plain(err))
		}
		done += here
		for _, p := range l.parts {
			for after < p.last {
				n, last, err := m.chunk(ctx, p.in, l.id, after)
				if err != nil {
					return fmt.Errorf("move events: %w", plain(err))
				}
				if n == 0 {
					break
				}
				done, after = done+n, last
				m.tell("event", done, all)
			}
		}
	}
	m.tell("event", done, all)
	return nil
}

func (m mover) chunk(ctx context.Context, in Source, log, after int64) (n, last int64, err error) {
	rows, err := in.Query(ctx, `SELECT seq, id, type, v, ts, rx, raw FROM event WHERE log = ? AND seq > ? ORDER BY seq LIMIT ?`, log, after, moveChunk)
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	var page [][]any
	for rows.Next() {
		var seq, v, ts, rx int64
		var id, kind string
		var raw []byte
		if err := rows.Scan(&seq, &id, &kind, &v, &ts, &rx, &raw); err != nil {
			return 0, 0, err
		}
		if err := m.ready(ctx, time.UnixMilli(rx)); err != nil {
			return 0, 0, err
		}
		page, last = append(page, []any{log, seq, text(id), text(kind), v, ts, rx, raw}), seq
	}
	if err := rows.Err(); err != nil || len(page) == 0 {
		return 0, 0, err
	}
	n, err = m.pool.CopyFrom(ctx, pgx.Identifier{"event"}, []string{"log", "seq", "id", "type", "v", "ts", "rx", "raw"}, pgx.CopyFromRows(page))
	return n, last, err
}

// compare counts every table on both sides, and reads every event on both sides.
func (m mover) compare(ctx context.Context, tables map[string][]string) error {
	for _, table := range order(tables) {
		var there, here int64
		if err := m.one(ctx, `SELECT count(*) FROM `+table, &there); err != nil {
			return err
		}
		if err := m.pool.QueryRow(ctx, `SELECT count(*) FROM `+table).Scan(&here); err != nil {
			return plain(err)
		}
		if there != here {
			return fmt.Errorf("%w: %s has %d rows, %d arrived", ErrDiffers, table, there, here)
		}
	}
	logs, all, err := m.logs(ctx)
	if err != nil {
		return err
	}
	var done int64
	for _, l := range logs {
		if err := m.compareLog(ctx, l); err != nil {
			return err
		}
		done += l.count
		m.tell("compare", done, all)
	}
	return nil
}

func (m mover) one(ctx context.Context, query string, to ...any) error {
	rows, err := m.from.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// end lets numbers go on after those that came, and programs of headquarters start.
func (m mover) end(ctx context.Context, tables map[string][]string) error {
	var incarnation string
	if err := m.one(ctx, `SELECT value FROM meta WHERE key = 'incarnation'`, &incarnation); err != nil {
		return err
	}
	return m.changing(ctx, "end the move", func(tx pgx.Tx) error {
		for table := range tables {
			var sequence *string
			var has bool
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = $1 AND column_name = 'id' AND is_identity = 'YES')`, table).Scan(&has); err != nil {
				return err
			}
			if !has {
				continue
			}
			if err := tx.QueryRow(ctx, `SELECT pg_get_serial_sequence($1, 'id')`, table).Scan(&sequence); err != nil || sequence == nil {
				return err
			}
			if _, err := tx.Exec(ctx, fmt.Sprintf(`SELECT setval($1, coalesce(max(id), 0) + 1, false) FROM %s`, table), *sequence); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO meta (key, value) VALUES ('incarnation', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, incarnation); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM meta WHERE key = 'moving'`)
		return err
	})
}

// settled returns ErrMoving while a move into the database is not finished.
func (d *DB) settled(ctx context.Context) error {
	var moving bool
	if err := d.pool.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'moving')`).Scan(&moving); err != nil {
		return fmt.Errorf("open the database: %w", plain(err))
	}
	if moving {
		return fmt.Errorf("open the database: %w", ErrMoving)
	}
	return nil
}
