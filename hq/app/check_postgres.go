package app

import (
	"context"
	"errors"

	"balcao/hq/postgres"
	"balcao/internal/checkup"
)

// checkPostgres looks at the database of several processes and changes nothing.
func checkPostgres(ctx context.Context, r *checkup.Report, p *Postgres) {
	const about = "base de dados"
	cfg, err := p.open()
	if err != nil {
		r.Fault(about, "corrija o ficheiro indicado em postgres.password_file", "%v", err)
		return
	}
	state, err := postgres.Look(ctx, cfg)
	switch {
	case errors.Is(err, postgres.ErrNewerSchema):
		r.Fault(about, "instale a versão mais nova do programa em todas as máquinas da sede", "%s: %v", cfg.Where(), err)
		return
	case err != nil:
		r.Fault(about, "veja se o PostgreSQL está a trabalhar, e se o utilizador e a palavra-passe entram (psql)", "%s não responde: %v", cfg.Where(), err)
		return
	case state.Schema == 0:
		r.Good(about, "%s responde (PostgreSQL %s); o primeiro arranque cria as tabelas", cfg.Where(), state.Server)
	default:
		r.Good(about, "%s responde (PostgreSQL %s), versão %d, %d MiB", cfg.Where(), state.Server, state.Schema, state.Bytes>>20)
	}
	for _, weak := range state.Weak {
		r.Fault(about, "ponha "+weak+" = on na configuração do PostgreSQL", "%s está desligado: o que a sede confirmou às lojas pode perder-se", weak)
	}
}
