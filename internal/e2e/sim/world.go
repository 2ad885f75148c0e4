package sim

import (
	"container/heap"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// Config describes one run. Zero fields mean their defaults.
type Config struct {
	Seed     uint64
	Branches int           // 1 by default
	Kiosks   int           // of each branch, 2 by default
	Span     time.Duration // lived before everything heals, 24 h by default
	Tickets  int           // citizens of all branches in all, 100 by default
	Away     time.Duration // how long headquarters is cut off from every branch, from the first hour on
	Calm     bool          // no faults at all
	Start    time.Time     // when it begins; by default a Monday morning in November
	Zones    []string      // of the branches, in turn; Lisbon by default
	Dir      string        // for the files; a folder that is removed again by default
	Trace    io.Writer     // a line for each thing that happens; nil for none

	spoil func(w *world)       // does what tests accuse
	look  func(w *world) error // looks at the end, before everything is closed
}

func (c Config) withDefaults() Config {
	c.Branches = max(1, c.Branches)
	if c.Kiosks == 0 {
		c.Kiosks = 2
	}
	if c.Span == 0 {
		c.Span = 24 * time.Hour
	}
	if c.Tickets == 0 {
		c.Tickets = 100
	}
	if c.Start.IsZero() {
		c.Start = start
	}
	if len(c.Zones) == 0 {
		c.Zones = []string{"Europe/Lisbon"}
	}
	return c
}

// Command is the one command that lives a run again.
func (c Config) Command() string {
	c = c.withDefaults()
	s := fmt.Sprintf("go run ./internal/e2e/prove sim -seed %d -branches %d -kiosks %d -hours %g -tickets %d -away %g",
		c.Seed, c.Branches, c.Kiosks, c.Span.Hours(), c.Tickets, c.Away.Hours())
	if c.Calm {
		s += " -calm"
	}
	return s
}

// world is one run.
type world struct {
	cfg  Config
	ctx  context.Context //nolint:containedctx // one run, from Run to its end
	dice *rand.Rand
	now  time.Time
	due  calendar
	n    uint64 // things that were ever put into the calendar
	log  *slog.Logger
	dir  string
	zone *time.Location // of headquarters

	hq       *hq
	branches []*branchNode
	links    []*link
	healed   bool // no more faults
	witness  *witness
	digest   interface {
		io.Writer
		Sum64() uint64
	}
}

// start is when a run begins that says no other time: a Monday morning in Lisbon, one month before the winter clock would matter.
var start = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// Run lives one seed. The error names everything that was not as it must be, and the command that lives it again.
func Run(ctx context.Context, cfg Config) (Result, error) {
	cfg = cfg.withDefaults()
	w := &world{
		cfg: cfg, ctx: ctx, dice: rand.New(rand.NewPCG(cfg.Seed, 2026)), now: cfg.Start, log: slog.New(slog.DiscardHandler), //nolint:gosec // a seed, not a secret
		dir: cfg.Dir, digest: fnv.New64a(),
	}
	if w.dir == "" {
		dir, err := os.MkdirTemp(memory(), "balcao-sim")
		if err != nil {
			return Result{}, err
		}
		defer os.RemoveAll(dir)
		w.dir = dir
	}
	if cfg.Trace != nil {
		w.log = slog.New(slog.NewTextHandler(cfg.Trace, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	w.witness = newWitness(w)
	err := w.live()
	if closed := w.close(); err == nil {
		err = closed
	}
	r := w.witness.result(w.digest.Sum64())
	if err != nil {
		return r, fmt.Errorf("seed %d: %w\nlive it again: %s", cfg.Seed, err, cfg.Command())
	}
	if len(w.witness.faults) > 0 {
		return r, fmt.Errorf("seed %d: %w\nlive it again: %s", cfg.Seed, w.witness.verdict(), cfg.Command())
	}
	return r, nil
}

// memory is where files are in memory, as on most Linux systems; kills end between two commits here, so nothing that a
// disk does better is looked at. Empty is the usual folder.
func memory() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return ""
}

func (w *world) live() error {
	var err error
	if w.zone, err = time.LoadLocation("Europe/Lisbon"); err != nil {
		return err
	}
	if err := w.build(); err != nil {
		return err
	}
	if !w.cfg.Calm {
		w.trouble()
	}
	if w.cfg.spoil != nil {
		w.cfg.spoil(w)
	}
	w.citizens()
	if err := w.until(w.cfg.Start.Add(w.cfg.Span)); err != nil {
		return err
	}
	if err := w.heal(); err != nil {
		return err
	}
	if err := w.judge(); err != nil || w.cfg.look == nil {
		return err
	}
	return w.cfg.look(w)
}

func (w *world) build() error {
	w.hq = newHQ(w)
	if err := w.hq.begin(); err != nil {
		return err
	}
	for i := range w.cfg.Branches {
		b, err := newBranch(w, i)
		if err != nil {
			return err
		}
		w.branches = append(w.branches, b)
		if err := b.begin(); err != nil {
			return err
		}
		for k := range w.cfg.Kiosks {
			kiosk := newKiosk(w, b, k)
			b.kiosks = append(b.kiosks, kiosk)
			if err := kiosk.begin(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) close() error {
	var err error
	for _, b := range w.branches {
		for _, k := range b.kiosks {
			err = firstOf(err, k.shut())
		}
		err = firstOf(err, b.shut())
	}
	if w.hq != nil {
		err = firstOf(err, w.hq.shut())
	}
	return err
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// appointment is what happens at a moment of virtual time; those of one moment happen in the order they were made.
type appointment struct {
	at time.Time
	n  uint64
	do func() error
}

type calendar []appointment

func (c calendar) Len() int { return len(c) }
func (c calendar) Less(i, j int) bool {
	if c[i].at.Equal(c[j].at) {
		return c[i].n < c[j].n
	}
	return c[i].at.Before(c[j].at)
}
func (c calendar) Swap(i, j int) { c[i], c[j] = c[j], c[i] }

// Push is heap's.
func (c *calendar) Push(x any) { *c = append(*c, x.(appointment)) }

// Pop is heap's.
func (c *calendar) Pop() any {
	old := *c
	x := old[len(old)-1]
	old[len(old)-1] = appointment{}
	*c = old[:len(old)-1]
	return x
}

func (w *world) after(d time.Duration, do func() error) {
	w.n++
	heap.Push(&w.due, appointment{at: w.now.Add(max(0, d)), n: w.n, do: do})
}

// until lets time pass to a moment.
func (w *world) until(end time.Time) error {
	for len(w.due) > 0 && !w.due[0].at.After(end) {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		x := heap.Pop(&w.due).(appointment)
		w.now = x.at
		if err := x.do(); err != nil {
			return err
		}
	}
	w.now = end
	return nil
}

// between returns a random time span.
func (w *world) between(low, high time.Duration) time.Duration {
	if high <= low {
		return low
	}
	return low + time.Duration(w.dice.Int64N(int64(high-low)))
}

// chance is true in so many of a hundred cases.
func (w *world) chance(percent int) bool { return w.dice.IntN(100) < percent }

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// tell writes down that something happened; two runs of a seed tell the same.
func (w *world) tell(format string, args ...any) {
	line := w.now.Format("2006-01-02 15:04:05.000 ") + fmt.Sprintf(format, args...) + "\n"
	_, _ = io.WriteString(w.digest, line) // a hash takes everything
	if w.cfg.Trace != nil {
		_, _ = io.WriteString(w.cfg.Trace, line) // a trace that cannot be written changes nothing
	}
}
