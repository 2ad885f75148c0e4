package app

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"time"

	"balcao/branch-server/store"
	"balcao/internal/rebuild"
)

// tablesInWords are the tables of a branch whose loss somebody has to know of, with what to do.
var tablesInWords = map[string]string{ //nolint:gochecknoglobals // a constant
	"bookings":     "marcações: volte a importar o ficheiro de hoje e dos dias seguintes em «Marcações»",
	"users":        "pessoas que entram: confirme-as em «Configuração», «Pessoas»",
	"descriptions": "versões da configuração da loja: confirme em «Configuração» a que está em vigor",
	"day_records":  "relatórios de dias anteriores: a sede tem-nos",
	"audit":        "registo de quem fez o quê: a sede tem as assinaturas do que lá estava",
	"pseudonyms":   "nomes por trás dos pseudónimos: já não se sabe de quem eram",
	"answers":      "respostas a pedidos repetidos: um toque repetido conta outra vez",
	"former":       "épocas anteriores do diário",
}

// rebuildBranch is the command `branch-server rebuild`.
func rebuildBranch(ctx context.Context, config, data string, alone bool, out io.Writer) error {
	t := rebuild.Teller{Out: out}
	var held *store.History
	if config != "" {
		cfg, err := Load(config)
		if err != nil {
			return err
		}
		if t.Zone, err = time.LoadLocation(cfg.Branch.Zone); err != nil {
			return err
		}
		if held, err = ask(ctx, cfg, alone, t); err != nil {
			return err
		}
	} else if !alone {
		return errors.New("diga a configuração com -config, para perguntar à sede o que ela tem; ou -alone, para refazer só com o que está no disco")
	}
	r, err := store.Rebuild(ctx, filepath.Join(data, "branch.db"), held, time.Now())
	if err != nil {
		return err
	}
	tellBranch(t, r, held)
	return nil
}

// ask gets the history from headquarters, where there is one and it is wished for.
func ask(ctx context.Context, cfg Config, alone bool, t rebuild.Teller) (*store.History, error) {
	if alone || len(cfg.HQ.Brokers) == 0 {
		return nil, nil //nolint:nilnil // nobody else holds anything
	}
	t.Say("A perguntar à sede o que ela tem do diário desta loja…")
	held, err := fetchHistory(ctx, cfg)
	switch {
	case errors.Is(err, errNoHQ):
		return nil, errors.New("a sede não responde; nada mudou. Tente outra vez quando houver ligação, ou use -alone para refazer só com o que está no disco")
	case err != nil:
		return nil, err
	case held == nil:
		t.Say("A sede não tem nada desta loja.")
	default:
		t.Say("A sede tem %d registos, até ao %d.", len(held.Records), held.From.Seq+uint64(len(held.Records)))
	}
	return held, nil
}

func tellBranch(t rebuild.Teller, r store.Rebuilt, held *store.History) {
	if r.Aside != "" {
		t.Say("O ficheiro que lá estava ficou guardado: %s", r.Aside)
	}
	if !r.Headed {
		t.Say("✗ O princípio do ficheiro perdeu-se: salva-se o diário; pessoas e configuração voltam a ser as do ficheiro de configuração, e as marcações têm de ser importadas outra vez.")
	}
	if r.Other {
		t.Say("! A sede tem outra época do diário; usou-se a que está no disco.")
	}
	if r.Records == 0 {
		t.Say("✗ Nada do diário se salvou: perdeu-se tudo até agora. O dia começa de novo, com números que ninguém tem.")
	} else {
		t.Say("✓ Diário refeito e a cadeia confirmada: %d registos, até ao %d, de %s.", r.Records, r.Last, t.When(r.LastMS))
		if held != nil && r.Records > r.Here {
			t.Say("  Destes, %d vieram da sede.", r.Records-r.Here)
		}
	}
	t.Gaps(r.Gaps)
	if r.Unusable > 0 {
		t.Say("  Depois da falha leem-se %d registos, mas sem os que faltam não dizem como estava o dia: ficaram guardados no diário anterior.", r.Unusable)
	}
	tables := t.Tables(r.Tables, tablesInWords)
	switch {
	case r.Known > r.Last:
		t.Say("✗ Sabe-se que o diário ia até ao registo %d: perdeu-se o que se fez na loja depois de %s.", r.Known, t.When(r.LastMS))
	case len(r.Gaps) == 0 && !tables && r.Headed && r.Records > 0:
		t.Say("✓ Não se perdeu nada do que se conhece.")
	}
	t.Say("No arranque seguinte começa uma época nova: os números seguem num bloco que ninguém tem, e os quiosques voltam a contar o que imprimiram nos últimos sete dias.")
	t.Say("Troque o disco: um disco que estraga um ficheiro estraga outros.")
}
