package store

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// recordsArchived reads a page of an epoch's records above a sequence from the file that holds the next of them; none where
// the archive holds none.
func (s *Store) recordsArchived(ctx context.Context, node wire.NodeID, epoch, after uint64) ([]wire.Record, error) {
	var log int64
	var file string
	err := s.db.QueryRow(ctx, `SELECT a.log, m.file FROM archive_log a JOIN archive_month m ON m.month = a.month JOIN log l ON l.id = a.log
		WHERE l.node = ? AND l.epoch = ? AND a.last > ? ORDER BY a.first LIMIT 1`, node, int64(epoch), int64(after)).Scan(&log, &file)
	if sqlite.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	db, err := sqlite.Open(ctx, filepath.Join(s.archive, file), sqlite.Options{ReadOnly: true, Readers: 1})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", file, ErrArchive), err)
	}
	defer db.Close()
	return recordsOf(db.Query(ctx, `SELECT seq, raw FROM event WHERE log = ? AND seq > ? ORDER BY seq LIMIT ?`, log, int64(after), page))
}

// Fault is what VerifyArchive found.
type Fault struct {
	Node  wire.NodeID // empty where it is about a whole file
	Epoch uint64
	File  string // empty where it is about what is still in the database
	Err   error
}

// VerifyArchive reckons every log's chain of hashes through the files of the archive and what is still in the database, up to
// where headquarters holds it, and the sums of the files. It reads only, also beside the running program, and returns how
// many events it read.
func VerifyArchive(ctx context.Context, path, folder string) (events int64, faults []Fault, err error) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true})
	if err != nil {
		return 0, nil, err
	}
	s := &Store{db: db, file: db, archive: folder}
	defer db.Close()
	months, err := s.Archived(ctx)
	if err != nil {
		return 0, nil, err
	}
	for _, m := range months {
		if sum, _, err := sumOf(filepath.Join(folder, m.File)); err != nil || sum != m.Sum {
			faults = append(faults, Fault{File: m.File, Err: errors.Join(ErrArchive, err)})
		}
	}
	logs, err := s.Logs(ctx)
	if err != nil {
		return 0, nil, err
	}
	for _, l := range logs {
		n, err := s.verifyLog(ctx, l.Node, l.Epoch)
		events += n
		if ctx.Err() != nil {
			return events, faults, ctx.Err()
		}
		if err != nil {
			faults = append(faults, Fault{Node: l.Node, Epoch: l.Epoch, Err: err})
		}
	}
	return events, faults, nil
}

// verifyLog reckons one chain, over the gaps of logs that were taken over from a base. What comes in meanwhile is left out.
func (s *Store) verifyLog(ctx context.Context, node wire.NodeID, epoch uint64) (events int64, err error) {
	var id int64
	id, held, err := scanLog(s.db.QueryRow(ctx, selectLog, node, int64(epoch)), epoch)
	if err != nil {
		return 0, err
	}
	var head wire.Hash
	last := uint64(0)
	for r, err := range s.Records(ctx, node, epoch, 0) {
		if err != nil {
			return events, err
		}
		if r.Seq > held.HWM {
			break
		}
		if r.Seq != last+1 {
			if head, err = s.chainAt(ctx, id, r.Seq-1); err != nil {
				return events, fmt.Errorf("records %d to %d are missing: %w", last+1, r.Seq-1, ErrArchive)
			}
		}
		head, last = head.Next(r), r.Seq
		events++
	}
	if last != held.HWM && events > 0 || last == held.HWM && head != held.Head {
		return events, fmt.Errorf("the chain ends at %d and is not the one that is held at %d: %w", last, held.HWM, ErrArchive)
	}
	return events, nil
}

// ListArchive returns the months of the archive, oldest first, also beside the running program.
func ListArchive(ctx context.Context, path string) ([]Month, error) {
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return (&Store{db: db, file: db}).Archived(ctx)
}

// line is one event as ReadArchive writes it.
type line struct {
	Branch   string          `json:"branch"`
	Epoch    uint64          `json:"epoch"`
	Received string          `json:"received"`
	Event    json.RawMessage `json:"event"`
}

// ReadArchive writes the events of a file of the archive, by branch and in order, one a line as JSON; those of one branch
// alone where it is named.
func ReadArchive(ctx context.Context, path, branch string, out io.Writer) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true, Readers: 1})
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.Query(ctx, `SELECT log.node, log.epoch, event.rx, event.raw FROM log JOIN event ON event.log = log.id
		WHERE ?1 = '' OR log.node = ?1 ORDER BY log.node, log.epoch, event.seq`, branch)
	if err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	defer rows.Close()
	to := bufio.NewWriter(out)
	encode := json.NewEncoder(to)
	encode.SetEscapeHTML(false)
	for rows.Next() {
		var l line
		var rx int64
		var raw []byte
		if err := rows.Scan(&l.Branch, &l.Epoch, &rx, &raw); err != nil {
			return fmt.Errorf("read the archive: %w", err)
		}
		l.Received, l.Event = time.UnixMilli(rx).UTC().Format(time.RFC3339Nano), raw
		if !json.Valid(raw) { // kept as it came
			if l.Event, err = json.Marshal(string(raw)); err != nil {
				return err
			}
		}
		if err := encode.Encode(l); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	return to.Flush()
}
