package app

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"balcao/hq/store"
	"balcao/internal/config"
	"balcao/internal/errand"
	"balcao/internal/quarantine"
	"balcao/internal/sqlite"
)

// Archive says when months of events move out of the database, into a file each.
type Archive struct {
	// AfterMonths is after how many whole months; 0 is never. The figures of the reports are not touched.
	AfterMonths int `yaml:"after_months"`
	// Folder is where the files lie; empty is archive in the data folder.
	Folder string `yaml:"folder"`
}

func (a Archive) check(faults *config.Faults) {
	checkRange(faults, "archive.after_months", a.AfterMonths >= 0 && a.AfterMonths <= 120, "want between 0 (never) and 120")
}

// archiveFolder is where the files of the archive lie.
func (c *Config) archiveFolder() string {
	if c.Archive.Folder != "" {
		return c.Archive.Folder
	}
	return filepath.Join(c.Data, "archive")
}

// The archive is looked after at night, when few branches say anything, or when somebody orders it.
const (
	archiveFrom  = 1
	archiveUntil = 5
)

// keepArchive moves old months into files, one night after the other, until ctx ends.
func (a *App) keepArchive(ctx context.Context, zone *time.Location) {
	t := time.NewTicker(10 * time.Minute)
	defer t.Stop()
	for {
		ordered := false
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-a.archiveNow:
			ordered = true
		}
		now := time.Now()
		hour := now.In(zone).Hour()
		if a.cfg.Archive.AfterMonths == 0 || !ordered && (hour < archiveFrom || hour >= archiveUntil) {
			continue
		}
		began := time.Now()
		n, err := a.store.ArchiveBefore(ctx, monthsBefore(now, a.cfg.Archive.AfterMonths))
		switch {
		case ctx.Err() != nil:
		case err != nil:
			a.log.Error("old months not archived", "finished", n, "err", err)
		case n > 0:
			a.log.Info("old months archived", "months", n, "took", time.Since(began).Round(time.Second).String())
		}
	}
}

// monthsBefore is the first moment of the month so many before that of a moment: months before it are old.
func monthsBefore(at time.Time, months int) time.Time {
	at = at.UTC()
	return time.Date(at.Year(), at.Month()-time.Month(months), 1, 0, 0, 0, 0, time.UTC)
}

// archiveOrder is what the command asks of the running program.
type archiveOrder struct {
	Archive bool `json:"archive"`
}

// order carries out what commands ask of the running program.
func (a *App) order(ctx context.Context, raw []byte) []byte {
	var wish archiveOrder
	if json.Unmarshal(raw, &wish) == nil && wish.Archive {
		select {
		case a.archiveNow <- struct{}{}:
		default: // it is at it
		}
		return []byte(`{}`)
	}
	return quarantine.Office{Store: a.store}.Order(ctx, raw)
}

const archiveUsage = `hq archive [list]     -config FICHEIRO
hq archive run        -config FICHEIRO
hq archive verify     -config FICHEIRO
hq archive read       -config FICHEIRO -month 2026-07 [-branch L017]

Os registos de meses antigos (archive.after_months) saem da base de dados para um ficheiro por mês: copiados, relidos e só
depois apagados na base. Os relatórios não mudam e a história de uma loja continua a ler-se do princípio ao fim.

list    os meses que estão no arquivo
run     arquiva já, sem esperar pela noite; com a sede a trabalhar, é ela que o faz
verify  refaz a cadeia de resumos de cada loja, pelo arquivo e pela base de dados, e confirma os ficheiros
read    escreve os registos de um mês, um por linha, em JSON

Os ficheiros nunca mudam depois de escritos: copie a pasta do arquivo com as cópias de segurança.
`

// ErrArchiveFaulty ends the command where the archive is not whole; the lines before say what.
var ErrArchiveFaulty = errors.New("o arquivo não está inteiro")

// ArchiveCommand is the command `hq archive`.
func ArchiveCommand(ctx context.Context, args []string, out, messages io.Writer) error {
	verb := "list"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		verb, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("hq archive "+verb, flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.Usage = func() { _, _ = io.WriteString(messages, archiveUsage) }
	path := flags.String("config", "hq.yaml", "configuração")
	month := flags.String("month", "", "mês, como a lista o mostra")
	branch := flags.String("branch", "", "só esta loja")
	if err := flags.Parse(args); err != nil {
		return err
	}
	cfg, err := Load(*path)
	if err != nil {
		return err
	}
	switch verb {
	case "list":
		return listArchive(ctx, cfg, out)
	case "run":
		return runArchive(ctx, cfg, out)
	case "verify":
		return verifyArchive(ctx, cfg, out)
	case "read":
		if *month == "" {
			return errors.New("diga o mês com -month, como «hq archive list» o mostra")
		}
		return store.ReadArchive(ctx, filepath.Join(cfg.archiveFolder(), "hq-"+*month+".db"), *branch, out)
	}
	_, _ = io.WriteString(messages, archiveUsage)
	return fmt.Errorf("não há nenhum comando «archive %s»", verb)
}

func listArchive(ctx context.Context, cfg Config, out io.Writer) error {
	all, err := store.ListArchive(ctx, filepath.Join(cfg.Data, "hq.db"))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(out, "O arquivo ainda não tem nenhum mês.")
		return err
	}
	for _, m := range all {
		state := "apagado na base em " + m.Cleared.Format(time.DateOnly)
		if m.Cleared.IsZero() {
			state = "ainda a apagar na base"
		}
		if _, err := fmt.Fprintf(out, "%s  %9d registos  %7.1f MiB  %s  %s\n", m.Month, m.Events, float64(m.Bytes)/(1<<20),
			filepath.Join(cfg.archiveFolder(), m.File), state); err != nil {
			return err
		}
	}
	return nil
}

// runArchive archives here while headquarters does not run, and else has it do so.
func runArchive(ctx context.Context, cfg Config, out io.Writer) error {
	if cfg.Archive.AfterMonths == 0 {
		return errors.New("archive.after_months é 0: diga na configuração ao fim de quantos meses se arquiva")
	}
	s, err := store.Open(ctx, filepath.Join(cfg.Data, "hq.db"), time.Now)
	if errors.Is(err, sqlite.ErrInUse) {
		order, err := json.Marshal(archiveOrder{Archive: true})
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if _, err := errand.Leave(ctx, cfg.Data, "archive-"+time.Now().UTC().Format("150405.000"), order); err != nil {
			return fmt.Errorf("a sede está a trabalhar e não respondeu: %w", err)
		}
		_, err = fmt.Fprintln(out, "A sede começou a arquivar. «hq archive list» mostra o que já está feito.")
		return err
	}
	if err != nil {
		return err
	}
	s.ArchiveIn(cfg.archiveFolder())
	n, err := s.ArchiveBefore(ctx, monthsBefore(time.Now(), cfg.Archive.AfterMonths))
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d mês(es) arquivado(s).\n", n)
	return err
}

func verifyArchive(ctx context.Context, cfg Config, out io.Writer) error {
	events, faults, err := store.VerifyArchive(ctx, filepath.Join(cfg.Data, "hq.db"), cfg.archiveFolder())
	if err != nil {
		return err
	}
	for _, f := range faults {
		what := f.File
		if f.Node != "" {
			what = fmt.Sprintf("registo de %s, época %d", f.Node, f.Epoch)
		}
		if _, err := fmt.Fprintf(out, "✗ %s: %v\n", what, f.Err); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(out, "%d registo(s) lido(s).\n", events); err != nil {
		return err
	}
	if len(faults) > 0 {
		_, _ = fmt.Fprintln(out, "Reponha os ficheiros indicados a partir da cópia da pasta do arquivo. Nada se apaga na base por causa deles.")
		return ErrArchiveFaulty
	}
	_, err = fmt.Fprintln(out, "✓ Está tudo inteiro.")
	return err
}
