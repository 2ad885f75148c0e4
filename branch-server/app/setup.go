package app

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"balcao/internal/signin"
	"balcao/internal/wire"
)

// espaco is what setup asks: all that a branch of one counter needs to begin with.
type espaco struct {
	Name  string
	ID    string
	Zone  string
	Kiosk bool
	Hash  string
	Data  string
}

// Setup is the command `branch-server setup [-dir FOLDER]`: it asks five questions, in Portuguese, and writes the one file
// of an Espaço with one counter: branch server, people, and the kiosk face if there is one. The file is checked as at
// every start; one that is there is never written over.
func Setup(args []string, in io.Reader, out, messages io.Writer) error {
	flags := flag.NewFlagSet("branch-server setup", flag.ContinueOnError)
	flags.SetOutput(messages)
	dir := flags.String("dir", ".", "pasta onde fica o ficheiro")
	if err := flags.Parse(args); err != nil {
		return err
	}
	path := filepath.Join(*dir, "espaco.yaml")
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s já existe e não é alterado; edite-o, ou escolha outra pasta com -dir", path)
	}
	e := espaco{Data: filepath.Join(*dir, "dados")}
	if err := e.ask(&asker{in: bufio.NewScanner(in), out: out}); err != nil {
		return err
	}
	if err := e.write(path); err != nil {
		return err
	}
	return e.farewell(out, path)
}

// asker asks one question at a time, and again where the answer cannot be.
type asker struct {
	in  *bufio.Scanner
	out io.Writer
}

// mostTries is how often one question is asked.
const mostTries = 5

// ask asks until take has no complaint.
func (a *asker) ask(question string, take func(answer string) error) error {
	for range mostTries {
		fmt.Fprintf(a.out, "%s ", question)
		if !a.in.Scan() {
			return errors.Join(errors.New("as perguntas ficaram por responder; nada foi escrito"), a.in.Err())
		}
		err := take(strings.TrimSpace(a.in.Text()))
		if err == nil {
			return nil
		}
		fmt.Fprintf(a.out, "   %v.\n", err)
	}
	return errors.New("demasiadas respostas que não servem; nada foi escrito")
}

func (e *espaco) ask(a *asker) error {
	fmt.Fprintln(a.out, "Cinco perguntas para preparar um Espaço com um balcão.")
	for _, q := range []struct {
		text string
		take func(string) error
	}{
		{"1. Como se chama o espaço? (Espaço Cidadão de Amares)", func(s string) error {
			if e.Name = s; s == "" || len(s) > 80 {
				return errors.New("escreva o nome, até 80 letras")
			}
			return nil
		}},
		{"2. Que código lhe deram? (uma letra e algarismos, como E123)", func(s string) error {
			id, err := wire.ParseNodeID(strings.ToUpper(s))
			if e.ID = strings.ToUpper(s); err != nil || id.Branch() != id {
				return errors.New("o código é uma letra maiúscula e 2 a 7 letras ou algarismos, como E123")
			}
			return nil
		}},
		{"3. Onde fica? (c: continente ou Madeira; a: Açores; ou um fuso, como Europe/Paris)", func(s string) error {
			if zone, short := map[string]string{"": "Europe/Lisbon", "c": "Europe/Lisbon", "a": "Atlantic/Azores"}[strings.ToLower(s)]; short {
				s = zone
			}
			if _, err := time.LoadLocation(s); err != nil {
				return errors.New("esse fuso não existe; responda c, a, ou um nome como Europe/Paris")
			}
			e.Zone = s
			return nil
		}},
		{"4. Tem um quiosque que dá senhas, nesta mesma máquina? (s/n)", func(s string) error {
			switch strings.ToLower(s) {
			case "s", "sim":
				e.Kiosk = true
			case "n", "não", "nao", "":
			default:
				return errors.New("responda s ou n")
			}
			return nil
		}},
		{"5. Que PIN usa quem atende? (4 ou mais algarismos; entra como «mediador»)", func(s string) (err error) {
			if e.Hash, err = signin.Hash(s); err != nil {
				return errors.New("o PIN tem de ter 4 ou mais algarismos")
			}
			return nil
		}},
	} {
		if err := a.ask(q.text, q.take); err != nil {
			return err
		}
	}
	return nil
}

// write makes the file whole and checked, and only then gives it its name.
func (e *espaco) write(path string) error {
	var b bytes.Buffer
	if err := espacoFile.Execute(&b, e); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".espaco-*.yaml") // for its owner only: it holds the hash of a PIN
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(b.Bytes())
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	if _, err := Load(draft.Name()); err != nil {
		return fmt.Errorf("check the configuration: %w", err)
	}
	// A link never replaces a file that came meanwhile.
	if err := os.Link(draft.Name(), path); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return nil
}

func (e *espaco) farewell(out io.Writer, path string) error {
	text := fmt.Sprintf(`
Está pronto: %[1]s
   branch-server -config %[1]s
e no navegador desta máquina http://127.0.0.1:8080/mediador (entre como mediador, com o PIN que escolheu).
`, path)
	if e.Kiosk {
		text += fmt.Sprintf(`O quiosque lê o mesmo ficheiro:
   kiosk -config %s
e mostra-se em http://127.0.0.1:8077/ (em ecrã inteiro). Veja no ficheiro que impressora e em que porta.
`, path)
	}
	_, err := io.WriteString(out, text)
	return err
}

// quoted writes a text as YAML reads it back, whatever stands in it.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", " ", "\n", " ").Replace(s) + `"`
}

var espacoFile = template.Must(template.New("espaco").Funcs(template.FuncMap{"q": quoted}).Parse(`# {{.Name}}: um balcão, uma máquina, este ficheiro. Cada erro é apontado por: branch-server -config espaco.yaml -check
data: {{q .Data}}
http: {listen: "127.0.0.1:8080"}
broker: {listen: "127.0.0.1:1883"}
# hq: {brokers: ["tcp://sede.exemplo:1883"], password_file: "sede.txt"}   # a sede, quando houver ligação
people:
  - {id: mediador, name: "Mediador", role: administrator, hash: {{q .Hash}}}
branch:
  id: {{q .ID}}
  name: {{q .Name}}
  zone: {{q .Zone}}
  bodies:
    - {id: espaco, short: "Espaço Cidadão", icon: b-id-card, name: {pt: "Espaço Cidadão", en: "Citizen Spot"}}
  divisions:
    - {id: espaco, body: espaco, prefix: "E"}
  services:
    - {id: cartao-cidadao, division: espaco, icon: b-id-card, popular: true, target: 20m, mean: 10m, name: {pt: "Cartão de Cidadão e Chave Móvel", en: "Citizen Card and Digital Mobile Key"}, help: {pt: "Morada, PIN, chave móvel", en: "Address, PIN, mobile key"}}
    - {id: conducao, division: espaco, icon: document, popular: true, target: 20m, mean: 10m, name: {pt: "Carta de condução", en: "Driving licence"}, help: {pt: "Revalidar, segunda via, morada", en: "Renew, duplicate, address"}}
    - {id: financas, division: espaco, icon: money-taxes, popular: true, target: 20m, mean: 12m, name: {pt: "Finanças", en: "Taxes"}, help: {pt: "Certidões, senha de acesso", en: "Certificates, password"}}
    - {id: seguranca-social, division: espaco, icon: social-security, popular: true, target: 20m, mean: 12m, name: {pt: "Segurança Social", en: "Social Security"}, help: {pt: "Declarações, abono, pensões", en: "Statements, benefits, pensions"}}
    - {id: adse, division: espaco, icon: document, target: 20m, mean: 8m, name: {pt: "ADSE", en: "ADSE"}, help: {pt: "Reembolsos, inscrição", en: "Refunds, registration"}}
    - {id: registos, division: espaco, icon: document, target: 20m, mean: 10m, name: {pt: "Registos e certidões", en: "Registries and certificates"}, help: {pt: "Registo criminal, certidões", en: "Criminal record, certificates"}}
    - {id: outros, division: espaco, icon: document, target: 20m, mean: 10m, name: {pt: "Outros assuntos", en: "Other matters"}}
  counters:
    - {id: "1", label: "Balcão 1", primary: [cartao-cidadao, conducao, financas, seguranca-social, adse, registos, outros]}
{{- if .Kiosk}}
kiosk: # do programa kiosk, que lê este mesmo ficheiro
  node: {{.ID}}-K01
  data: {{q (print .Data "/quiosque")}}
  faces: [touch]
  screen: {listen: "127.0.0.1:8077"}
  branch: {brokers: ["tcp://127.0.0.1:1883"]}
  printer: {profile: epson/tm-t88v, port: /dev/usb/lp0} # ou tcp://192.0.2.7:9100
{{- end}}
`))
