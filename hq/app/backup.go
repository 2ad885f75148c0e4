package app

import (
	"context"
	"errors"
	"io"
	"time"

	"balcao/internal/backup"
)

// errBackupElsewhere says what copies a database on PostgreSQL.
var errBackupElsewhere = errors.New("a base de dados está no PostgreSQL: copie-a com pg_basebackup ou pg_dump, e reponha-a com as ferramentas dele (docs/operations.md)")

// Backup is the commands `hq backup`, `restore`, `check` and `rebuild`.
func Backup(ctx context.Context, args []string, out, messages io.Writer) error {
	return backup.Desk{
		Program: "hq", File: "hq.db", Now: time.Now,
		After:   "a sede pede às lojas o que lhe falta, sem mais ninguém fazer nada.",
		Damaged: "Pare o programa e refaça o ficheiro: hq rebuild -config FICHEIRO. Salva o que se lê e a cadeia confirma; as lojas enviam o resto.",
		Rebuild: rebuildHQ,
		Folder: func(config string) (string, error) {
			cfg, err := Load(config)
			if err == nil && cfg.Postgres.URL != "" {
				return "", errBackupElsewhere
			}
			return cfg.Data, err
		},
	}.Command(ctx, args, out, messages)
}
