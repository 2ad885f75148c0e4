package manual

import (
	"errors"
	"flag"
	"strings"
	"testing"
)

const sample = `loja: o servidor

  loja [-config FICHEIRO]      trabalha
  loja -version                escreve a versão
  loja copia | repoe           guarda ou repõe
  loja ca init | token         a autoridade
`

func TestAHelpTextIsTakenApart(t *testing.T) {
	p, err := Read(sample)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "loja" || p.About != "o servidor" || len(p.Uses) != 4 || p.Uses[1] != (Use{"loja -version", "escreve a versão"}) {
		t.Errorf("%+v", p)
	}
}

func TestAHelpTextOfAnotherFormIsRefused(t *testing.T) {
	for _, text := range []string{"", "loja", "loja: x\nno empty line", "loja: x\n\n  other -v   y", "loja: x\n\n  loja without meaning", "loja: x\n\nloja a   b"} {
		if p, err := Read(text); !errors.Is(err, ErrForm) {
			t.Errorf("%q became %+v", text, p)
		}
	}
}

func TestAManualPageHasEveryUse(t *testing.T) {
	p, err := Read(sample)
	if err != nil {
		t.Fatal(err)
	}
	page := string(p.Roff("balcao-loja", "0.1.0", []string{"/etc/loja.yaml: a configuração"}))
	for _, want := range []string{".TH BALCAO\\-LOJA 8", "balcao\\-loja \\- o servidor", ".B balcao\\-loja \\-version\nescreve a versão.", ".I /etc/loja.yaml\na configuração."} {
		if !strings.Contains(page, want) {
			t.Errorf("lacks %q:\n%s", want, page)
		}
	}
	if got := roff(".so /etc/passwd \\x"); got != "\\&.so /etc/passwd \\ex" {
		t.Errorf("an order to the formatter: %q", got)
	}
}

func TestAWordThatIsNoCommandIsRefused(t *testing.T) {
	var said strings.Builder
	flags := Flags(sample, &said)
	config := flags.String("config", "x", "a configuração")
	if err := Parse(flags, []string{"-config", "y", "restrat"}); err == nil || !strings.Contains(err.Error(), "«restrat»") {
		t.Errorf("restrat: %v", err)
	}
	if err := Parse(flags, []string{"-config", "z"}); err != nil || *config != "z" {
		t.Errorf("%v, %s", err, *config)
	}
	if err := Parse(flags, []string{"-h"}); !errors.Is(err, flag.ErrHelp) || !strings.HasPrefix(said.String(), sample) || !strings.Contains(said.String(), "a configuração") {
		t.Errorf("-h says %s, %v", said.String(), err)
	}
}

// FuzzRead takes anything apart: what it accepts can be printed as a page.
func FuzzRead(f *testing.F) {
	f.Add(sample)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Read(text)
		if err != nil {
			return
		}
		p.Roff("x", "1", nil)
	})
}
