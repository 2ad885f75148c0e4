package app

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/branch-server/web"
	"balcao/internal/machine"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

// Pad is the command `branch-server pad -config FILE -division ID [-count N] [-from N] [-out FILE]`: it sets numbers of a
// division aside for a pad of paper tickets, as a fact in the journal, and writes the pad as a page to print on A4. It
// needs the journal for itself: while the branch server runs, the coordinator's page does the same.
func Pad(ctx context.Context, args []string, out, messages io.Writer) (err error) {
	flags := flag.NewFlagSet("branch-server pad", flag.ContinueOnError)
	flags.SetOutput(messages)
	path := flags.String("config", "branch-server.yaml", "configuração da loja")
	division := flags.String("division", "", "divisão, como na configuração")
	count := flags.Int("count", 48, "quantas senhas; 24 cabem numa folha")
	from := flags.Int("from", 0, "primeiro número; 0 toma os mais altos que estejam livres")
	to := flags.String("out", "", "página a escrever; sem ela, bloco-DIVISÃO-NÚMERO.html")
	if err := flags.Parse(args); err != nil {
		return err
	}
	cfg, err := Load(*path)
	if err != nil {
		return err
	}
	div, known := cfg.Branch.Division(*division)
	if !known {
		return fmt.Errorf("não há nenhuma divisão %q; diga-a com -division, como está em branch.divisions", *division)
	}
	pad, err := setAside(ctx, cfg, queue.BlockNumbers{Division: queue.DivisionID(div.ID), First: *from, Count: *count})
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := web.WritePad(&page, &cfg.Branch, pad); err != nil {
		return fmt.Errorf("write the pad: %w", err)
	}
	if *to == "" {
		*to = fmt.Sprintf("bloco-%s-%d.html", div.ID, pad.First)
	}
	f, err := os.OpenFile(*to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return fmt.Errorf("escrever a página (o bloco já está reservado, imprima-o na página «Blocos de papel»): %w", err)
	}
	_, err = f.Write(page.Bytes())
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("escrever a página: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s%03d a %s%03d estão reservados para papel, hoje e nos dias seguintes. Imprima %s em A4.\n",
		div.Prefix, pad.First, div.Prefix, pad.Last, *to)
	return err
}

// setAside writes the wish into the journal and returns the pad that came of it.
func setAside(ctx context.Context, cfg Config, wish queue.BlockNumbers) (pad queue.Pad, err error) {
	s, err := store.Open(ctx, filepath.Join(cfg.Data, "branch.db"), machine.Minter())
	if errors.Is(err, sqlite.ErrInUse) {
		return pad, fmt.Errorf("o servidor da loja está a trabalhar: faça o bloco na página «Blocos de papel» (/blocos): %w", err)
	}
	if err != nil {
		return pad, fmt.Errorf("open journal: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	zone, err := time.LoadLocation(cfg.Branch.Zone)
	if err != nil {
		return pad, fmt.Errorf("read time zone: %w", err)
	}
	heard := &padHeard{}
	e, err := engine.New(ctx, engine.Config{
		Catalogue: cfg.Branch.Catalogue(), Zone: zone, Journal: s, Begun: s.BlocksBegun, Lived: s.Lived, Audience: heard, Now: machine.NewClock().Now,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return pad, err
	}
	if err := e.Today(ctx); err != nil {
		return pad, err
	}
	a, err := e.Do(ctx, "", wish)
	switch {
	case err != nil:
		return pad, err
	case a.Refused != "":
		return pad, fmt.Errorf("esses números não podem ser um bloco (até 200 seguidos, entre 1 e 999, que hoje não se deram nem são de outro): %w", a.Refused)
	}
	return heard.pad, nil
}

// padHeard remembers the pad that a command made.
type padHeard struct{ pad queue.Pad }

// Hear is the engine's audience.
func (h *padHeard) Hear(entries []queue.Entry) {
	for _, e := range entries {
		if b, blocked := e.Event.(queue.NumbersBlocked); blocked {
			h.pad = queue.Pad{Division: b.Division, First: b.First, Last: b.Last}
		}
	}
}
