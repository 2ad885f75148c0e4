package fleet

import (
	"math"
	"sync"
	"time"

	"balcao/internal/wire"
)

// marks is what a fleet measures while it lives.
type marks struct {
	now  func() time.Time
	acks Delays
}

// Delays counts lengths of time in steps of four per cent. It is safe for several goroutines.
type Delays struct {
	mu    sync.Mutex
	steps [400]uint64
	count uint64
	most  time.Duration
}

// unit is the shortest length that is told from none, grow the step.
const (
	unit = 50 * time.Microsecond
	grow = 1.04
)

func (d *Delays) note(t time.Duration) { d.Note(t) }

// Note counts one.
func (d *Delays) Note(t time.Duration) {
	step := 0
	if t > unit {
		step = min(len(d.steps)-1, 1+int(math.Log(float64(t)/float64(unit))/math.Log(grow)))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.steps[step]++
	d.count++
	d.most = max(d.most, t)
}

// Quantile returns the length that so much of all were below, 0 where nothing was counted.
func (d *Delays) Quantile(q float64) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	rest := uint64(math.Ceil(q * float64(d.count)))
	for step, n := range d.steps {
		if rest <= n && d.count > 0 {
			return min(d.most, time.Duration(float64(unit)*math.Pow(grow, float64(step))))
		}
		rest -= min(rest, n)
	}
	return d.most
}

// Count returns how many were counted, and the longest.
func (d *Delays) Count() (n uint64, most time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count, d.most
}

// Figures are where a fleet stands.
type Figures struct {
	Branches int
	// Linked is how many branches know that headquarters is there.
	Linked int
	// Logged is how many events were ever logged, Acked how many of them headquarters has acknowledged, Bytes their size.
	Logged, Acked, Bytes uint64
	// Issued is how many numbers waiting citizens were given.
	Issued uint64
	// Connects is how many connections were made.
	Connects uint64
}

// Figures returns where the fleet stands now.
func (f *Fleet) Figures() Figures {
	now := Figures{Branches: len(f.branches), Issued: f.issued.Load()}
	for _, b := range f.branches {
		last, _, acked, size := b.log.end()
		now.Logged += last
		now.Acked += min(acked, last)
		now.Bytes += size
		if child := b.child.Load(); child != nil {
			if child.Reachable() {
				now.Linked++
			}
			now.Connects += child.Counters().Connects
		}
	}
	return now
}

// Acks are how long it took from logging something to its acknowledgement.
func (f *Fleet) Acks() *Delays { return &f.marks.acks }

// Log is where one branch's log ended.
type Log struct {
	Node  wire.NodeID
	Epoch uint64
	Last  uint64
	Head  wire.Hash // after Last
	// Acked is how much of it headquarters has acknowledged, AckedHead the chain's hash there.
	Acked     uint64
	AckedHead wire.Hash
}

// Logs returns every branch's log, to be compared with what headquarters holds.
func (f *Fleet) Logs() []Log {
	all := make([]Log, len(f.branches))
	for i, b := range f.branches {
		all[i] = b.log.summary(b.id)
	}
	return all
}

// Marks returns how far each branch's log goes now.
func (f *Fleet) Marks() []uint64 {
	all := make([]uint64, len(f.branches))
	for i, b := range f.branches {
		all[i], _, _, _ = b.log.end()
	}
	return all
}

// Held says whether headquarters has acknowledged every branch's log up to marks that Marks gave.
func (f *Fleet) Held(marks []uint64) bool {
	for i, b := range f.branches {
		if _, _, acked, _ := b.log.end(); acked < marks[i] {
			return false
		}
	}
	return true
}
