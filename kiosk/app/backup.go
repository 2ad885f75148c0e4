package app

import (
	"context"
	"io"
	"time"

	"balcao/internal/backup"
)

// Backup is the commands `kiosk backup` and `kiosk restore`.
func Backup(ctx context.Context, args []string, out, messages io.Writer) error {
	return backup.Desk{
		Program: "kiosk", File: "kiosk.db", Now: time.Now,
		After:   "o quiosque dá pela reposição: começa uma época nova e não usa números emprestados antes.",
		Damaged: "Reinicie o programa: ele guarda o ficheiro danificado ao lado, começa outro e volta a contar à loja o que lhe faltava. Depois troque o disco.",
		Folder: func(config string) (string, error) {
			cfg, err := Load(config, false)
			return cfg.Data, err
		},
	}.Command(ctx, args, out, messages)
}
