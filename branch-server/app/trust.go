package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"balcao/internal/authority"
	"balcao/internal/broker"
	"balcao/internal/identity"
	"balcao/internal/wire"
)

func (a *App) openTrust() (err error) {
	a.trust, err = authority.OpenStation(authority.StationConfig{
		Name: a.cfg.Branch.ID, Identity: a.cfg.Identity, CA: a.cfg.CA, Relay: a.cfg.Relay, Now: time.Now, Log: a.log,
	})
	return err
}

// brokerConfig says who may connect: this branch's kiosks and boxes, with certificates where there are any.
func (a *App) brokerConfig() broker.Config {
	cfg := broker.Config{
		Listen: a.cfg.Broker.Listen, TLS: a.trust.Server(), Self: a.cfg.Branch.ID, Log: a.log,
		Admit: func(client, _ string, _ []byte) bool { return wire.NodeID(client).ChildOf(a.cfg.Branch.ID) },
	}
	if own := a.trust.Own(); own != nil {
		cfg.Barred = own.Barred
	}
	return cfg
}

// sealLife is how long what the branch signs for a question may be on its way.
const sealLife = 5 * time.Minute

// sealer signs what the branch promises its kiosks; nil where there are no certificates.
func (a *App) sealer() func(kind, to, id string, body []byte) ([]byte, error) {
	own := a.trust.Own()
	if own == nil {
		return nil
	}
	return func(kind, to, id string, body []byte) ([]byte, error) { return own.Sign(kind, to, id, sealLife, body) }
}

// orderSealer signs what the branch asks of its kiosks; nil where there are no certificates.
func (a *App) orderSealer() func(to string, number uint64, until time.Time, order []byte) ([]byte, error) {
	own := a.trust.Own()
	if own == nil {
		return nil
	}
	return func(to string, number uint64, until time.Time, order []byte) ([]byte, error) {
		return own.SignVersion(wire.KindOrder, to, number, until.Sub(a.clock.Now()), order)
	}
}

// CA carries out the command branch-server ca, of a branch that stands alone.
func CA(ctx context.Context, args []string, out io.Writer) error {
	file, rest := authority.ConfigFlag(args, "branch-server.yaml")
	cfg, err := Load(file)
	if err != nil {
		return err
	}
	return authority.Place{
		Program: "branch-server", Server: cfg.Branch.ID, CA: cfg.CA, Identity: cfg.Identity, Now: time.Now,
	}.Command(ctx, rest, out)
}

// Enrol carries out the command branch-server enrol.
func Enrol(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	return identity.Enrolling{
		Program: "branch-server", Config: "branch-server.yaml", In: in, Out: out, Now: time.Now,
		Load: func(file string) (node, dir string, err error) {
			cfg, err := Load(file)
			if err != nil {
				return "", "", fmt.Errorf("enrol: %w", err)
			}
			return cfg.Branch.ID, cfg.Identity, nil
		},
	}.Command(ctx, args)
}
