package store

import (
	"context"
	"fmt"
	"time"

	"balcao/hq/cases"
	"balcao/internal/sqlite"
)

// TellBy names the ways by which alerts are told outside: each step that is told becomes a notice for each of them. It is
// called before the first alert.
func (s *Store) TellBy(ways []string) { s.ways = ways }

// DueNotices returns notices to be told now, oldest first, with their cases.
func (s *Store) DueNotices(ctx context.Context, now time.Time, limit int) ([]cases.Notice, error) {
	rows, err := s.db.Query(ctx, `SELECT notice.id, kind, at, way, tries, of FROM notice WHERE next > 0 AND next <= ? ORDER BY notice.id LIMIT ?`,
		now.UnixMilli(), limit)
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	var all []cases.Notice
	err = func() error {
		defer rows.Close()
		for rows.Next() {
			var n cases.Notice
			var at int64
			if err := rows.Scan(&n.ID, &n.Kind, &at, &n.Way, &n.Tries, &n.Case.ID); err != nil {
				return err
			}
			n.At = moment(at)
			all = append(all, n)
		}
		return rows.Err()
	}()
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	for i := range all {
		of, err := s.cases(ctx, `SELECT `+caseColumns+` FROM alert_case WHERE id = ?`, all[i].Case.ID)
		if err != nil {
			return nil, err
		}
		if len(of) == 1 {
			all[i].Case = of[0]
		}
	}
	return all, nil
}

// Noticed writes down what became of a notice. A zero next gives it up, or it was told.
func (s *Store) Noticed(ctx context.Context, id int64, told, next time.Time, fault string) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE notice SET tries = tries + 1, told = ?, next = ?, fault = ? WHERE id = ?`, since(told), since(next), fault, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("note what became of notice %d: %w", id, err)
	}
	return nil
}

// Notices returns what was told of a case, or is to be, oldest first.
func (s *Store) Notices(ctx context.Context, id int64) ([]cases.Notice, error) {
	rows, err := s.db.Query(ctx, `SELECT id, kind, at, way, tries, told, next, fault FROM notice WHERE of = ? ORDER BY id`, id)
	if err != nil {
		return nil, fmt.Errorf("read the notices of case %d: %w", id, err)
	}
	defer rows.Close()
	var all []cases.Notice
	for rows.Next() {
		n := cases.Notice{Case: cases.Case{ID: id}}
		var at, told, next int64
		if err := rows.Scan(&n.ID, &n.Kind, &at, &n.Way, &n.Tries, &told, &next, &n.Fault); err != nil {
			return nil, fmt.Errorf("read the notices of case %d: %w", id, err)
		}
		n.At, n.Told, n.Next = moment(at), moment(told), moment(next)
		all = append(all, n)
	}
	return all, rows.Err()
}
