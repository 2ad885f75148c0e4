package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"balcao/branch-server/journal"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// SealPoint returns where the journal stood after the last record that is not after most, for headquarters to sign: with
// the Day that was the latest then. Its Seq is 0 where nothing can be signed: before the first Day, or where the journal
// holds no record that far.
func (s *Store) SealPoint(ctx context.Context, most uint64) (wire.AuditHead, error) {
	h := wire.AuditHead{Kind: wire.KindJournal, Epoch: s.Epoch()}
	err := s.db.Read(ctx, func(tx *sqlite.Tx) error {
		var seq int64
		var head []byte
		err := tx.QueryRowContext(ctx, `SELECT seq, head FROM journal WHERE seq <= ? ORDER BY seq DESC LIMIT 1`, int64(most)).Scan(&seq, &head)
		if err != nil {
			return err
		}
		row := journal.Row{Type: wire.TypeDayOpened}
		err = tx.QueryRowContext(ctx, `SELECT seq, raw FROM journal WHERE type = ? AND seq <= ? ORDER BY seq DESC LIMIT 1`, row.Type, seq).Scan(&row.Seq, &row.Raw)
		if err != nil {
			return err
		}
		e, err := row.Entry()
		if err != nil {
			return err
		}
		if opened, is := e.Event.(queue.DayOpened); is {
			h.Seq, h.Day = uint64(max(0, seq)), string(opened.Day)
			copy(h.Head[:], head)
		}
		return nil
	})
	if errors.Is(err, sql.ErrNoRows) {
		return h, nil
	}
	if err != nil {
		return h, fmt.Errorf("read where the journal stands: %w", err)
	}
	return h, nil
}

// KeepJournalSeal keeps a point of the journal as headquarters signed it, in the place of an earlier one of the same Day.
func (s *Store) KeepJournalSeal(ctx context.Context, h wire.AuditHead, seal []byte, at time.Time) error {
	err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO journal_seals (epoch, day, seq, head, ended, at, seal)
			VALUES (?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM journal), ?, ?)
			ON CONFLICT (epoch, day) DO UPDATE SET seq = excluded.seq, head = excluded.head, ended = excluded.ended, at = excluded.at, seal = excluded.seal
			WHERE excluded.seq >= journal_seals.seq`,
			int64(h.Epoch), h.Day, int64(h.Seq), h.Head[:], at.UnixMilli(), seal)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the seal of the journal: %w", err)
	}
	return nil
}

// LastJournalSeal returns the newest seal of the journal's present epoch; its Seq is 0 where there is none.
func (s *Store) LastJournalSeal(ctx context.Context) (journal.Seal, error) {
	all, err := journalSeals(s.db.Query(ctx, selectSeals+` WHERE epoch = ? ORDER BY seq DESC LIMIT 1`, int64(s.Epoch())))
	if err != nil || len(all) == 0 {
		return journal.Seal{}, err
	}
	return all[0], nil
}

const selectSeals = `SELECT epoch, day, seq, head, ended, at, seal FROM journal_seals`

func journalSeals(rows *sql.Rows, err error) (all []journal.Seal, _ error) {
	if err != nil {
		return nil, fmt.Errorf("read the seals of the journal: %w", sqlite.Named(err))
	}
	defer rows.Close()
	for rows.Next() {
		var one journal.Seal
		var head []byte
		if err := rows.Scan(&one.Epoch, &one.Day, &one.Seq, &head, &one.Ended, &one.AtMS, &one.Signed); err != nil {
			return nil, fmt.Errorf("read the seals of the journal: %w", sqlite.Named(err))
		}
		one.Kind = wire.KindJournal
		copy(one.Head[:], head)
		all = append(all, one)
	}
	return all, sqlite.Named(rows.Err())
}

// JournalSeals returns every seal of the journal, by epoch and Day, and the epoch that the journal is in now.
func (r *Reader) JournalSeals(ctx context.Context) (all []journal.Seal, epoch uint64, err error) {
	var kept string
	if err := r.db.QueryRow(ctx, `SELECT value FROM meta WHERE key = 'epoch'`).Scan(&kept); err != nil {
		return nil, 0, fmt.Errorf("read the journal's epoch: %w", sqlite.Named(err))
	}
	if epoch, err = strconv.ParseUint(kept, 10, 64); err != nil {
		return nil, 0, fmt.Errorf("read the journal's epoch: %w", err)
	}
	var there int
	err = r.db.QueryRow(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'journal_seals'`).Scan(&there)
	if err != nil || there == 0 { // a file of an earlier version that was not opened since
		return nil, epoch, sqlite.Named(err)
	}
	all, err = journalSeals(r.db.Query(ctx, selectSeals+` ORDER BY epoch, day`))
	return all, epoch, err
}

// FormerHead returns the chain's hash after a record of an epoch that was set aside; not known where it is not kept.
func (r *Reader) FormerHead(ctx context.Context, epoch, seq uint64) (head wire.Hash, known bool, err error) {
	var raw []byte
	err = r.db.QueryRow(ctx, `SELECT head FROM former WHERE epoch = ? AND seq = ?`, int64(epoch), int64(seq)).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return head, false, nil
	}
	if err != nil {
		return head, false, fmt.Errorf("read epochs set aside: %w", sqlite.Named(err))
	}
	copy(head[:], raw)
	return head, true, nil
}
