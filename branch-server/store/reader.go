package store

import (
	"context"
	"fmt"
	"io/fs"

	"balcao/branch-server/journal"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
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
