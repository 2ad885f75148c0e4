package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"balcao/branch-server/journal"
	"balcao/branch-server/store"
	"balcao/internal/identity"
	"balcao/internal/seal"
	"balcao/internal/wire"
)

// openSeals reads the seals that lie beside the journal. Those whose signature does not hold count for nothing and are
// faults; where there is no certificate to hold them to, their heads are still compared.
func openSeals(ctx context.Context, r *store.Reader, own *identity.Identity, base *wire.Base) (*journal.Seals, error) {
	all, epoch, err := r.JournalSeals(ctx)
	if err != nil {
		return nil, err
	}
	var good []journal.Seal
	var faults []journal.Fault
	for _, one := range all {
		if own == nil {
			good = append(good, one)
			continue
		}
		made, text := believe(one, own)
		if text != "" {
			faults = append(faults, journal.Fault{Seq: one.Seq, Torn: true, Text: text})
			continue
		}
		one.AtMS = made.UnixMilli()
		good = append(good, one)
	}
	seals := journal.NewSeals(epoch, good)
	seals.Faults = faults
	if base != nil {
		seals.After(*base)
	}
	for _, one := range good {
		if one.Epoch != epoch {
			head, known, err := r.FormerHead(ctx, one.Epoch, one.Seq)
			if err != nil {
				return nil, err
			}
			seals.Former(one, head, known)
		}
	}
	return seals, nil
}

// believe returns when headquarters signed a seal, or says in Portuguese what is wrong with its signature.
func believe(one journal.Seal, own *identity.Identity) (made time.Time, wrong string) {
	signed, made, err := openSeal(wire.KindJournal, one.Signed, own)
	switch {
	case errors.Is(err, seal.ErrOther):
		return made, fmt.Sprintf("o selo %s não é desta loja (%s), ou não é de um diário: foi trocado", one.Name(), own.Name())
	case err != nil:
		return made, fmt.Sprintf("o selo %s não foi assinado pela sede, ou foi alterado", one.Name())
	case signed != one.AuditHead && signed.Seq == one.Seq && signed.Day == one.Day && signed.Epoch == one.Epoch:
		return made, fmt.Sprintf("o selo %s tem ao lado outro resumo do que a sede assinou: foi alterado", one.Name())
	case signed != one.AuditHead:
		return made, fmt.Sprintf("o selo guardado como %s é o do dia %s, até ao registo %d: foi trocado", strings.TrimPrefix(one.Name(), "do "), signed.Day, signed.Seq)
	}
	return made, ""
}

const tamperedAdvice = "Os registos formam uma cadeia, mas não a que a sede selou: alguém os alterou, ou o ficheiro é outro. Guarde uma cópia da pasta, " +
	"não apague nada e compare com a sede: «hq journal verify -branch LOJA» diz até onde os dois são iguais."

// sayTampered tells what does not fit the seals, and whether there was anything.
func sayTampered(seals *journal.Seals, say func(string, ...any)) bool {
	for _, f := range seals.Faults {
		say("✗ Registo %d: %s.", f.Seq, f.Text)
	}
	for _, n := range seals.Notes {
		say("! Relógio: %s.", n)
	}
	return len(seals.Faults) > 0
}

// saySeals says how far headquarters signed the journal.
func saySeals(seals *journal.Seals, last uint64, checked bool, say func(string, ...any)) {
	if !checked {
		say("As assinaturas não foram confirmadas: diga a configuração com -config, que tem o certificado da loja.")
	}
	if seals.Best.Seq == 0 {
		say("Não há selos da sede que se possam comparar com este diário.")
		return
	}
	say("Selado pela sede até ao registo %d, dia %s, em %s (%d selos).", seals.Best.Seq, seals.Best.Day,
		time.UnixMilli(seals.Best.AtMS).UTC().Format("2006-01-02 15:04 UTC"), seals.Good)
	if n := last - min(last, seals.Best.Seq); n > 0 {
		say("Os %d registos depois dele ainda não estão selados.", n)
	}
	if n := len(seals.Unsealed); n > 0 {
		say("Dias sem selo próprio: %d, de %s a %s; valem pelo selo do dia a seguir.", n, seals.Unsealed[0], seals.Unsealed[n-1])
	}
	if seals.Gone > 0 {
		say("Mais %d selos são de registos que já não estão aqui; a sede confere-os.", seals.Gone)
	}
}
