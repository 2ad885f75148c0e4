package fleet

import (
	"context"
	"fmt"
	"sync"
	"time"

	"balcao/internal/wire"
)

// stretch is how many records lie in one piece of memory with one hash before it.
const stretch = wire.MaxBatchEvents

// journal is the log of one simulated branch in memory, as small as it can be: records end to end in pieces. What
// headquarters holds is let go. It is the Source that a real Child sends.
type journal struct {
	epoch uint64
	marks *marks

	mu     sync.Mutex
	pieces []piece
	last   uint64
	head   wire.Hash // after last
	acked  uint64
	bytes  uint64 // of all records that ever were
	due    []due  // records whose acknowledgement is timed
}

// piece is up to stretch records.
type piece struct {
	after uint64    // sequence before the first
	prev  wire.Hash // the chain's hash there
	raw   []byte
	ends  []uint32
}

// due is when a record was written down.
type due struct {
	seq uint64
	at  time.Time
}

func (p *piece) record(i int) wire.Record {
	from := uint32(0)
	if i > 0 {
		from = p.ends[i-1]
	}
	return wire.Record{Seq: p.after + uint64(i) + 1, Raw: p.raw[from:p.ends[i]:p.ends[i]]} //nolint:gosec // far below
}

// append adds records to the end; at says when, for the clock of acknowledgements, and is zero where nobody times them.
func (j *journal) append(raw [][]byte, at time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, r := range raw {
		if n := len(j.pieces); n == 0 || len(j.pieces[n-1].ends) == stretch {
			j.pieces = append(j.pieces, piece{after: j.last, prev: j.head})
		}
		p := &j.pieces[len(j.pieces)-1]
		p.raw = append(p.raw, r...)
		p.ends = append(p.ends, uint32(len(p.raw))) //nolint:gosec // far below
		j.last++
		j.head = j.head.Next(wire.Record{Seq: j.last, Raw: r})
		j.bytes += uint64(len(r))
	}
	if !at.IsZero() {
		j.due = append(j.due, due{j.last, at})
	}
}

// end returns how much was ever logged, and the chain's hash there.
func (j *journal) end() (last uint64, head wire.Hash, acked, size uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last, j.head, j.acked, j.bytes
}

// summary is where the log ended.
func (j *journal) summary(node wire.NodeID) Log {
	j.mu.Lock()
	defer j.mu.Unlock()
	l := Log{Node: node, Epoch: j.epoch, Last: j.last, Head: j.head, Acked: min(j.acked, j.last)}
	for i := range j.pieces {
		p := &j.pieces[i]
		if p.after > l.Acked {
			break
		}
		l.AckedHead = p.prev
		for n := range p.ends {
			if r := p.record(n); r.Seq <= l.Acked {
				l.AckedHead = l.AckedHead.Next(r)
			}
		}
	}
	return l
}

// Position tells what the log holds.
func (j *journal) Position(context.Context) (epoch, first, last uint64, head wire.Hash, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.epoch, 1, j.last, j.head, nil
}

// After returns records that follow seq.
func (j *journal) After(_ context.Context, seq uint64, maxEvents, maxBytes int) ([]wire.Record, wire.Hash, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.pieces) == 0 || seq < j.pieces[0].after || seq > j.last {
		return nil, wire.Hash{}, fmt.Errorf("the simulated log does not hold what follows %d", seq)
	}
	at := int((seq - j.pieces[0].after) / stretch) //nolint:gosec // far below
	var out []wire.Record
	size := 0
	var before wire.Hash
	for n := at; n < len(j.pieces); n++ {
		p := &j.pieces[n]
		if n == at {
			before = p.prev
		}
		for i := range p.ends {
			r := p.record(i)
			if r.Seq <= seq {
				before = before.Next(r)
				continue
			}
			size += len(r.Raw) + 1
			if len(out) == maxEvents || (len(out) > 0 && size > maxBytes) {
				return out, before, nil
			}
			out = append(out, r)
		}
	}
	return out, before, nil
}

// Acknowledged lets go of whole pieces that headquarters holds.
func (j *journal) Acknowledged(_ context.Context, _, seq uint64) error {
	now := j.marks.now()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.acked = seq
	for len(j.pieces) > 1 && j.pieces[0].after+stretch <= seq {
		j.pieces[0] = piece{}
		j.pieces = j.pieces[1:]
	}
	for len(j.due) > 0 && j.due[0].seq <= seq {
		j.marks.acks.note(now.Sub(j.due[0].at))
		j.due = j.due[1:]
	}
	if len(j.due) == 0 {
		j.due = nil
	}
	return nil
}
