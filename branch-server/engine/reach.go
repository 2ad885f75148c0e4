package engine

import (
	"context"
	"time"

	"balcao/internal/queue"
)

// Reach opens a Day that a journal put back from an older copy had opened before: its numbers are in people's hands, so a
// clock that stands before it does not bring the Day before it back. A Day later than tomorrow was opened by a clock that
// stood wrong, and is not believed; where the clock was never set, only the Day is there to be believed.
func (e *Engine) Reach(ctx context.Context, day queue.Date) error {
	var due bool
	var end ending
	if err := e.Read(ctx, func(d *queue.Day, at time.Time) {
		tomorrow := queue.DateOf(at.AddDate(0, 0, 1), e.cfg.Zone)
		unset := e.cfg.Unset != nil && e.cfg.Unset()
		if due = day > d.Date() && (day <= tomorrow || unset); due {
			end = e.over(d)
		}
	}); err != nil || !due {
		return err
	}
	if end.open || len(end.rest) > 0 {
		if err := e.endDay(ctx, end); err != nil {
			return err
		}
	}
	_, err := e.Do(ctx, "", queue.OpenDay{Day: day})
	return err
}
