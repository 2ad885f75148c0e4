package app

import (
	"context"
	"io"
	"path/filepath"
	"time"

	"balcao/hq/store"
	"balcao/internal/rebuild"
)

// tablesInWords are the tables of headquarters whose loss somebody has to know of, with what to do.
var tablesInWords = map[string]string{ //nolint:gochecknoglobals // a constant
	"person":          "pessoas que entram: confirme-as em «Pessoas»",
	"site":            "registo dos locais: volte a importar o ficheiro em «Locais»",
	"audit":           "registo de quem fez o quê: compare com a cópia de audit-heads.txt",
	"alert_case":      "alertas e o que se fez com eles",
	"rollup_month":    "relatórios de meses anteriores",
	"wanted_firmware": "firmware pretendido: confirme em «Equipamento»",
}

// rebuildHQ is the command `hq rebuild`.
func rebuildHQ(ctx context.Context, config, data string, _ bool, out io.Writer) error {
	archive := filepath.Join(data, "archive")
	if config != "" {
		cfg, err := Load(config)
		if err != nil {
			return err
		}
		archive = cfg.archiveFolder()
	}
	r, err := store.Rebuild(ctx, filepath.Join(data, "hq.db"), archive, time.Now())
	if err != nil {
		return err
	}
	t := rebuild.Teller{Out: out}
	if r.Aside != "" {
		t.Say("O ficheiro que lá estava ficou guardado: %s", r.Aside)
	}
	tellArchive(t, r, archive)
	if !r.Headed {
		t.Say("✗ O princípio do ficheiro perdeu-se, e com ele tudo o que lá estava: se há cópia de segurança, reponha-a (hq restore -from CÓPIA). As lojas enviam o que ainda guardam.")
		return nil
	}
	whole := 0
	for _, l := range r.Logs {
		switch {
		case l.Held == l.Had:
			whole++
		case l.Ended:
			t.Say("✗ %s, época %d (terminada): perderam-se os registos %d a %d; a loja já não os envia.", l.Node, l.Epoch, l.Held+1, l.Had)
		default:
			t.Say("! %s: a cadeia confirma-se até ao registo %d de %d; a loja envia o resto outra vez.", l.Node, l.Held, l.Had)
		}
	}
	t.Say("✓ %d de %d registos de lojas inteiros, com a cadeia confirmada.", whole, len(r.Logs))
	if !t.Tables(r.Tables, tablesInWords) {
		t.Say("✓ Das pessoas, locais, alertas e relatórios não se perdeu nada.")
	}
	t.Say("No arranque seguinte as lojas enviam o que faltar, sem mais ninguém fazer nada; todos têm de entrar outra vez. Troque o disco.")
	return nil
}

// tellArchive says what became of the months that lie in files of their own.
func tellArchive(t rebuild.Teller, r store.Rebuilt, folder string) {
	for _, m := range r.Found {
		t.Say("✓ O mês %s do arquivo (%s) voltou a ser conhecido.", m.Month, m.File)
	}
	for _, m := range r.Gone {
		t.Say("✗ O ficheiro %s do arquivo falta, ou não é o que lá se escreveu: reponha-o da cópia de segurança em %s e confirme com «hq archive verify». O que veio depois não se perde por isso.", m.File, folder)
	}
}
