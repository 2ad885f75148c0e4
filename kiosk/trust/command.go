package trust

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"balcao/kiosk/card"
)

// ErrNotTrustworthy says that check found something that a technician must
// look at; what it is was written out.
var ErrNotTrustworthy = errors.New("a pasta de confiança precisa de atenção")

const usage = `kiosk trust: os certificados em que este quiosque confia para verificar cartões

  kiosk trust list  [-dir PASTA]             mostra os certificados da pasta
  kiosk trust add   [-dir PASTA] FICHEIRO…   junta certificados, em PEM ou DER
  kiosk trust check [-dir PASTA]             diz o que está mal; termina com erro se algo estiver

Nenhum certificado vem com o programa. Obtenha os do Estado onde ele os publica e compare as impressões digitais.

`

// Command carries out kiosk trust list, add or check, with answers for a
// technician on out; now decides what has expired.
func Command(args []string, out io.Writer, now time.Time) error {
	word := ""
	if len(args) > 0 {
		word, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("kiosk trust "+word, flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() { _, _ = fmt.Fprint(out, usage); flags.PrintDefaults() }
	dir := flags.String("dir", "trust", "pasta dos certificados")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch word {
	case "list":
		return list(*dir, out, now)
	case "add":
		return add(*dir, flags.Args(), out, now)
	case "check":
		return check(*dir, out, now)
	default:
		flags.Usage()
		return fmt.Errorf("kiosk trust: comando desconhecido %q", word)
	}
}

func list(dir string, out io.Writer, now time.Time) error {
	f, err := Open(dir)
	if err != nil {
		return err
	}
	p := printer{out: out}
	for _, e := range f.Entries {
		p.entry(e, now)
	}
	for _, fault := range f.Faults {
		p.line("ignorado: %v", fault)
	}
	if len(f.Entries) == 0 {
		p.line("%s: sem certificados; nenhum cartão será dado como verificado", dir)
	}
	return p.err
}

func add(dir string, files []string, out io.Writer, now time.Time) error {
	if len(files) == 0 {
		return errors.New("kiosk trust add: falta o ficheiro")
	}
	p := printer{out: out}
	var faults error
	for _, name := range files {
		added, err := Add(dir, name)
		for _, e := range added {
			p.line("adicionado:")
			p.entry(e, now)
		}
		switch {
		case errors.Is(err, card.ErrNotIssuer), errors.Is(err, ErrNoCertificate):
			p.line("recusado: %v", err)
		case err == nil && len(added) == 0:
			p.line("já cá estava: %s", name)
		}
		faults = errors.Join(faults, err)
	}
	return errors.Join(faults, p.err)
}

func check(dir string, out io.Writer, now time.Time) error {
	f, err := Open(dir)
	if err != nil {
		return err
	}
	p := printer{out: out}
	inDate := 0
	for _, e := range f.Entries {
		if c := e.Certificate; now.Before(c.NotBefore) {
			p.line("ainda não é válido: %s", c.Subject.CommonName)
		} else if now.After(c.NotAfter) {
			p.line("expirado: %s; ainda verifica cartões assinados antes de %s", c.Subject.CommonName, c.NotAfter.Format(time.DateOnly))
		} else {
			inDate++
		}
	}
	for _, fault := range f.Faults {
		p.line("recusado: %v", fault)
	}
	p.line("%d certificados, %d dentro da validade, %d ficheiros recusados", len(f.Entries), inDate, len(f.Faults))
	if inDate == 0 || len(f.Faults) > 0 {
		return errors.Join(ErrNotTrustworthy, p.err)
	}
	return p.err
}

// printer writes lines and remembers the first error.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}

func (p *printer) entry(e Entry, now time.Time) {
	c := e.Certificate
	mark := ""
	switch {
	case now.After(c.NotAfter):
		mark = "  EXPIRADO"
	case now.Before(c.NotBefore):
		mark = "  AINDA NÃO VÁLIDO"
	}
	p.line("%s%s", c.Subject.CommonName, mark)
	p.line("  ficheiro   %s", e.File)
	p.line("  emitido    por %s", c.Issuer.CommonName)
	p.line("  validade   %s a %s", c.NotBefore.Format(time.DateOnly), c.NotAfter.Format(time.DateOnly))
	p.line("  chave      %s", c.PublicKeyAlgorithm)
	p.line("  SHA-256    %s", card.Fingerprint(c))
}
