// The branch-server program runs one branch: it decides who is next, remembers every event, serves counters and
// callboards, and reports to headquarters.
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

	"balcao/branch-server/app"
	"balcao/internal/manual"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "branch-server:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out, messages io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case "replay":
			return app.Replay(args[1:], out, messages)
		case "bookings":
			return app.ImportBookings(context.Background(), args[1:], out, messages)
		case "pad":
			return app.Pad(context.Background(), args[1:], out, messages)
		case "setup":
			return app.Setup(args[1:], in, out, messages)
		case "ca":
			return app.CA(context.Background(), args[1:], out)
		case "enrol":
			return app.Enrol(context.Background(), args[1:], in, out)
		case "backup", "restore", "check", "rebuild":
			return app.Backup(context.Background(), args, out, messages)
		case "quarantine":
			return app.Quarantine(context.Background(), args[1:], out, messages)
		case "audit":
			return app.Audit(context.Background(), args[1:], out, messages)
		case "journal":
			return app.Journal(context.Background(), args[1:], out, messages)
		}
	}
	flags := manual.Flags(app.Help, messages)
	path := flags.String("config", "branch-server.yaml", "ficheiro de configuração")
	check := flags.Bool("check", false, "olha para a configuração, o disco, o certificado, as portas e a sede, e termina")
	asJSON := flags.Bool("json", false, "com -check: o relatório em JSON")
	hash := flags.Bool("hash-pin", false, "lê um PIN da entrada e escreve o que vai para o ficheiro das pessoas")
	version := flags.Bool("version", false, "escreve a versão e termina")
	if err := manual.Parse(flags, args); err != nil {
		return err
	}
	switch {
	case *version:
		_, err := fmt.Fprintln(out, app.Version)
		return err
	case *hash:
		return app.PrintHash(in, out)
	case *check:
		return app.Check(context.Background(), *path, *asJSON, out)
	}
	cfg, err := app.Load(*path)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return app.Live(ctx, cfg, slog.New(slog.NewJSONHandler(messages, nil)))
}
