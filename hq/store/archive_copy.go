package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// copyMonth writes what came in before the end of a month into a file, reads it back, and notes that it is there.
func (s *Store) copyMonth(ctx context.Context, month string, end time.Time, parts []part) (Month, error) {
	m := Month{Month: month, File: "hq-" + month + ".db", Copied: s.now()}
	var known int
	if err := s.db.QueryRow(ctx, `SELECT count(*) FROM archive_month WHERE month = ?`, month).Scan(&known); err != nil {
		return m, err
	}
	if known > 0 { // something of this month was late: a second file
		m.Month = month + "+" + m.Copied.UTC().Format("20060102T150405")
		m.File = "hq-" + m.Month + ".db"
	}
	path := filepath.Join(s.archive, m.File)
	draft := path + ".new"
	for _, left := range []string{draft, draft + "-wal", draft + "-shm", draft + "-journal", draft + ".lock"} { // of an attempt that was ended
		if err := os.Remove(left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return m, err
		}
	}
	copies, err := s.writeMonth(ctx, draft, m, end, parts)
	if err != nil {
		return m, err
	}
	if err := verifyFile(ctx, draft, copies); err != nil {
		return m, err
	}
	for _, c := range copies {
		m.Events += c.events
	}
	if m.Sum, m.Bytes, err = sumOf(draft); err != nil {
		return m, err
	}
	if err := aside(path, m.Copied); err != nil {
		return m, err
	}
	if err := os.Rename(draft, path); err != nil {
		return m, err
	}
	if err := syncFolder(s.archive); err != nil {
		return m, err
	}
	return m, s.note(ctx, m, copies)
}

// copied is what of one log lies in a file.
type copied struct {
	part

	first, last uint64
	head        wire.Hash
	events      int64
}

// copyStep is about how many events one transaction writes into a file of the archive.
const copyStep = 20_000

// writeMonth copies the parts into a new file and seals it.
func (s *Store) writeMonth(ctx context.Context, path string, m Month, end time.Time, parts []part) (copies []copied, err error) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{Readers: 1})
	if err != nil {
		return nil, err
	}
	err = db.Write(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, archiveSchema); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO about (key, value) VALUES ('format', '1'), ('month', ?), ('of', ?)`, m.Month, s.incarnation)
		return err
	})
	for i := 0; err == nil && i < len(parts); {
		var more []copied
		next := i
		err = db.Write(ctx, func(tx *sqlite.Tx) error {
			more, next = more[:0], i // it may be done twice
			room := int64(copyStep)
			for ; next < len(parts) && room > 0; next++ {
				c, err := s.copyPart(ctx, tx, parts[next], end)
				if err != nil {
					return err
				}
				if c.events > 0 {
					more = append(more, c)
					room -= c.events
				}
			}
			return nil
		})
		copies, i = append(copies, more...), next
	}
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	return copies, sqlite.Seal(ctx, path)
}

// copyPart copies one log's records, as long as they came in before the end, and reckons their chain.
func (s *Store) copyPart(ctx context.Context, tx *sqlite.Tx, p part, end time.Time) (copied, error) {
	c := copied{part: p, head: p.prev, last: p.after}
	if p.rx >= end.UnixMilli() {
		return c, nil
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO log (id, node, epoch, first, last, prev, head) VALUES (?, ?, ?, 0, 0, ?, ?)`,
		p.log, p.node, int64(p.epoch), p.prev[:], p.prev[:]); err != nil {
		return c, err
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO event (log, seq, id, type, v, ts, rx, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return c, err
	}
	defer insert.Close()
	for {
		n, more, err := s.copyPage(ctx, insert, &c, end)
		if err != nil {
			return c, fmt.Errorf("copy the log of %s: %w", p.node, err)
		}
		if c.events += n; !more {
			break
		}
	}
	c.first = p.after + 1
	_, err = tx.ExecContext(ctx, `UPDATE log SET first = ?, last = ?, head = ? WHERE id = ?`, int64(c.first), int64(c.last), c.head[:], p.log)
	return c, err
}

// copyPage copies up to a page.
func (s *Store) copyPage(ctx context.Context, insert *sql.Stmt, c *copied, end time.Time) (n int64, more bool, err error) {
	rows, err := s.db.Query(ctx, `SELECT seq, id, type, v, ts, rx, raw FROM event WHERE log = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
		c.log, int64(c.last), int64(c.upto), page)
	if err != nil {
		return 0, false, err
	}
	defer rows.Close()
	for rows.Next() {
		var r wire.Record
		var id, kind string
		var v, ts, rx int64
		if err := rows.Scan(&r.Seq, &id, &kind, &v, &ts, &rx, &r.Raw); err != nil {
			return n, false, err
		}
		if rx >= end.UnixMilli() || r.Seq != c.last+1 { // later, or beyond a gap: the part after it goes another time
			return n, false, rows.Err()
		}
		if _, err := insert.ExecContext(ctx, c.log, int64(r.Seq), id, kind, v, ts, rx, r.Raw); err != nil {
			return n, false, err
		}
		c.last, c.head = r.Seq, c.head.Next(r)
		n++
	}
	return n, n == page, rows.Err()
}

// verifyFile reads a file of the archive back: that it holds together, and that every log's chain comes out where it did
// when it was copied.
func verifyFile(ctx context.Context, path string, copies []copied) error {
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true, Readers: 1})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Check(ctx); err != nil {
		return err
	}
	for _, c := range copies {
		head, last, events, err := chain(ctx, db, c.log, c.prev, c.after)
		if err != nil {
			return err
		}
		if head != c.head || last != c.last || events != c.events {
			return fmt.Errorf("log of %s was not copied as it is: %w", c.node, ErrArchive)
		}
	}
	return nil
}

// chain reckons the chain of one log in a file.
func chain(ctx context.Context, db *sqlite.DB, log int64, head wire.Hash, after uint64) (wire.Hash, uint64, int64, error) {
	rows, err := db.Query(ctx, `SELECT seq, raw FROM event WHERE log = ? ORDER BY seq`, log)
	if err != nil {
		return head, after, 0, err
	}
	defer rows.Close()
	events := int64(0)
	for rows.Next() {
		var r wire.Record
		if err := rows.Scan(&r.Seq, &r.Raw); err != nil {
			return head, after, events, err
		}
		if r.Seq != after+1 {
			return head, after, events, fmt.Errorf("record %d does not follow %d: %w", r.Seq, after, ErrArchive)
		}
		head, after = head.Next(r), r.Seq
		events++
	}
	return head, after, events, rows.Err()
}

// note writes down that a month is in its file.
func (s *Store) note(ctx context.Context, m Month, copies []copied) error {
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO archive_month (month, file, events, bytes, sum, copied) VALUES (?, ?, ?, ?, ?, ?)`,
			m.Month, m.File, m.Events, m.Bytes, m.Sum, m.Copied.UnixMilli()); err != nil {
			return err
		}
		for _, c := range copies {
			if _, err := tx.ExecContext(ctx, `INSERT INTO archive_log (log, month, first, last, prev, head) VALUES (?, ?, ?, ?, ?, ?)`,
				c.log, m.Month, int64(c.first), int64(c.last), c.prev[:], c.head[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

func syncFolder(path string) error {
	dir, err := os.Open(path) //nolint:gosec // the folder of the archive
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
