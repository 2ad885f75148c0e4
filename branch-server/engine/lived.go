package engine

import (
	"time"

	"balcao/internal/queue"
)

// lived has a Day that is opened go on in a block of numbers that was never used, where it may have been opened and have
// given numbers before, in a memory that was lost.
func (e *Engine) lived(d *queue.Day, cmd queue.Command, at time.Time) []queue.Entry {
	opened, is := cmd.(queue.OpenDay)
	if !is || e.cfg.Lived == nil || d.Date() != opened.Day {
		return nil
	}
	epoch := e.cfg.Lived(opened.Day)
	if epoch == 0 {
		return nil
	}
	wish := queue.Recover{Epoch: epoch}
	if e.cfg.Begun != nil {
		wish.Today, wish.Before = e.cfg.Begun(d.Date())
	}
	entries, err := d.Handle(wish, at)
	if err != nil {
		e.cfg.Log.Error("this day may have been lived before, and no block of numbers is left for it", "day", string(d.Date()))
		return nil
	}
	e.cfg.Log.Error("this day may have been lived before the journal was put back: numbers come from a block that was never used",
		"day", string(d.Date()), "from", d.Recovered().From)
	return entries
}
