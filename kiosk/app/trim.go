package app

import (
	"context"
	"time"
)

// trim forgets, once an hour, what the branch has held for long enough: the kiosk's disk is small.
func (a *App) trim(ctx context.Context) error {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hourly.C:
			if err := a.store.Trim(ctx, a.clock.Now()); err != nil && ctx.Err() == nil {
				a.log.Warn("old facts not forgotten", "err", err)
			}
		}
	}
}
