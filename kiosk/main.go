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

	"balcao/internal/manual"
	"balcao/kiosk/app"
	"balcao/kiosk/app/technician"
	"balcao/kiosk/bench"
)

func main() {
	if bench.Inside(os.Args[1:]) {
		return
	}
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "kiosk:", err)
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
	flags := manual.Flags(app.Help, messages)
	path := flags.String("config", "kiosk.yaml", "ficheiro de configuração")
	check := flags.Bool("check", false, "olha para a configuração, o disco, o certificado, as portas, os aparelhos e a loja, e termina")
	asJSON := flags.Bool("json", false, "com -check: o relatório em JSON")
	simulate := flags.Bool("simulate", false, "traz impressora, leitor e auscultadores feitos de programa, com as suas páginas")
	version := flags.Bool("version", false, "escreve a versão e termina")
	if err := manual.Parse(flags, args); err != nil {
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
