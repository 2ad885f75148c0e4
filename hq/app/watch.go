package app

import (
	"context"
	"time"
)

// checkEvery is how often the network is looked at for what needs somebody.
const checkEvery = 15 * time.Second

// watch looks until ctx ends. Alerts that open and close are logged, so that a night can be read the next morning.
func (a *App) watch(ctx context.Context) {
	t := time.NewTicker(checkEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		opened, closed := a.live.CheckAlerts(time.Now())
		for _, one := range opened {
			a.log.Info("alert opened", "rule", string(one.Rule), "branch", one.Branch, "where", one.Where, "about", one.About)
		}
		for _, one := range closed {
			a.log.Info("alert closed", "rule", string(one.Rule), "branch", one.Branch, "where", one.Where, "about", one.About,
				"since", one.Since)
		}
	}
}
