package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"balcao/hq/network/report"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// stale notes that the areas of Days and months are no longer what their lines come to.
func stale(ctx context.Context, tx *sql.Tx, dates map[string]bool) error {
	for date := range dates {
		if _, err := tx.ExecContext(ctx, `INSERT INTO rollup_stale (date, changes) VALUES (?, 1)
			ON CONFLICT (date) DO UPDATE SET changes = rollup_stale.changes + 1`, date); err != nil {
			return err
		}
	}
	return nil
}

// Stale returns the Days and months whose areas are not summed since their lines changed, by date.
func (s *Store) Stale(ctx context.Context) ([]report.Stale, error) {
	rows, err := s.db.Query(ctx, `SELECT date, changes FROM rollup_stale ORDER BY date`)
	if err != nil {
		return nil, fmt.Errorf("read which districts are not summed: %w", err)
	}
	defer rows.Close()
	var all []report.Stale
	for rows.Next() {
		var one report.Stale
		if err := rows.Scan(&one.Date, &one.Changes); err != nil {
			return nil, fmt.Errorf("read which districts are not summed: %w", err)
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

func areaTable(months bool) string {
	if months {
		return "rollup_area_month"
	}
	return "rollup_area_day"
}

// KeepAreas keeps the areas of a Day or month in place of those it had, and that they are no longer stale, unless its
// lines changed since.
func (s *Store) KeepAreas(ctx context.Context, of report.Stale, areas []report.Area) error {
	table := areaTable(of.IsMonth())
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		var changes int64
		err := tx.QueryRowContext(ctx, `SELECT changes FROM rollup_stale WHERE date = ?`, of.Date).Scan(&changes)
		if sqlite.IsNotFound(err) || err == nil && changes != of.Changes {
			return nil // somebody else summed it, or it changed and is summed the next time
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE date = ?`, of.Date); err != nil {
			return err
		}
		insert, err := tx.PrepareContext(ctx, `INSERT INTO `+table+` (date, district, service, body, branches, whole, halves) VALUES (?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i := range areas {
			a := &areas[i]
			whole, halves := a.Encode()
			if _, err := insert.ExecContext(ctx, of.Date, a.District, string(a.Service), string(a.Body), joined(a.Branches), whole, halves); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM rollup_stale WHERE date = ?`, of.Date)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the districts of %s: %w", of.Date, err)
	}
	return nil
}

func joined(ids []wire.NodeID) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(id))
	}
	return b.String()
}

// Placed returns in which district each branch was summed.
func (s *Store) Placed(ctx context.Context) (map[wire.NodeID]string, error) {
	rows, err := s.db.Query(ctx, `SELECT branch, district FROM rollup_place`)
	if err != nil {
		return nil, fmt.Errorf("read where branches are summed: %w", err)
	}
	defer rows.Close()
	all := map[wire.NodeID]string{}
	for rows.Next() {
		var branch, district string
		if err := rows.Scan(&branch, &district); err != nil {
			return nil, fmt.Errorf("read where branches are summed: %w", err)
		}
		all[wire.NodeID(branch)] = district
	}
	return all, rows.Err()
}

// Place keeps in which districts branches are summed from now on, and makes every Day and month of theirs stale.
func (s *Store) Place(ctx context.Context, moved map[wire.NodeID]string) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		dates := map[string]bool{}
		for branch, district := range moved {
			if _, err := tx.ExecContext(ctx, `INSERT INTO rollup_place (branch, district) VALUES (?, ?)
				ON CONFLICT (branch) DO UPDATE SET district = excluded.district`, string(branch), district); err != nil {
				return err
			}
			if err := datesOf(ctx, tx, branch, dates); err != nil {
				return err
			}
		}
		return stale(ctx, tx, dates)
	})
	if err != nil {
		return fmt.Errorf("keep where branches are summed: %w", err)
	}
	return nil
}

// datesOf adds the Days and months that a branch has lines of.
func datesOf(ctx context.Context, tx *sql.Tx, branch wire.NodeID, dates map[string]bool) error {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT day FROM rollup_day WHERE branch = ?`, string(branch))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var day string
		if err := rows.Scan(&day); err != nil {
			return err
		}
		dates[day], dates[day[:min(len(day), len("2006-01"))]] = true, true
	}
	return rows.Err()
}

// readAreas yields the areas of a reading.
func (s *Store) readAreas(ctx context.Context, r report.Reading, yield func(report.Part) error) error {
	halves := "NULL"
	if r.Halves {
		halves = "halves"
	}
	query, args := `SELECT district, date, service, body, branches, whole, `+halves+` FROM `+areaTable(r.Months)+` WHERE date BETWEEN ? AND ?`, []any{r.From, r.To}
	if r.District != "" {
		query, args = query+` AND district = ?`, append(args, r.District)
	}
	for _, date := range r.Except {
		query, args = query+` AND date <> ?`, append(args, date)
	}
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read districts: %w", err)
	}
	defer rows.Close()
	var district, on, service, body, branches, whole, half sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&district, &on, &service, &body, &branches, &whole, &half); err != nil {
			return fmt.Errorf("read districts: %w", err)
		}
		p := partOf(on, service, body, whole, half)
		p.Area, p.District, p.Branches = true, string(district), string(branches)
		if err := yield(p); err != nil {
			return fmt.Errorf("read the districts of %s: %w", p.Date, err)
		}
	}
	return rows.Err()
}

// staleAll makes every Day and month stale: their areas are summed anew.
func (s *Store) staleAll(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO rollup_stale (date, changes) SELECT DISTINCT day, 1 FROM rollup_day UNION SELECT DISTINCT month, 1 FROM rollup_month`)
		return err
	})
}
