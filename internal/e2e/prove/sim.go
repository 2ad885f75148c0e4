package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"balcao/internal/e2e/sim"
)

// simulate lives some seeds and prints what they came to, in one line.
func simulate(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("sim", flag.ContinueOnError)
	var cfg sim.Config
	flags.Uint64Var(&cfg.Seed, "seed", 1, "the first seed")
	seeds := flags.Int("seeds", 1, "how many seeds, one after the other")
	flags.IntVar(&cfg.Branches, "branches", 1, "branches")
	flags.IntVar(&cfg.Kiosks, "kiosks", 10, "kiosks of each branch")
	hours := flags.Float64("hours", 24, "hours lived before everything heals")
	away := flags.Float64("away", 0, "hours for which headquarters is cut off, from the first hour on")
	flags.IntVar(&cfg.Tickets, "tickets", 1000, "citizens of all branches in each seed")
	flags.BoolVar(&cfg.Calm, "calm", false, "nothing goes wrong")
	trace := flags.Bool("trace", false, "print what happens")
	most := flags.Duration("most", 0, "begin no further seed after this long; 0 is no bound")
	side := flags.Int("side", 2, "how many seeds side by side")
	if err := flags.Parse(args); err != nil {
		return err
	}
	cfg.Span, cfg.Away = time.Duration(*hours*float64(time.Hour)), time.Duration(*away*float64(time.Hour))
	if *trace {
		cfg.Trace, *side = os.Stdout, 1
	}
	began := time.Now()
	b := batch{cfg: cfg, left: *seeds, errs: os.Stderr}
	var parts sync.WaitGroup
	for range max(1, *side) {
		parts.Go(func() {
			for more := true; more; {
				more = (*most == 0 || time.Since(began) < *most) && b.one(ctx)
			}
		})
	}
	parts.Wait()
	fmt.Fprintf(out, "sim: %d seeds of %g h tried (headquarters away for %g h), %d failed; %s; %s\n", b.lived, *hours, *away, len(b.failed), b.sum, time.Since(began).Round(time.Second))
	if len(b.failed) > 0 {
		return fmt.Errorf("%d of %d seeds failed, as told above", len(b.failed), b.lived)
	}
	return nil
}

// batch is seeds being lived, some at a time.
type batch struct {
	mu     sync.Mutex
	cfg    sim.Config
	left   int
	lived  int
	sum    sim.Result
	failed []error
	errs   io.Writer
}

// one lives the next seed; false when there is none.
func (b *batch) one(ctx context.Context) bool {
	b.mu.Lock()
	cfg := b.cfg
	if b.left == 0 || ctx.Err() != nil {
		b.mu.Unlock()
		return false
	}
	b.left--
	b.cfg.Seed++
	b.mu.Unlock()
	result, err := sim.Run(ctx, cfg)
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	b.lived++
	b.sum.Add(result)
	if err != nil {
		b.failed = append(b.failed, err)
		fmt.Fprintln(b.errs, err) // at once: a run of hours may be ended before its end
	}
	return true
}
