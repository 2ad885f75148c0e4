package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// ErrJournalOther means that a branch's journal is not what was taken in: its past was written anew.
var ErrJournalOther = errors.New("the journal is not what was taken in")

// ErrJournalAhead means that a branch asks about records that were not taken in yet.
var ErrJournalAhead = errors.New("the journal was not taken in that far")

// anchor keeps where a log stands after a batch that opened a Day.
func (s shelf) anchor(node wire.NodeID, epoch, seq uint64, head wire.Hash, at int64) error {
	_, err := s.tx.ExecContext(s.ctx, `INSERT INTO journal_heads (node, epoch, seq, head, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		node, int64(epoch), int64(seq), head[:], at)
	return err
}

// point is a place in the chain of a log.
type point struct {
	seq  uint64
	head wire.Hash
}

// before returns the last known point of a log that is not after a record, nor made after a moment: an anchor, the base of
// a log that was taken over from its middle on, or the beginning.
func (s *Store) before(ctx context.Context, tx *sqlite.Tx, node wire.NodeID, epoch, most uint64, untilMS int64) (point, error) {
	var p point
	for _, query := range []string{
		`SELECT seq, head FROM journal_heads WHERE node = ?1 AND epoch = ?2 AND seq <= ?3 AND at <= ?4 ORDER BY seq DESC LIMIT 1`,
		`SELECT base.seq, base.head FROM base JOIN log ON log.id = base.log WHERE log.node = ?1 AND log.epoch = ?2 AND base.seq <= ?3 AND ?4 = ?4
			ORDER BY base.seq DESC LIMIT 1`,
	} {
		var seq int64
		var head []byte
		err := tx.QueryRowContext(ctx, query, node, int64(epoch), int64(most), untilMS).Scan(&seq, &head) //nolint:gosec // a sequence number in SQLite is an int64
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return p, err
		}
		if uint64(seq) > p.seq { //nolint:gosec // as above
			p.seq = uint64(seq) //nolint:gosec // as above
			copy(p.head[:], head)
		}
	}
	return p, nil
}

// headAt reckons the chain's hash after a record from the last known point before it.
func (s *Store) headAt(ctx context.Context, tx *sqlite.Tx, node wire.NodeID, epoch, seq uint64) (wire.Hash, error) {
	p, err := s.before(ctx, tx, node, epoch, seq, forever)
	if err != nil {
		return wire.Hash{}, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT event.seq, raw FROM event JOIN log ON log.id = event.log
		WHERE log.node = ? AND log.epoch = ? AND event.seq > ? AND event.seq <= ? ORDER BY event.seq`, node, int64(epoch), int64(p.seq), int64(seq))
	if err != nil {
		return wire.Hash{}, err
	}
	defer rows.Close()
	head := p.head
	for rows.Next() {
		var r wire.Record
		if err := rows.Scan(&r.Seq, &r.Raw); err != nil {
			return wire.Hash{}, err
		}
		if p.seq++; r.Seq != p.seq {
			return wire.Hash{}, errNotHere
		}
		head = head.Next(r)
	}
	if err := rows.Err(); err != nil {
		return wire.Hash{}, err
	}
	if p.seq != seq {
		return wire.Hash{}, errNotHere
	}
	return head, nil
}

// errNotHere means that records lie elsewhere: nothing can be said of their chain.
var errNotHere = errors.New("records of that part are not in this file")

const forever = int64(1) << 62

// NoteJournal keeps where a branch's journal stands, before that is signed: ErrJournalOther where headquarters took in
// something else, ErrJournalAhead where it has not taken in that far.
func (s *Store) NoteJournal(ctx context.Context, node wire.NodeID, h wire.AuditHead) error {
	err := s.db.Read(ctx, func(tx *sqlite.Tx) error {
		_, p, err := scanLog(tx.QueryRowContext(ctx, selectLog, node, int64(h.Epoch)), h.Epoch)
		switch {
		case errors.Is(err, sql.ErrNoRows), err == nil && h.Seq > p.HWM:
			return ErrJournalAhead
		case err != nil:
			return err
		}
		head, err := s.headAt(ctx, tx, node, h.Epoch, h.Seq)
		if err != nil {
			return err
		}
		if head != h.Head || p.Quarantined {
			return ErrJournalOther
		}
		return nil
	})
	if err == nil {
		err = s.signed(ctx, node, h)
	}
	if err != nil {
		return fmt.Errorf("note the journal of %s: %w", node, err)
	}
	return nil
}

func (s *Store) signed(ctx context.Context, node wire.NodeID, h wire.AuditHead) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		now := s.now().UnixMilli()
		_, err := tx.ExecContext(ctx, `INSERT INTO journal_heads (node, epoch, seq, head, at, day, signed) VALUES (?1, ?2, ?3, ?4, ?6, ?5, ?6)
			ON CONFLICT (node, epoch, seq) DO UPDATE SET day = excluded.day, signed = excluded.signed`,
			node, int64(h.Epoch), int64(h.Seq), h.Head[:], h.Day, now)
		return err
	})
}

// Bounds of one part of a history: with its frame it fits a message.
const (
	partRecords = 400
	partBytes   = 96 << 10
)

// History returns the next part of what is held of a branch's own journal.
func (s *Store) History(ctx context.Context, node wire.NodeID, ask wire.HistoryAsk) (part wire.HistoryPart, err error) {
	err = s.db.Read(ctx, func(tx *sqlite.Tx) error {
		part.Epoch = ask.Epoch
		if ask.Epoch == 0 {
			err := tx.QueryRowContext(ctx, `SELECT epoch FROM log WHERE node = ? AND hwm > 0 ORDER BY epoch DESC LIMIT 1`, node).Scan(&part.Epoch)
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
		}
		id, p, err := scanLog(tx.QueryRowContext(ctx, selectLog, node, int64(part.Epoch)), part.Epoch)
		if err != nil {
			return err
		}
		part.Last, part.End = p.HWM, p.Head
		after := ask.After
		if ask.Epoch == 0 {
			from, err := s.before(ctx, tx, node, part.Epoch, p.HWM, ask.SinceMS)
			if err != nil {
				return err
			}
			part.From, part.Head, after = from.seq, from.head, from.seq
		}
		part.Records, err = rawAfter(ctx, tx, id, after, p.HWM)
		return err
	})
	if err != nil {
		return part, fmt.Errorf("read the history of %s: %w", node, err)
	}
	return part, nil
}

func rawAfter(ctx context.Context, tx *sqlite.Tx, log int64, after, most uint64) ([][]byte, error) {
	rows, err := tx.QueryContext(ctx, `SELECT raw FROM event WHERE log = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
		log, int64(after), int64(most), partRecords)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all [][]byte
	size := 0
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return nil, err
		}
		if size += len(raw); size > partBytes && len(all) > 0 {
			break
		}
		all = append(all, raw)
	}
	return all, rows.Err()
}
