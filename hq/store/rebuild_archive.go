package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// regain makes what a new file knows of the archive fit the files that are there: a month that the damaged file named and
// that is as it was written says itself which parts of which logs it holds; one that nobody names any more is noted
// again if it is of this headquarters and its chains hold. What lies in a file of the archive is no longer needed here.
func (s *Store) regain(ctx context.Context) (found, gone []Month, err error) {
	months, err := s.Archived(ctx)
	if err != nil {
		return nil, nil, err
	}
	var named []string
	for _, m := range months {
		named = append(named, m.File)
		if sum, _, err := sumOf(filepath.Join(s.archive, m.File)); err != nil || sum != m.Sum {
			gone = append(gone, m)
			continue
		}
		err := s.noteFile(ctx, m.File, func(_ *sqlite.DB, parts []copied) error { return s.renote(ctx, m, parts) })
		if err != nil {
			return found, gone, fmt.Errorf("archive %s: %w", m.Month, err)
		}
	}
	paths, err := filepath.Glob(filepath.Join(s.archive, "hq-*.db"))
	if err != nil {
		return found, gone, err
	}
	slices.Sort(paths)
	for _, path := range paths {
		if slices.Contains(named, filepath.Base(path)) {
			continue
		}
		m, err := s.adopt(ctx, filepath.Base(path))
		switch {
		case ctx.Err() != nil:
			return found, gone, ctx.Err()
		case err == nil:
			found = append(found, m)
		case !errors.Is(err, errNotOurs): // it stays where it is, and is said
			gone = append(gone, Month{Month: m.Month, File: filepath.Base(path)})
		}
	}
	for _, m := range gone {
		if err := s.skip(ctx, m.Month); err != nil {
			return found, gone, err
		}
	}
	return found, gone, nil
}

// skip lets the reports of the branches of a month that cannot be read go on after the archive: what it held they have
// counted before it went there.
func (s *Store) skip(ctx context.Context, month string) error {
	return s.file.Write(ctx, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO rollup_mark (branch, epoch, seq, upto_epoch, upto_seq, at)
			SELECT l.node, l.epoch, max(a.last), l.epoch, max(a.last), ?2 FROM archive_log a JOIN log l ON l.id = a.log
			WHERE l.node IN (SELECT log.node FROM log JOIN archive_log ON archive_log.log = log.id WHERE archive_log.month = ?1)
			AND l.epoch = (SELECT max(k.epoch) FROM archive_log b JOIN log k ON k.id = b.log WHERE k.node = l.node)
			GROUP BY l.node, l.epoch ON CONFLICT (branch) DO NOTHING`, month, s.now().UnixMilli())
		return err
	})
}

// errNotOurs means that a file in the folder of the archive is none of this database's.
var errNotOurs = errors.New("not a month of this headquarters")

// noteFile opens a file of the archive and hands over what it says that it holds.
func (s *Store) noteFile(ctx context.Context, name string, do func(db *sqlite.DB, parts []copied) error) error {
	db, err := sqlite.Open(ctx, filepath.Join(s.archive, name), sqlite.Options{ReadOnly: true, Readers: 2})
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.Query(ctx, `SELECT id, node, epoch, first, last, prev, head FROM log WHERE last > 0 ORDER BY id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var parts []copied
	for rows.Next() {
		var c copied
		var prev, head []byte
		if err := rows.Scan(&c.log, &c.node, &c.epoch, &c.first, &c.last, &prev, &head); err != nil {
			return err
		}
		copy(c.prev[:], prev)
		copy(c.head[:], head)
		c.after, c.events = c.first-1, int64(c.last-c.first+1) //nolint:gosec // below 2^53
		parts = append(parts, c)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	return do(db, parts)
}

// adopt notes a file again that nobody names any more.
func (s *Store) adopt(ctx context.Context, name string) (m Month, err error) {
	m = Month{File: name, Copied: s.now()}
	err = s.noteFile(ctx, name, func(db *sqlite.DB, parts []copied) error {
		var of string
		if err := db.QueryRow(ctx, `SELECT value FROM about WHERE key = 'month'`).Scan(&m.Month); err != nil {
			return err
		}
		if err := db.QueryRow(ctx, `SELECT value FROM about WHERE key = 'of'`).Scan(&of); err != nil {
			return err
		}
		if err := s.ours(ctx, m.Month, of, parts); err != nil {
			return err
		}
		for _, c := range parts {
			if err := s.proven(ctx, db, c); err != nil {
				return err
			}
			m.Events += c.events
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	if m.Sum, m.Bytes, err = sumOf(filepath.Join(s.archive, name)); err != nil {
		return m, err
	}
	err = s.noteFile(ctx, name, func(_ *sqlite.DB, parts []copied) error { return s.renote(ctx, m, parts) })
	return m, err
}

// ours finds out whether a file belongs to this database and holds something that is missing here: errNotOurs if not.
func (s *Store) ours(ctx context.Context, month, of string, parts []copied) error {
	var name string
	err := s.db.QueryRow(ctx, `SELECT value FROM meta WHERE key = 'incarnation'`).Scan(&name)
	if err != nil && !sqlite.IsNotFound(err) {
		return err
	}
	if err == nil && name != of { // the name may be lost with the first page: then the chains alone speak
		return errNotOurs
	}
	whole := true
	for _, c := range parts {
		var here int64
		var id, others int
		if err := s.db.QueryRow(ctx, `SELECT count(*) FROM event WHERE log = ? AND seq BETWEEN ? AND ?`, c.log, int64(c.first), int64(c.last)).Scan(&here); err != nil {
			return err
		}
		whole = whole && here == c.events
		// Another log under its number, or a month that holds the same.
		if err := s.db.QueryRow(ctx, `SELECT (SELECT count(*) FROM log WHERE (id = ?1) <> (node = ?2 AND epoch = ?3)),
			(SELECT count(*) FROM archive_log WHERE month = ?4 OR log = ?1 AND first <= ?6 AND last >= ?5)`,
			c.log, c.node, int64(c.epoch), month, int64(c.first), int64(c.last)).Scan(&id, &others); err != nil {
			return err
		}
		if id > 0 || others > 0 {
			return errNotOurs
		}
	}
	if whole { // archived after the copy from which this database was restored: it archives the month itself
		return errNotOurs
	}
	return nil
}

// proven reckons the chain of one log in a file, and compares its records with those that are here.
func (s *Store) proven(ctx context.Context, db *sqlite.DB, c copied) error {
	head, last, _, err := chain(ctx, db, c.log, c.prev, c.after)
	if err != nil {
		return err
	}
	if head != c.head || last != c.last {
		return fmt.Errorf("log of %s: %w", c.node, ErrArchive)
	}
	rows, err := s.db.Query(ctx, `SELECT seq, raw FROM event WHERE log = ? AND seq BETWEEN ? AND ?`, c.log, int64(c.first), int64(c.last))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r wire.Record
		var there []byte
		if err := rows.Scan(&r.Seq, &r.Raw); err != nil {
			return err
		}
		if err := db.QueryRow(ctx, `SELECT raw FROM event WHERE log = ? AND seq = ?`, c.log, int64(r.Seq)).Scan(&there); err != nil {
			return err
		}
		if !bytes.Equal(r.Raw, there) {
			return errNotOurs
		}
	}
	return rows.Err()
}

// renote writes down what a file holds, also of logs that the damaged file lost, and takes away here what lies there.
func (s *Store) renote(ctx context.Context, m Month, parts []copied) error {
	err := s.file.Write(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO archive_month (month, file, events, bytes, sum, copied) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			m.Month, m.File, m.Events, m.Bytes, m.Sum, m.Copied.UnixMilli()); err != nil {
			return err
		}
		for _, c := range parts {
			if _, err := tx.ExecContext(ctx, `INSERT INTO log (id, node, epoch, hwm, head, first_rx, last_rx) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
				ON CONFLICT (node, epoch) DO UPDATE SET hwm = excluded.hwm, head = excluded.head WHERE hwm < excluded.hwm`,
				c.log, c.node, int64(c.epoch), int64(c.last), c.head[:], s.now().UnixMilli()); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO archive_log (log, month, first, last, prev, head) VALUES (?, ?, ?, ?, ?, ?)`,
				c.log, m.Month, int64(c.first), int64(c.last), c.prev[:], c.head[:]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !m.Cleared.IsZero() {
		return nil
	}
	return s.clear(ctx, m)
}
