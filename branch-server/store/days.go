package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"balcao/branch-server/report"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

// ErrNoDay means that the journal holds no Day of that date.
var ErrNoDay = errors.New("the journal holds no such day")

// span is where a Day lies in the journal: from its opening to the next one, which is 0 for the present Day.
type span struct {
	day      queue.Date
	from, to uint64
}

// spans returns every Day in the journal, oldest first. The index of openings keeps this at some hundred rows.
func spans(ctx context.Context, tx *sqlite.Tx) ([]span, error) {
	rows, err := tx.QueryContext(ctx, `SELECT raw FROM journal WHERE type = 'day.opened' ORDER BY seq`)
	if err != nil {
		return nil, fmt.Errorf("find the days: %w", err)
	}
	defer rows.Close()
	var all []span
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return nil, fmt.Errorf("find the days: %w", err)
		}
		entry, err := decodeEntry(raw)
		if err != nil {
			return nil, err
		}
		opened, ok := entry.Event.(queue.DayOpened)
		if !ok {
			continue // a later version of that fact: nothing is known of its date
		}
		if len(all) > 0 {
			all[len(all)-1].to = entry.Seq
		}
		all = append(all, span{day: opened.Day, from: entry.Seq})
	}
	return all, rows.Err()
}

func spanOf(ctx context.Context, tx *sqlite.Tx, day queue.Date) (span, error) {
	all, err := spans(ctx, tx)
	if err != nil {
		return span{}, err
	}
	for _, s := range all {
		if s.day == day {
			return s, nil
		}
	}
	return span{}, fmt.Errorf("%w: %s", ErrNoDay, day)
}

// Days returns the dates of all Days in the journal, and of those that are only folded any more, oldest first.
func (s *Store) Days(ctx context.Context) ([]queue.Date, error) {
	var days []queue.Date
	err := s.db.Read(ctx, func(tx *sqlite.Tx) error {
		all, err := spans(ctx, tx)
		if err != nil {
			return err
		}
		for _, one := range all {
			days = append(days, one.day)
		}
		folded, err := foldedDays(ctx, tx)
		days = append(days, folded...)
		return err
	})
	slices.Sort(days)
	return slices.Compact(days), err
}

func foldedDays(ctx context.Context, tx *sqlite.Tx) ([]queue.Date, error) {
	rows, err := tx.QueryContext(ctx, `SELECT day FROM day_records`)
	if err != nil {
		return nil, fmt.Errorf("find the folded days: %w", err)
	}
	defer rows.Close()
	var days []queue.Date
	for rows.Next() {
		var day queue.Date
		if err := rows.Scan(&day); err != nil {
			return nil, fmt.Errorf("find the folded days: %w", err)
		}
		days = append(days, day)
	}
	return days, rows.Err()
}

// Entries hands over the entries of one Day in their order, from its opening on, until hear returns false. Ended says
// whether a later Day was opened. The error is ErrNoDay for a date without one.
func (s *Store) Entries(ctx context.Context, day queue.Date, hear func(queue.Entry) bool) (ended bool, err error) {
	err = s.db.Read(ctx, func(tx *sqlite.Tx) error {
		where, err := spanOf(ctx, tx, day)
		if err != nil {
			return err
		}
		ended = where.to != 0
		return entries(ctx, tx, where, hear)
	})
	return ended, err
}

func entries(ctx context.Context, tx *sqlite.Tx, where span, hear func(queue.Entry) bool) error {
	to := int64(math.MaxInt64)
	if where.to != 0 {
		to = int64(where.to) //nolint:gosec // a sequence number in SQLite is an int64
	}
	rows, err := tx.QueryContext(ctx, `SELECT raw FROM journal WHERE seq >= ? AND seq < ? ORDER BY seq`, int64(where.from), to) //nolint:gosec // as above
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		entry, err := decodeEntry(raw)
		if err != nil {
			return err
		}
		if !hear(entry) {
			return nil
		}
	}
	return rows.Err()
}

// Record returns a Day folded for reports. An ended Day is folded once and kept; the present one is measured up to
// now. The error is ErrNoDay for a date without one.
func (s *Store) Record(ctx context.Context, day queue.Date, now time.Time) (report.Record, error) {
	kept, found, err := s.keptRecord(ctx, day)
	if err != nil || found {
		return kept, err
	}
	var last time.Time
	fold := report.NewCollector(day)
	ended, err := s.Entries(ctx, day, func(e queue.Entry) bool {
		fold.Add(e)
		last = e.At
		return true
	})
	if errors.Is(err, ErrNoDay) && kept.Date == day {
		return kept, nil // folded by an earlier version, and its entries are gone
	}
	if err != nil {
		return report.Record{}, err
	}
	if !ended {
		return fold.Record(now, false), nil
	}
	r := fold.Record(last, true)
	return r, s.keepRecord(ctx, r)
}

// FoldDays folds every ended Day that is not yet, so that nobody has to wait for it in a report.
func (s *Store) FoldDays(ctx context.Context) error {
	var days []span
	err := s.db.Read(ctx, func(tx *sqlite.Tx) (err error) {
		days, err = spans(ctx, tx)
		return err
	})
	if err != nil || len(days) < 2 {
		return err
	}
	for _, one := range days[:len(days)-1] {
		day := one.day
		var version int
		err := s.db.QueryRow(ctx, `SELECT version FROM day_records WHERE day = ?`, string(day)).Scan(&version)
		switch {
		case err == nil && version == report.Version:
			continue
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("find the record of %s: %w", day, err)
		}
		if _, err := s.Record(ctx, day, time.Time{}); err != nil {
			return fmt.Errorf("fold %s: %w", day, err)
		}
	}
	return nil
}

func (s *Store) keptRecord(ctx context.Context, day queue.Date) (report.Record, bool, error) {
	var version int
	var body []byte
	err := s.db.QueryRow(ctx, `SELECT version, body FROM day_records WHERE day = ?`, string(day)).Scan(&version, &body)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return report.Record{}, false, nil
	case err != nil:
		return report.Record{}, false, fmt.Errorf("read the record of %s: %w", day, err)
	}
	var r report.Record
	unzip, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		err = json.NewDecoder(unzip).Decode(&r)
	}
	return r, err == nil && version == report.Version, nil // one that cannot be read is made again: the journal has it all
}

func (s *Store) keepRecord(ctx context.Context, r report.Record) error {
	var body bytes.Buffer
	zip := gzip.NewWriter(&body)
	if err := errors.Join(json.NewEncoder(zip).Encode(r), zip.Close()); err != nil {
		return fmt.Errorf("keep the record of %s: %w", r.Date, err)
	}
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO day_records (day, version, body) VALUES (?, ?, ?)
			ON CONFLICT (day) DO UPDATE SET version = excluded.version, body = excluded.body`,
			string(r.Date), report.Version, body.Bytes())
		return err
	})
}
