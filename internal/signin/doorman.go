package signin

import (
	"maps"
	"sync"
	"time"
)

// Doorman makes guessing slow: after some failures under one name from one address, that pair waits, longer each time;
// after many under any names, the address does.
type Doorman struct {
	mu    sync.Mutex
	tries map[string]trial
}

type trial struct {
	failures int
	until    time.Time
	last     time.Time
}

// How often somebody may fail for free.
const (
	FreeTries   = 5  // of one name from one address
	FreeByPlace = 30 // of any name from one address
)

const (
	firstWait   = 30 * time.Second
	longestWait = 15 * time.Minute
	mostTrials  = 10_000 // pairs remembered; beyond that new ones are not, until old ones are past
)

// NewDoorman returns a doorman who has seen nobody.
func NewDoorman() *Doorman { return &Doorman{tries: map[string]trial{}} }

// Wait returns how long somebody must still wait before they may try.
func (d *Doorman) Wait(who string, now time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return max(0, d.tries[who].until.Sub(now))
}

// Failed notes a failure of somebody who may have some for free.
func (d *Doorman) Failed(who string, free int, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.tries) >= mostTrials {
		maps.DeleteFunc(d.tries, func(_ string, t trial) bool { return now.Sub(t.last) > longestWait })
	}
	t := d.tries[who]
	if len(d.tries) >= mostTrials && t.failures == 0 {
		return
	}
	t.failures++
	t.last = now
	if over := t.failures - free; over >= 0 {
		t.until = now.Add(min(longestWait, firstWait<<min(over, 10)))
	}
	d.tries[who] = t
}

// Welcome forgets somebody's failures.
func (d *Doorman) Welcome(who string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.tries, who)
}
