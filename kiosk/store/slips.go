package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Slip gives a request a slip without a number, when the branch is silent and the numbers lent are used up, and logs it,
// in one transaction. Its name is the kiosk's own short name and a count of the day, K1-7: never a number, which only the
// branch gives. Ticket makes what the paper says. A request that has a ticket already keeps it.
func (s *Store) Slip(ctx context.Context, request, kiosk, day string, ticket func(name string) wire.Ticket, at time.Time) (Request, error) {
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
		n, err := nextSlip(ctx, tx, day)
		if err != nil {
			return err
		}
		fact := wire.NamedFact{
			Request: request, Boot: r.Asked.Boot, Service: r.Asked.Service, Class: r.Asked.Class, Lang: r.Asked.Lang, Day: day, Then: r.Asked.Then,
			Name: wire.SlipName(kiosk, n),
		}
		t := ticket(fact.Name)
		r.Ticket = &t
		if err := setTicket(ctx, tx, request, t); err != nil {
			return err
		}
		return s.append(ctx, tx, wire.TypeSlipGiven, fact, at)
	})
	if err != nil {
		return Request{}, fmt.Errorf("give a slip without a number: %w", err)
	}
	return r, nil
}

// nextSlip counts the slips of a day. Yesterday's count is forgotten.
func nextSlip(ctx context.Context, tx *sqlite.Tx, day string) (int, error) {
	key := "slips " + day
	var kept string
	err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = ?`, key).Scan(&kept)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	n, _ := strconv.Atoi(kept)
	n++
	if _, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key LIKE 'slips %' AND key <> ?`, key); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, strconv.Itoa(n))
	return n, err
}
