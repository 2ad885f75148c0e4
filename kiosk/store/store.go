// Package store is a kiosk's own small memory: its log of facts on their way to the branch, what became of each
// request for a ticket, and the last of what the branch offered. It holds no personal data: what a card told stays
// out of it.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"balcao/internal/eventlog"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is the open file. Its methods may be called from several goroutines. The Log in it is what the branch is sent.
type Store struct {
	*eventlog.Log

	db      *sqlite.DB
	path    string
	guardMu sync.Mutex
	guard   guard // as the file beside the database has it
	forgot  wire.AmnesiaFact
	damage  Damage
}

// Open opens or creates the file and brings its schema up to date. A file that was put back from an old copy is set
// aside, and a new log begun; see Forgot.
func Open(ctx context.Context, path string, cfg eventlog.Config) (*Store, error) {
	db, log, err := eventlog.OpenFile(ctx, path, migrations, cfg)
	var damage Damage
	if errors.Is(err, sqlite.ErrDamaged) {
		if damage, err = replace(ctx, path, cfg.Now()); err == nil {
			db, log, err = eventlog.OpenFile(ctx, path, migrations, cfg)
		}
	}
	if err != nil {
		return nil, err
	}
	s := &Store{Log: log, db: db, path: path, damage: damage}
	g := readGuard(path)
	if damage.Aside != "" {
		_, _, last, _, err := log.Position(ctx)
		if err == nil {
			err = s.begin(ctx, guard{})
		}
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		if damage.Told == 0 {
			s.forgot = wire.AmnesiaFact{Epoch: g.Epoch, Last: last, HWM: g.Seq}
		}
		return s, nil
	}
	switch lost, err := g.forgot(ctx, log); {
	case err != nil:
		return nil, errors.Join(err, db.Close())
	case !lost:
		if err := s.begin(ctx, g); err != nil {
			return nil, errors.Join(err, db.Close())
		}
		return s, nil
	}
	_, _, last, _, err := log.Position(ctx)
	if err = errors.Join(err, db.Close()); err == nil {
		err = setAside(path, g)
	}
	if err != nil {
		return nil, err
	}
	if s.db, s.Log, err = eventlog.OpenFile(ctx, path, migrations, cfg); err != nil {
		return nil, err
	}
	if err := s.begin(ctx, guard{Epoch: g.Epoch}); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	s.forgot = wire.AmnesiaFact{Epoch: g.Epoch, Last: last, HWM: g.Seq}
	return s, nil
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// State is where a request stands.
type State string

// The states of a request.
const (
	Requested State = "requested" // asked; no byte has gone to paper
	Printing  State = "printing"  // bytes may have gone to paper
	Failed    State = "failed"    // known not to have come out; may be printed again or accepted
	Printed   State = "printed"
	Unknown   State = "unknown" // nobody knows whether it came out
	Accepted  State = "accepted"
	Abandoned State = "abandoned"
)

// final reports whether nothing more can happen to a request here.
func (s State) final() bool {
	return s == Printed || s == Unknown || s == Accepted || s == Abandoned
}

// reopensFor reports whether a state that has ended may still become another one: what was unknown may turn out to be
// printed, be printed again or be accepted.
func (s State) reopensFor(to State) bool {
	return s == Unknown && (to == Printed || to == Printing || to == Accepted)
}

// logged maps each state to the type of the fact that reports it.
var logged = map[State]string{
	Requested: wire.TypeTicketRequested,
	Printing:  wire.TypePrintStarted,
	Failed:    wire.TypeTicketFailed,
	Printed:   wire.TypeTicketPrinted,
	Unknown:   wire.TypeTicketUnknown,
	Accepted:  wire.TypeTicketAccepted,
	Abandoned: wire.TypeTicketAbandoned,
}

// Request is a request for a ticket and what became of it.
type Request struct {
	At     time.Time
	State  State
	Asked  wire.TicketFact
	Ticket *wire.Ticket // nil until printing began
}

// ErrSettled means that a request has ended; nothing more can happen to it.
var ErrSettled = errors.New("the request has ended")

// Ask logs that a citizen wants a ticket, before the branch is asked. A request that is known already is returned as
// it stands and not logged again.
func (s *Store) Ask(ctx context.Context, asked wire.TicketFact, at time.Time) (Request, error) {
	r := Request{At: at, State: Requested, Asked: asked}
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		known, found, err := find(ctx, tx, asked.Request)
		if err != nil || found {
			r = known
			return err
		}
		return s.record(ctx, tx, r, asked, at)
	})
	if err != nil {
		return Request{}, fmt.Errorf("log a request: %w", err)
	}
	return r, nil
}

// Begin logs that a slip is about to be printed, with its number, before the first byte goes out.
func (s *Store) Begin(ctx context.Context, request string, ticket wire.Ticket, at time.Time) error {
	return s.move(ctx, request, Printing, at, func(r *Request, f *wire.TicketFact) {
		r.Ticket = &ticket
		f.Ticket, f.Day = ticket.Number, ticket.Day
		// A branch that has lost its memory takes the citizen in again by what follows.
		f.Service, f.Class, f.Lang, f.Then = ticket.Service, ticket.Class, r.Asked.Lang, r.Asked.Then
		f.Attempts++
		r.Asked.Attempts = f.Attempts
	})
}

// End logs what became of a request: Failed, Printed, Unknown, Accepted or Abandoned. Cause is a device's reason code
// or empty; took is how long printing took, zero if it does not apply.
func (s *Store) End(ctx context.Context, request string, state State, cause string, took time.Duration, at time.Time) error {
	return s.move(ctx, request, state, at, func(r *Request, f *wire.TicketFact) {
		if r.Ticket != nil {
			f.Ticket = r.Ticket.Number
		}
		f.Cause, f.Millis = cause, took.Milliseconds()
	})
}

// Number remembers the number given to a request that is not printed, so that it can be accepted on the screen.
func (s *Store) Number(ctx context.Context, request string, ticket wire.Ticket) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error { return setTicket(ctx, tx, request, ticket) })
}

func setTicket(ctx context.Context, tx *sqlite.Tx, request string, ticket wire.Ticket) error {
	raw, err := json.Marshal(ticket)
	if err != nil {
		return fmt.Errorf("encode ticket: %w", err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE requests SET ticket = ? WHERE request = ?`, string(raw), request)
	return err
}

func (s *Store) move(ctx context.Context, request string, to State, at time.Time, change func(*Request, *wire.TicketFact)) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		r, found, err := find(ctx, tx, request)
		switch {
		case err != nil:
			return err
		case !found:
			return fmt.Errorf("request is not known here: %w", ErrSettled)
		case r.State.final() && !r.State.reopensFor(to):
			return ErrSettled
		}
		fact := wire.TicketFact{Request: request, Attempts: r.Asked.Attempts, Boot: r.Asked.Boot}
		change(&r, &fact)
		r.State = to
		return s.record(ctx, tx, r, fact, at)
	})
	if err != nil {
		return fmt.Errorf("log request %s: %w", to, err)
	}
	return nil
}

// record stores a request and appends the fact that reports its state.
func (s *Store) record(ctx context.Context, tx *sqlite.Tx, r Request, fact wire.TicketFact, at time.Time) error {
	asked, err := json.Marshal(r.Asked)
	if err != nil {
		return err
	}
	var ticket any
	if r.Ticket != nil {
		raw, err := json.Marshal(r.Ticket)
		if err != nil {
			return err
		}
		ticket = string(raw)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO requests (request, at, state, fact, ticket) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (request) DO UPDATE SET state = excluded.state, fact = excluded.fact, ticket = excluded.ticket`,
		r.Asked.Request, r.At.UnixMilli(), string(r.State), string(asked), ticket); err != nil {
		return err
	}
	return s.append(ctx, tx, logged[r.State], fact, at)
}

func (s *Store) append(ctx context.Context, tx *sqlite.Tx, kind string, fact any, at time.Time) error {
	data, err := json.Marshal(fact)
	if err != nil {
		return err
	}
	_, err = s.Append(ctx, tx, eventlog.Fact{At: at, Type: kind, Version: 1, Data: data})
	return err
}

func find(ctx context.Context, tx *sqlite.Tx, request string) (Request, bool, error) {
	return scan(tx.QueryRowContext(ctx, `SELECT at, state, fact, ticket FROM requests WHERE request = ?`, request))
}

func scan(row interface{ Scan(...any) error }) (Request, bool, error) {
	var r Request
	var at int64
	var asked string
	var ticket sql.NullString
	err := row.Scan(&at, &r.State, &asked, &ticket)
	if errors.Is(err, sql.ErrNoRows) {
		return Request{}, false, nil
	}
	if err != nil {
		return Request{}, false, err
	}
	r.At = time.UnixMilli(at).UTC()
	if err := json.Unmarshal([]byte(asked), &r.Asked); err != nil {
		return Request{}, false, err
	}
	if ticket.Valid {
		r.Ticket = new(wire.Ticket)
		if err := json.Unmarshal([]byte(ticket.String), r.Ticket); err != nil {
			return Request{}, false, err
		}
	}
	return r, true, nil
}

// Find returns a request as it stands.
func (s *Store) Find(ctx context.Context, request string) (Request, bool, error) {
	r, found, err := scan(s.db.QueryRow(ctx, `SELECT at, state, fact, ticket FROM requests WHERE request = ?`, request))
	if err != nil {
		return Request{}, false, fmt.Errorf("find request: %w", err)
	}
	return r, found, nil
}

// Unfinished returns the requests that were under way when the program last ended, oldest first.
func (s *Store) Unfinished(ctx context.Context) ([]Request, error) {
	rows, err := s.db.Query(ctx, `SELECT at, state, fact, ticket FROM requests
		WHERE state IN ('requested', 'printing', 'failed') ORDER BY at`)
	if err != nil {
		return nil, fmt.Errorf("read unfinished requests: %w", err)
	}
	defer rows.Close()
	var all []Request
	for rows.Next() {
		r, _, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read unfinished requests: %w", err)
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// Note logs a fact about a device or about this node.
func (s *Store) Note(ctx context.Context, kind string, fact any, at time.Time) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error { return s.append(ctx, tx, kind, fact, at) })
	if err != nil {
		return fmt.Errorf("log %s: %w", kind, err)
	}
	return nil
}

// Keep remembers the last of what the branch told all its nodes under a name.
func (s *Store) Keep(ctx context.Context, name string, payload []byte) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO kept (name, payload) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET payload = excluded.payload`, name, payload)
		return err
	})
}

// Kept returns what was kept under a name; nil if nothing was.
func (s *Store) Kept(ctx context.Context, name string) ([]byte, error) {
	var payload []byte
	err := s.db.QueryRow(ctx, `SELECT payload FROM kept WHERE name = ?`, name).Scan(&payload)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return payload, err
}
