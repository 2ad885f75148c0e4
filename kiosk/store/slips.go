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
		n, err := nextSlip(ctx, tx, day, at)
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
	if err == nil {
		err = s.gave(ctx)
	}
	if err != nil {
		return Request{}, fmt.Errorf("give a slip without a number: %w", err)
	}
	return r, nil
}

// metaJump is set in a file that was put back from an old copy: the count that it remembers was gone on with elsewhere.
const metaJump = "slips.jump"

// slipTick is how long a slip takes at the least, from one citizen to the next.
const slipTick = 10 * time.Second

// nextSlip counts the slips of a day. Yesterday's count is forgotten. A file that was put back from an old copy does not
// know how many were given since it was made: it goes on with the time of day, which no count of slips can have reached.
func nextSlip(ctx context.Context, tx *sqlite.Tx, day string, at time.Time) (int, error) {
	key := "slips " + day
	var kept string
	err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = ?`, key).Scan(&kept)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	n, _ := strconv.Atoi(kept)
	jumped, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key = ?`, metaJump)
	if err != nil {
		return 0, err
	}
	if put, err := jumped.RowsAffected(); err == nil && put > 0 {
		n = max(n, int(at.UTC().Sub(at.UTC().Truncate(24*time.Hour))/slipTick))
	}
	n++
	if _, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE key LIKE 'slips %' AND key <> ?`, key); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, strconv.Itoa(n))
	return n, err
}

// jump has the count of slips go on where no other can be.
func jump(ctx context.Context, tx *sqlite.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, '1') ON CONFLICT DO NOTHING`, metaJump)
	return err
}
