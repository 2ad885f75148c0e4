package eventlog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// ErrBeginAgain ends a program whose log goes on in a new epoch: it is to be opened and run again at once.
var ErrBeginAgain = errors.New("the log goes on in a new epoch")

// Renewal is why a log goes on in a new epoch, and which of its records are told again there.
type Renewal struct {
	Why   wire.AmnesiaFact `json:"why"`
	Carry uint64           `json:"carry"`           // from this record on
	Above uint64           `json:"above,omitempty"` // an epoch that is known elsewhere: the new one is greater
}

// Again is closed once Wish has been called: the program is to end with ErrBeginAgain.
func (l *Log) Again() <-chan struct{} { return l.again }

// Begun waits until the log wants a new epoch or ctx ends, and returns ErrBeginAgain in the first case.
func (l *Log) Begun(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-l.again:
		return ErrBeginAgain
	}
}

// Missing returns the first record that has to be told again after a fork: the parent may hold this very log up to its
// mark, or another one.
func (l *Log) Missing(ctx context.Context, hwm uint64, theirs wire.Hash) (uint64, error) {
	ours, held, err := l.HeadAt(ctx, hwm)
	if err != nil || !held || ours != theirs {
		return 1, err
	}
	return hwm + 1, nil
}

// Wish remembers that this log has to go on in a new epoch: the store that owns it carries it out with Renew when the
// program starts again, because nothing that runs may see its numbers begin anew.
func (l *Log) Wish(ctx context.Context, why Renewal) error {
	body, err := json.Marshal(why)
	if err != nil {
		return err
	}
	err = l.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('renew', ?)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, string(body))
		return err
	})
	if err != nil {
		return fmt.Errorf("wish for a new epoch: %w", err)
	}
	l.wished.Do(func() { close(l.again) })
	return nil
}

// Wished returns what Wish remembered; false if nothing is wished for the present epoch.
func (l *Log) Wished(ctx context.Context) (Renewal, bool, error) {
	var why Renewal
	var body string
	err := l.db.QueryRow(ctx, `SELECT value FROM meta WHERE key = 'renew'`).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return why, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &why)
	}
	if err != nil {
		return why, false, fmt.Errorf("look for a wish for a new epoch: %w", err)
	}
	return why, why.Why.Epoch == l.epoch, nil
}

// HeadAt returns the chain's hash after a record; false where the log does not hold it.
func (l *Log) HeadAt(ctx context.Context, seq uint64) (wire.Hash, bool, error) {
	var h wire.Hash
	var head []byte
	err := l.db.QueryRow(ctx, `SELECT head FROM journal WHERE seq = ?`, int64(seq)).Scan(&head)
	if errors.Is(err, sql.ErrNoRows) {
		return h, false, nil
	}
	copy(h[:], head)
	return h, err == nil, err
}

// Renew begins a new epoch in one transaction: the old one is kept aside in the table former (epoch, seq, type, raw,
// head), node.amnesia says why, and the records from carry on are told again under their own ids, each with the place
// where it stood before. Also does what belongs to it; it may be nil.
func (l *Log) Renew(ctx context.Context, why Renewal, also func(tx *sqlite.Tx) error) error {
	at := Fact{At: time.UnixMilli(0)}
	if l.cfg.Now != nil {
		at.At = l.cfg.Now()
	}
	epoch := l.cfg.MintEpoch()
	if least := max(l.epoch, why.Above); epoch <= least { // a clock that stands before the log's own birth
		epoch = least + 1 + epoch&0xffff
	}
	err := l.db.Write(ctx, func(tx *sqlite.Tx) error {
		for _, step := range []string{
			`INSERT INTO former (epoch, seq, type, raw, head) SELECT ?1, seq, type, raw, head FROM journal`,
			`DELETE FROM journal WHERE ?1 = ?1`,
			`DELETE FROM meta WHERE key IN ('base', 'renew') AND ?1 = ?1`,
		} {
			if _, err := tx.ExecContext(ctx, step, int64(l.epoch)); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `UPDATE meta SET value = ? WHERE key = 'epoch'`, strconv.FormatUint(epoch, 10)); err != nil {
			return err
		}
		body, err := json.Marshal(why.Why)
		if err != nil {
			return err
		}
		at.Type, at.Version, at.Data = wire.TypeNodeAmnesia, 1, body
		if _, err := l.Append(ctx, tx, at); err != nil {
			return err
		}
		if err := l.retell(ctx, tx, why.Carry); err != nil {
			return err
		}
		if also != nil {
			return also(tx)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("begin a new epoch of the log: %w", err)
	}
	l.epoch = epoch
	l.acknowledged.Store(0)
	return nil
}

// retell appends the old epoch's records from a sequence on, some at a time.
func (l *Log) retell(ctx context.Context, tx *sqlite.Tx, from uint64) error {
	end, err := End(ctx, tx)
	if err != nil {
		return err
	}
	for {
		records, err := former(ctx, tx, l.epoch, from)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, r := range records {
			event, err := wire.DecodeEvent(r.Raw)
			if err != nil {
				continue // it can be read by nobody, and stays in the old epoch
			}
			if event.Via == nil {
				event.Via = &wire.Via{Epoch: l.epoch, Seq: r.Seq}
			}
			event.Seq = end.Seq + 1
			raw, err := wire.EncodeEvent(event)
			if err != nil {
				return err
			}
			end.Seq, end.Head = event.Seq, end.Head.Next(wire.Record{Seq: event.Seq, Raw: raw})
			if _, err := tx.ExecContext(ctx, `INSERT INTO journal (seq, type, raw, head) VALUES (?, ?, ?, ?)`,
				int64(end.Seq), event.Type, raw, end.Head[:]); err != nil {
				return err
			}
		}
		from = records[len(records)-1].Seq + 1
	}
}

func former(ctx context.Context, tx *sqlite.Tx, epoch, from uint64) ([]wire.Record, error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, raw FROM former WHERE epoch = ? AND seq >= ? ORDER BY seq LIMIT ?`,
		int64(epoch), int64(from), compactStep)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var records []wire.Record
	for rows.Next() {
		var r wire.Record
		if err := rows.Scan(&r.Seq, &r.Raw); err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, rows.Err()
}
