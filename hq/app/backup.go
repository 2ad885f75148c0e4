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

// Backup is the commands `hq backup` and `hq restore`.
func Backup(ctx context.Context, args []string, out, messages io.Writer) error {
	return backup.Desk{
		Program: "hq", File: "hq.db", Now: time.Now,
		After:   "a sede pede às lojas o que lhe falta, sem mais ninguém fazer nada.",
		Damaged: "Pare o programa, guarde uma cópia da pasta inteira e reponha a última cópia de segurança (hq restore -from CÓPIA): as lojas enviam o que faltar.",
		Folder: func(config string) (string, error) {
			cfg, err := Load(config)
			if err == nil && cfg.Postgres.URL != "" {
				return "", errBackupElsewhere
			}
			return cfg.Data, err
		},
	}.Command(ctx, args, out, messages)
}
