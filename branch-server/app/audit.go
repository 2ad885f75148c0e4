package app

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"
	"time"

	"balcao/branch-server/store"
	"balcao/branch-server/web"
	"balcao/internal/authority"
	"balcao/internal/identity"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// ErrAuditFaulty means that `branch-server audit verify` found something wrong; it has said what.
var ErrAuditFaulty = errors.New("the audit is not whole")

// audit writes down what somebody did, under their pseudonym.
func (a *App) audit(ctx context.Context, d web.Deed) error {
	now := a.clock.Now()
	record := store.Deed{AtMS: now.UnixMilli(), Role: d.Role, Act: d.Act, What: d.What, How: d.How}
	if d.Person != "" {
		var err error
		if record.Who, err = a.store.Pseudonym(ctx, d.Person, now); err != nil {
			return err
		}
	}
	return a.store.Audit(ctx, record)
}

// sealEvery is how often headquarters is asked to sign where the audit stands, if it has moved.
const sealEvery = 15 * time.Minute

// countersign has headquarters sign the audit's head, so that records cannot go or change unnoticed afterwards.
func (u *uplink) countersign(ctx context.Context) error {
	own := u.app.trust.Own()
	if own == nil {
		return nil
	}
	every := time.NewTicker(sealEvery)
	defer every.Stop()
	first := time.NewTimer(2 * time.Second)
	defer first.Stop()
	var done wire.Hash
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-first.C:
		case <-every.C:
		}
		head, err := u.sealHead(ctx, own, done)
		switch {
		case errors.Is(err, errRefusedSeal):
			u.app.log.Error("headquarters does not sign the audit: it contradicts what it signed before")
		case err != nil && ctx.Err() == nil:
			u.app.log.Debug("audit not countersigned", "err", err)
			first.Reset(time.Minute)
		case err == nil:
			done = head
		}
	}
}

var errRefusedSeal = errors.New("refused")

// sealHead asks once; it returns the head that is signed now.
func (u *uplink) sealHead(ctx context.Context, own *identity.Identity, done wire.Hash) (wire.Hash, error) {
	q := wire.AuditHead{Kind: wire.KindAudit, Epoch: u.app.store.Epoch()}
	var err error
	if q.Seq, q.Head, err = u.app.store.AuditHead(ctx); err != nil || q.Seq == 0 || q.Head == done {
		return done, err
	}
	if err := u.app.engine.Read(ctx, func(d *queue.Day, _ time.Time) { q.Day = string(d.Date()) }); err != nil {
		return done, err
	}
	signed, err := u.sign(ctx, own, q)
	if err != nil {
		return done, err
	}
	return q.Head, u.app.store.KeepAuditSeal(ctx, q, signed)
}

const auditUsage = `branch-server audit: quem fez o quê na loja, além da própria fila

  branch-server audit verify [-config FICHEIRO]   confirma a cadeia e as assinaturas da sede
  branch-server audit list   [-config FICHEIRO]   mostra os registos

Só lê; o servidor da loja pode estar a trabalhar.
`

// Audit is the command branch-server audit verify|list.
func Audit(ctx context.Context, args []string, out, messages io.Writer) error {
	file, rest := authority.ConfigFlag(args, "branch-server.yaml")
	if len(rest) != 1 || rest[0] != "verify" && rest[0] != "list" {
		_, _ = io.WriteString(messages, auditUsage)
		return flag.ErrHelp
	}
	cfg, err := Load(file)
	if err != nil {
		return err
	}
	r, err := store.OpenReader(ctx, filepath.Join(cfg.Data, "branch.db"))
	if err != nil {
		return err
	}
	defer r.Close()
	records, seals, err := r.Audit(ctx)
	if err != nil {
		return err
	}
	if rest[0] == "list" {
		return listAudit(records, out)
	}
	var own *identity.Identity
	if cfg.Identity != "" {
		if own, err = identity.Open(cfg.Identity, time.Now, nil); err != nil {
			return err
		}
	}
	return verifyAudit(records, seals, own, out)
}

func listAudit(records []store.AuditRecord, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range records {
		var d store.Deed
		if err := json.Unmarshal(r.Raw, &d); err != nil {
			_, _ = fmt.Fprintf(w, "%d\tilegível\n", r.Seq)
			continue
		}
		_, _ = fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Seq, time.UnixMilli(d.AtMS).Format(time.DateTime), d.Who, d.Role, d.Act, d.What, d.How)
	}
	return w.Flush()
}

// verifyAudit reckons the chain again and holds every signature against it.
func verifyAudit(records []store.AuditRecord, seals []store.AuditSeal, own *identity.Identity, out io.Writer) error {
	faults := 0
	fault := func(format string, args ...any) {
		faults++
		_, _ = fmt.Fprintf(out, "FALHA: "+format+"\n", args...)
	}
	heads := map[uint64]wire.Hash{}
	var head wire.Hash
	for i, r := range records {
		if r.Seq != uint64(i+1) {
			fault("falta o registo %d", i+1)
			break
		}
		if head = head.Next(wire.Record{Seq: r.Seq, Raw: r.Raw}); head != r.Head {
			fault("o registo %d foi alterado", r.Seq)
			head = r.Head // go on, to name what else is wrong
		}
		heads[r.Seq] = head
	}
	good := 0
	for _, s := range seals {
		if own != nil && !sealed(s, own) {
			fault("a assinatura da sede sobre o registo %d (%s) não é válida", s.Seq, s.Day)
			continue
		}
		if heads[s.Seq] != s.Head {
			fault("a sede assinou outro conteúdo até ao registo %d (%s): houve registos alterados ou apagados", s.Seq, s.Day)
			continue
		}
		good++
	}
	_, _ = fmt.Fprintf(out, "%d registo(s), %d assinatura(s) da sede.\n", len(records), good)
	if own == nil {
		_, _ = fmt.Fprintln(out, "Sem identidade: as assinaturas não foram confirmadas.")
	}
	if faults > 0 {
		return ErrAuditFaulty
	}
	_, err := fmt.Fprintln(out, "Está tudo inteiro.")
	return err
}

// sealed reports whether hq signed this head.
func sealed(s store.AuditSeal, own *identity.Identity) bool {
	signed, _, err := openSeal(wire.KindAudit, s.Seal, own)
	return err == nil && signed == s.AuditHead
}
