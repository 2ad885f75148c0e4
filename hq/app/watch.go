package app

import (
	"context"
	"time"

	"balcao/hq/cases"
	"balcao/hq/notify"
	"balcao/internal/machine"
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
		if err := a.desk.Look(ctx, opened, closed, a.live.Alerts()); err != nil && ctx.Err() == nil {
			a.log.Error("alerts not written down", "err", err)
		}
	}
}

// openDesk reads the cases that were open, and goes on with them.
func (a *App) openDesk(ctx context.Context) error {
	ways, err := a.cfg.Alerts.ways()
	if err != nil {
		return err
	}
	names := make([]string, len(ways))
	for i, w := range ways {
		names[i] = w.Name()
	}
	a.store.TellBy(names)
	a.teller = notify.New(a.store, ways, time.Now, a.log)
	if a.desk, err = cases.New(ctx, a.store, cases.Options{Escalate: a.cfg.Alerts.Escalate, Now: time.Now}); err != nil {
		return err
	}
	a.live.GoOn(a.desk.Alerts())
	return nil
}

// ways are those of telling that the configuration names.
func (c *Alerts) ways() ([]notify.Way, error) {
	var all []notify.Way
	if m := c.Email; m.Server != "" {
		secret, err := machine.Secret(m.PasswordFile)
		if err != nil {
			return nil, err
		}
		all = append(all, &notify.Mail{
			Server: m.Server, From: m.From, To: m.To, More: m.Escalate, User: m.User, Password: secret, Plain: m.Plain, Page: c.Page, Now: time.Now,
		})
	}
	if h := c.Webhook; h.URL != "" {
		secret, err := machine.Secret(h.SecretFile)
		if err != nil {
			return nil, err
		}
		all = append(all, &notify.Hook{URL: h.URL, Secret: []byte(secret), Now: time.Now})
	}
	if c.Alertmanager != "" {
		all = append(all, &notify.Alertmanager{URL: c.Alertmanager, Page: c.Page, Now: time.Now})
	}
	return all, nil
}
