package store

import (
	"context"
	"encoding/json"
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
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if err := s.appendEntries(ctx, tx, b.Entries); err != nil {
			return err
		}
		for _, d := range b.Deliveries {
			if err := storeDelivery(ctx, tx, d); err != nil {
				return err
			}
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

func applyFrom(ctx context.Context, tx *sqlite.Tx, day *queue.Day, seq uint64) error {
	rows, err := tx.QueryContext(ctx, `SELECT raw FROM journal WHERE seq >= ? ORDER BY seq`, seq)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		entry, err := decodeEntry(raw)
		if err != nil {
			return err
		}
		day.Apply(entry)
	}
	return rows.Err()
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
