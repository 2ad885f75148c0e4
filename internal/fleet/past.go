package fleet

import (
	"fmt"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Past is a whole Day that a simulated branch lived.
type Past struct {
	Records []wire.Record // as its log has them
	Entries []queue.Entry // the same as facts
	Head    wire.Hash     // of the log's chain after the last of them
}

// Live lets one branch, counted from 0, live a whole Day at once and returns what it wrote down, in order; the branch
// keeps nothing of it. Days of one branch are lived in their order; several branches may live at the same time. It is for
// those who need more past Days than memory holds.
func (f *Fleet) Live(i int, day time.Time) (Past, error) {
	if i < 0 || i >= len(f.branches) {
		return Past{}, fmt.Errorf("live a day: there is no simulated branch %d", i)
	}
	b := f.branches[i]
	var p Past
	b.lived = &p.Entries
	defer func() { b.lived = nil }()
	if err := b.wholeDay(day); err != nil {
		return Past{}, err
	}
	p.Records, p.Head = b.log.take()
	return p, nil
}

// About is what there is to know of a simulated branch beforehand.
type About struct {
	Node  wire.NodeID
	Name  string
	Epoch uint64 // of its log
}

// About returns what there is to know of a branch, counted from 0.
func (f *Fleet) About(i int) About {
	b := f.branches[i]
	return About{Node: b.id, Name: b.name, Epoch: b.log.epoch}
}

// OpenOn says whether simulated branches are open on a date.
func OpenOn(date time.Time) bool { return weekdays[date.Weekday()] > 0 }

// Services returns the services of simulated branches with their bodies.
func Services() map[queue.ServiceID]queue.BodyID {
	all := map[queue.ServiceID]queue.BodyID{}
	for _, id := range services {
		all[id] = "body-" + queue.BodyID(id[len(id)-1:])
	}
	return all
}

// take lets go of everything that is held, and returns it with the hash of the chain at its end.
func (j *journal) take() ([]wire.Record, wire.Hash) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []wire.Record
	for n := range j.pieces {
		p := &j.pieces[n]
		for i := range p.ends {
			all = append(all, p.record(i))
		}
	}
	j.pieces, j.acked = nil, j.last
	return all, j.head
}
