package app

import (
	"context"
	"maps"
	"time"

	"balcao/internal/wire"
)

// devices is how the branch's nodes are, with those whose log is in quarantine marked: somebody has to decide.
func (a *App) devices() []wire.KioskHealth {
	all := a.site.Devices()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	cases, err := a.store.Quarantined(ctx)
	if err != nil {
		a.log.Warn("quarantines not read", "err", err)
		return all
	}
	for _, c := range cases {
		if !c.Lifted.IsZero() {
			continue
		}
		for i := range all {
			if all[i].Node == string(c.Node) {
				marked := map[string]string{"log": "quarantined"}
				maps.Copy(marked, all[i].Devices)
				all[i].Devices = marked
			}
		}
	}
	return all
}

// certificate is for how long this branch is known to headquarters; nil without a certificate.
func (a *App) certificate() *wire.Certificate {
	own := a.trust.Own()
	if own == nil {
		return nil
	}
	return &wire.Certificate{FromMS: own.Since().UnixMilli(), UntilMS: own.Until().UnixMilli()}
}
