package sqlite

import (
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/mattn/go-sqlite3"
	"golang.org/x/sys/unix"
)

// Pace is how long the last commits took to be on disk.
type Pace struct {
	Count         int // commits looked at
	Median, Worst time.Duration
	Failed        int // in the last hour: reads, writes and syncs that failed, and pages that were not what had been written
}

// paceOf bounds the commits that are remembered, by number and by age.
const (
	paceOf  = 128
	paceAge = 2 * time.Minute
)

// pace remembers the last commits. The zero value remembers nothing.
type pace struct {
	mu    sync.Mutex
	last  [paceOf]commit
	next  int
	bad   []time.Duration // when the disk failed, since the machine started; the last few
	ever  Failures
	doubt chan struct{} // one is enough
}

// Failures is how often the disk said no, by what it did not do, since the file was opened.
type Failures struct {
	Read, Write, Sync uint64
	Room              uint64 // there was none
	Content           uint64 // what was read is not what had been written
	Other             uint64 // cutting a file short, locks, names
}

// ByName returns each number with its name, for whoever tells them.
func (f Failures) ByName() map[string]uint64 {
	return map[string]uint64{"read": f.Read, "write": f.Write, "sync": f.Sync, "room": f.Room, "content": f.Content, "other": f.Other}
}

// count adds an error, and reports whether it is the disk's: a full one does what it can.
func (f *Failures) count(err error) bool {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case sqlite3.ErrFull:
		f.Room++
		return false
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		f.Content++
		return true
	case sqlite3.ErrIoErr:
	default:
		return false
	}
	switch e.ExtendedCode {
	case sqlite3.ErrIoErrRead, sqlite3.ErrIoErrShortRead, sqlite3.ErrIoErrFstat:
		f.Read++
	case sqlite3.ErrIoErrWrite:
		f.Write++
	case sqlite3.ErrIoErrFsync, sqlite3.ErrIoErrDirFsync:
		f.Sync++
	default:
		f.Other++
	}
	return true
}

type commit struct {
	at   time.Duration // when it began, since the machine started
	took time.Duration
}

// Running is how long the machine has been running: a duration needs no time
// of day.
func Running() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

// note remembers a commit that began at a moment of Running and is over now.
func (p *pace) note(began time.Duration) {
	took := Running() - began
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last[p.next%paceOf] = commit{at: began, took: took}
	p.next++
}

// How long a failure of the disk is told, and how many are remembered.
const (
	failAge  = time.Hour
	failures = 16
)

// failed notes an error of the disk; others are not noted.
func (p *pace) failed(err error) {
	if err == nil || errors.Is(err, io.EOF) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	doubted := p.ever.Content
	if p.ever.count(err) {
		p.remember(p.ever.Content > doubted)
	}
}

// remember notes a failure of now, and that the file should be read whole where it gave what was never written. The lock
// is held.
func (p *pace) remember(doubt bool) {
	if p.bad = append(p.bad, Running()); len(p.bad) > failures {
		p.bad = p.bad[1:]
	}
	if doubt {
		select {
		case p.doubt <- struct{}{}:
		default:
		}
	}
}

// Doubt notes that what was read is not what had been written, as whoever keeps sums finds it.
func (d *DB) Doubt() {
	d.pace.mu.Lock()
	defer d.pace.mu.Unlock()
	d.pace.ever.Content++
	d.pace.remember(true)
}

// Doubted tells, once for several, that something that was read is not what had been written: time to read the whole file.
func (d *DB) Doubted() <-chan struct{} { return d.pace.doubt }

// Failures returns how often the disk said no since the file was opened.
func (d *DB) Failures() Failures {
	d.pace.mu.Lock()
	defer d.pace.mu.Unlock()
	return d.pace.ever
}

// Pace returns how long the commits of the last two minutes took, at most the
// last 128 of them.
func (d *DB) Pace() Pace {
	d.pace.mu.Lock()
	defer d.pace.mu.Unlock()
	now := Running()
	failed := 0
	for _, at := range d.pace.bad {
		if now-at < failAge {
			failed++
		}
	}
	var took []time.Duration
	for _, c := range d.pace.last[:min(d.pace.next, paceOf)] {
		if now-c.at < paceAge {
			took = append(took, c.took)
		}
	}
	if len(took) == 0 {
		return Pace{Failed: failed}
	}
	slices.Sort(took)
	return Pace{Count: len(took), Median: took[len(took)/2], Worst: took[len(took)-1], Failed: failed}
}
