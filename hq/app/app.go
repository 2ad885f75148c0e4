// Package app puts headquarters together: the database, the broker that branches connect to, the live state of the
// network and its pages, and lives until it is told to end.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"time"
	_ "time/tzdata" // headquarters brings its own time zones

	"golang.org/x/sync/errgroup"

	"balcao/hq/atlas"
	"balcao/hq/atlas/registry"
	"balcao/hq/cases"
	"balcao/hq/command"
	"balcao/hq/ingest"
	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/notify"
	"balcao/hq/people"
	"balcao/hq/rollout"
	"balcao/hq/store"
	"balcao/hq/web"
	"balcao/internal/authority"
	"balcao/internal/broker"
	"balcao/internal/carrier"
	"balcao/internal/disk"
	"balcao/internal/errand"
	"balcao/internal/machine"
	"balcao/internal/metrics"
	"balcao/internal/mqttlink"
	"balcao/internal/operation"
	"balcao/internal/serve"
	"balcao/internal/wire"
)

// Version is told to branches and shown on the command line.
const Version = "0.1.0"

// silence is how long a branch may say nothing before it counts as not linked. It speaks once a second.
const silence = 15 * time.Second

// App is headquarters with its file and ports open.
type App struct {
	cfg    Config
	log    *slog.Logger
	store  *store.Store
	ingest *ingest.Ingest
	broker *broker.Broker // nil with an outside one
	http   net.Listener
	web    *web.Server
	live   *network.Network
	parent *carrier.Parent
	trust  *authority.Station
	people *people.Roster
	desk   *cases.Desk
	teller *notify.Teller
	book   *metrics.Book
	post   *operation.Post
	disk   *disk.Keeper
	whole  *disk.Whole // nil on PostgreSQL: its disk is its server's
	keeper *report.Keeper
	boot   string
	shared *shared     // nil alone with the file
	leads  atomic.Bool // over the processes that share a database
	zone   *time.Location

	archiveNow chan struct{} // somebody ordered it

	rollout *rollout.Desk

	commands *command.Desk
	answers  chan answered // of branches to commands
}

// New opens the database, restores what is known of the branches and binds the ports. It starts nothing; what it
// opened is closed again if a later step fails.
func New(ctx context.Context, cfg Config, log *slog.Logger) (_ *App, err error) {
	a := &App{cfg: cfg, log: log, boot: machine.NewBoot(), archiveNow: make(chan struct{}, 1), answers: make(chan answered, manyAnswers)}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	// Both are tried, so that ports and a folder that cannot be had are named together.
	if err := a.openTrust(); err != nil {
		return nil, err
	}
	if err := errors.Join(a.openPost(ctx), a.bind(ctx), a.open(ctx)); err != nil {
		return nil, err
	}
	nw, zone, err := a.network()
	if err != nil {
		return nil, err
	}
	a.live, a.zone = nw, zone
	var ledger ingest.Store = timedStore{a.store, a.book}
	if a.shared != nil {
		ledger = calling{timedStore{a.store, a.book}, a.shared.took}
	}
	if a.ingest, err = ingest.New(ctx, ledger, nw, time.Now, log); err != nil {
		return nil, err
	}
	if a.shared != nil {
		a.ingest.Share()
	}
	if err := a.connect(); err != nil {
		return nil, err
	}
	first, err := firstPeople(cfg.People)
	if err != nil {
		return nil, err
	}
	if a.people, err = people.NewRoster(ctx, a.store, first); err != nil {
		return nil, err
	}
	if err := a.openRegistry(ctx); err != nil {
		return nil, err
	}
	if err := a.openDesk(ctx); err != nil {
		return nil, err
	}
	a.keeper = report.NewKeeper(a.store, nw, cfg.Reports.Every, time.Now, log)
	if err := a.rememberEquipment(ctx); err != nil {
		return nil, err
	}
	a.rollout = rollout.NewDesk(a.store, branchesNow{a}, func() bool { return a.shared == nil || a.leads.Load() }, time.Now, log)
	a.commands = command.NewDesk(a.store, way{a}, time.Now, log)
	var outside web.SSO
	if err := cfg.OpenID.open(&outside); err != nil {
		return nil, err
	}
	keys, err := readKeys(cfg.Keys)
	if err != nil {
		return nil, err
	}
	a.web, err = web.New(web.Options{
		SSO:     outside,
		Rollout: a.rollout, Plan: cfg.Configuration.plan(), CanSign: a.canSign,
		Keys: keys, Commands: a.commands,
		Reports: report.NewDesk(a.store, nw), Equipment: a.store,
		People: a.people, Office: a.store, Hints: a.store, Desk: a.desk, Sites: a.store, OpenToRead: cfg.OpenToRead,
		Network: nw, Store: a.store, Names: names(cfg), Zone: zone, Target: cfg.Target, Hosts: cfg.HTTP.Hosts,
		Healthy: a.healthy, Now: time.Now, Log: log,
	})
	return a, err
}

// firstPeople reads the file of the first who may sign in; none where none is named.
func firstPeople(path string) ([]people.Record, error) {
	if path == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	return people.Parse(path, raw)
}

// open opens the database.
func (a *App) open(ctx context.Context) (err error) {
	if a.cfg.Postgres.URL != "" {
		return a.openShared(ctx)
	}
	if a.store, err = store.Open(ctx, filepath.Join(a.cfg.Data, "hq.db"), time.Now); err != nil {
		return err
	}
	a.store.ArchiveIn(a.cfg.archiveFolder())
	return a.keepDisk(ctx)
}

// bind takes the ports; a taken one is named.
func (a *App) bind(ctx context.Context) error {
	var faults []error
	if len(a.cfg.Broker.Outside) == 0 {
		password, err := machine.Secret(a.cfg.Broker.PasswordFile)
		if err != nil {
			return err
		}
		b, err := broker.New(a.brokerConfig(password))
		if err != nil {
			faults = append(faults, fmt.Errorf("bind broker.listen %s: %w", a.cfg.Broker.Listen, err))
		}
		a.broker = b
	}
	var lc net.ListenConfig
	faults = append(faults, a.trust.Bind(ctx))
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

func (a *App) network() (*network.Network, *time.Location, error) {
	zone, err := time.LoadLocation(a.cfg.Zone)
	if err != nil {
		return nil, nil, fmt.Errorf("read time zone: %w", err)
	}
	known := make([]network.Known, len(a.cfg.Branches))
	for i, b := range a.cfg.Branches {
		known[i] = network.Known{
			ID: wire.NodeID(b.ID), Name: b.Name, District: b.District, Kind: registry.Kind(b.Type), Position: b.Position,
			Opens: b.Opens, Delivery: registry.Delivery(b.Delivery),
		}
		if b.Zone == "" {
			continue
		}
		if known[i].Zone, err = time.LoadLocation(b.Zone); err != nil {
			return nil, nil, fmt.Errorf("read time zone of %s: %w", b.ID, err)
		}
	}
	land := atlas.Portugal()
	return network.New(network.Options{
		Zone: zone, Known: known, Simulated: a.cfg.simulated,
		Invent: func(id wire.NodeID) (atlas.Position, string) { return land.Invent(string(id)) },
		Own:    a.own,
		Target: a.cfg.Target, Silence: silence, Limit: a.cfg.MaxBranches,
	}), zone, nil
}

func names(cfg Config) web.Names {
	n := web.Names{Bodies: map[string]string{}, Services: map[string]string{}}
	for _, b := range cfg.Bodies {
		n.Bodies[b.ID] = b.Name
	}
	for _, s := range cfg.Services {
		n.Services[s.ID] = s.Name
	}
	return n
}

// connect prepares the way to the branches; nothing is connected until Run.
func (a *App) connect() error {
	password, err := machine.Secret(a.cfg.Broker.PasswordFile)
	if err != nil {
		return err
	}
	urls := a.cfg.Broker.Outside
	if a.broker != nil {
		urls = []string{a.trust.URL(a.broker.Addr())}
	}
	a.parent, err = carrier.NewParent(carrier.ParentConfig{
		// The file's own name alone would not tell that an older copy of it was put back.
		Boot: a.boot, Incarnation: a.incarnation() + "-" + a.boot, Software: Version,
		Link:   mqttlink.Config{Brokers: urls, Password: password, TLS: a.trust.Client(wire.HQName)},
		Ledger: ledger{Ingest: a.ingest, disk: a.disk}, OnLive: a.ingest.Live, OnHealth: a.ingest.Health, OnPresence: a.ingest.Presence,
		OnClone: a.ingest.Cloned, OnVersion: a.ingest.Version, OnResult: a.heardResult, Handle: a.handle,
		Now: time.Now, Log: a.log,
	})
	return err
}

var errNoBroker = errors.New("no connection to the broker")

func (a *App) healthy() error {
	if !a.parent.Connected() {
		return errNoBroker
	}
	return nil
}

// HTTPAddr returns the bound address of the pages.
func (a *App) HTTPAddr() string { return a.http.Addr().String() }

// BrokerAddr returns the bound address of the embedded broker; empty with an outside one.
func (a *App) BrokerAddr() string {
	if a.broker == nil {
		return ""
	}
	return a.broker.Addr()
}

// Run serves until ctx ends or a part fails; then everything inside has ended and what New opened is closed.
func (a *App) Run(ctx context.Context) error {
	if a.cfg.MemoryMiB > 0 {
		debug.SetMemoryLimit(int64(a.cfg.MemoryMiB) << 20)
	}
	g, ctx := errgroup.WithContext(ctx)
	if a.broker != nil {
		g.Go(func() error { return a.broker.Run(ctx) })
	}
	g.Go(func() error { return a.trust.Run(ctx) })
	g.Go(func() error { return a.post.Run(ctx) })
	g.Go(func() error { return a.disk.Run(ctx) })
	if a.whole != nil {
		g.Go(func() error { return a.whole.Run(ctx) })
	}
	g.Go(func() error { return a.parent.Run(ctx) })
	g.Go(func() error { return a.ingest.Run(ctx) })
	if a.shared == nil {
		g.Go(func() error { return a.lead(ctx) })
		g.Go(func() error { a.keepArchive(ctx, a.zone); return nil })
	} else {
		g.Go(func() error { return a.share(ctx) })
	}
	g.Go(func() error { return errand.Run(ctx, a.cfg.Data, a.order) })
	g.Go(func() error { a.rollout.Run(ctx); return nil })
	g.Go(func() error { a.commands.Run(ctx); return nil })
	g.Go(func() error { return a.hearResults(ctx) })
	g.Go(func() error { return serve.HTTP(ctx, a.http, serve.Strictly(a.web.Handler()), a.log) })
	a.log.Info("serving", "pages", a.HTTPAddr(), "broker", a.BrokerAddr(), "operation", a.post.Addr(), "version", Version)
	err := g.Wait()
	return errors.Join(err, a.close())
}

// close gives back what New opened, last first.
func (a *App) close() error {
	var errs []error
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	errs = append(errs, a.shared.close())
	if a.http != nil {
		errs = append(errs, closed(a.http.Close()))
	}
	if a.broker != nil {
		errs = append(errs, closed(a.broker.Close()))
	}
	errs = append(errs, a.trust.Close(), a.post.Close())
	return errors.Join(errs...)
}

// closed forgives that something was closed before.
func closed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
