package engine

import (
	"context"
	"errors"
	"time"

	"balcao/internal/queue"
)

// Supply is what the branch says of its hours. It is asked with the engine locked: it is quick and looks only.
type Supply interface {
	// Admit refuses a number that is asked for outside hours; at is in the branch's own zone.
	Admit(d *queue.Day, cmd queue.Command, at time.Time) error
	// Ends returns the moment at which a Day closes by itself; zero if only the next Day ends it.
	Ends(day queue.Date, zone *time.Location) time.Time
}

// admit asks the machine, and the branch's hours where it has any.
func (e *Engine) admit(d *queue.Day, cmd queue.Command, at time.Time) error {
	if err := e.fit(d, cmd); err != nil {
		return err
	}
	if e.cfg.Supply == nil {
		return nil
	}
	return e.cfg.Supply().Admit(d, cmd, at)
}

// ending is what has to happen so that a Day can end: whoever still waits is sent home, and counters finish.
type ending struct {
	due  bool // the Day's end has come, or the next Day has
	busy bool // somebody is at a counter
	rest []queue.VisitID
	open bool
}

// ends looks whether the present Day has to end. A clock that was set back brings no closed Day back and ends nothing;
// a Day that somebody opened again after its end goes on until the date changes.
func (e *Engine) ends(d *queue.Day, at time.Time) ending {
	x := ending{open: d.Open(), due: d.Date() != "" && queue.DateOf(at, e.cfg.Zone) > d.Date()}
	if e.cfg.Supply != nil && !x.due && d.Date() != "" {
		end := e.cfg.Supply().Ends(d.Date(), e.cfg.Zone)
		x.due = !end.IsZero() && !at.Before(end) && d.Reopened().Before(end)
	}
	if !x.due {
		return x
	}
	return e.over(d)
}

// over is what has to happen to end the present Day, whatever the hour.
func (e *Engine) over(d *queue.Day) ending {
	x := ending{open: d.Open(), due: d.Date() != ""}
	counters, left := d.Unfinished()
	x.busy = counters > 0
	if left == 0 {
		return x
	}
	for _, v := range d.Visits() {
		switch v.State {
		case queue.StateWaiting, queue.StateHeld, queue.StatePostponed:
			x.rest = append(x.rest, v.ID)
		case queue.StateReserved, queue.StateCalled, queue.StateServing, queue.StateVoid, queue.StateFinished, queue.StateNoShow, queue.StateCancelled:
		}
	}
	return x
}

// endDay ends the visits that still wait, each with its cause, and the Day once the counters have finished.
func (e *Engine) endDay(ctx context.Context, x ending) error {
	if !x.busy {
		_, err := e.Do(ctx, "", queue.EndDay{Left: len(x.rest)})
		return err
	}
	var errs []error
	for _, id := range x.rest {
		_, err := e.Do(ctx, "", queue.Cancel{Visit: id, Cause: queue.CauseDayEnd})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
