package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"balcao/internal/e2e/power"
)

// breakDisk has the disk of each program's database go wrong, and prints a line for each kind of fault.
func breakDisk(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("disk", flag.ContinueOnError)
	var cfg power.FaultConfig
	flags.IntVar(&cfg.Tries, "tries", 10, "of each fault, at each program, in each of three parts of its life")
	flags.Uint64Var(&cfg.Seed, "seed", 1, "of the moments")
	flags.StringVar(&cfg.Only, "only", "", "one program: kiosk, branch-server or hq")
	flags.StringVar(&cfg.Dir, "dir", "", "a folder for the files; a new one if empty. In memory syncs cost nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(cfg.Dir, "balcao-disk")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cfg.Dir = dir
	all, err := power.Faults(ctx, cfg)
	for _, r := range all {
		fmt.Fprintln(out, r)
		if r.Lost+r.Doubled > 0 {
			err = errors.Join(err, errWrong)
		}
	}
	return err
}
