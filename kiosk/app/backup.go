package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"balcao/internal/backup"
	"balcao/internal/rebuild"
	"balcao/kiosk/store"
)

// Backup is the commands `kiosk backup`, `restore`, `check` and `rebuild`.
func Backup(ctx context.Context, args []string, out, messages io.Writer) error {
	return backup.Desk{
		Program: "kiosk", File: "kiosk.db", Now: time.Now,
		After:   "o quiosque dá pela reposição: começa uma época nova e não usa números emprestados antes.",
		Damaged: "Reinicie o programa: ele guarda o ficheiro danificado ao lado, começa outro e volta a contar à loja o que lhe faltava. Depois troque o disco.",
		Rebuild: rebuildKiosk,
		Folder: func(config string) (string, error) {
			cfg, err := Load(config, false)
			return cfg.Data, err
		},
	}.Command(ctx, args, out, messages)
}

// rebuildKiosk is the command `kiosk rebuild`.
func rebuildKiosk(ctx context.Context, _, data string, _ bool, out io.Writer) error {
	t, path := rebuild.Teller{Out: out}, filepath.Join(data, "kiosk.db")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Say("Não há ficheiro nesta pasta: o quiosque começa outro no arranque seguinte. O que a loja já tinha está na loja; o que imprimiu sem ligação perdeu-se.")
		return nil
	}
	d, err := store.Rebuild(ctx, path, time.Now())
	if err != nil {
		return err
	}
	if d.Aside == "" {
		t.Say("✓ O ficheiro está inteiro; nada mudou.")
		return nil
	}
	t.Say("O ficheiro que lá estava ficou guardado: %s", d.Aside)
	t.Say("✓ Salvaram-se %d registos que a loja ainda não tinha; o quiosque volta a contá-los no arranque seguinte.", d.Told)
	t.Say("O que a loja já tinha está na loja. O que este quiosque imprimiu sem ligação e não se lê perdeu-se: quem tem essa senha diz na receção.")
	t.Say("Os números emprestados antes não se usam. Troque o disco: um disco que estraga um ficheiro estraga outros.")
	return nil
}
