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
	"balcao/internal/manual"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "hq:", err)
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
	flags := manual.Flags(app.Help, messages)
	path := flags.String("config", "hq.yaml", "ficheiro de configuração")
	check := flags.Bool("check", false, "olha para a configuração, o disco, o certificado e as portas, e termina")
	asJSON := flags.Bool("json", false, "com -check: o relatório em JSON")
	hash := flags.Bool("hash-password", false, "lê uma palavra-passe da entrada, escreve o que vai para a configuração e termina")
	key := flags.String("new-key", "", "faz uma chave com que um programa deste nome pode ler, e termina")
	move := flags.String("move-to", "", "leva tudo para uma base de dados PostgreSQL vazia, postgres://UTILIZADOR@MÁQUINA/NOME, compara e termina")
	version := flags.Bool("version", false, "escreve a versão e termina")
	if err := manual.Parse(flags, args); err != nil {
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
