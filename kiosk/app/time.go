package app

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/internal/chrono"
	"balcao/internal/machine"
	"balcao/internal/wire"
)

// timekeeper knows how far the branch's clock is ahead of the kiosk's. What a citizen is told is dated by the branch's;
// facts carry the kiosk's own, and how good that is.
type timekeeper struct {
	app   *App
	facts chan wire.ClockFact // to be logged

	mu     sync.Mutex
	branch chrono.Offset // against a clock that nobody sets
}

func newTimekeeper(a *App) *timekeeper {
	return &timekeeper{app: a, facts: make(chan wire.ClockFact, 4)} // more at once say nothing more
}

// heard takes in what the branch's clock said.
func (k *timekeeper) heard(branch time.Time) {
	if chrono.Unset(branch) {
		return // the branch does not know either
	}
	k.mu.Lock()
	k.branch.Note(branch, k.app.clock.Steady())
	k.mu.Unlock()
	ahead, _ := k.ahead()
	if k.app.clock.Take(ahead) {
		k.app.log.Warn("the clock was never set: the branch's time is taken", "ahead", ahead.String())
		k.tell(wire.ClockFact{AheadMS: ahead.Milliseconds(), State: wire.ClockGood, From: "parent"})
	}
	k.report()
}

// ahead is how far the branch's clock is ahead of the kiosk's own now.
func (k *timekeeper) ahead() (time.Duration, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d, known := k.branch.Value()
	if !known {
		return 0, false
	}
	return d - k.app.clock.Now().Sub(k.app.clock.Steady()), true
}

// now is the branch's time as far as it is known, and the kiosk's own where it is not.
func (k *timekeeper) now() time.Time {
	ahead, known := k.ahead()
	if !known || ahead.Abs() <= chrono.Near {
		ahead = 0
	}
	return k.app.clock.Now().Add(ahead)
}

// lost reports whether nobody knows the time: nothing that needs a date is given then.
func (k *timekeeper) lost() bool { return chrono.Unset(k.now()) }

func (k *timekeeper) quality() wire.ClockQuality {
	ahead, known := k.ahead()
	return chrono.Quality(k.app.clock.Now(), ahead, known)
}

// state is the clock's code in health.
func (k *timekeeper) state() string {
	switch quality := k.quality(); {
	case quality == wire.ClockUnset:
		return wire.ClockNever
	case k.app.clock.Held():
		return wire.ClockHeld
	case quality == wire.ClockDrift:
		return wire.ClockOff
	}
	return wire.ClockGood
}

func (k *timekeeper) report() { k.app.devices.report(wire.PartClock, k.state()) }

func (k *timekeeper) health() *wire.ClockHealth {
	ahead, known := k.ahead()
	return &wire.ClockHealth{Quality: k.quality(), OffsetMS: ahead.Milliseconds(), Known: known, SkewMS: k.app.clock.Skew().Milliseconds()}
}

// run follows the machine's clock, and logs what people should know of.
func (k *timekeeper) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return k.app.clock.Keep(ctx, func(t machine.Turn) {
			state := wire.ClockGood
			if t.Held {
				state = wire.ClockHeld
			}
			k.app.log.Warn("the machine's clock jumped", "ahead", t.Ahead.String(), "followed", t.Stepped)
			k.tell(wire.ClockFact{AheadMS: t.Ahead.Milliseconds(), State: state, From: "machine"})
			k.report()
		})
	})
	g.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case f := <-k.facts:
				if err := k.app.store.Note(ctx, wire.TypeClockStep, f, k.app.clock.Now()); err != nil && ctx.Err() == nil {
					k.app.log.Warn("a step of the clock is not logged", "err", err)
				}
				k.app.uplink.Nudge()
			}
		}
	})
	return g.Wait()
}

// tell has a step logged; it never blocks.
func (k *timekeeper) tell(f wire.ClockFact) {
	select {
	case k.facts <- f:
	default:
	}
}
