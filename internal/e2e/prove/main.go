// Command prove is the proving ground: it lives networks in virtual time, one for each seed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const usage = "prove sim [-seeds N] [-seed N] [-branches N] [-kiosks N] [-hours H] [-tickets N] [-away H] [-calm] [-trace]"

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s: %w", usage, flag.ErrHelp)
	}
	switch args[0] {
	case "sim":
		return simulate(ctx, args[1:])
	}
	return fmt.Errorf("%s: %w", usage, flag.ErrHelp)
}
