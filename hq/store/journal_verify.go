package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// JournalVerdict is what came of reckoning the chain of one branch's log again.
type JournalVerdict struct {
	Node    wire.NodeID
	Epoch   uint64
	Records int64
	Last    uint64 // held
	Signed  int    // points that were signed for the branch, and hold
	Until   Signed // the farthest of them; its Seq is 0 where there is none
	Faults  []JournalFault
}

// Signed is a point of a log that headquarters signed.
type Signed struct {
	Seq uint64
	Day string
	At  time.Time
}

// JournalFault is one thing that is wrong with a log.
type JournalFault struct {
	Seq  uint64
	What FaultOf
	Day  string    // of what was signed; empty where it was not signed
	At   time.Time // when that was
}

// FaultOf says what a JournalFault is.
type FaultOf int

// Faults there are.
const (
	FaultMissing FaultOf = iota // records up to this one are missing
	FaultPoint                  // the chain is another than was written down when this record came in or was signed
	FaultEnd                    // the chain's end is not the one that is held
	FaultTail                   // this record was signed and is not held any more
)

// VerifyJournals reckons the chains of the logs of a branch, or of all where it is empty, and holds them to every point that
// was written down as records came in and to those that were signed. Each is called with one log after the other.
func (s *Store) VerifyJournals(ctx context.Context, branch wire.NodeID, each func(JournalVerdict) error) error {
	logs, err := s.Logs(ctx)
	if err != nil {
		return err
	}
	for _, l := range logs {
		if branch != "" && l.Node != branch {
			continue
		}
		v, err := s.verifyJournal(ctx, l.Node, l.Epoch)
		if err != nil {
			return fmt.Errorf("verify the journal of %s: %w", l.Node, err)
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return nil
}

// VerifyJournalsOf is VerifyJournals of a file, also beside the running program.
func VerifyJournalsOf(ctx context.Context, path, archive string, branch wire.NodeID, each func(JournalVerdict) error) error {
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	s := &Store{db: db, file: db, archive: archive}
	return errors.Join(s.VerifyJournals(ctx, branch, each), db.Close())
}

// notedPoint is a point as it was written down.
type notedPoint struct {
	point

	day    string
	signed int64
}

func (s *Store) notedPoints(ctx context.Context, node wire.NodeID, epoch uint64) ([]notedPoint, error) {
	rows, err := s.db.Query(ctx, `SELECT seq, head, day, signed FROM journal_heads WHERE node = ? AND epoch = ? ORDER BY seq`, node, int64(epoch))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []notedPoint
	for rows.Next() {
		var k notedPoint
		var head []byte
		if err := rows.Scan(&k.seq, &head, &k.day, &k.signed); err != nil {
			return nil, err
		}
		copy(k.head[:], head)
		all = append(all, k)
	}
	return all, rows.Err()
}

func (s *Store) verifyJournal(ctx context.Context, node wire.NodeID, epoch uint64) (v JournalVerdict, err error) {
	id, held, err := scanLog(s.db.QueryRow(ctx, selectLog, node, int64(epoch)), epoch)
	if err != nil {
		return v, err
	}
	v = JournalVerdict{Node: node, Epoch: epoch, Last: held.HWM}
	points, err := s.notedPoints(ctx, node, epoch)
	if err != nil {
		return v, err
	}
	var head wire.Hash
	last := uint64(0)
	for r, err := range s.Records(ctx, node, epoch, 0) {
		if err != nil {
			return v, err
		}
		if r.Seq > held.HWM { // it came in meanwhile
			break
		}
		if r.Seq != last+1 {
			points = v.pass(points, r.Seq-1)
			if head, err = s.chainAt(ctx, id, r.Seq-1); err != nil {
				v.Faults = append(v.Faults, JournalFault{Seq: r.Seq - 1, What: FaultMissing})
			}
		}
		head, last = head.Next(r), r.Seq
		v.Records++
		for len(points) > 0 && points[0].seq <= last {
			v.hold(points[0], head)
			points = points[1:]
		}
	}
	switch {
	case last == held.HWM && head != held.Head:
		v.Faults = append(v.Faults, JournalFault{Seq: last, What: FaultEnd})
	case last != held.HWM && v.Records > 0:
		v.Faults = append(v.Faults, JournalFault{Seq: held.HWM, What: FaultMissing})
	}
	for _, p := range points {
		if p.seq > held.HWM && p.signed > 0 {
			v.Faults = append(v.Faults, p.fault(FaultTail))
		}
	}
	return v, nil
}

// pass leaves out the points of records that are not kept here: nothing can be said of them.
func (v *JournalVerdict) pass(points []notedPoint, upTo uint64) []notedPoint {
	for len(points) > 0 && points[0].seq <= upTo {
		points = points[1:]
	}
	return points
}

func (v *JournalVerdict) hold(p notedPoint, head wire.Hash) {
	if p.head != head {
		v.Faults = append(v.Faults, p.fault(FaultPoint))
		return
	}
	if p.signed > 0 {
		v.Signed++
		v.Until = Signed{Seq: p.seq, Day: p.day, At: time.UnixMilli(p.signed)}
	}
}

func (p notedPoint) fault(what FaultOf) JournalFault {
	f := JournalFault{Seq: p.seq, What: what, Day: p.day}
	if p.signed > 0 {
		f.At = time.UnixMilli(p.signed)
	}
	return f
}
