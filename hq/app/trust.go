package app

import (
	"context"
	"io"
	"time"

	"balcao/internal/authority"
	"balcao/internal/broker"
	"balcao/internal/wire"
)

func (a *App) openTrust() (err error) {
	a.trust, err = authority.OpenStation(authority.StationConfig{
		Name: wire.HQName, Identity: a.cfg.Identity, CA: a.cfg.CA, Now: time.Now, Log: a.log,
	})
	return err
}

// brokerConfig says who may connect: branches, with certificates where there are any.
func (a *App) brokerConfig(password string) broker.Config {
	cfg := broker.Config{
		Listen: a.cfg.Broker.Listen, HostPassword: password, TLS: a.trust.Server(), Self: wire.HQName, Log: a.log,
		Limits: broker.Limits{Clients: max(2048, 2*a.cfg.MaxBranches)}, // one that comes back may be there twice for a moment
		Admit:  func(client, _ string, _ []byte) bool { return wire.NodeID(client).ChildOf(wire.HQName) },
	}
	if own := a.trust.Own(); own != nil {
		cfg.Barred = own.Barred
	}
	return cfg
}

// EnrolAddr returns the bound address of the authority; empty where it is elsewhere.
func (a *App) EnrolAddr() string { return a.trust.EnrolAddr() }

// CA carries out the command hq ca.
func CA(ctx context.Context, args []string, out io.Writer) error {
	file, rest := authority.ConfigFlag(args, "hq.yaml")
	cfg, err := Load(file)
	if err != nil {
		return err
	}
	return authority.Place{
		Program: "hq", Server: wire.HQName, CA: cfg.CA, Identity: cfg.Identity, Now: time.Now,
	}.Command(ctx, rest, out)
}
