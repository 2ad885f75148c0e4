package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// ErrNoFile means that the database is no file of this machine: PostgreSQL keeps its months in tables of their own.
var ErrNoFile = errors.New("only an SQLite file has an archive")

// ErrArchive means that a file of the archive is not the one that was written.
var ErrArchive = errors.New("a file of the archive is missing or was changed")

// Month is one month of the archive.
type Month struct {
	Month   string // YYYY-MM in which the events came in, UTC
	File    string
	Events  int64
	Bytes   int64
	Sum     string // SHA-256 of the file
	Copied  time.Time
	Cleared time.Time // when the last of its events was deleted from the database; zero while some are not
}

// monthOf names months.
const monthOf = "2006-01"

// schema of a file of the archive: the columns are those of the database.
const archiveSchema = `
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE log (id INTEGER PRIMARY KEY, node TEXT NOT NULL, epoch INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
	prev BLOB NOT NULL, head BLOB NOT NULL, UNIQUE (node, epoch)) STRICT;
CREATE TABLE event (log INTEGER NOT NULL REFERENCES log (id), seq INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, v INTEGER NOT NULL,
	ts INTEGER NOT NULL, rx INTEGER NOT NULL, raw BLOB NOT NULL, PRIMARY KEY (log, seq)) STRICT, WITHOUT ROWID;
CREATE VIEW events AS SELECT log.node, log.epoch, event.seq, event.id, event.type, event.v, event.ts, event.rx, CAST(event.raw AS TEXT) AS raw
	FROM event JOIN log ON log.id = event.log;
`

// ArchiveIn says in which folder the files of the archive lie.
func (s *Store) ArchiveIn(folder string) { s.archive = folder }

// Archived returns the months of the archive, oldest first.
func (s *Store) Archived(ctx context.Context) ([]Month, error) {
	if s.file == nil {
		return nil, nil
	}
	rows, err := s.db.Query(ctx, `SELECT month, file, events, bytes, sum, copied, cleared FROM archive_month ORDER BY month`)
	if err != nil {
		return nil, fmt.Errorf("read the archive's months: %w", err)
	}
	defer rows.Close()
	var all []Month
	for rows.Next() {
		var m Month
		var copied, cleared int64
		if err := rows.Scan(&m.Month, &m.File, &m.Events, &m.Bytes, &m.Sum, &copied, &cleared); err != nil {
			return nil, fmt.Errorf("read the archive's months: %w", err)
		}
		m.Copied = time.UnixMilli(copied).UTC()
		if cleared > 0 {
			m.Cleared = time.UnixMilli(cleared).UTC()
		}
		all = append(all, m)
	}
	return all, rows.Err()
}

// ArchiveBefore moves whole months of events before the month of a moment into files of their own, oldest first: copied,
// verified, and only then deleted here, some at a time so that nobody waits. What the reports have not yet read stays, and
// so do a branch's Day that is not over and logs in quarantine. It may be ended at any point, also by a power cut, and
// goes on where it was. It returns how many months were finished.
func (s *Store) ArchiveBefore(ctx context.Context, before time.Time) (int, error) {
	if s.file == nil {
		return 0, ErrNoFile
	}
	if err := os.MkdirAll(s.archive, 0o750); err != nil {
		return 0, fmt.Errorf("make the folder of the archive: %w", err)
	}
	before = time.Date(before.UTC().Year(), before.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	done := 0
	begun, err := s.Archived(ctx)
	if err != nil {
		return 0, err
	}
	for _, m := range begun {
		if m.Cleared.IsZero() {
			if err := s.clear(ctx, m); err != nil {
				return done, fmt.Errorf("archive %s: %w", m.Month, err)
			}
			done++
		}
	}
	for last := ""; ; done++ {
		parts, err := s.parts(ctx)
		if err != nil {
			return done, fmt.Errorf("look for months to archive: %w", err)
		}
		oldest := int64(0)
		for _, p := range parts {
			if oldest == 0 || p.rx < oldest {
				oldest = p.rx
			}
		}
		month := time.UnixMilli(oldest).UTC()
		if len(parts) == 0 || !month.Before(before) || month.Format(monthOf) == last {
			if done > 0 {
				err = s.file.Shrink(ctx)
			}
			return done, err
		}
		last = month.Format(monthOf)
		m, err := s.copyMonth(ctx, last, time.Date(month.Year(), month.Month()+1, 1, 0, 0, 0, 0, time.UTC), parts)
		if err == nil {
			err = s.clear(ctx, m)
		}
		if err != nil {
			return done, fmt.Errorf("archive %s: %w", last, err)
		}
	}
}

// part is what of one log may go into the archive.
type part struct {
	log   int64
	node  wire.NodeID
	epoch uint64
	after uint64 // the last that is in the archive, or that never was here
	upto  uint64 // the last that the reports have read and no Day needs
	rx    int64  // when the first came in
	prev  wire.Hash
}

// parts finds what may go.
func (s *Store) parts(ctx context.Context) ([]part, error) {
	rows, err := s.db.Query(ctx, `SELECT l.id, l.node, l.epoch, coalesce((SELECT max(a.last) FROM archive_log a WHERE a.log = l.id), 0),
		CASE WHEN l.epoch < m.epoch THEN l.hwm ELSE min(l.hwm, m.seq) END
		FROM log l JOIN rollup_mark m ON m.branch = l.node WHERE l.quarantined = 0 AND l.epoch <= m.epoch ORDER BY l.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []part
	for rows.Next() {
		var p part
		if err := rows.Scan(&p.log, &p.node, &p.epoch, &p.after, &p.upto); err != nil {
			return nil, err
		}
		if p.upto > p.after {
			all = append(all, p)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	some := all[:0]
	for _, p := range all {
		var first uint64
		err := s.db.QueryRow(ctx, `SELECT seq, rx FROM event WHERE log = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT 1`, p.log, int64(p.after), int64(p.upto)).Scan(&first, &p.rx)
		if sqlite.IsNotFound(err) {
			continue
		}
		if err == nil {
			p.after = first - 1
			p.prev, err = s.chainAt(ctx, p.log, p.after)
		}
		if err != nil {
			return nil, err
		}
		some = append(some, p)
	}
	return some, nil
}

// chainAt returns the chain's hash after a record that is not in the table any more: of the archive, or of the base from
// which the log was taken over.
func (s *Store) chainAt(ctx context.Context, log int64, seq uint64) (h wire.Hash, err error) {
	if seq == 0 {
		return h, nil
	}
	var head []byte
	err = s.db.QueryRow(ctx, `SELECT head FROM archive_log WHERE log = ?1 AND last = ?2 UNION ALL SELECT head FROM base WHERE log = ?1 AND seq = ?2 LIMIT 1`,
		log, int64(seq)).Scan(&head)
	if err != nil {
		return h, fmt.Errorf("find the chain's hash at %d of log %d: %w", seq, log, err)
	}
	copy(h[:], head)
	return h, nil
}

// clearStep is how many events one transaction deletes.
const clearStep = 2000

// clear deletes here what lies in a file of the archive, after another look at the file.
func (s *Store) clear(ctx context.Context, m Month) error {
	sum, _, err := sumOf(filepath.Join(s.archive, m.File))
	if err != nil || sum != m.Sum {
		return errors.Join(fmt.Errorf("%s: %w", m.File, ErrArchive), err)
	}
	rows, err := s.db.Query(ctx, `SELECT log, first, last FROM archive_log WHERE month = ?`, m.Month)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all []stretch
	for rows.Next() {
		var one stretch
		if err := rows.Scan(&one.log, &one.first, &one.last); err != nil {
			return err
		}
		all = append(all, one)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for len(all) > 0 {
		now, rest := split(all, clearStep)
		err := s.db.Write(ctx, func(tx *sqlite.Tx) error {
			for _, one := range now {
				if _, err := tx.ExecContext(ctx, `DELETE FROM event WHERE log = ? AND seq BETWEEN ? AND ?`, one.log, one.first, one.last); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if all = rest; !pause(ctx) {
			return ctx.Err()
		}
	}
	return s.db.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE archive_month SET cleared = ? WHERE month = ?`, s.now().UnixMilli(), m.Month)
		return err
	})
}

// stretch is some of one log.
type stretch struct{ log, first, last int64 }

// split takes stretches of at most so many events from the front.
func split(all []stretch, most int64) (now, rest []stretch) {
	for i, one := range all {
		if n := one.last - one.first + 1; n < most {
			now, most = append(now, one), most-n
			continue
		}
		now = append(now, stretch{one.log, one.first, one.first + most - 1})
		if rest = append(rest, all[i+1:]...); one.first+most <= one.last {
			rest = append([]stretch{{one.log, one.first + most, one.last}}, rest...)
		}
		return now, rest
	}
	return now, nil
}

// pause lets others write; it reports whether to go on.
func pause(ctx context.Context) bool {
	t := time.NewTimer(5 * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// sumOf reads a file whole.
func sumOf(path string) (sum string, size int64, err error) {
	f, err := os.Open(path) //nolint:gosec // in the folder of the archive
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// aside keeps a file that is in the way and that nobody knows, such as one written after the copy from which the database
// was restored: it may hold what the database does not.
func aside(path string, now time.Time) error {
	err := os.Rename(path, path+".before-"+now.UTC().Format("20060102T150405"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
