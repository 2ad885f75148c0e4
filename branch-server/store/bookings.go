package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balcao/branch-server/arrivals"
	"balcao/branch-server/booking"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

const bookingColumns = `id, day, slot, length, service, code, digest, pass, state, request`

// Bookings returns the bookings from a day on, cancelled ones too, by slot and id.
func (s *Store) Bookings(ctx context.Context, from queue.Date) ([]booking.Booking, error) {
	rows, err := s.db.Query(ctx, `SELECT `+bookingColumns+` FROM bookings WHERE day >= ? ORDER BY slot, id`, string(from))
	if err != nil {
		return nil, fmt.Errorf("read bookings: %w", err)
	}
	defer rows.Close()
	var all []booking.Booking
	for rows.Next() {
		b, err := scanBooking(rows)
		if err != nil {
			return nil, fmt.Errorf("read bookings: %w", err)
		}
		all = append(all, b)
	}
	return all, rows.Err()
}

func scanBooking(from interface{ Scan(into ...any) error }) (booking.Booking, error) {
	var b booking.Booking
	var slot, length int64
	err := from.Scan(&b.ID, &b.Day, &slot, &length, &b.Service, &b.Code, &b.Digest, &b.Pass, &b.State, &b.Request)
	b.Slot, b.Length = time.UnixMilli(slot).UTC(), time.Duration(length)*time.Second
	return b, err
}

// Claim notes the request by which the citizen of a booking is here, in place of the one noted before. It reports
// false, and changes nothing, if another one is noted.
func (s *Store) Claim(ctx context.Context, id string, before, now queue.RequestID) (bool, error) {
	claimed := false
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE bookings SET request = ? WHERE id = ? AND request = ?`, string(now), id, string(before))
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		claimed = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note an arrival: %w", err)
	}
	return claimed, nil
}

// SaveImport applies the changes of an import and notes it, once per key, in one transaction.
func (s *Store) SaveImport(ctx context.Context, i arrivals.Import, changes []booking.Change) (arrivals.Import, error) {
	body, err := json.Marshal(i)
	if err != nil {
		return i, fmt.Errorf("encode import: %w", err)
	}
	err = s.db.Write(ctx, func(tx *sqlite.Tx) error {
		r, err := tx.ExecContext(ctx, `INSERT INTO booking_imports (key, at, person, body) VALUES (?, ?, ?, ?)`,
			i.Key, i.At.UnixMilli(), i.Person, string(body))
		if err != nil {
			return err
		}
		if i.ID, err = r.LastInsertId(); err != nil {
			return err
		}
		for n, c := range changes {
			if err := noteChange(ctx, tx, i.ID, n, c); err != nil {
				return err
			}
			if err := putBooking(ctx, tx, c.After); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return i, fmt.Errorf("store import of bookings: %w", err)
	}
	return i, nil
}

func noteChange(ctx context.Context, tx *sqlite.Tx, imported int64, n int, c booking.Change) error {
	before, day := "", c.After.Day
	if c.Before != nil {
		raw, err := json.Marshal(c.Before)
		if err != nil {
			return err
		}
		before, day = string(raw), min(day, c.Before.Day)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO booking_changes (import, n, id, day, before) VALUES (?, ?, ?, ?, ?)`,
		imported, n, c.After.ID, string(day), before)
	return err
}

func putBooking(ctx context.Context, tx *sqlite.Tx, b booking.Booking) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO bookings (`+bookingColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET day = excluded.day, slot = excluded.slot, length = excluded.length,
		service = excluded.service, code = excluded.code, digest = excluded.digest, pass = excluded.pass,
		state = excluded.state, request = excluded.request`,
		b.ID, string(b.Day), b.Slot.UnixMilli(), int64(b.Length/time.Second), string(b.Service), string(b.Code), b.Digest, b.Pass,
		string(b.State), string(b.Request))
	return err
}

// Imports returns the last imports, newest first.
func (s *Store) Imports(ctx context.Context, limit int) ([]arrivals.Import, error) {
	rows, err := s.db.Query(ctx, `SELECT id, key, person, body, undone FROM booking_imports ORDER BY id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read imports of bookings: %w", err)
	}
	defer rows.Close()
	var all []arrivals.Import
	for rows.Next() {
		i, err := scanImport(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, rows.Err()
}

func scanImport(from interface{ Scan(into ...any) error }) (arrivals.Import, error) {
	var i arrivals.Import
	var id int64
	var key, person, body string
	var undone bool
	if err := from.Scan(&id, &key, &person, &body, &undone); err != nil {
		return i, fmt.Errorf("read import of bookings: %w", err)
	}
	if err := json.Unmarshal([]byte(body), &i); err != nil {
		return i, fmt.Errorf("read import of bookings: %w", err)
	}
	i.ID, i.Key, i.Person, i.Undone = id, key, person, undone
	return i, nil
}

// ImportByKey returns the import that was noted under a key.
func (s *Store) ImportByKey(ctx context.Context, key string) (arrivals.Import, bool, error) {
	i, err := scanImport(s.db.QueryRow(ctx, `SELECT id, key, person, body, undone FROM booking_imports WHERE key = ? LIMIT 1`, key))
	if errors.Is(err, sql.ErrNoRows) {
		return arrivals.Import{}, false, nil
	}
	return i, err == nil, err
}

// UndoImport puts back what an import changed, last change first; bookings whose citizen is here stay. A second time
// changes nothing.
func (s *Store) UndoImport(ctx context.Context, id int64, here func(booking.Booking) bool) (undone, stayed int, err error) {
	err = s.db.Write(ctx, func(tx *sqlite.Tx) error {
		undone, stayed = 0, 0
		r, err := tx.ExecContext(ctx, `UPDATE booking_imports SET undone = 1 WHERE id = ? AND undone = 0`, id)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return err
		}
		changes, err := changesOf(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, c := range changes {
			back, err := undo(ctx, tx, c, here)
			if err != nil {
				return err
			}
			if back {
				undone++
			} else {
				stayed++
			}
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM booking_changes WHERE import = ?`, id)
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("undo import of bookings %d: %w", id, err)
	}
	return undone, stayed, nil
}

type bookingChange struct{ id, before string }

func changesOf(ctx context.Context, tx *sqlite.Tx, id int64) ([]bookingChange, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, before FROM booking_changes WHERE import = ? ORDER BY n DESC`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []bookingChange
	for rows.Next() {
		var c bookingChange
		if err := rows.Scan(&c.id, &c.before); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

func undo(ctx context.Context, tx *sqlite.Tx, c bookingChange, here func(booking.Booking) bool) (bool, error) {
	now, err := scanBooking(tx.QueryRowContext(ctx, `SELECT `+bookingColumns+` FROM bookings WHERE id = ?`, c.id))
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil || here(now) {
		return false, err
	}
	if c.before == "" {
		_, err := tx.ExecContext(ctx, `DELETE FROM bookings WHERE id = ?`, c.id)
		return true, err
	}
	var before booking.Booking
	if err := json.Unmarshal([]byte(c.before), &before); err != nil {
		return false, err
	}
	before.Request = now.Request
	return true, putBooking(ctx, tx, before)
}

// ForgetBookings removes the digests of days before one, what their imports changed, and bookings and imports
// older than keep. What goes is overwritten in the file, not only unlinked.
func (s *Store) ForgetBookings(ctx context.Context, before, keep queue.Date) error {
	oldest, err := time.Parse(time.DateOnly, string(keep))
	if err != nil {
		return fmt.Errorf("forget bookings before %s: %w", keep, err)
	}
	err = s.db.Forget(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM booking_imports WHERE at < ?`, oldest.UnixMilli()); err != nil {
			return err
		}
		for _, step := range []struct {
			sql string
			day queue.Date
		}{
			{`UPDATE bookings SET digest = NULL, pass = NULL WHERE day < ? AND (digest IS NOT NULL OR pass IS NOT NULL)`, before},
			{`DELETE FROM booking_changes WHERE day < ?`, before},
			{`DELETE FROM bookings WHERE day < ?`, keep},
		} {
			if _, err := tx.ExecContext(ctx, step.sql, string(step.day)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget bookings before %s: %w", before, err)
	}
	return nil
}
