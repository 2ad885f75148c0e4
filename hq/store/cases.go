package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"balcao/hq/alert"
	"balcao/hq/cases"
	"balcao/internal/sqlite"
)

// since is a moment as the tables keep it: Unix milliseconds, 0 for none.
func since(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

const caseColumns = `id, rule, branch, place, about, degree, words, first, since, opened, closed, taken_by, taken, escalated`

// OpenCases returns the cases that are not closed, oldest first.
func (s *Store) OpenCases(ctx context.Context) ([]cases.Case, error) {
	return s.cases(ctx, `SELECT `+caseColumns+` FROM alert_case WHERE closed = 0 ORDER BY id`)
}

// PastCases returns the closed cases that opened at or after a moment, newest first; of one branch where it is named.
func (s *Store) PastCases(ctx context.Context, from time.Time, branch string, limit int) ([]cases.Case, error) {
	return s.cases(ctx, `SELECT `+caseColumns+` FROM alert_case WHERE closed > 0 AND opened >= ?1 AND (?2 = '' OR branch = ?2)
		ORDER BY opened DESC, id DESC LIMIT ?3`, from.UnixMilli(), branch, limit)
}

// Case returns a case, open or closed; false for none.
func (s *Store) Case(ctx context.Context, id int64) (cases.Case, bool, error) {
	all, err := s.cases(ctx, `SELECT `+caseColumns+` FROM alert_case WHERE id = ?`, id)
	if err != nil || len(all) == 0 {
		return cases.Case{}, false, err
	}
	return all[0], true, nil
}

func (s *Store) cases(ctx context.Context, query string, args ...any) ([]cases.Case, error) {
	rows, err := s.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	defer rows.Close()
	var all []cases.Case
	for rows.Next() {
		var c cases.Case
		var from, opened, closed, taken, escalated int64
		if err := rows.Scan(&c.ID, &c.Rule, &c.Branch, &c.Where, &c.About, &c.Degree, &c.Words, &c.First, &from, &opened, &closed,
			&c.Taken.By, &taken, &escalated); err != nil {
			return nil, fmt.Errorf("read cases: %w", err)
		}
		c.Since, c.Opened, c.Closed, c.Taken.At, c.Escalated = moment(from), moment(opened), moment(closed), moment(taken), moment(escalated)
		all = append(all, c)
	}
	return all, rows.Err()
}

// OpenCase begins a case and returns its number.
func (s *Store) OpenCase(ctx context.Context, a alert.Alert, tell bool) (id int64, err error) {
	err = s.write(ctx, Cases, func(tx *sqlite.Tx) error {
		err := tx.QueryRowContext(ctx, `INSERT INTO alert_case (rule, branch, place, about, degree, words, first, since, opened)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, a.Rule, a.Branch, a.Where, a.About, a.Degree, a.Words, a.First,
			since(a.Since), since(a.Opened)).Scan(&id)
		if err != nil {
			return err
		}
		return s.step(ctx, tx, cases.Step{Case: id, Kind: cases.Opened, At: a.Opened}, tell)
	})
	if err != nil {
		return 0, fmt.Errorf("begin a case: %w", err)
	}
	return id, nil
}

// AddStep adds a step to a case; Taken, Released, Escalated and Closed change it.
func (s *Store) AddStep(ctx context.Context, step cases.Step, tell bool) error {
	err := s.write(ctx, Cases, func(tx *sqlite.Tx) error {
		change, args := "", []any{step.Case, since(step.At), step.By}
		switch step.Kind {
		case cases.Taken:
			change = `UPDATE alert_case SET taken_by = ?3, taken = ?2 WHERE id = ?1 AND taken_by IN ('', ?3)`
		case cases.Released:
			change, args = `UPDATE alert_case SET taken_by = '', taken = 0 WHERE id = ?1`, args[:1]
		case cases.Escalated:
			change, args = `UPDATE alert_case SET escalated = ?2 WHERE id = ?1`, args[:2]
		case cases.Closed:
			change, args = `UPDATE alert_case SET closed = ?2 WHERE id = ?1`, args[:2]
		case cases.Opened, cases.Noted:
		}
		if change != "" {
			done, err := tx.ExecContext(ctx, change, args...)
			if err != nil {
				return err
			}
			// Another process may have given it away since this one looked.
			if n, err := done.RowsAffected(); err != nil || n == 0 && step.Kind == cases.Taken {
				return errors.Join(err, cases.ErrTaken)
			}
		}
		return s.step(ctx, tx, step, tell)
	})
	if err != nil {
		return fmt.Errorf("add to case %d: %w", step.Case, err)
	}
	return nil
}

func (s *Store) step(ctx context.Context, tx *sqlite.Tx, step cases.Step, tell bool) error {
	at := since(step.At)
	if _, err := tx.ExecContext(ctx, `INSERT INTO alert_step (of, kind, by, at, note) VALUES (?, ?, ?, ?, ?)`,
		step.Case, step.Kind, step.By, at, step.Note); err != nil {
		return err
	}
	if !tell {
		return nil
	}
	for _, way := range s.ways {
		if _, err := tx.ExecContext(ctx, `INSERT INTO notice (of, kind, at, way, next) VALUES (?, ?, ?, ?, ?)`,
			step.Case, step.Kind, at, way, at); err != nil {
			return err
		}
	}
	return nil
}

// Steps returns what happened to a case, oldest first.
func (s *Store) Steps(ctx context.Context, id int64) ([]cases.Step, error) {
	rows, err := s.db.Query(ctx, `SELECT kind, by, at, note FROM alert_step WHERE of = ? ORDER BY id`, id)
	if err != nil {
		return nil, fmt.Errorf("read the steps of case %d: %w", id, err)
	}
	defer rows.Close()
	var all []cases.Step
	for rows.Next() {
		step := cases.Step{Case: id}
		var at int64
		if err := rows.Scan(&step.Kind, &step.By, &at, &step.Note); err != nil {
			return nil, fmt.Errorf("read the steps of case %d: %w", id, err)
		}
		step.At = moment(at)
		all = append(all, step)
	}
	return all, rows.Err()
}

// Silences returns the silences that end after a moment and were not ended before.
func (s *Store) Silences(ctx context.Context, after time.Time) ([]cases.Silence, error) {
	rows, err := s.db.Query(ctx, `SELECT id, rule, branch, until, reason, by, at FROM silence WHERE until > ? AND ended = 0 ORDER BY id`, after.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read silences: %w", err)
	}
	defer rows.Close()
	var all []cases.Silence
	for rows.Next() {
		var one cases.Silence
		var until, at int64
		if err := rows.Scan(&one.ID, &one.Rule, &one.Branch, &until, &one.Reason, &one.By, &at); err != nil {
			return nil, fmt.Errorf("read silences: %w", err)
		}
		one.Until, one.At = moment(until), moment(at)
		all = append(all, one)
	}
	return all, rows.Err()
}

// PutSilence keeps a silence and returns its number; one with a number is changed.
func (s *Store) PutSilence(ctx context.Context, one cases.Silence) (id int64, err error) {
	err = s.write(ctx, Cases, func(tx *sqlite.Tx) error {
		if one.ID != 0 {
			id = one.ID
			_, err := tx.ExecContext(ctx, `UPDATE silence SET ended = ? WHERE id = ?`, since(one.Ended), one.ID)
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO silence (rule, branch, until, reason, by, at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
			one.Rule, one.Branch, since(one.Until), one.Reason, one.By, since(one.At)).Scan(&id)
	})
	if err != nil {
		return 0, fmt.Errorf("keep a silence: %w", err)
	}
	return id, nil
}
