package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// ErrNoNumbers means that this kiosk holds no number of that division and Day that it has not given.
var ErrNoNumbers = errors.New("no numbers lent are left")

// Lend takes over what the branch has lent this kiosk: ranges that are new are added, none is ever begun again, and
// those of Days before today are forgotten.
func (s *Store) Lend(ctx context.Context, ranges []wire.LeasedRange, today string) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, r := range ranges {
			if _, err := tx.ExecContext(ctx, `INSERT INTO leases (day, div, prefix, first, last, next) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT DO NOTHING`, r.Day, r.Division, r.Prefix, r.From, r.To, r.From); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM leases WHERE day < ?`, today)
		return err
	})
	if err != nil {
		return fmt.Errorf("take over numbers lent: %w", err)
	}
	return nil
}

// Lent returns the ranges this kiosk holds, each with how many of its numbers are left.
func (s *Store) Lent(ctx context.Context) ([]wire.LeasedRange, error) {
	rows, err := s.db.Query(ctx, `SELECT day, div, prefix, first, last, last + 1 - next FROM leases ORDER BY day, div, first`)
	if err != nil {
		return nil, fmt.Errorf("read numbers lent: %w", err)
	}
	defer rows.Close()
	var all []wire.LeasedRange
	for rows.Next() {
		var r wire.LeasedRange
		if err := rows.Scan(&r.Day, &r.Division, &r.Prefix, &r.From, &r.To, &r.Left); err != nil {
			return nil, fmt.Errorf("read numbers lent: %w", err)
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// Alone gives a request the next number lent for a division and Day, and logs it, in one transaction: a number is
// given once, whatever happens next. Ticket makes the ticket of a number, written as prefix and count. A request that
// has a number already keeps it.
func (s *Store) Alone(ctx context.Context, request, div, day string, ticket func(prefix string, n int) wire.Ticket, at time.Time) (Request, error) {
	var r Request
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		var found bool
		var err error
		r, found, err = find(ctx, tx, request)
		switch {
		case err != nil:
			return err
		case !found || r.State.final():
			return ErrSettled
		case r.Ticket != nil:
			return nil
		}
		fact := wire.AloneFact{
			Request: request, Boot: r.Asked.Boot, Service: r.Asked.Service, Class: r.Asked.Class, Lang: r.Asked.Lang, Day: day, Then: r.Asked.Then,
		}
		err = tx.QueryRowContext(ctx, `UPDATE leases SET next = next + 1 WHERE day = ?1 AND div = ?2 AND first =
			(SELECT min(first) FROM leases WHERE day = ?1 AND div = ?2 AND next <= last) RETURNING prefix, next - 1`,
			day, div).Scan(&fact.Prefix, &fact.N)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoNumbers
		}
		if err != nil {
			return err
		}
		t := ticket(fact.Prefix, fact.N)
		r.Ticket = &t
		if err := setTicket(ctx, tx, request, t); err != nil {
			return err
		}
		return s.append(ctx, tx, wire.TypeTicketAlone, fact, at)
	})
	if err == nil {
		err = s.gave(ctx)
	}
	if err != nil {
		return Request{}, fmt.Errorf("give a number alone: %w", err)
	}
	return r, nil
}
