package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"

	"balcao/internal/identity"
	"balcao/internal/wire"
)

// openIdentity reads who this kiosk is, where the configuration says that it has an identity.
func (a *App) openIdentity() (err error) {
	if a.cfg.Identity == "" {
		return nil
	}
	if a.own, err = identity.Open(a.cfg.Identity, time.Now, a.log); err != nil {
		return err
	}
	if a.own.Name() != a.cfg.Node {
		return fmt.Errorf("the identity in %s is of %s, and this is %s", a.cfg.Identity, a.own.Name(), a.cfg.Node)
	}
	return nil
}

// tls says how the branch is known: by its certificate.
func (a *App) tls() *tls.Config {
	if a.own == nil {
		return nil
	}
	return a.own.Client(wire.NodeID(a.cfg.Node).Parent())
}

// keepIdentity renews the certificate while the kiosk works.
func (a *App) keepIdentity(ctx context.Context) error {
	if a.own == nil {
		return nil
	}
	return a.own.Run(ctx)
}
