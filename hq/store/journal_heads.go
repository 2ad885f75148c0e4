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
// a log that was taken over from its middle on, the end of a month in the archive, or the beginning.
func (s *Store) before(ctx context.Context, node wire.NodeID, epoch, most uint64, untilMS int64) (point, error) {
	anchor, err := pointOf(s.db.QueryRow(ctx, `SELECT seq, head FROM journal_heads
		WHERE node = ? AND epoch = ? AND seq <= ? AND at <= ? ORDER BY seq DESC LIMIT 1`, node, int64(epoch), int64(most), untilMS))
	if err != nil {
		return anchor, err
	}
	base, err := pointOf(s.db.QueryRow(ctx, `SELECT base.seq, base.head FROM base JOIN log ON log.id = base.log
		WHERE log.node = ? AND log.epoch = ? AND base.seq <= ? ORDER BY base.seq DESC LIMIT 1`, node, int64(epoch), int64(most)))
	if err != nil {
		return anchor, err
	}
	if base.seq > anchor.seq {
		anchor = base
	}
	if s.file == nil || untilMS != forever { // nobody knows when by the branch's clock a month ended
		return anchor, nil
	}
	month, err := s.archiveEnd(ctx, node, epoch, most)
	if err == nil && month.seq > anchor.seq {
		anchor = month
	}
	return anchor, err
}

// archiveEnd returns where the archive's last part of a log that does not go beyond a record ends.
func (s *Store) archiveEnd(ctx context.Context, node wire.NodeID, epoch, most uint64) (point, error) {
	return pointOf(s.db.QueryRow(ctx, `SELECT a.last, a.head FROM archive_log a JOIN log ON log.id = a.log
		WHERE log.node = ? AND log.epoch = ? AND a.last <= ? ORDER BY a.last DESC LIMIT 1`, node, int64(epoch), int64(most)))
}

func pointOf(row *sql.Row) (p point, err error) {
	var seq int64
	var head []byte
	err = row.Scan(&seq, &head)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	p.seq = uint64(max(0, seq)) //nolint:gosec // not negative
	copy(p.head[:], head)
	return p, err
}

// headAt reckons the chain's hash after a record from the last known point before it.
func (s *Store) headAt(ctx context.Context, node wire.NodeID, epoch, seq uint64) (wire.Hash, error) {
	p, err := s.before(ctx, node, epoch, seq, forever)
	if err != nil {
		return wire.Hash{}, err
	}
	head := p.head
	for r, err := range s.Records(ctx, node, epoch, p.seq) {
		if err != nil {
			return wire.Hash{}, err
		}
		if r.Seq > seq {
			break
		}
		if p.seq++; r.Seq != p.seq {
			return wire.Hash{}, errNotHere
		}
		head = head.Next(r)
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
	err := s.sameJournal(ctx, node, h)
	if err == nil {
		err = s.signed(ctx, node, h)
	}
	if err != nil {
		return fmt.Errorf("note the journal of %s: %w", node, err)
	}
	return nil
}

func (s *Store) sameJournal(ctx context.Context, node wire.NodeID, h wire.AuditHead) error {
	p, err := s.Position(ctx, node, h.Epoch)
	switch {
	case err != nil:
		return err
	case p.Quarantined:
		return ErrJournalOther
	case h.Seq > p.HWM:
		return ErrJournalAhead
	}
	head, err := s.headAt(ctx, node, h.Epoch, h.Seq)
	if err != nil {
		return err
	}
	// Days only go forward in a journal: a date that stands between later ones is another's, or made up.
	var crossed int
	err = s.db.QueryRow(ctx, `SELECT count(*) FROM journal_heads WHERE node = ? AND epoch = ? AND signed > 0
		AND (seq < ? AND day > ? OR seq > ? AND day < ?)`, node, int64(h.Epoch), int64(h.Seq), h.Day, int64(h.Seq), h.Day).Scan(&crossed)
	if err == nil && (head != h.Head || crossed > 0) {
		err = ErrJournalOther
	}
	return err
}

func (s *Store) signed(ctx context.Context, node wire.NodeID, h wire.AuditHead) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		now := s.now().UnixMilli()
		_, err := tx.ExecContext(ctx, `INSERT INTO journal_heads (node, epoch, seq, head, at, day, signed) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (node, epoch, seq) DO UPDATE SET day = excluded.day, signed = excluded.signed`,
			node, int64(h.Epoch), int64(h.Seq), h.Head[:], now, h.Day, now)
		return err
	})
}

// Bounds of one part of a history: with its frame it fits a message.
const (
	partRecords = 400
	partBytes   = 96 << 10
)

// History returns the next part of what is held of a branch's own journal.
func (s *Store) History(ctx context.Context, node wire.NodeID, ask wire.HistoryAsk) (wire.HistoryPart, error) {
	part, err := s.history(ctx, node, ask)
	if err != nil {
		return part, fmt.Errorf("read the history of %s: %w", node, err)
	}
	return part, nil
}

func (s *Store) history(ctx context.Context, node wire.NodeID, ask wire.HistoryAsk) (part wire.HistoryPart, err error) {
	part.Epoch = ask.Epoch
	if ask.Epoch == 0 {
		err := s.db.QueryRow(ctx, `SELECT epoch FROM log WHERE node = ? AND hwm > 0 ORDER BY epoch DESC LIMIT 1`, node).Scan(&part.Epoch)
		if errors.Is(err, sql.ErrNoRows) {
			return part, nil
		}
		if err != nil {
			return part, err
		}
	}
	_, p, err := scanLog(s.db.QueryRow(ctx, selectLog, node, int64(part.Epoch)), part.Epoch)
	if err != nil {
		return part, err
	}
	part.Last, part.End = p.HWM, p.Head
	after := ask.After
	if ask.Epoch == 0 {
		from, err := s.before(ctx, node, part.Epoch, p.HWM, ask.SinceMS)
		if err != nil {
			return part, err
		}
		part.From, part.Head, after = from.seq, from.head, from.seq
	}
	part.Records, err = s.rawAfter(ctx, node, part.Epoch, after, p.HWM)
	return part, err
}

func (s *Store) rawAfter(ctx context.Context, node wire.NodeID, epoch, after, most uint64) ([][]byte, error) {
	var all [][]byte
	size := 0
	for r, err := range s.Records(ctx, node, epoch, after) {
		if err != nil {
			return nil, err
		}
		if size += len(r.Raw); r.Seq > most || len(all) == partRecords || size > partBytes && len(all) > 0 {
			break
		}
		all = append(all, r.Raw)
	}
	return all, nil
}
