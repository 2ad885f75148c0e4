package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/eventlog"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Append stores a batch in one transaction and returns once it is on disk.
func (s *Store) Append(ctx context.Context, b engine.Batch) error {
	if err := s.reach(ctx, b.Entries); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if err := s.appendEntries(ctx, tx, b.Entries); err != nil {
			return err
		}
		for _, d := range b.Deliveries {
			if err := storeDelivery(ctx, tx, d); err != nil {
				return err
			}
		}
		if err := storeWaiting(ctx, tx, b.Waiting, b.Folded); err != nil {
			return err
		}
		if err := storePublication(ctx, tx, b.Publication); err != nil {
			return err
		}
		if err := s.outlive(ctx, tx, b.Entries); err != nil {
			return err
		}
		return storeAnswers(ctx, tx, b.Answers)
	})
}

func (s *Store) appendEntries(ctx context.Context, tx *sqlite.Tx, entries []queue.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	facts := make([]eventlog.Fact, len(entries))
	for i, e := range entries {
		kind, version, data, err := wire.EncodeFact(e.Event)
		if err != nil {
			return err
		}
		facts[i] = eventlog.Fact{At: e.At, Type: kind, Version: version, Data: data}
		if n, noted := e.Event.(queue.Noted); noted {
			facts[i].From = n.From
		}
	}
	end, err := s.Log.Append(ctx, tx, facts...)
	if err != nil {
		return err
	}
	if last := entries[len(entries)-1].Seq; end.Seq != last {
		return fmt.Errorf("append entries up to %d: the journal would end at %d", last, end.Seq)
	}
	return nil
}

func storeAnswers(ctx context.Context, tx *sqlite.Tx, answers []engine.Answer) error {
	for _, a := range answers {
		body, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("encode answer: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO answers (key, at, body) VALUES (?, ?, ?)`,
			a.Key, a.At.UnixMilli(), string(body)); err != nil {
			return fmt.Errorf("store answer: %w", err)
		}
	}
	return nil
}

// Replay rebuilds the present Day from its opening on, and the answers of the last two days.
func (s *Store) Replay(ctx context.Context, c queue.Catalogue) (*queue.Day, map[string]engine.Answer, error) {
	var day *queue.Day
	answers := map[string]engine.Answer{}
	err := s.db.Read(ctx, func(tx *sqlite.Tx) error {
		var opened uint64
		if err := tx.QueryRowContext(ctx,
			`SELECT coalesce(max(seq), 0) FROM journal WHERE type = 'day.opened'`).Scan(&opened); err != nil {
			return fmt.Errorf("find the present day: %w", err)
		}
		day = queue.NewDay(c, 0)
		if err := applyFrom(ctx, tx, day, opened); err != nil {
			return err
		}
		return readAnswers(ctx, tx, answers, day.Last().Add(-48*time.Hour))
	})
	if err != nil {
		return nil, nil, err
	}
	return day, answers, nil
}

// DamagedError says that an entry of the journal is not what was sealed, or cannot be read. What it said may have been
// printed or called, so it is never passed over.
type DamagedError struct {
	Seq uint64
	Err error
}

// Error names the entry and what to do.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("journal entry %d is damaged (%v); nothing was changed: keep a copy of the data folder, "+
		"run `branch-server journal verify -data FOLDER`, and see «A damaged journal» in docs/operations.md", e.Seq, e.Err)
}

// Unwrap returns what was found.
func (e *DamagedError) Unwrap() error { return e.Err }

var errSeal = errors.New("it is not what was sealed")

// applyFrom lives the journal again from an entry on, and holds each entry to the hash chain.
func applyFrom(ctx context.Context, tx *sqlite.Tx, day *queue.Day, seq uint64) error {
	base, err := eventlog.BaseIn(ctx, tx)
	if err != nil {
		return err
	}
	var head wire.Hash
	if head = base.Head; seq > base.Seq+1 {
		var before []byte
		if err := tx.QueryRowContext(ctx, `SELECT head FROM journal WHERE seq = ?`, int64(seq-1)).Scan(&before); err != nil {
			return fmt.Errorf("read the journal before %d: %w", seq, err)
		}
		copy(head[:], before)
	}
	rows, err := tx.QueryContext(ctx, `SELECT seq, raw, head FROM journal WHERE seq >= ? ORDER BY seq`, int64(seq))
	if err != nil {
		return fmt.Errorf("read the journal: %w", sqlite.Named(err))
	}
	defer rows.Close()
	for rows.Next() {
		var r wire.Record
		var sealed []byte
		if err := rows.Scan(&r.Seq, &r.Raw, &sealed); err != nil {
			return fmt.Errorf("read the journal: %w", sqlite.Named(err))
		}
		if head = head.Next(r); !bytes.Equal(head[:], sealed) {
			return &DamagedError{Seq: r.Seq, Err: errSeal}
		}
		entry, err := decodeEntry(r.Raw)
		if err != nil {
			return &DamagedError{Seq: r.Seq, Err: err}
		}
		day.Apply(entry)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the journal: %w", sqlite.Named(err))
	}
	return nil
}

func decodeEntry(raw []byte) (queue.Entry, error) {
	e, err := wire.DecodeEvent(raw)
	if err != nil {
		return queue.Entry{}, err
	}
	fact, err := wire.DecodeFact(e.Type, e.Version, e.Data)
	if err != nil {
		return queue.Entry{}, fmt.Errorf("entry %d: %w", e.Seq, err)
	}
	return queue.Entry{Seq: e.Seq, At: time.UnixMilli(e.TS).UTC(), Event: fact}, nil
}

func readAnswers(ctx context.Context, tx *sqlite.Tx, into map[string]engine.Answer, since time.Time) error {
	rows, err := tx.QueryContext(ctx, `SELECT key, at, body FROM answers WHERE at >= ?`, since.UnixMilli())
	if err != nil {
		return fmt.Errorf("read answers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key, body string
		var at int64
		if err := rows.Scan(&key, &at, &body); err != nil {
			return fmt.Errorf("read answers: %w", err)
		}
		var a engine.Answer
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			return fmt.Errorf("read answer: %w", err)
		}
		a.Key, a.At = key, time.UnixMilli(at).UTC()
		into[key] = a
	}
	return rows.Err()
}

// Forget deletes answers older than a moment.
func (s *Store) Forget(ctx context.Context, before time.Time) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM answers WHERE at < ?`, before.UnixMilli())
		return err
	})
}
