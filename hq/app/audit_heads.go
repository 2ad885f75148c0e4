package app

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balcao/hq/store"
	"balcao/internal/wire"
)

// ErrAuditFaulty means that `hq audit verify` found something wrong; it has said what.
var ErrAuditFaulty = errors.New("the audit is not whole")

// headsName is the file in the data folder to which the head of the audit is added whenever it has moved, to be copied to
// where nobody who works with headquarters can change it.
const headsName = "audit-heads.txt"

// headsEvery is how often the head is looked at.
const headsEvery = 15 * time.Minute

// keepHeads writes down where the audit stands.
func (a *App) keepHeads(ctx context.Context) error {
	often := time.NewTicker(headsEvery)
	defer often.Stop()
	for {
		if err := a.noteHead(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("head of the audit not written down", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-often.C:
		}
	}
}

func (a *App) noteHead(ctx context.Context) error {
	id, head, err := a.store.AuditHead(ctx)
	if err != nil || id == 0 {
		return err
	}
	path := filepath.Join(a.cfg.Data, headsName)
	raw, err := os.ReadFile(path) //nolint:gosec // in the data folder
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	line := fmt.Sprintf("%d %s\n", id, head)
	if bytes.HasSuffix(raw, []byte(" "+line)) {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o640) //nolint:gosec // to be copied by the operator
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, time.Now().UTC().Format(time.RFC3339)+" "+line)
	return errors.Join(err, f.Sync(), f.Close())
}

const auditUsage = `hq audit verify [-config FICHEIRO] [-data PASTA] [-heads FICHEIRO]

Confirma que o registo de quem fez o quê na sede está inteiro: refaz a cadeia de resumos e compara-a com os resumos
guardados em audit-heads.txt, ou noutro ficheiro com a mesma forma (-heads), por exemplo a cópia que foi levada para fora.
Só lê; a sede pode estar a trabalhar.
`

// Audit is the command `hq audit verify`.
func Audit(ctx context.Context, args []string, out, messages io.Writer) error {
	if len(args) == 0 || args[0] != "verify" {
		_, _ = io.WriteString(messages, auditUsage)
		return flag.ErrHelp
	}
	flags := flag.NewFlagSet("hq audit verify", flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.Usage = func() { _, _ = io.WriteString(messages, auditUsage) }
	config := flags.String("config", "hq.yaml", "configuração")
	data := flags.String("data", "", "pasta de dados")
	headsFile := flags.String("heads", "", "ficheiro dos resumos")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	var cfg Config
	if *data == "" {
		var err error
		if cfg, err = Load(*config); err != nil {
			return err
		}
		*data = cfg.Data
	}
	if *headsFile == "" {
		*headsFile = filepath.Join(*data, headsName)
	}
	heads, err := readHeads(*headsFile)
	if err != nil {
		return err
	}
	var wish []uint64
	for _, h := range heads {
		wish = append(wish, h.id)
	}
	count, now, faults, err := verifyAudit(ctx, cfg, *data, wish)
	if err != nil {
		return fmt.Errorf("o registo não se lê até ao fim: %w", err)
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	for _, f := range faults {
		if f.Gone {
			say("✗ Faltam registos antes do %d.", f.ID)
		} else {
			say("✗ O registo %d foi alterado.", f.ID)
		}
	}
	wrong := 0
	for _, h := range heads {
		if now[h.id] != h.head {
			wrong++
			say("✗ Em %s estava escrito outro conteúdo até ao registo %d: houve registos alterados ou apagados.", h.at, h.id)
		}
	}
	say("%d registo(s), %d resumo(s) guardado(s).", count, len(heads))
	if len(faults) > 0 || wrong > 0 {
		return ErrAuditFaulty
	}
	say("✓ Está tudo inteiro.")
	return nil
}

func verifyAudit(ctx context.Context, cfg Config, data string, wish []uint64) (int, map[uint64]wire.Hash, []store.AuditFault, error) {
	if cfg.Postgres.URL == "" {
		return store.VerifyAudit(ctx, filepath.Join(data, "hq.db"), wish)
	}
	s, err := openPostgres(ctx, cfg)
	if err != nil {
		return 0, nil, nil, err
	}
	defer s.Close()
	return s.VerifyAudit(ctx, wish)
}

type keptHead struct {
	at   string
	id   uint64
	head wire.Hash
}

// readHeads reads a file of heads; one that is not there holds none.
func readHeads(path string) ([]keptHead, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []keptHead
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var h keptHead
		var text string
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		if _, err := fmt.Sscanf(lines.Text(), "%s %d %s", &h.at, &h.id, &text); err != nil {
			return nil, fmt.Errorf("%s, linha %d: não é um resumo: %w", path, n, err)
		}
		if err := h.head.UnmarshalText([]byte(text)); err != nil {
			return nil, fmt.Errorf("%s, linha %d: %w", path, n, err)
		}
		all = append(all, h)
	}
	return all, lines.Err()
}
