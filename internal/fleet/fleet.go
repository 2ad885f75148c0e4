// Package fleet is a network of simulated branches for the demonstration and for measuring headquarters: each has a real
// Day, a real hash-chained log and a real connection over the real protocol; its citizens, clerks and devices are dice.
// Their ids begin with S and their names say that they are simulated. Many thousand fit into one process.
package fleet

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/internal/eventlog"
	"balcao/internal/mqttlink"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Most is how many simulated branches one process may have: ten times the national network.
const Most = 20_000

// Config describes a fleet. Branches, Link, Now and Mint must be set.
type Config struct {
	// Branches is how many there are, at most Most.
	Branches int
	// Link says how the branch of an id reaches headquarters.
	Link func(ctx context.Context, id wire.NodeID) (mqttlink.Config, error)
	// Now is the clock, Mint makes epochs and ids, Boot a name for each start.
	Now  func() time.Time
	Mint eventlog.Config
	Boot func() string
	// Uptime is the machine's, in milliseconds.
	Uptime func() int64
	// Zone is where the branches are; nil is the machine's own.
	Zone *time.Location
	// Pace is how much faster than real the days run; 0 is 1. What happens is dated by Now all the same.
	Pace float64
	// Rate, where it is set, is how many events a second all branches together make on the mean, at the pace that it takes.
	Rate float64
	// Alone is how many working Days the branches have lived without headquarters before they connect.
	Alone int
	// Spread is over how long the branches connect the first time, at random; 0 is 10 ms for each of them.
	Spread time.Duration
	// LiveEvery is how often a branch sends its figures; 0 is every second, as real ones do.
	LiveEvery time.Duration
	// Gave is told how many numbers waiting citizens were given since Run, and when; nil is nobody. What a branch gave
	// before it was ever connected is told with the moment at which it was: nobody could know of it earlier.
	Gave func(total uint64, at time.Time)
	// Log is where connections and refusals are told.
	Log *slog.Logger
}

// Fleet is some simulated branches.
type Fleet struct {
	cfg      Config
	branches []*branch
	marks    marks
	quiet    atomic.Bool // nothing happens any more
	issued   atomic.Uint64

	// Of the goroutine that lets the branches live.
	told  uint64    // numbers that Gave was told of
	early []*branch // one for each number that was given before its branch was connected
}

// Name returns the id of a simulated branch, counted from 0.
func Name(i int) wire.NodeID { return wire.NodeID(fmt.Sprintf("S%03d", i+1)) }

// New makes the branches and lets them live the Days without headquarters. Nothing is connected until Run.
func New(ctx context.Context, cfg Config) (*Fleet, error) {
	if cfg.Branches < 1 || cfg.Branches > Most {
		return nil, fmt.Errorf("make simulated branches: %d is not between 1 and %d", cfg.Branches, Most)
	}
	if cfg.Zone == nil {
		cfg.Zone = time.Local
	}
	if cfg.Pace <= 0 {
		cfg.Pace = 1
	}
	if cfg.Spread == 0 {
		cfg.Spread = time.Duration(cfg.Branches) * 10 * time.Millisecond
	}
	if cfg.LiveEvery == 0 {
		cfg.LiveEvery = time.Second
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	f := &Fleet{cfg: cfg, marks: marks{now: cfg.Now}}
	shared, err := newShared()
	if err != nil {
		return nil, err
	}
	for i := range cfg.Branches {
		f.branches = append(f.branches, newBranch(f, i, shared))
	}
	if cfg.Rate > 0 {
		f.cfg.Pace = max(1, cfg.Rate/f.busiest())
	}
	if err := f.liveAlone(ctx); err != nil {
		return nil, err
	}
	return f, nil
}

// busiest is how many events a second the whole fleet makes at the middle of a morning at the pace of real days.
func (f *Fleet) busiest() float64 {
	total := 0.0
	for _, b := range f.branches {
		total += float64(b.citizens) * eventsPerVisit
	}
	return total / openFor.Seconds()
}

// liveAlone lets every branch live the Days before today on which it did not reach headquarters.
func (f *Fleet) liveAlone(ctx context.Context) error {
	if f.cfg.Alone == 0 {
		return nil
	}
	days := workingDays(queue.DateOf(f.cfg.Now(), f.cfg.Zone), f.cfg.Alone)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, b := range f.branches {
		g.Go(func() error {
			for _, day := range days {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if err := b.wholeDay(day); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// Run connects the branches and lets them live until ctx ends; then they say farewell.
func (f *Fleet) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { f.live(ctx); return nil })
	dice := newDice(0, 5)
	for _, b := range f.branches {
		link, err := f.cfg.Link(ctx, b.id)
		if err != nil {
			if ctx.Err() != nil {
				break
			}
			return err
		}
		if err := b.connect(link); err != nil {
			return err
		}
		// They do not all arrive at once.
		wait := time.Duration(dice.Float64() * float64(f.cfg.Spread))
		g.Go(func() error {
			if !pause(ctx, wait) {
				return nil
			}
			return b.child.Load().Run(ctx)
		})
	}
	return g.Wait()
}

// Quiet ends what citizens and clerks do; what was logged is still handed over.
func (f *Fleet) Quiet() { f.quiet.Store(true) }

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
