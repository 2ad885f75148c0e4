package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"balcao/hq/postgres"
	"balcao/hq/store"
	"balcao/internal/sqlite"
)

// MoveTo is `hq -move-to URL`: it brings everything that the file of the data folder and its archive hold into an empty database on
// PostgreSQL and compares what arrived. The file stays as it is.
func MoveTo(ctx context.Context, file, url string, out io.Writer) error {
	cfg, err := Load(file)
	if err != nil {
		return err
	}
	to := Postgres{URL: url, PasswordFile: cfg.Postgres.PasswordFile}
	if err := (postgres.Config{URL: url}).Check(); err != nil {
		return fmt.Errorf("%s: %w", "-move-to", err)
	}
	target, err := to.open()
	if err != nil {
		return err
	}
	// The lock of the file keeps headquarters from working meanwhile, and brings an older file up to date first.
	from, err := store.Open(ctx, filepath.Join(cfg.Data, "hq.db"), time.Now)
	if errors.Is(err, sqlite.ErrInUse) {
		return fmt.Errorf("a sede está a trabalhar sobre este ficheiro; pare-a primeiro (as lojas guardam tudo): %w", err)
	}
	if err != nil {
		return err
	}
	defer from.Close()
	from.ArchiveIn(cfg.archiveFolder())
	older, err := from.OpenArchive(ctx)
	if errors.Is(err, store.ErrArchive) {
		return fmt.Errorf("um ficheiro do arquivo de meses antigos falta, ou não é o que lá se escreveu: %w. Nada mudou. Reponha-o da cópia de segurança em %s («hq archive verify» diz quais) e repita o comando", err, cfg.archiveFolder())
	}
	if err != nil {
		return err
	}
	whole := postgres.Whole{Name: from.Incarnation(), File: from.Database()}
	for _, o := range older {
		defer o.Close()
		whole.Older = append(whole.Older, o)
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("De %s para %s.", filepath.Join(cfg.Data, "hq.db"), target.Where())
	if len(older) > 0 {
		say("Com os meses antigos, de %s: %d ficheiros.", cfg.archiveFolder(), len(older))
	}
	began, last := time.Now(), time.Time{}
	err = postgres.Move(ctx, target, whole, time.Now(), func(table string, done, all int64) {
		if now := time.Now(); done == all || now.Sub(last) >= time.Second {
			last = now
			tellMove(say, table, done, all)
		}
	})
	switch {
	case errors.Is(err, postgres.ErrNotEmpty):
		return fmt.Errorf("a base de dados de destino já tem dados; crie outra, vazia (createdb): %w", err)
	case err != nil:
		return fmt.Errorf("a mudança parou; nada se perdeu, o ficheiro está como estava. Repita o mesmo comando para continuar: %w", err)
	}
	say("✓ Está tudo lá, comparado registo a registo, em %s.", time.Since(began).Round(time.Second))
	say("Agora escreva em %s «postgres: {url: …}» com este endereço e arranque a sede. O ficheiro hq.db e a pasta do arquivo ficam como cópia do que havia até hoje.", file)
	return nil
}

func tellMove(say func(string, ...any), table string, done, all int64) {
	switch percent := 100 * done / max(1, all); table {
	case "event":
		say("  registos das lojas: %d de %d (%d %%)", done, all, percent)
	case "compare":
		say("  comparados: %d de %d (%d %%)", done, all, percent)
	default:
		if all > 0 {
			say("  %s: %d", table, all)
		}
	}
}
