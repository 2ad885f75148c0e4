package store

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"

	"balcao/branch-server/journal"
	"balcao/internal/eventlog"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Reader reads a journal beside the program that owns it, and changes nothing.
type Reader struct{ db *sqlite.DB }

// OpenReader opens an existing file for reading. One written by a newer version of this program is refused with
// sqlite.ErrNewerSchema.
func OpenReader(ctx context.Context, path string) (*Reader, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("find migrations: %w", err)
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	if err := db.Understands(ctx, files); err != nil {
		_ = db.Close() // the open has failed already
		return nil, err
	}
	return &Reader{db: db}, nil
}

// Close closes the file.
func (r *Reader) Close() error { return r.db.Close() }

// Check reads the whole file and returns sqlite.ErrDamaged if it does not hold together.
func (r *Reader) Check(ctx context.Context) error { return r.db.Check(ctx) }

// Base returns what the journal begins after where it was compacted; nil where it begins at 1.
func (r *Reader) Base(ctx context.Context) (*wire.Base, error) {
	base, err := eventlog.ReadBase(ctx, r.db)
	if err != nil {
		return nil, err
	}
	return base, nil
}

// Former is an epoch of this journal that ended because others knew more of it, and is kept aside.
type Former struct {
	Epoch       uint64
	First, Last uint64
	TornAt      uint64 // the first record that is not what was sealed; 0 if all are
}

// Former returns the epochs that were set aside, oldest first, each held to its chain.
func (r *Reader) Former(ctx context.Context) ([]Former, error) {
	rows, err := r.db.Query(ctx, `SELECT epoch, seq, raw, head FROM former ORDER BY epoch, seq`)
	if err != nil {
		return nil, fmt.Errorf("read epochs set aside: %w", sqlite.Named(err))
	}
	defer rows.Close()
	var all []Former
	var head wire.Hash
	for rows.Next() {
		var epoch uint64
		var rec wire.Record
		var sealed []byte
		if err := rows.Scan(&epoch, &rec.Seq, &rec.Raw, &sealed); err != nil {
			return nil, fmt.Errorf("read epochs set aside: %w", sqlite.Named(err))
		}
		fresh := len(all) == 0 || all[len(all)-1].Epoch != epoch
		if fresh {
			all = append(all, Former{Epoch: epoch, First: rec.Seq})
		}
		f := &all[len(all)-1]
		if fresh && rec.Seq == 1 {
			head = wire.Hash{}
		}
		// What came before the first record kept is not known where the epoch was compacted.
		if want := head.Next(rec); (!fresh || rec.Seq == 1) && f.TornAt == 0 && !bytes.Equal(want[:], sealed) {
			f.TornAt = rec.Seq
		}
		copy(head[:], sealed)
		f.Last = rec.Seq
	}
	return all, rows.Err()
}

// Opening is where a Day begins in the journal.
type Opening struct {
	Day queue.Date
	Seq uint64
}

// Days returns the openings of all Days, in order. One whose row cannot be read has no date.
func (r *Reader) Days(ctx context.Context) ([]Opening, error) {
	var all []Opening
	err := r.rows(ctx, `SELECT seq, type, raw, head FROM journal WHERE type = 'day.opened' AND seq >= ? ORDER BY seq`, 0, func(row journal.Row) error {
		o := Opening{Seq: row.Seq}
		if e, err := row.Entry(); err == nil {
			if opened, ok := e.Event.(queue.DayOpened); ok {
				o.Day = opened.Day
			}
		}
		all = append(all, o)
		return nil
	})
	return all, err
}

// From calls each for every row from a sequence number on, in order, as one unchanging state of the file, until it
// returns an error.
func (r *Reader) From(ctx context.Context, seq uint64, each func(journal.Row) error) error {
	return r.rows(ctx, `SELECT seq, type, raw, head FROM journal WHERE seq >= ? ORDER BY seq`, seq, each)
}

func (r *Reader) rows(ctx context.Context, query string, seq uint64, each func(journal.Row) error) error {
	rows, err := r.db.Query(ctx, query, int64(seq))
	if err != nil {
		return fmt.Errorf("read the journal: %w", sqlite.Named(err))
	}
	defer rows.Close()
	for rows.Next() {
		var row journal.Row
		var head []byte
		if err := rows.Scan(&row.Seq, &row.Type, &row.Raw, &head); err != nil {
			return fmt.Errorf("read the journal: %w", sqlite.Named(err))
		}
		copy(row.Head[:], head)
		if err := each(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the journal: %w", sqlite.Named(err))
	}
	return nil
}
