package app

import (
	"context"
	"errors"
	"time"

	"balcao/internal/wire"
)

// errRestart ends the program because the branch asked for it: systemd starts it again.
var errRestart = errors.New("the branch asked for a restart")

// restarts ends the program when the branch asks for it and nobody is at the kiosk: never under somebody's hands, and
// never while a slip is on its way.
type restarts struct {
	app   *App
	asked chan time.Time // until when
}

func newRestarts(a *App) *restarts { return &restarts{app: a, asked: make(chan time.Time, 1)} }

// freeEvery is how often a busy kiosk is looked at again.
const freeEvery = 250 * time.Millisecond

// ask takes the order, if it is about this start of the program: one that comes late finds another.
func (r *restarts) ask(o wire.Order) {
	if o.Restart != r.app.boot {
		return
	}
	select {
	case r.asked <- r.app.clock.Steady().Add(time.Duration(o.TTL) * time.Millisecond):
	default: // asked already
	}
}

func (r *restarts) run(ctx context.Context) error {
	look := time.NewTicker(freeEvery)
	defer look.Stop()
	var until time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case until = <-r.asked:
		case <-look.C:
		}
		if until.IsZero() || r.app.clock.Steady().After(until) {
			until = time.Time{}
			continue
		}
		if r.free() {
			r.app.log.Warn("ending, as the branch asked")
			return errRestart
		}
	}
}

func (r *restarts) free() bool {
	if r.app.tickets != nil && !r.app.tickets.jobs.idle() {
		return false
	}
	return r.app.loop == nil || r.app.loop.resting()
}
