package main

import (
	"context"
	"time"

	"balcao/internal/fleet"
	"balcao/internal/machine"
	"balcao/internal/mqttlink"
	"balcao/internal/wire"
)

// network lets headquarters see a whole network: simulated branches that report over the real protocol, each with a
// life of its own. They are the ones of hq bench.
func (d *demo) network(ctx context.Context, branches int) error {
	f, err := fleet.New(ctx, fleet.Config{
		Branches: min(branches, fleet.Most), Now: time.Now, Mint: machine.Minter(), Boot: machine.NewBoot, Uptime: machine.Uptime,
		Pace: d.opts.speed, Log: d.log,
		Link: func(ctx context.Context, id wire.NodeID) (mqttlink.Config, error) {
			own, err := d.settle(ctx, string(id))
			if err != nil {
				return mqttlink.Config{}, err
			}
			return mqttlink.Config{
				Brokers: []string{"tls://" + d.plan.HQBroker}, KeepAlive: 30 * time.Second, TLS: own.Client(wire.HQName),
			}, nil
		},
	})
	if err != nil {
		return err
	}
	return f.Run(ctx)
}
