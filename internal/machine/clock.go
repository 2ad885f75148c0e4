package machine

import (
	"context"
	"sync"
	"time"

	"balcao/internal/chrono"
)

// Clock tells the time of day and never runs backwards: it is set once from the machine's clock and then follows the
// monotonic one. Keep has it come closer to a machine's clock that was set, without a wait of somebody jumping; a clock
// that was never set takes the machine's or its parent's time over as soon as there is one.
type Clock struct {
	mu     sync.Mutex
	anchor time.Time // with its monotonic reading
	offset time.Duration
	wall   func() time.Time
	last   time.Time // when Keep looked last, with its monotonic reading
	awake  int64     // what Uptime said then
	held   bool
	told   time.Time // the last that Now said: coming closer to a clock that is behind, it waits there
}

// NewClock returns a clock set to the machine's.
func NewClock() *Clock {
	return &Clock{anchor: time.Now(), wall: time.Now}
}

// NewClockOff returns a clock of a machine whose own clock is wrong by so much, for tests and rehearsals.
func NewClockOff(by time.Duration) *Clock {
	wall := func() time.Time { return time.Now().Add(by) }
	return &Clock{anchor: wall(), wall: wall}
}

// Now returns the time in UTC, never one before what it returned last.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.After(c.told) {
		c.told = now
	}
	return c.told
}

func (c *Clock) now() time.Time { return c.steady().Add(c.offset) }

// Steady returns a time that nothing sets: what this clock would say if it had never been touched since the program
// began. Other clocks are best measured against it.
func (c *Clock) Steady() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.steady()
}

func (c *Clock) steady() time.Time { return c.anchor.Round(0).Add(c.wall().Sub(c.anchor)).UTC() }

// Skew returns how far the machine's clock is ahead of this one; negative when it is behind.
func (c *Clock) Skew() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.skew()
}

func (c *Clock) skew() time.Duration { return c.wall().Round(0).Sub(c.now()) }

// Held reports whether the machine's clock jumped and was not followed.
func (c *Clock) Held() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}

// Take sets a clock that was never set forward by what a trusted clock is ahead of it. It reports whether it did: a
// clock that was set is nobody else's.
func (c *Clock) Take(ahead time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !chrono.Unset(c.now()) || chrono.Unset(c.now().Add(ahead)) {
		return false
	}
	c.offset += ahead
	return true
}

// Turn is what Keep did: the machine's clock was so far ahead, and this one followed at once, or holds its own time.
type Turn struct {
	Ahead   time.Duration
	Stepped bool
	Held    bool
}

// Look compares the two clocks once and follows as chrono.Follow says; told is false where there is nothing to tell.
func (c *Clock) Look() (t Turn, told bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, up := c.wall(), Uptime()
	passed := time.Duration(0)
	if !c.last.IsZero() {
		passed = at.Sub(c.last)
		// The monotonic clock stands still while a machine sleeps; that time did pass.
		if slept := time.Duration(up-c.awake)*time.Millisecond - passed; slept > time.Second {
			c.offset += slept
		}
	}
	c.last, c.awake = at, up
	ahead := c.skew()
	before := c.held
	c.held = false
	switch chrono.Follow(c.now(), ahead) {
	case chrono.Step:
		c.offset += ahead
		return Turn{Ahead: ahead, Stepped: true}, true
	case chrono.Slew:
		c.offset += chrono.SlewBy(ahead, passed)
	case chrono.Hold:
		// What a parent gave a machine without a clock stays its own.
		c.held = !chrono.Unset(at)
		return Turn{Ahead: ahead, Held: true}, c.held && !before
	case chrono.Stay:
	}
	return Turn{}, false
}

// keepEvery is how often Keep looks.
const keepEvery = time.Second

// Keep looks once a second until ctx ends, and tells what people should know of.
func (c *Clock) Keep(ctx context.Context, tell func(Turn)) error {
	often := time.NewTicker(keepEvery)
	defer often.Stop()
	for {
		if t, told := c.Look(); told {
			tell(t)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-often.C:
		}
	}
}
