package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"balcao/internal/e2e/kills"
)

// kill kills the programs of a demo and prints what that came to.
func kill(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("kill", flag.ContinueOnError)
	var cfg kills.Config
	flags.IntVar(&cfg.Kills, "kills", 30, "kills of each program")
	programs := flags.String("programs", "kiosk,branch-server,hq", "the programs, with commas")
	flags.DurationVar(&cfg.Most, "most", 0, "kill no more after this long; 0 is no bound")
	flags.Uint64Var(&cfg.Seed, "seed", 1, "of the pauses between")
	flags.StringVar(&cfg.Bin, "bin", "", "folder of the programs and the demo; built anew by default")
	if err := flags.Parse(args); err != nil {
		return err
	}
	cfg.Programs = strings.Split(*programs, ",")
	dir, err := os.MkdirTemp("", "balcao-kill")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cfg.Dir = filepath.Join(dir, "demo")
	if cfg.Bin == "" {
		cfg.Bin = filepath.Join(dir, "bin")
		build := exec.CommandContext(ctx, "go", "build", "-o", cfg.Bin+string(filepath.Separator), "./kiosk", "./branch-server", "./hq", "./internal/demo") //nolint:gosec // our own programs
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build the programs: %w", err)
		}
	}
	r, err := kills.Run(ctx, cfg)
	fmt.Fprintln(out, r)
	if err == nil && r.Lost+r.Doubled > 0 {
		err = errWrong
	}
	return err
}
