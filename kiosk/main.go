// The kiosk program is the touch kiosk and the callboard box; its configuration says which faces it shows.
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
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/kiosk/app"
	"balcao/kiosk/app/technician"
	"balcao/kiosk/bench"
)

func main() {
	if bench.Inside(os.Args[1:]) {
		return
	}
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "kiosk:", err)
		}
		os.Exit(1)
	}
}

func run(args []string, out, messages io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if ours, err := app.Orders(ctx, args, out, messages); ours {
		return err
	}
	if ours, err := (technician.Bench{In: os.Stdin, Out: out, Now: time.Now}).Command(ctx, args); ours {
		return err
	}
	flags := flag.NewFlagSet("kiosk", flag.ContinueOnError)
	flags.SetOutput(messages)
	path := flags.String("config", "kiosk.yaml", "configuration file")
	check := flags.Bool("check", false, "look at configuration, disk, certificate, ports, devices and branch, and end")
	asJSON := flags.Bool("json", false, "with -check: the report as JSON")
	simulate := flags.Bool("simulate", false, "bring a printer and a card reader made of software, with their pages")
	version := flags.Bool("version", false, "print the version and end")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case *version:
		_, err := fmt.Fprintln(out, app.Version)
		return err
	case *check:
		return app.Check(ctx, *path, *simulate, *asJSON, out)
	}
	cfg, err := app.Load(*path, *simulate)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(messages, nil))
	g, ctx := errgroup.WithContext(ctx)
	if *simulate {
		devices, err := bench.Serve(ctx, g, bench.InDataOf(cfg.Data, cfg.Screen.Listen, log))
		if err != nil {
			return err
		}
		cfg.Printer, cfg.Ear = app.Printer{Profile: "auto", Port: devices.PrinterPort()}, app.VirtualEar(devices.KeypadSocket())
		cfg.Reader = app.Reader{Enabled: true, Socket: devices.ReaderSocket(), Trust: devices.TrustFolder()}
	}
	g.Go(func() error {
		defer stop() // ends the virtual devices
		return app.Live(ctx, cfg, log)
	})
	return g.Wait()
}
