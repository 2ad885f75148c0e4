package app

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"

	"balcao/internal/identity"
	"balcao/internal/wire"
)

// openIdentity reads who this kiosk is, where the configuration says that it has an identity.
func (a *App) openIdentity() (err error) {
	if a.cfg.Identity == "" {
		return nil
	}
	if a.own, err = identity.Open(a.cfg.Identity, a.time.now, a.log); err != nil {
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

// believe opens what the branch signed; nil where there are no certificates.
func (a *App) believe() func(kind, id string, raw []byte) (json.RawMessage, error) {
	if a.own == nil {
		return nil
	}
	branch := wire.NodeID(a.cfg.Node).Parent()
	return func(kind, id string, raw []byte) (json.RawMessage, error) {
		return a.own.Believe(kind, branch, id, raw)
	}
}

// keepIdentity renews the certificate while the kiosk works.
func (a *App) keepIdentity(ctx context.Context) error {
	if a.own == nil {
		return nil
	}
	return a.own.Run(ctx)
}
