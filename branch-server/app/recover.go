package app

import (
	"context"
	"errors"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// errNoBlock means that a Day was recovered more often than there are numbers that were never used.
var errNoBlock = errors.New("the journal was put back from old copies too often today to know a number that nobody holds: " +
	"give paper tickets today and tomorrow (docs/operations.md), and start again the day after")

// recoverDay tells the Day of a journal that was put back from an older copy, before anybody is served, that it does not
// know which numbers are in people's hands.
func (a *App) recoverDay(ctx context.Context) error {
	if why := a.store.Renewed(); why != (wire.AmnesiaFact{}) {
		a.log.Error("the journal goes on in a new epoch", "old_epoch", why.Epoch, "last", why.Last, "known_elsewhere", why.HWM, "fork", why.Fork)
	}
	due, err := a.store.Recovery(ctx)
	if err != nil || !due {
		return err
	}
	day, told, err := a.engine.Recover(ctx, a.store.Epoch(), a.store.Reached())
	if errors.Is(err, queue.ErrSoldOut) {
		return errNoBlock
	}
	if err != nil {
		return err
	}
	a.log.Error("numbers go on in a block that was never used, so that none is given twice", "day", string(day), "from", told.From)
	return a.store.Recovered(ctx)
}

// watchEvery is how often the guard file hears how far the journal has come.
const watchEvery = 5 * time.Second

func (a *App) watchOver(ctx context.Context) error {
	often := time.NewTicker(watchEvery)
	defer often.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-often.C:
			if err := a.store.Watch(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("guard file not written", "err", err)
			}
		}
	}
}

// compact takes Days away that are older than the branch has to keep and that headquarters holds, where there is one.
func (a *App) compact(ctx context.Context) {
	n, err := a.store.Compact(ctx, a.clock.Now().AddDate(0, 0, -a.cfg.Retention.JournalDays), a.held())
	switch {
	case err != nil && ctx.Err() == nil:
		a.log.Warn("old days not compacted", "err", err)
	case n > 0:
		a.log.Info("old days compacted", "entries", n)
	}
}
