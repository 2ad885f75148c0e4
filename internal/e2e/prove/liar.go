package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"balcao/internal/e2e/liar"
)

// lie sends events through a lying cable and prints what they came to.
func lie(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("liar", flag.ContinueOnError)
	cfg := liar.Config{Faults: liar.Lying}
	flags.IntVar(&cfg.Events, "events", 20_000, "events of all kiosks together")
	flags.IntVar(&cfg.Kiosks, "kiosks", 100, "kiosks that send them")
	flags.Uint64Var(&cfg.Seed, "seed", 1, "of the cable's dice")
	flags.DurationVar(&cfg.Restart, "restart", time.Second, "how often the broker restarts; 0 is never")
	flags.Float64Var(&cfg.Faults.Drop, "drop", cfg.Faults.Drop, "share of messages lost after they were confirmed")
	flags.Float64Var(&cfg.Faults.Double, "double", cfg.Faults.Double, "share of messages that come twice")
	flags.IntVar(&cfg.Faults.Reorder, "reorder", cfg.Faults.Reorder, "the next message is any of so many")
	flags.DurationVar(&cfg.Faults.Delay, "delay", cfg.Faults.Delay, "the most that a message is late")
	most := flags.Duration("most", 0, "compare what has arrived after this long; 0 waits for everything")
	flags.StringVar(&cfg.Dir, "dir", "", "folder for the files; a new one that is removed again by default")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if cfg.Dir == "" {
		dir, err := os.MkdirTemp("", "balcao-liar")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		cfg.Dir = dir
	}
	if *most > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, *most)
		defer stop()
	}
	r, err := liar.Run(ctx, cfg)
	fmt.Fprintln(out, r)
	if err == nil && r.Lost+r.Doubled+r.Disorder > 0 {
		err = errWrong
	}
	return err
}
