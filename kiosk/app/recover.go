package app

import (
	"context"
	"errors"
	"time"

	"balcao/kiosk/store"
)

// recover settles what the last run left open, before anything else happens. A slip that was being printed may be in
// somebody's hand: nobody knows. What had no slip yet may be taken up by the citizen's repeated touch for a while, and
// is given up afterwards.
func (t *tickets) recover(ctx context.Context) error {
	t.jobs.open(ctx)
	left, err := t.app.store.Unfinished(ctx)
	if err != nil {
		return err
	}
	now := t.app.clock.Now()
	for _, r := range left {
		request := r.Asked.Request
		switch r.State {
		case store.Printing:
			err = errors.Join(err, t.app.store.End(ctx, request, store.Unknown, causeRestart, 0, now))
		case store.Failed:
			t.leave(request, max(0, r.At.Add(t.app.cfg.Times.Hold).Sub(now)))
		default:
			t.leave(request, t.app.cfg.Times.TakeUp)
		}
	}
	if len(left) > 0 {
		t.app.log.Info("requests left open by the last run", "count", len(left))
	}
	return err
}

// causeRestart says in the log that the program was not there to see.
const causeRestart = "restart"

// causeClock says that nobody knew the time, and the branch was silent.
const causeClock = "clock"

// leave gives a request up after a while, unless it is taken up before.
func (t *tickets) leave(request string, after time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leftover[request] = time.AfterFunc(after, func() {
		if t.takeUp(request) {
			t.settle(request, store.Abandoned, causeRestart)
		}
	})
}

// takeUp reports whether a request was left by the last run and not yet taken up or given up.
func (t *tickets) takeUp(request string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	timer, left := t.leftover[request]
	if left {
		timer.Stop()
		delete(t.leftover, request)
	}
	return left
}
