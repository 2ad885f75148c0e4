package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"balcao/internal/wire"
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

// Source is the database that is moved; nobody changes it meanwhile.
type Source interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Progress is told while a move goes on: how much of a table has arrived.
type Progress func(table string, done, all int64)

// movedTables are those that are moved whole, in an order in which each finds those that it names. Events follow.
var movedTables = []string{
	"log", "branch", "link", "alarm", "base", "person", "session", "audit", "alert_case", "alert_step", "silence", "notice",
	"site", "site_change", "audit_heads", "rollup_day", "rollup_month", "rollup_mark", "wanted_firmware", "fleet", "device_fault",
}

// moveChunk is how many events travel in one transaction: so many at most are sent again after a stop.
const moveChunk = 5000

// Move brings everything that a source holds into an empty database, and compares what arrived with what was sent: counts
// of every table, every event, and the hash chain of every log. It may be stopped at any time and begun again: events that
// arrived are not sent twice. Until it is done no program of headquarters starts on the database.
func Move(ctx context.Context, c Config, name string, from Source, now time.Time, tell Progress) error {
	d, err := connect(ctx, c)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.migrate(ctx); err != nil {
		return err
	}
	m := mover{DB: d, from: from, tell: tell}
	if err := m.begin(ctx, name); err != nil {
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
// an error: nothing is left behind silently.
func (m mover) tables(ctx context.Context) (map[string][]string, error) {
	rows, err := m.from.Query(ctx, `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT IN ('meta', 'event') ORDER BY m.name, c.cid`)
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
	n, err := tx.CopyFrom(ctx, pgx.Identifier{name}, columns, &copied{rows: rows, width: len(columns), truth: name == "person"})
	return n, errors.Join(err, rows.Err())
}

// copied is rows on their way from one engine to the other.
type copied struct {
	rows   *sql.Rows
	width  int
	truth  bool // the last column is true or false, and 1 or 0 in SQLite
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
	if last, is := c.values[c.width-1].(int64); c.truth && is {
		c.values[c.width-1] = last != 0
	}
	return true
}

// Values implements pgx.CopyFromSource.
func (c *copied) Values() ([]any, error) { return c.values, c.err }

// Err implements pgx.CopyFromSource.
func (c *copied) Err() error { return errors.Join(c.err, c.rows.Err()) }

// logs are the numbers of the source's logs with how many events each has.
func (m mover) logs(ctx context.Context) (ids []int64, counts map[int64]int64, all int64, err error) {
	rows, err := m.from.Query(ctx, `SELECT log, count(*) FROM event GROUP BY log ORDER BY log`)
	if err != nil {
		return nil, nil, 0, fmt.Errorf("count events: %w", err)
	}
	defer rows.Close()
	counts = map[int64]int64{}
	for rows.Next() {
		var id, n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, nil, 0, fmt.Errorf("count events: %w", err)
		}
		ids, counts[id], all = append(ids, id), n, all+n
	}
	return ids, counts, all, rows.Err()
}

// events moves the events that did not arrive yet, log by log.
func (m mover) events(ctx context.Context) error {
	ids, _, all, err := m.logs(ctx)
	if err != nil {
		return err
	}
	var done int64
	for _, id := range ids {
		var after, here int64
		if err := m.pool.QueryRow(ctx, `SELECT coalesce(max(seq), 0), count(*) FROM event WHERE log = $1`, id).Scan(&after, &here); err != nil {
			return fmt.Errorf("see which events arrived: %w", plain(err))
		}
		for done += here; ; {
			n, last, err := m.chunk(ctx, id, after)
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
	m.tell("event", done, all)
	return nil
}

func (m mover) chunk(ctx context.Context, log, after int64) (n, last int64, err error) {
	rows, err := m.from.Query(ctx, `SELECT seq, id, type, v, ts, rx, raw FROM event WHERE log = ? AND seq > ? ORDER BY seq LIMIT ?`, log, after, moveChunk)
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
	ids, counts, all, err := m.logs(ctx)
	if err != nil {
		return err
	}
	var done int64
	for _, id := range ids {
		if err := m.compareLog(ctx, id, counts[id]); err != nil {
			return err
		}
		done += counts[id]
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

// compareLog reads a log on both sides, and reckons its chain where it can be reckoned from its beginning or its base.
func (m mover) compareLog(ctx context.Context, log, want int64) error {
	var node string
	var hwm int64
	var head []byte
	if err := m.pool.QueryRow(ctx, `SELECT node, hwm, head FROM log WHERE id = $1`, log).Scan(&node, &hwm, &head); err != nil {
		return plain(err)
	}
	var from int64
	var base []byte
	err := m.pool.QueryRow(ctx, `SELECT seq, head FROM base WHERE log = $1 ORDER BY seq DESC LIMIT 1`, log).Scan(&from, &base)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return plain(err)
	}
	source, err := m.from.Query(ctx, `SELECT seq, raw FROM event WHERE log = ? ORDER BY seq`, log)
	if err != nil {
		return err
	}
	there, err := digest(source, nil)
	if err != nil {
		return err
	}
	target, err := m.Query(ctx, `SELECT seq, raw FROM event WHERE log = ? ORDER BY seq`, log)
	if err != nil {
		return err
	}
	var chain chained
	chain.after = uint64(max(0, from)) //nolint:gosec // not negative
	copy(chain.head[:], base)
	here, err := digest(target, &chain)
	if err != nil {
		return plain(err)
	}
	switch {
	case here.count != want || here != there:
		return fmt.Errorf("%w: the log of %s has %d events, %d arrived, or some of them differ", ErrDiffers, node, want, here.count)
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

type sum struct {
	count int64
	hash  [sha256.Size]byte
}

// digest reads records in order. Closing the rows is its own.
func digest(rows *sql.Rows, chain *chained) (s sum, err error) {
	defer rows.Close()
	h := sha256.New()
	for rows.Next() {
		var seq int64
		var raw sql.RawBytes
		if err := rows.Scan(&seq, &raw); err != nil {
			return s, err
		}
		s.count++
		var head [16]byte
		binary.BigEndian.PutUint64(head[:8], uint64(seq))      //nolint:gosec // only compared
		binary.BigEndian.PutUint64(head[8:], uint64(len(raw))) //nolint:gosec // only compared
		h.Write(head[:])
		h.Write(raw)
		if chain == nil || seq <= int64(chain.after) { //nolint:gosec // below 2^53
			continue
		}
		if uint64(seq) != chain.after+1 { //nolint:gosec // positive
			chain.torn = true
		}
		chain.head, chain.after = chain.head.Next(wire.Record{Seq: uint64(seq), Raw: raw}), uint64(seq) //nolint:gosec // positive
	}
	copy(s.hash[:], h.Sum(nil))
	return s, rows.Err()
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
