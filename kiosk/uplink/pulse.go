package uplink

import (
	"context"
	"sync"
	"time"
)

// A branch that hangs keeps its connection: only its silence tells. Silence is how long it may say nothing before
// what it said last counts as old, and looks is how often that is looked at. A branch beats every two seconds
// (branch-server/site).
const (
	Silence = 6 * time.Second
	looks   = time.Second
)

// pulse says whether the branch is there: connected, and heard from lately. A branch that was never heard to beat, an
// older one, is there for as long as it is connected.
type pulse struct {
	now  func() time.Time
	tell func(up bool, since time.Time)

	mu      sync.Mutex // held while telling, so that what is told comes in order
	linked  bool
	beating bool
	last    time.Time // heard from
	up      bool
	known   bool // something was told
}

// link notes whether the branch is connected.
func (p *pulse) link(up bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.linked = up
	if up {
		p.last = p.now()
	} else {
		p.beating = false // the next program behind the broker may be an older one
	}
	p.say(up, p.now())
}

// hear notes that the branch said something; a beat promises more of them.
func (p *pulse) hear(beat bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = p.now()
	p.beating = p.beating || beat
	if p.linked {
		p.say(true, p.last)
	}
}

// look finds out that a branch fell silent.
func (p *pulse) look() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.linked && p.beating && p.now().Sub(p.last) > Silence {
		p.say(false, p.last)
	}
}

// say tells a change; the caller holds the lock.
func (p *pulse) say(up bool, since time.Time) {
	if p.known && p.up == up {
		return
	}
	p.known, p.up = true, up
	p.tell(up, since)
}

func (p *pulse) run(ctx context.Context) {
	tick := time.NewTicker(looks)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.look()
		}
	}
}
