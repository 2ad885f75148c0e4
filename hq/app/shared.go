package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/hq/atlas/registry"
	"balcao/hq/network"
	"balcao/hq/postgres"
	"balcao/hq/store"
	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// shared is what this process has to do with others on the same database.
type shared struct {
	db    *postgres.DB
	lock  *os.File // of the data folder
	inc   string   // of the database, as branches were told last
	since int64    // words of others are heard up to

	took    chan struct{} // records were taken in here
	changed chan string   // something was changed here
	called  chan string   // others called
}

// Rhythm of the processes among themselves.
const (
	beatEvery   = time.Second
	followEvery = 2 * time.Second        // though nobody called
	callAtMost  = 100 * time.Millisecond // between two calls that records were taken in
	retryEvery  = time.Second            // after the database went away
	monthsEvery = 6 * time.Hour
)

// calledRecords is what processes call when they took records in; other words are those of the store.
const calledRecords = "records"

// openShared opens the database on PostgreSQL.
func (a *App) openShared(ctx context.Context) (err error) {
	s := &shared{took: make(chan struct{}, 1), changed: make(chan string, 16), called: make(chan string, 16)}
	if s.lock, err = ownFolder(a.cfg.Data); err != nil {
		return err
	}
	a.shared = s
	cfg, err := a.cfg.Postgres.open()
	if err != nil {
		return err
	}
	if s.db, err = postgres.Open(ctx, cfg, time.Now()); err != nil {
		return err
	}
	if a.store, err = store.On(ctx, s.db, time.Now); err != nil {
		return err
	}
	if s.inc, err = s.db.Incarnation(ctx); err != nil {
		return err
	}
	a.store.OnChange(func(what string) {
		select {
		case s.changed <- what:
		default: // so many changes at once are found by looking
		}
	})
	a.log.Info("shares a database", "database", cfg.Where())
	return a.keepDisk(ctx)
}

// openPostgres opens the store on PostgreSQL beside the programs that work on it.
func openPostgres(ctx context.Context, c Config) (*store.Store, error) {
	cfg, err := c.Postgres.open()
	if err != nil {
		return nil, err
	}
	db, err := postgres.Open(ctx, cfg, time.Now())
	if err != nil {
		return nil, err
	}
	return store.On(ctx, db, time.Now)
}

// ownFolder keeps a second program from the data folder, as the file of the database does where there is one.
func ownFolder(folder string) (*os.File, error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(folder, "hq.db.lock"), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator's folder
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("open %s: %w", folder, errors.Join(sqlite.ErrInUse, err))
	}
	return lock, nil
}

func (s *shared) close() error {
	if s == nil || s.lock == nil {
		return nil
	}
	return s.lock.Close()
}

// incarnation names the state of the database as branches are told.
func (a *App) incarnation() string {
	if a.shared == nil {
		return a.store.Incarnation()
	}
	return a.store.Incarnation()[:8] + "-" + a.shared.inc
}

// lead does what one process does for all: it looks for alerts and tells them, keeps reports in step and writes down
// devices. Alone with its file this process always leads.
func (a *App) lead(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.keepHeads(ctx) })
	g.Go(func() error { a.watch(ctx); return nil })
	g.Go(func() error { a.keepEquipment(ctx); return nil })
	g.Go(func() error { a.keeper.Run(ctx); return nil })
	g.Go(func() error { a.teller.Run(ctx); return nil })
	if a.shared != nil {
		g.Go(func() error { a.keepMonths(ctx); return nil })
	}
	return g.Wait()
}

// share works together with the other processes until ctx ends.
func (a *App) share(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { a.beat(ctx); return nil })
	g.Go(func() error { a.follow(ctx); return nil })
	g.Go(func() error { a.call(ctx); return nil })
	g.Go(func() error {
		a.again(ctx, "hear", func() error {
			return a.shared.db.Listen(ctx, func(word string) {
				select {
				case a.shared.called <- word:
				default:
				}
			})
		})
		return nil
	})
	g.Go(func() error {
		a.again(ctx, "lead", func() error { return a.shared.db.Lead(ctx, a.takeOver) })
		return nil
	})
	err := g.Wait()
	a.keepEquipmentNow(ctx) // perhaps nobody led
	return err
}

// again does something that lasts, and does it again after a while when it failed.
func (a *App) again(ctx context.Context, what string, do func() error) {
	wait := time.NewTicker(retryEvery)
	defer wait.Stop()
	for {
		if err := do(); err != nil && ctx.Err() == nil {
			a.log.Warn("no connection to the other processes", "part", what, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
	}
}

// takeOver leads from now on: it goes on with the alerts as they are written down, as after a start.
func (a *App) takeOver(ctx context.Context) {
	if err := a.desk.Reload(ctx); err != nil {
		a.log.Warn("cannot lead", "err", err)
		return
	}
	a.live.TakeOver(a.desk.Alerts())
	a.leads.Store(true)
	defer a.leads.Store(false)
	a.log.Info("leads the processes of headquarters")
	if err := a.lead(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("leading ended", "err", err)
	}
}

// beat tells the others what branches say here, and hears what they say there.
func (a *App) beat(ctx context.Context) {
	t := time.NewTicker(beatEvery)
	defer t.Stop()
	failed := false
	for {
		err := a.beatOnce(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			a.log.Warn("no word with the database", "err", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func (a *App) beatOnce(ctx context.Context) error {
	s := a.shared
	inc, err := s.db.Incarnation(ctx)
	if err != nil {
		return err
	}
	if inc != s.inc {
		a.log.Warn("the database is another one than before, everything is read anew", "was", s.inc, "is", inc)
		if err := a.readAnew(ctx); err != nil {
			return err
		}
		s.inc, s.since = inc, 0
		a.parent.Renew(a.incarnation() + "-" + a.boot)
	}
	if err := s.db.Beat(ctx, a.boot, a.ingest.Words()); err != nil {
		return err
	}
	alive, words, next, err := s.db.Peers(ctx, a.boot, s.since)
	if err != nil {
		return err
	}
	s.since = next
	a.ingest.Hear(alive, words)
	return nil
}

// readAnew reads everything that may have gone back with the database.
func (a *App) readAnew(ctx context.Context) error {
	a.ingest.SayAgain()
	return errors.Join(a.ingest.Reload(ctx), a.people.Reload(ctx), a.desk.Reload(ctx), a.readSites(ctx))
}

// follow shows what other processes took in and changed.
func (a *App) follow(ctx context.Context) {
	t := time.NewTicker(followEvery)
	defer t.Stop()
	look := time.NewTicker(checkEvery)
	defer look.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			err = a.ingest.Follow(ctx)
		case <-look.C:
			if !a.leads.Load() {
				a.live.CheckAlerts(time.Now())
				a.desk.Watch(a.live.Alerts())
				err = errors.Join(a.desk.Reload(ctx), a.people.Reload(ctx), a.readSites(ctx))
			}
		case word := <-a.shared.called:
			switch word {
			case store.People:
				err = a.people.Reload(ctx)
			case store.Cases:
				err = a.desk.Reload(ctx)
			case store.Sites:
				err = a.readSites(ctx)
			case store.Configuration:
				a.rollout.Nudge() // pages read the database
			default:
				err = a.ingest.Follow(ctx)
			}
		}
		if err != nil && ctx.Err() == nil {
			a.log.Warn("what other processes did is not read", "err", err)
		}
	}
}

// readSites shows the registry as it is now.
func (a *App) readSites(ctx context.Context) error {
	sites, err := a.store.Sites(ctx)
	if err != nil {
		return err
	}
	return a.showSites(sites)
}

func (a *App) showSites(sites []registry.Site) error {
	home, err := time.LoadLocation(a.cfg.Zone)
	if err != nil {
		return err
	}
	for _, one := range sites {
		zone := home
		if one.Zone != "" {
			if zone, err = time.LoadLocation(one.Zone); err != nil {
				return fmt.Errorf("read time zone of %s: %w", one.ID, err)
			}
		}
		a.live.Register(network.KnownOf(one, zone))
	}
	return nil
}

// call wakes the others when something was taken in or changed here.
func (a *App) call(ctx context.Context) {
	t := time.NewTicker(callAtMost)
	defer t.Stop()
	for {
		word := calledRecords
		select {
		case <-ctx.Done():
			return
		case <-a.shared.took:
		case word = <-a.shared.changed:
		}
		if err := a.shared.db.Call(ctx, word); err != nil && ctx.Err() == nil {
			a.log.Debug("others not called", "err", err) // they look by themselves
		}
		if word != calledRecords {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// keepMonths makes places for the events of the next months, and gives up those of old ones if that is wished.
func (a *App) keepMonths(ctx context.Context) {
	t := time.NewTicker(monthsEvery)
	defer t.Stop()
	for {
		now := time.Now()
		err := a.shared.db.MakeMonths(ctx, now)
		if keep := a.cfg.Postgres.KeepMonths; err == nil && keep > 0 {
			var gone []time.Time
			gone, err = a.shared.db.DropMonths(ctx, now.AddDate(0, -keep, 0))
			for _, month := range gone {
				a.log.Info("events of a month given up", "month", month.Format("2006-01"))
			}
		}
		if err != nil && ctx.Err() == nil {
			a.log.Error("months of events not kept", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// calling is a ledger that says when something was taken in.
type calling struct {
	timedStore

	took chan<- struct{}
}

// AcceptAll implements ingest.Store.
func (c calling) AcceptAll(ctx context.Context, batches []wire.Batch) ([]replica.Decision, error) {
	decisions, err := c.timedStore.AcceptAll(ctx, batches)
	if err == nil {
		select {
		case c.took <- struct{}{}:
		default:
		}
	}
	return decisions, err
}
