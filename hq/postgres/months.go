package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// monthsAhead is for how many months after the present one there is a place, so that no month begins with none.
const monthsAhead = 2

// MakeMonths makes the places of the events of this month and the next ones, where they are not there yet.
func (d *DB) MakeMonths(ctx context.Context, now time.Time) error {
	for i := range monthsAhead + 1 {
		if err := d.makeMonth(ctx, monthOf(now).AddDate(0, i, 0)); err != nil {
			return err
		}
	}
	return nil
}

func monthOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// table is the name of a month's table.
func table(month time.Time) string { return month.Format("event_200601") }

// ready makes sure that events that come in at a moment have a place.
func (d *DB) ready(ctx context.Context, at time.Time) error {
	month := monthOf(at)
	d.mu.Lock()
	known := d.months[table(month)]
	d.mu.Unlock()
	if known {
		return nil
	}
	return d.makeMonth(ctx, month)
}

// forgetMonths looks for the places anew: another database may have taken over, or somebody dropped one.
func (d *DB) forgetMonths() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.months)
}

func (d *DB) makeMonth(ctx context.Context, month time.Time) error {
	name := table(month)
	err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(lockMigrate)); err != nil {
			return err
		}
		var there bool
		if err := tx.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, name).Scan(&there); err != nil || there {
			return err
		}
		// Attaching a finished table does not stop those who write into the others.
		for _, script := range []string{
			`CREATE TABLE %[1]s (LIKE event INCLUDING DEFAULTS INCLUDING STORAGE, CHECK (rx >= %[2]d AND rx < %[3]d))`,
			`CREATE UNIQUE INDEX %[1]s_log_seq ON %[1]s (log, seq)`,
			`CREATE INDEX %[1]s_day ON %[1]s (log, seq) WHERE type = 'day.opened'`,
			`ALTER TABLE event ATTACH PARTITION %[1]s FOR VALUES FROM (%[2]d) TO (%[3]d)`,
		} {
			if _, err := tx.Exec(ctx, fmt.Sprintf(script, name, month.UnixMilli(), month.AddDate(0, 1, 0).UnixMilli())); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("make a place for the events of %s: %w", month.Format("2006-01"), plain(err))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.months[name] = true
	return nil
}

// Months returns the months of which events are kept, oldest first.
func (d *DB) Months(ctx context.Context) ([]time.Time, error) {
	rows, err := d.pool.Query(ctx, `SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'event'::regclass ORDER BY c.relname`)
	if err != nil {
		return nil, fmt.Errorf("read months: %w", plain(err))
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read months: %w", plain(err))
	}
	var all []time.Time
	for _, name := range names {
		if month, err := time.Parse("event_200601", name); err == nil && strings.HasPrefix(name, "event_") {
			all = append(all, month)
		}
	}
	return all, nil
}

// DropMonths gives up the events of months that ended before a moment, with the counts of faults that go back as far. A
// month stays while a Day of it is not over or is not in the roll-ups yet: what reports say never changes by it, and how
// far each log is held stays as it is. It returns the months that went.
func (d *DB) DropMonths(ctx context.Context, before time.Time) (gone []time.Time, err error) {
	all, err := d.Months(ctx)
	if err != nil {
		return nil, err
	}
	for _, month := range all {
		end := month.AddDate(0, 1, 0)
		if end.After(before) {
			break
		}
		dropped := false
		err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
			var needed bool
			// A branch that has no mark, or whose present Day begins before the month's last event, still needs it.
			if err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT EXISTS (
				SELECT 1 FROM (SELECT log, max(seq) AS last FROM %s GROUP BY log) e JOIN log l ON l.id = e.log
				LEFT JOIN rollup_mark m ON m.branch = l.node
				WHERE m.branch IS NULL OR l.epoch > m.epoch OR l.epoch = m.epoch AND e.last > m.seq)`, table(month))).Scan(&needed); err != nil || needed {
				return err
			}
			for _, statement := range []string{`DELETE FROM device_fault WHERE at < $1`, `DELETE FROM unfolded WHERE at < $1`} {
				if _, err := tx.Exec(ctx, statement, end.UnixMilli()); err != nil {
					return err
				}
			}
			dropped = true
			_, err := tx.Exec(ctx, `DROP TABLE `+table(month))
			return err
		})
		if err != nil {
			return gone, fmt.Errorf("give up the events of %s: %w", month.Format("2006-01"), plain(err))
		}
		if dropped {
			gone = append(gone, month)
		}
	}
	d.forgetMonths()
	return gone, nil
}
