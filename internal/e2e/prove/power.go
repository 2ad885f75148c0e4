package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"balcao/internal/e2e/power"
)

// cutPower cuts the power of each program's database and prints what that came to.
func cutPower(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("power", flag.ContinueOnError)
	var cfg power.Config
	flags.IntVar(&cfg.Cuts, "cuts", 100, "moments at which the power of each program is cut")
	flags.IntVar(&cfg.Steps, "steps", 1000, "what each program does meanwhile")
	flags.Uint64Var(&cfg.Seed, "seed", 1, "of the moments, and of what the disk then holds")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "balcao-power")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cfg.Dir = dir
	r, err := power.Run(ctx, cfg)
	fmt.Fprintln(out, r)
	return err
}
