package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"balcao/hq/network/report"
	"balcao/hq/visit/rollup"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Marks returns how far each branch's log is in the roll-ups.
func (s *Store) Marks(ctx context.Context) (map[wire.NodeID]report.Mark, error) {
	rows, err := s.db.Query(ctx, `SELECT branch, epoch, seq, upto_epoch, upto_seq, at FROM rollup_mark`)
	if err != nil {
		return nil, fmt.Errorf("read marks of roll-ups: %w", err)
	}
	defer rows.Close()
	all := map[wire.NodeID]report.Mark{}
	for rows.Next() {
		var m report.Mark
		var at int64
		if err := rows.Scan(&m.Branch, &m.Epoch, &m.Seq, &m.UptoEpoch, &m.UptoSeq, &at); err != nil {
			return nil, fmt.Errorf("read marks of roll-ups: %w", err)
		}
		m.At = time.UnixMilli(at)
		all[m.Branch] = m
	}
	return all, rows.Err()
}

// KeepDays keeps Days of a branch in place of what was kept of the same openings, makes their months anew, and keeps the
// mark, all or nothing.
func (s *Store) KeepDays(ctx context.Context, mark report.Mark, days []report.Day) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		months, changed := map[string]bool{}, map[string]bool{}
		for _, d := range days {
			if err := keepDay(ctx, tx, mark.Branch, d); err != nil {
				return err
			}
			month := d.Date[:len("2006-01")]
			months[month], changed[month], changed[d.Date] = true, true, true
		}
		for month := range months {
			if err := keepMonth(ctx, tx, mark.Branch, month); err != nil {
				return err
			}
		}
		if err := stale(ctx, tx, changed); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO rollup_mark (branch, epoch, seq, upto_epoch, upto_seq, at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (branch) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, upto_epoch = excluded.upto_epoch,
			upto_seq = excluded.upto_seq, at = excluded.at`, string(mark.Branch), int64(mark.Epoch), int64(mark.Seq), int64(mark.UptoEpoch), int64(mark.UptoSeq), mark.At.UnixMilli()) //nolint:gosec // far below
		return err
	})
	if err != nil {
		return fmt.Errorf("keep roll-ups of %s: %w", mark.Branch, err)
	}
	return nil
}

func keepDay(ctx context.Context, tx *sqlite.Tx, branch wire.NodeID, d report.Day) error {
	epoch, opened := int64(d.Epoch), int64(d.Seq) //nolint:gosec // far below
	if _, err := tx.ExecContext(ctx, `DELETE FROM rollup_day WHERE branch = ? AND day = ? AND epoch = ? AND opened = ?`,
		string(branch), d.Date, epoch, opened); err != nil {
		return err
	}
	for _, l := range d.Lines {
		whole, halves := l.Encode()
		if _, err := tx.ExecContext(ctx, `INSERT INTO rollup_day (branch, day, epoch, opened, service, body, whole, halves) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			string(branch), d.Date, epoch, opened, string(l.Service), string(l.Body), whole, halves); err != nil {
			return err
		}
	}
	return nil
}

// keepMonth adds the Days of a month up.
func keepMonth(ctx context.Context, tx *sqlite.Tx, branch wire.NodeID, month string) error {
	lines, err := sumMonth(ctx, tx, branch, month)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM rollup_month WHERE month = ? AND branch = ?`, month, string(branch)); err != nil {
		return err
	}
	for _, l := range lines {
		whole, halves := l.Encode()
		if _, err := tx.ExecContext(ctx, `INSERT INTO rollup_month (month, branch, service, body, days, whole, halves) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			month, string(branch), string(l.Service), string(l.Body), l.days, whole, halves); err != nil {
			return err
		}
	}
	return nil
}

// monthLine is a service's month so far.
type monthLine struct {
	rollup.Line

	days int
	last string
}

func sumMonth(ctx context.Context, tx *sqlite.Tx, branch wire.NodeID, month string) (map[queue.ServiceID]*monthLine, error) {
	rows, err := tx.QueryContext(ctx, `SELECT day, service, body, whole, halves FROM rollup_day
		WHERE branch = ? AND day BETWEEN ? AND ? ORDER BY day`, string(branch), month+"-01", month+"-31")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	lines := map[queue.ServiceID]*monthLine{}
	for rows.Next() {
		var date, service, body string
		var whole, halves []byte
		if err := rows.Scan(&date, &service, &body, &whole, &halves); err != nil {
			return nil, err
		}
		l := lines[queue.ServiceID(service)]
		if l == nil {
			l = &monthLine{Line: rollup.Line{Service: queue.ServiceID(service), Sum: rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}}}
			lines[queue.ServiceID(service)] = l
		}
		l.Body = queue.BodyID(body) // as it is called at the end of the month
		if date != l.last {
			l.days, l.last = l.days+1, date
		}
		if err := l.Add(whole, halves); err != nil {
			return nil, err
		}
	}
	return lines, rows.Err()
}

// Read yields the kept lines that somebody asks for. What it yields is only good until the next one.
func (s *Store) Read(ctx context.Context, r report.Reading, yield func(report.Part) error) error {
	if r.Areas {
		return s.readAreas(ctx, r, yield)
	}
	if r.Branches != nil && len(r.Branches) == 0 {
		return nil
	}
	halves := "NULL"
	if r.Halves {
		halves = "halves"
	}
	query, args := `SELECT branch, day, service, body, whole, `+halves+` FROM rollup_day WHERE day BETWEEN ? AND ?`, []any{r.From, r.To}
	if r.Months {
		// One by one, so that the engine finds each branch in each of them and does not walk through all.
		args = monthsOf(r.From, r.To)
		query = `SELECT branch, month, service, body, whole, ` + halves + ` FROM rollup_month WHERE month IN (` + marks(len(args)) + `)`
	}
	if r.Body != "" {
		query, args = query+` AND body = ?`, append(args, string(r.Body))
	}
	if r.Service != "" {
		query, args = query+` AND service = ?`, append(args, string(r.Service))
	}
	if r.Branch != "" {
		query, args = query+` AND branch = ?`, append(args, string(r.Branch))
	}
	if r.Branches != nil {
		query += ` AND branch IN (` + marks(len(r.Branches)) + `)`
		for _, id := range r.Branches {
			args = append(args, string(id))
		}
	}
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read roll-ups: %w", err)
	}
	defer rows.Close()
	var branch, on, service, body sql.RawBytes
	var whole, half sql.RawBytes
	names := map[string]wire.NodeID{}
	for rows.Next() {
		if err := rows.Scan(&branch, &on, &service, &body, &whole, &half); err != nil {
			return fmt.Errorf("read roll-ups: %w", err)
		}
		p := partOf(on, service, body, whole, half)
		if p.Branch = names[string(branch)]; p.Branch == "" { // a text for each of a million lines costs more than they do
			p.Branch = wire.NodeID(branch)
			names[string(branch)] = p.Branch
		}
		if err := yield(p); err != nil {
			return fmt.Errorf("read roll-ups of %s: %w", p.Branch, err)
		}
	}
	return rows.Err()
}

func partOf(on, service, body, whole, half sql.RawBytes) report.Part {
	return report.Part{Date: string(on), Service: queue.ServiceID(service), Body: queue.BodyID(body), Whole: whole, Halves: half}
}

// marks are so many places for values.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// mostMonths bounds how many months are named one by one.
const mostMonths = 1200

// monthsOf are the months from one to another, as values.
func monthsOf(from, to string) []any {
	all := []any{from}
	for at, err := time.Parse("2006-01", from); err == nil && len(all) < mostMonths; {
		if at = at.AddDate(0, 1, 0); at.Format("2006-01") > to {
			break
		}
		all = append(all, at.Format("2006-01"))
	}
	return all
}
