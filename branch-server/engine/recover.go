package engine

import (
	"context"
	"time"

	"balcao/internal/queue"
)

// Recover tells the Day of a journal that was put back from an older copy, before anybody is served, that it does not know
// which numbers are in people's hands: they come from a block that was never used, and paper is believed. Epoch names the
// journal that begins, reached is the last Day that was opened before; see Reach. The error is queue.ErrSoldOut where the Day
// was recovered too often for that.
func (e *Engine) Recover(ctx context.Context, epoch uint64, reached queue.Date) (day queue.Date, told queue.Recovered, err error) {
	if err := e.Reach(ctx, reached); err != nil {
		return "", queue.Recovered{}, err
	}
	var refused error
	err = e.submit(ctx, func(d *queue.Day, at time.Time, b *Batch) {
		var entries []queue.Entry
		entries, refused = e.recover(d, epoch, at)
		b.Entries = append(b.Entries, entries...)
		day, told = d.Date(), d.Recovered()
	})
	if err == nil {
		err = refused
	}
	return day, told, err
}

// recover has a Day go on in a block of numbers that nobody may have, also by what is known beside the journal. Epoch 0 is a
// journal that goes on.
func (e *Engine) recover(d *queue.Day, epoch uint64, at time.Time) ([]queue.Entry, error) {
	wish := queue.Recover{Epoch: epoch}
	if e.cfg.Begun != nil {
		wish.Today, wish.Before = e.cfg.Begun(d.Date())
	}
	return d.Handle(wish, at)
}

// remembered recovers a Day where a command shows that the journal lost its last moments and nothing else told so: a disk
// that said "written" too early, and a guard file that went with it.
func (e *Engine) remembered(d *queue.Day, cmd queue.Command, at time.Time) []queue.Entry {
	if !d.Forgot(cmd) {
		return nil
	}
	return e.recoverOnTheWay(d, 0, at, "a kiosk knows a number that this journal never gave")
}

// lived recovers a Day that is opened, where it may have been opened and have given numbers before, in a memory that was lost.
func (e *Engine) lived(d *queue.Day, cmd queue.Command, at time.Time) []queue.Entry {
	opened, is := cmd.(queue.OpenDay)
	if !is || e.cfg.Lived == nil || d.Date() != opened.Day {
		return nil
	}
	epoch := e.cfg.Lived(opened.Day)
	if epoch == 0 {
		return nil
	}
	return e.recoverOnTheWay(d, epoch, at, "this day may have been lived before the journal was put back")
}

// recoverOnTheWay recovers a Day while the program works. Where no block is left the Day goes on as it is, and says so.
func (e *Engine) recoverOnTheWay(d *queue.Day, epoch uint64, at time.Time, why string) []queue.Entry {
	entries, err := e.recover(d, epoch, at)
	if err != nil {
		e.cfg.Log.Error("numbers may be given twice: no block is left that was never used", "why", why, "day", string(d.Date()))
		return nil
	}
	e.cfg.Log.Error("numbers come from a block that was never used", "why", why, "day", string(d.Date()), "from", d.Recovered().From)
	return entries
}
