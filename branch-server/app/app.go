// Package app puts a branch server together: journal, engine, the branch's nodes, its pages and the way to
// headquarters, and lives until it is told to end.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
	_ "time/tzdata" // a branch server brings its own time zones

	"golang.org/x/sync/errgroup"

	"balcao/branch-server/arrivals"
	"balcao/branch-server/engine"
	"balcao/branch-server/forecast"
	"balcao/branch-server/site"
	"balcao/branch-server/staff"
	"balcao/branch-server/store"
	"balcao/branch-server/web"
	"balcao/internal/authority"
	"balcao/internal/branch"
	"balcao/internal/broker"
	"balcao/internal/carrier"
	"balcao/internal/disk"
	"balcao/internal/errand"
	"balcao/internal/machine"
	"balcao/internal/media"
	"balcao/internal/metrics"
	"balcao/internal/mqttlink"
	"balcao/internal/operation"
	"balcao/internal/quarantine"
	"balcao/internal/queue"
	"balcao/internal/serve"
)

// Version is told to headquarters and shown on the command line.
const Version = "0.1.0"

// App is a branch server whose files and ports are open.
type App struct {
	cfg    Config
	log    *slog.Logger
	clock  *machine.Clock
	boot   string
	store  *store.Store
	engine *engine.Engine
	broker *broker.Broker // nil with an outside one
	http   net.Listener
	site   *site.Site
	desk   *arrivals.Desk
	web    *web.Web
	videos *media.Folder // beside the calls
	parent *carrier.Parent
	trust  *authority.Station
	book   *metrics.Book
	post   *operation.Post
	disk   *disk.Keeper
	time   *timekeeper
	whole  *disk.Whole
	seals  *sealing
	uplink *uplink                       // nil without headquarters
	above  *headOffice                   // what headquarters decides here
	asked  *commands                     // what headquarters asks of this branch
	alarms *alarms                       // what came in its name and was not believed
	branch atomic.Pointer[branch.Branch] // the description in force; replaced while the engine is locked
}

// New binds the ports, opens the journal and replays the Day. It starts nothing; what it opened is closed again if a
// later step fails.
func New(ctx context.Context, cfg Config, log *slog.Logger) (_ *App, err error) {
	a := &App{cfg: cfg, log: log.With("branch", cfg.Branch.ID), clock: machine.NewClock(), boot: machine.NewBoot()}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if err := a.openTrust(); err != nil {
		return nil, err
	}
	// Ports first, so that a folder and ports that cannot be had are named together.
	if err := errors.Join(a.openPost(ctx), a.bind(ctx), a.openDay(ctx)); err != nil {
		return nil, err
	}
	if err := a.connect(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

// openDay opens the journal and replays the present Day.
func (a *App) openDay(ctx context.Context) error {
	if err := os.MkdirAll(a.cfg.Data, 0o750); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	zone, err := time.LoadLocation(a.cfg.Branch.Zone)
	if err != nil {
		return fmt.Errorf("read time zone: %w", err)
	}
	if a.store, err = store.Open(ctx, filepath.Join(a.cfg.Data, "branch.db"), machine.Minter()); err != nil {
		return fmt.Errorf("open journal: %w", err)
	}
	if err := a.keepDisk(ctx); err != nil {
		return err
	}
	a.seals = newSealing(a)
	a.time, a.whole = &timekeeper{app: a}, a.readsWhole()
	a.store.Judge(a.time.quality)
	if n := a.store.Dropped(); n > 0 {
		a.log.Warn("an unfinished write was left out; nobody was told of it", "pages", n)
	}
	version, marked, err := a.describe(ctx)
	if err != nil {
		return err
	}
	a.engine, err = engine.New(ctx, engine.Config{
		Catalogue: a.branch.Load().Catalogue(), Version: version, Zone: zone, Journal: timedJournal{a.store, a.book}, Audience: &audience{app: a},
		Supply: func() engine.Supply { return a.branch.Load() }, Fit: a.fit,
		Ahead: a.ahead, Unset: a.time.unset, Adopted: a.store.Adopted, Begun: a.store.BlocksBegun, Lived: a.store.Lived,
		Now: a.clock.Now, Log: a.log,
	})
	if err != nil {
		return err
	}
	if marked {
		if err := a.mark(ctx); err != nil {
			return err
		}
	}
	a.alarms = newAlarms(a)
	if a.above, err = newHeadOffice(ctx, a); err != nil {
		return err
	}
	if a.asked, err = newCommands(ctx, a); err != nil {
		return err
	}
	said, err := newMessages(ctx, a.store, a.clock.Now, a.repaint)
	if err != nil {
		return err
	}
	waits := forecast.NewShown(&forecast.Queue{
		Usual:    func(s queue.ServiceID) time.Duration { return a.branch.Load().Usual(s) },
		Services: func() []queue.ServiceID { return a.branch.Load().ServiceIDs() }, Spread: forecast.UsualSpread,
	})
	a.desk = newDesk(a, zone, a.branch.Load)
	a.videos = media.Open(a.cfg.Media, a.repaint, a.log)
	a.site = site.New(site.Config{
		Seal:     a.sealer(),
		Order:    a.orderSealer(),
		Arrivals: a.desk, Public: a.cfg.HTTP.Public,
		Branch: a.branch.Load, Commands: a.engine, Waits: waits, Notes: said.notes, Videos: a.videos, Epoch: a.store.Epoch(), Now: a.clock.Now, Log: a.log,
	})
	token, err := machine.Secret(a.cfg.Bookings.TokenFile)
	if err != nil {
		return err
	}
	people, err := a.cfg.book()
	if err != nil {
		return err
	}
	roster, err := staff.NewRoster(ctx, a.store, people)
	if err != nil {
		return fmt.Errorf("read the users: %w", err)
	}
	drawn, err := newPress(a)
	if err != nil {
		return err
	}
	a.web, err = web.New(ctx, web.Config{
		Arrivals: a.desk, BookingToken: token,
		Branch: a.branch.Load, Zone: zone, Epoch: a.store.Epoch(), Commands: a.engine, Waits: waits, Messages: said, Videos: a.videos, Staff: roster, Setup: &office{Store: a.store, app: a, Roster: roster}, Press: drawn, Asking: a.asked, Sessions: sessions{a.store},
		Archive: a.store, Audit: a.audit, Hints: a.store,
		Pseudonym: func(ctx context.Context, person string) (string, error) {
			return a.store.Pseudonym(ctx, person, a.clock.Now())
		},
		Devices: a.devices, Server: a.server, Slips: a.site, Link: a.link, Hosts: a.cfg.HTTP.hosts(), HTTPS: a.cfg.HTTP.HTTPS || a.cfg.HTTP.TLS.Enabled(), Now: time.Now, Log: a.log,
	})
	return err
}

// repaint has the boards painted again although the Day stands still.
func (a *App) repaint() {
	a.site.Hear(nil)
	a.web.Hear(nil)
}

// bind takes the ports; a taken one is named.
func (a *App) bind(ctx context.Context) error {
	var faults []error
	if len(a.cfg.Broker.Outside) == 0 {
		b, err := broker.New(a.brokerConfig())
		if err != nil {
			faults = append(faults, fmt.Errorf("bind broker.listen %s: %w", a.cfg.Broker.Listen, err))
		}
		a.broker = b
	}
	faults = append(faults, a.trust.Bind(ctx))
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.cfg.HTTP.Listen)
	if err != nil {
		faults = append(faults, fmt.Errorf("bind http.listen: %w", err))
		return errors.Join(faults...)
	}
	if a.http, err = a.cfg.HTTP.TLS.Listener(l, a.trust.Pages()); err != nil {
		a.http = l // to be closed
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// connect prepares both hops; nothing is connected until Run.
func (a *App) connect(_ context.Context) error {
	link, err := a.siteLink()
	if err != nil {
		return err
	}
	a.parent, err = carrier.NewParent(carrier.ParentConfig{
		Boot: a.boot, Incarnation: a.store.Incarnation(), Software: Version, Link: link,
		Ledger: site.Ledger{Adopter: a.engine, Marks: a.store},
		Handle: a.site.Handle, OnHealth: a.site.Health, OnPresence: a.site.Presence, OnHello: a.site.Hello, OnVersion: a.site.Version,
		Now: a.clock.Now, Log: a.log,
	})
	if err != nil {
		return err
	}
	if len(a.cfg.HQ.Brokers) > 0 {
		a.uplink, err = newUplink(a)
	}
	return err
}

// siteLink says where the branch's own broker is: the embedded one is met over loopback like any other.
func (a *App) siteLink() (mqttlink.Config, error) {
	password, err := machine.Secret(a.cfg.Broker.PasswordFile)
	if err != nil {
		return mqttlink.Config{}, err
	}
	urls := a.cfg.Broker.Outside
	if a.broker != nil {
		urls = []string{a.trust.URL(a.broker.Addr())}
	}
	return mqttlink.Config{Brokers: urls, Password: password, TLS: a.trust.Client(a.cfg.Branch.ID)}, nil
}

// HTTPAddr returns the bound address of the pages.
func (a *App) HTTPAddr() string { return a.http.Addr().String() }

// OperationAddr returns the bound address of health, readiness and metrics; empty where none is configured.
func (a *App) OperationAddr() string { return a.post.Addr() }

// BrokerAddr returns the bound address of the embedded broker; empty with an outside one.
func (a *App) BrokerAddr() string {
	if a.broker == nil {
		return ""
	}
	return a.broker.Addr()
}

// Run serves until ctx ends or a part fails; then everything inside has ended and what New opened is closed.
func (a *App) Run(ctx context.Context) error {
	err := a.openToday(ctx)
	if err == nil {
		err = a.connected(ctx)
	}
	return errors.Join(err, a.close())
}

// connected serves with a way to headquarters that outlives the work, so that headquarters hears of its last entries.
func (a *App) connected(ctx context.Context) error {
	if a.uplink == nil {
		return a.serve(ctx)
	}
	life, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	work, stop := context.WithCancel(ctx)
	defer stop()
	way := make(chan error, 1)
	go func() {
		way <- a.uplink.run(life)
		stop()
	}()
	err := a.serve(work)
	hangUp()
	return errors.Join(err, <-way)
}

// serve does the work of the branch until ctx ends or a part fails.
func (a *App) serve(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	if a.broker != nil {
		g.Go(func() error { return a.broker.Run(ctx) })
	}
	g.Go(func() error { return a.trust.Run(ctx) })
	g.Go(func() error { return a.post.Run(ctx) })
	g.Go(func() error { return a.engine.Run(ctx) })
	g.Go(func() error { return a.parent.Run(ctx) })
	g.Go(func() error { return a.site.Run(ctx, a.parent) })
	g.Go(func() error { return a.web.Run(ctx) })
	g.Go(func() error { return a.desk.Run(ctx) })
	g.Go(func() error { return a.videos.Run(ctx) })
	g.Go(func() error { return a.housekeeping(ctx) })
	g.Go(func() error { return a.disk.Run(ctx) })
	g.Go(func() error { return a.time.run(ctx) })
	g.Go(func() error { return a.whole.Run(ctx) })
	g.Go(func() error { return a.store.Begun(ctx) })
	g.Go(func() error { return a.watchOver(ctx) })
	g.Go(func() error { return errand.Run(ctx, a.cfg.Data, quarantine.Office{Store: a.store}.Order) })
	g.Go(func() error { return serve.HTTP(ctx, a.http, serve.Strictly(a.web.Handler()), a.log) })
	a.log.Info("serving", "pages", a.HTTPAddr(), "broker", a.BrokerAddr(), "operation", a.post.Addr(), "version", Version)
	return g.Wait()
}

// housekeeping folds ended Days for reports and forgets answers that nobody can ask for any more.
func (a *App) housekeeping(ctx context.Context) error {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		if err := a.store.FoldDays(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("fold days for reports", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-hourly.C:
			if err := a.store.Forget(ctx, a.clock.Now().Add(-7*24*time.Hour)); err != nil && ctx.Err() == nil {
				a.log.Warn("forget old answers", "err", err)
			}
			a.compact(ctx)
			if _, err := a.store.ForgetMirror(ctx, a.clock.Now().AddDate(0, 0, -mirrorDays), engine.Understands); err != nil && ctx.Err() == nil {
				a.log.Warn("forget copies of nodes' logs", "err", err)
			}
			if err := a.store.ForgetCommands(ctx, a.clock.Now().AddDate(0, 0, -commandDays)); err != nil && ctx.Err() == nil {
				a.log.Warn("forget old commands", "err", err)
			}
			if err := a.store.Retire(ctx, a.clock.Now().AddDate(0, 0, -a.cfg.Retention.StaffDays)); err != nil && ctx.Err() == nil {
				a.log.Warn("retire pseudonyms", "err", err)
			}
		}
	}
}

// close gives back what New opened, last first.
func (a *App) close() error {
	var errs []error
	if a.http != nil {
		if err := a.http.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if a.broker != nil {
		if err := a.broker.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	errs = append(errs, a.trust.Close(), a.post.Close())
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	return errors.Join(errs...)
}
