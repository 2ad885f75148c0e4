package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/branch-server/web"
	"balcao/internal/carrier"
	"balcao/internal/machine"
	"balcao/internal/mqttlink"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// uplink is the way to headquarters: the journal in order, and beside it the figures of each second and the health of
// the branch's machines.
type uplink struct {
	app   *App
	child *carrier.Child

	mu    sync.Mutex
	up    bool
	since time.Time
}

// farewell is how long an ending branch stays for headquarters to take over its last entries.
const farewell = 2 * time.Second

func newUplink(a *App) (*uplink, error) {
	password, err := machine.Secret(a.cfg.HQ.PasswordFile)
	if err != nil {
		return nil, err
	}
	u := &uplink{app: a, since: a.clock.Now()}
	u.child, err = carrier.NewChild(carrier.ChildConfig{
		Node: a.cfg.node(), Boot: a.boot, Software: Version,
		Link:   mqttlink.Config{Brokers: a.cfg.HQ.Brokers, Password: password, KeepAlive: 30 * time.Second, TLS: a.trust.Client(wire.HQName)},
		Source: a.store, Linger: farewell, Now: a.clock.Now, OnLink: u.linked, OnCommand: a.heardOffice, Log: a.log,
		OnTime: a.time.heard, ClockQuality: a.time.quality,
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

func (u *uplink) linked(reachable bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if reachable {
		u.app.above.nudge()
	}
	if u.up != reachable {
		u.up, u.since = reachable, u.app.clock.Now()
	}
}

// link tells the pages how the way to headquarters is.
func (a *App) link() web.Link {
	if a.uplink == nil {
		return web.Link{State: web.LinkOff}
	}
	a.uplink.mu.Lock()
	defer a.uplink.mu.Unlock()
	state := web.LinkDown
	if a.uplink.up {
		state = web.LinkUp
	}
	refused := a.uplink.child.Agreement().Refused
	if a.uplink.up && refused != "" {
		state = web.LinkRefused
	}
	unsent, _ := a.uplink.child.Unsent()
	sealed, _, contradicted := a.seals.state()
	return web.Link{
		State: state, Since: a.uplink.since, Unsent: unsent, Newer: refused == wire.RefusedNew, Sealed: sealed, Contradicted: contradicted,
	}
}

func (u *uplink) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return u.child.Run(ctx) })
	g.Go(func() error { return u.figures(ctx) })
	g.Go(func() error { return u.countersign(ctx) })
	g.Go(func() error { return u.app.seals.run(ctx, u) })
	g.Go(func() error { return u.app.above.run(ctx, u) })
	g.Go(func() error { return u.app.asked.run(ctx, u) })
	return g.Wait()
}

// healthEvery is how many seconds lie between two samples of health when nothing changed.
const healthEvery = 10

// figures sends the figures of each second, and health every ten or as soon as a device of a node is otherwise.
func (u *uplink) figures(ctx context.Context) error {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for n, was := 0, ""; ; n++ {
		u.sendLive(ctx)
		if is := states(u.app.site.Devices()); n%healthEvery == 0 || is != was {
			was = is
			u.sendHealth(ctx)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-second.C:
		}
	}
}

// states tell the nodes that are there and how their devices are.
func states(nodes []wire.KioskHealth) string {
	var b strings.Builder
	for _, n := range nodes {
		fmt.Fprintln(&b, n.Node, n.Online, n.Devices) // maps are printed in the order of their keys
	}
	return b.String()
}

func (u *uplink) sendLive(ctx context.Context) {
	var live wire.Live
	if err := u.app.engine.Read(ctx, func(d *queue.Day, at time.Time) {
		live = u.app.branch.Load().Live(d, at)
	}); err != nil {
		return // the engine has said why
	}
	if data, err := json.Marshal(live); err == nil {
		u.child.Live(data)
	}
}

func (u *uplink) sendHealth(ctx context.Context) {
	unsent, _ := u.child.Unsent()
	data, err := json.Marshal(wire.Health{
		Node: u.app.cfg.Branch.ID, Boot: u.app.boot, Software: Version, AtMS: u.app.clock.Now().UnixMilli(),
		UpMS: machine.Uptime(), Unsent: unsent, Memory: machine.Resident(), Kiosks: u.app.site.Devices(),
		Devices: u.app.parts(), Disk: u.app.diskHealth(), Clock: u.app.time.health(), Cert: u.app.certificate(), Config: u.app.above.tell(), Commands: u.app.asked.tell(),
		Later: u.app.later(ctx),
	})
	if err == nil {
		u.child.Health(data)
	}
}
