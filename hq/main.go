// The hq program is headquarters: it takes in what every branch writes down and shows the whole network live.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"balcao/hq/app"
	"balcao/hq/bench"
	"balcao/hq/year"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "hq:", err)
		}
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out, messages io.Writer) error {
	switch append(args, "")[0] {
	case "ca":
		return app.CA(context.Background(), args[1:], out)
	case "bench":
		return bench.Command(context.Background(), args[1:], out, messages)
	case "year":
		return year.Command(context.Background(), args[1:], out, messages)
	}
	if ours, err := app.Orders(context.Background(), args, out, messages); ours {
		return err
	}
	flags := flag.NewFlagSet("hq", flag.ContinueOnError)
	flags.SetOutput(messages)
	path := flags.String("config", "hq.yaml", "configuration file")
	check := flags.Bool("check", false, "look at configuration, disk, certificate and ports, and end")
	asJSON := flags.Bool("json", false, "with -check: the report as JSON")
	hash := flags.Bool("hash-password", false, "read a password from standard input, print its hash for the configuration and end")
	key := flags.String("new-key", "", "make a key with which a program of this name may read, and end")
	move := flags.String("move-to", "", "bring everything into an empty database on PostgreSQL, postgres://user@host/name, compare it and end")
	version := flags.Bool("version", false, "print the version and end")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *version {
		_, err := fmt.Fprintln(out, app.Version)
		return err
	}
	if *hash {
		return app.HashPassword(in, out)
	}
	if *key != "" {
		return app.NewKey(*key, out)
	}
	if *check {
		return app.Check(context.Background(), *path, *asJSON, out)
	}
	if *move != "" {
		return app.MoveTo(context.Background(), *path, *move, out)
	}
	cfg, err := app.Load(*path)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a, err := app.New(ctx, cfg, slog.New(slog.NewJSONHandler(messages, nil)))
	if err != nil {
		return err
	}
	return a.Run(ctx)
}
