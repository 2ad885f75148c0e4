package engine

import (
	"context"
	"errors"
	"time"

	"balcao/internal/queue"
)

// Run does what happens by itself: it opens each Day of the branch's zone once, ends it, and settles reservations that nobody
// reports about. It returns when ctx ends.
func (e *Engine) Run(ctx context.Context) error {
	ticker := time.NewTicker(clockworkStep)
	defer ticker.Stop()
	for {
		if err := e.step(ctx); err != nil && ctx.Err() == nil {
			e.cfg.Log.Error("clockwork", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// clockworkStep is the resolution of what happens by itself.
const clockworkStep = 500 * time.Millisecond

// step opens today if it is not open yet and lets time pass where something is due.
func (e *Engine) step(ctx context.Context) error {
	var open, due bool
	var today queue.Date
	var end ending
	err := e.Read(ctx, func(d *queue.Day, at time.Time) {
		today = queue.DateOf(at, e.cfg.Zone)
		open = today > d.Date() && (e.cfg.Unset == nil || !e.cfg.Unset())
		end = e.ends(d, at)
		due = !d.Due().IsZero() && !d.Due().After(at)
	})
	if err != nil {
		return err
	}
	if end.due && (end.open || len(end.rest) > 0) {
		err = e.endDay(ctx, end)
	}
	if open {
		_, openErr := e.Do(ctx, "", queue.OpenDay{Day: today})
		err = errors.Join(err, openErr)
	}
	if due {
		_, tickErr := e.Do(ctx, "", queue.Tick{})
		err = errors.Join(err, tickErr)
	}
	return err
}

// turn opens the next Day where midnight has just passed and the clockwork has yet to see it: what a kiosk gave alone since
// then is of that Day.
func (e *Engine) turn(ctx context.Context) error {
	passed := false
	err := e.Read(ctx, func(d *queue.Day, at time.Time) {
		passed = d.Date() != "" && queue.DateOf(at, e.cfg.Zone) > d.Date()
	})
	if err != nil || !passed {
		return err
	}
	return e.step(ctx)
}

// Today opens the Day of the present date if needed; programs call it once before they serve.
func (e *Engine) Today(ctx context.Context) error { return e.step(ctx) }
