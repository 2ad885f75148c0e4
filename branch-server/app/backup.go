package app

import (
	"context"
	"io"
	"time"

	"balcao/internal/backup"
)

// Backup is the commands `branch-server backup`, `restore`, `check` and `rebuild`.
func Backup(ctx context.Context, args []string, out, messages io.Writer) error {
	return backup.Desk{
		Program: "branch-server", File: "branch.db", Now: time.Now,
		After:   "o servidor dá pela reposição: começa uma época nova, os números seguem num bloco que ninguém tem, e as senhas que os quiosques imprimiram voltam à fila.",
		Damaged: "Pare o programa e refaça o ficheiro: branch-server rebuild -config FICHEIRO. Salva o que se lê, junta o que a sede tem e diz o que se perdeu.",
		Rebuild: rebuildBranch,
		Folder: func(config string) (string, error) {
			cfg, err := Load(config)
			return cfg.Data, err
		},
	}.Command(ctx, args, out, messages)
}
