// Package year fills an empty database of headquarters with a generated year of the whole network, and asks it every
// report: whether the country fits into two seconds is not seen with the data of a test.
//
// What is generated. Each simulated branch of internal/fleet lives the working Days of the last month by the real rules,
// with invented citizens and clerks; what it writes down stands in the database as its log, chained as logs are, and is
// rolled up as Days are. The eleven months before have roll-ups alone, as if their events lay in an archive elsewhere: each
// working Day of a branch there is one of its lived Days of the same weekday again.
package year

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/postgres"
	"balcao/hq/store"
	"balcao/hq/web"
	"balcao/internal/fleet"
	"balcao/internal/machine"
)

// Options say what is generated and asked.
type Options struct {
	Branches int       // simulated ones
	Days     int       // working Days of the last month that are lived, with all their events; 0 is the whole month
	Months   int       // of the year, the last one among them; 0 is 12
	Until    time.Time // a date in the last month; the zero one is the month before this
	Dir      string    // folder of the database, which stays; empty is one that is deleted at the end
	Store    string    // address of an empty PostgreSQL to which it is moved then; empty stays with the file
	Times    int       // how often each report is asked
	Most     time.Duration
	Report   io.Writer // where it is told how far it is
}

// ErrSlow means that a report took longer than it may.
var ErrSlow = errors.New("a report takes longer than it may")

// house is the generated headquarters.
type house struct {
	o     Options
	dir   string
	fleet *fleet.Fleet
	month time.Time // the first of the last month
	days  []time.Time
	rows  int // of the last answer
}

// Run generates where there is nothing yet, asks, and returns what came of it.
func Run(ctx context.Context, o Options) (Result, error) {
	if o.Branches < 1 || o.Branches > fleet.Most || o.Days < 0 || o.Months < 0 || o.Months > report.MostMonths || o.Times < 1 {
		return Result{}, fmt.Errorf("hq year: want 1 to %d branches, no negative days, at most %d months, and each report asked once at least", fleet.Most, report.MostMonths)
	}
	if o.Months == 0 {
		o.Months = 12
	}
	if o.Report == nil {
		o.Report = io.Discard
	}
	if o.Until.IsZero() {
		now := time.Now()
		o.Until = time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1)
	}
	h := &house{o: o, dir: o.Dir, month: time.Date(o.Until.Year(), o.Until.Month(), 1, 0, 0, 0, 0, time.UTC)}
	if h.dir == "" {
		var err error
		if h.dir, err = os.MkdirTemp("", "hq-year-"); err != nil {
			return Result{}, err
		}
		defer os.RemoveAll(h.dir)
	}
	if err := h.fill(ctx); err != nil {
		return Result{}, err
	}
	s, err := h.open(ctx)
	if err != nil {
		return Result{}, err
	}
	defer s.Close()
	r := Result{Simulated: true, Store: "sqlite", Branches: o.Branches, From: h.from().Format(time.DateOnly), Until: h.until().Format(time.DateOnly)}
	if o.Store != "" {
		r.Store = "postgres"
	}
	if err := h.weigh(ctx, &r); err != nil {
		return r, err
	}
	n, err := h.network(ctx, s)
	if err != nil {
		return r, err
	}
	began := time.Now()
	if err := report.NewKeeper(s, n, time.Hour, h.now, slog.New(slog.DiscardHandler)).Look(ctx); err != nil {
		return r, err
	}
	h.say("looked for what is not summed yet, as at a start: %v", time.Since(began).Round(time.Second))
	pages, err := h.pages(s, n)
	if err != nil {
		return r, err
	}
	return r, h.ask(ctx, pages, &r)
}

func (h *house) say(format string, values ...any) {
	_, _ = fmt.Fprintf(h.o.Report, "hq year: "+format+"\n", values...)
}

func (h *house) file() string { return filepath.Join(h.dir, "hq", "hq.db") }

// from and until are the first and the last date of the year.
func (h *house) from() time.Time  { return h.month.AddDate(0, 1-h.o.Months, 0) }
func (h *house) until() time.Time { return h.month.AddDate(0, 1, -1) }

// now is the evening after the year.
func (h *house) now() time.Time { return h.until().Add(22 * time.Hour) }

// fill generates the file, and moves it to PostgreSQL where that is wished; neither is done twice.
func (h *house) fill(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(h.dir, "whole")); err != nil {
		if err := h.generate(ctx); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(h.dir, "whole"), nil, 0o600); err != nil {
			return err
		}
	}
	if h.o.Store == "" {
		return nil
	}
	return h.move(ctx)
}

func (h *house) move(ctx context.Context) error {
	c := postgres.Config{URL: h.o.Store}
	if err := c.Check(); err != nil {
		return fmt.Errorf("hq year: -store: %w", err)
	}
	from, err := store.Open(ctx, h.file(), time.Now)
	if err != nil {
		return err
	}
	defer from.Close()
	began, told := time.Now(), time.Now()
	err = postgres.Move(ctx, c, postgres.Whole{Name: from.Incarnation(), File: from.Database()}, h.now(), func(table string, done, all int64) {
		if time.Since(told) > 5*time.Second {
			told = time.Now()
			h.say("moving to PostgreSQL: %s, %d of %d", table, done, all)
		}
	})
	if errors.Is(err, postgres.ErrNotEmpty) {
		h.say("the database on PostgreSQL is not empty: it is asked as it is")
		return nil
	}
	if err == nil {
		h.say("moved and compared in %v", time.Since(began).Round(time.Second))
	}
	return err
}

// open opens what is asked.
func (h *house) open(ctx context.Context) (*store.Store, error) {
	if h.o.Store == "" {
		return store.Open(ctx, h.file(), time.Now)
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: h.o.Store}, time.Now())
	if err != nil {
		return nil, err
	}
	return store.On(ctx, db, time.Now)
}

// newFleet makes the branches; the same number of them are the same ones.
func newFleet(ctx context.Context, branches int) (*fleet.Fleet, error) {
	return fleet.New(ctx, fleet.Config{
		Branches: branches, Zone: time.UTC, Now: time.Now, Mint: machine.Minter(), Boot: machine.NewBoot, Uptime: machine.Uptime,
	})
}

// network is what headquarters knows live: every branch, and none connected.
func (h *house) network(ctx context.Context, s *store.Store) (*network.Network, error) {
	land := atlas.Portugal()
	n := network.New(network.Options{
		Zone: time.UTC, Target: target, Silence: time.Minute, Limit: h.o.Branches + 16,
		Simulated: func(id wireNode) bool { return id[0] == 'S' },
		Invent:    func(id wireNode) (atlas.Position, string) { return land.Invent(string(id)) },
	})
	all, err := s.Branches(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range all {
		n.Known(b.Node, b.Name, b.Last)
	}
	return n, nil
}

// names of what simulated branches offer.
func names() web.Names {
	n := web.Names{Bodies: map[string]string{}, Services: map[string]string{}}
	for service, body := range fleet.Services() {
		letter := string(service[len(service)-1:])
		n.Services[string(service)], n.Bodies[string(body)] = "Serviço "+letter, "Entidade "+letter
	}
	return n
}
