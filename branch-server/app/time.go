package app

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"balcao/internal/chrono"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// timekeeper knows how far the clock of headquarters is ahead of the branch's. The branch's own clock is that of its Day;
// only one that was never set takes the time of headquarters over.
type timekeeper struct {
	app *App

	mu sync.Mutex
	hq chrono.Offset // against a clock that nobody sets
}

// heard takes in what the clock of headquarters said.
func (k *timekeeper) heard(hq time.Time) {
	if chrono.Unset(hq) {
		return
	}
	k.mu.Lock()
	k.hq.Note(hq, k.app.clock.Steady())
	k.mu.Unlock()
	if ahead, _ := k.ahead(); k.app.clock.Take(ahead) {
		k.app.log.Warn("the clock was never set: the time of headquarters is taken", "ahead", ahead.String())
		k.app.repaint()
	}
}

// ahead is how far the clock of headquarters is ahead of the branch's now.
func (k *timekeeper) ahead() (time.Duration, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d, known := k.hq.Value()
	if !known {
		return 0, false
	}
	return d - k.app.clock.Now().Sub(k.app.clock.Steady()), true
}

func (k *timekeeper) quality() wire.ClockQuality {
	ahead, known := k.ahead()
	return chrono.Quality(k.app.clock.Now(), ahead, known)
}

// unset reports whether nobody knows the time here.
func (k *timekeeper) unset() bool { return chrono.Unset(k.app.clock.Now()) }

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

func (k *timekeeper) health() *wire.ClockHealth {
	ahead, known := k.ahead()
	return &wire.ClockHealth{Quality: k.quality(), OffsetMS: ahead.Milliseconds(), Known: known, SkewMS: k.app.clock.Skew().Milliseconds()}
}

// run follows the machine's clock, and writes into the journal what people should know of.
func (k *timekeeper) run(ctx context.Context) error {
	return k.app.clock.Keep(ctx, func(t machine.Turn) {
		fact := wire.ClockFact{AheadMS: t.Ahead.Milliseconds(), State: wire.ClockGood, From: "machine"}
		if t.Held {
			fact.State = wire.ClockHeld
		}
		k.app.log.Error("the machine's clock jumped", "ahead", t.Ahead.String(), "followed", t.Stepped)
		data, err := json.Marshal(fact)
		if err == nil {
			_, err = k.app.engine.Do(ctx, "", queue.Note{Fact: queue.Noted{Type: wire.TypeClockStep, Version: 1, Data: data}})
		}
		if err != nil && ctx.Err() == nil {
			k.app.log.Warn("a step of the clock is not in the journal", "err", err)
		}
		k.app.repaint()
	})
}
