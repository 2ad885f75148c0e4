package sqlite

import (
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Pace is how long the last commits took to be on disk.
type Pace struct {
	Count         int // commits looked at
	Median, Worst time.Duration
	Failed        int // reads and writes in the last hour at which the disk said that it failed
}

// paceOf bounds the commits that are remembered, by number and by age.
const (
	paceOf  = 128
	paceAge = 2 * time.Minute
)

// pace remembers the last commits. The zero value remembers nothing.
type pace struct {
	mu   sync.Mutex
	last [paceOf]commit
	next int
	bad  []time.Duration // when the disk failed, since the machine started; the last few
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
	if !IsFailing(err) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bad = append(p.bad, Running()); len(p.bad) > failures {
		p.bad = p.bad[1:]
	}
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
