package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"balcao/hq/store"
	"balcao/internal/wire"
)

// ErrJournalFaulty means that `hq journal verify` found something wrong; it has said what.
var ErrJournalFaulty = errors.New("a journal is not whole")

const journalUsage = `hq journal verify [-config FICHEIRO] [-branch L017]

Confirma os diários das lojas como a sede os recebeu: refaz a cadeia de resumos de cada um, pela base de dados e pelo arquivo,
e compara-a com os pontos anotados à chegada e com os que a sede selou para a loja. Só lê; a sede pode estar a trabalhar.
`

// Journal is the command `hq journal verify`.
func Journal(ctx context.Context, args []string, out, messages io.Writer) error {
	if len(args) == 0 || args[0] != "verify" {
		_, _ = io.WriteString(messages, journalUsage)
		return flag.ErrHelp
	}
	flags := flag.NewFlagSet("hq journal verify", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.Usage = func() { _, _ = io.WriteString(messages, journalUsage) }
	config := flags.String("config", "hq.yaml", "configuração")
	branch := flags.String("branch", "", "só esta loja")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	cfg, err := Load(*config)
	if err != nil {
		return err
	}
	var node wire.NodeID
	if *branch != "" {
		if node, err = wire.ParseNodeID(*branch); err != nil {
			return fmt.Errorf("-branch: %q não é o código de uma loja, como L017: %w", *branch, err)
		}
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	logs, faults := 0, 0
	each := func(v store.JournalVerdict) error {
		logs++
		faults += len(v.Faults)
		sayVerdict(v, say)
		return nil
	}
	if cfg.Postgres.URL != "" {
		s, err := openPostgres(ctx, cfg)
		if err != nil {
			return err
		}
		err = s.VerifyJournals(ctx, node, each)
		if err = errors.Join(err, s.Close()); err != nil {
			return err
		}
	} else if err := store.VerifyJournalsOf(ctx, filepath.Join(cfg.Data, "hq.db"), cfg.archiveFolder(), node, each); err != nil {
		return err
	}
	switch {
	case logs == 0 && node != "":
		return fmt.Errorf("a sede não tem nenhum registo de %s", node)
	case faults > 0:
		say("Guarde uma cópia da pasta de dados e do arquivo, e não apague nada. A loja tem o seu diário: «branch-server journal verify» lá diz se é o dela que está inteiro.")
		return ErrJournalFaulty
	}
	say("✓ Está tudo inteiro.")
	return nil
}

func sayVerdict(v store.JournalVerdict, say func(string, ...any)) {
	text := "sem selos"
	if v.Until.Seq > 0 {
		text = fmt.Sprintf("selado até ao registo %d, dia %s, em %s (%d selos)", v.Until.Seq, v.Until.Day, moment(v.Until.At), v.Signed)
	}
	say("%s, época %d: %d registos, até ao %d; %s.", v.Node, v.Epoch, v.Records, v.Last, text)
	for _, f := range v.Faults {
		switch f.What {
		case store.FaultMissing:
			say("✗ %s: faltam registos até ao %d.", v.Node, f.Seq)
		case store.FaultPoint:
			when := "à chegada"
			if !f.At.IsZero() {
				when = "quando a sede o selou, dia " + f.Day + ", em " + moment(f.At)
			}
			say("✗ %s: até ao registo %d o conteúdo não é o que estava escrito %s: houve registos alterados ou apagados.", v.Node, f.Seq, when)
		case store.FaultEnd:
			say("✗ %s: o registo %d, o último, não é o que a sede confirmou à loja.", v.Node, f.Seq)
		case store.FaultTail:
			say("✗ %s: a sede selou até ao registo %d, dia %s, e só tem até ao %d: falta o fim.", v.Node, f.Seq, f.Day, v.Last)
		}
	}
}

func moment(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }
