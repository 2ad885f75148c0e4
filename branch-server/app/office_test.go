package app_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"balcao/branch-server/app"
	"balcao/internal/signin"
)

// place is a whole branch server over a folder, with people who may set it up.
type place struct {
	t   *testing.T
	url string
	end func()
}

func configOf(t *testing.T, data string) app.Config {
	t.Helper()
	dir := t.TempDir()
	hash, err := signin.Hash("1234")
	if err != nil {
		t.Fatal(err)
	}
	people := filepath.Join(dir, "staff.yaml")
	write(t, people, fmt.Sprintf(`people:
  - {id: ana, name: Ana, role: clerk, hash: %[1]q}
  - {id: joana, name: Joana R., role: coordinator, hash: %[1]q}
  - {id: zita, name: Zita A., role: administrator, hash: %[1]q}
`, hash))
	path := filepath.Join(dir, "branch-server.yaml")
	write(t, path, fmt.Sprintf(`data: %s
http: {listen: %q}
broker: {listen: %q}
staff: %s
branch:
  id: L901
  name: Loja de ensaio
  zone: Europe/Lisbon
  bodies: [{id: irn, short: IRN, name: {pt: Registos}}]
  divisions: [{id: cc, body: irn, prefix: A, quota: 120}]
  services: [{id: cc, division: cc, name: {pt: Cartão de Cidadão}, mean: 10m}]
  counters: [{id: "1", label: Balcão 1, primary: [cc]}, {id: "2", label: Balcão 2, primary: [cc]}]
`, data, free, free, people))
	return load(t, path)
}

func serve(t *testing.T, data string) *place {
	t.Helper()
	return run(t, configOf(t, data))
}

// guest is a browser of one person.
type guest struct {
	p *place
	c *http.Client
}

func (p *place) as(name, pin string) *guest {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	g := &guest{p, &http.Client{Jar: jar}}
	g.post("/entrar", url.Values{"name": {name}, "pin": {pin}})
	return g
}

func (g *guest) do(r *http.Request) (int, string) {
	g.p.t.Helper()
	r.Header.Set("Accept", "text/html")
	answer, err := g.c.Do(r)
	if err != nil {
		g.p.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		g.p.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func (g *guest) get(path string) string {
	g.p.t.Helper()
	r, err := http.NewRequestWithContext(g.p.t.Context(), http.MethodGet, g.p.url+path, nil)
	if err != nil {
		g.p.t.Fatal(err)
	}
	_, body := g.do(r)
	return body
}

func (g *guest) post(path string, form url.Values) (int, string) {
	g.p.t.Helper()
	r, err := http.NewRequestWithContext(g.p.t.Context(), http.MethodPost, g.p.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		g.p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return g.do(r)
}

var revision = regexp.MustCompile(`name="revision" value="(\d+)"`)

// save puts one field into the draft, as the page that was opened before does.
func (g *guest) save(page, path, was, value string) (int, string) {
	g.p.t.Helper()
	return g.post("/configuracao/guardar", url.Values{
		"section": {"divisoes"}, "id": {"cc"}, "revision": {revision.FindStringSubmatch(page)[1]}, "was:" + path: {was}, path: {value},
	})
}

func publishForm(page, key string) url.Values {
	over := regexp.MustCompile(`name="over" value="(\d+)"`).FindStringSubmatch(page)[1]
	return url.Values{"section": {"divisoes"}, "id": {"cc"}, "revision": {revision.FindStringSubmatch(page)[1]}, "over": {over}, "key": {key}}
}

const division = "/configuracao/divisoes/cc"

func says(t *testing.T, body, want string) {
	t.Helper()
	if !strings.Contains(body, want) {
		main := body
		if i := strings.Index(body, "<main"); i >= 0 {
			main = body[i:min(len(body), i+1500)]
		}
		t.Errorf("the page does not say %q:\n%s", want, main)
	}
}

// TestABranchIsSetUpPublishedAndPutBack is the way of one change: draft, fault, publication, kill, undo.
func TestABranchIsSetUpPublishedAndPutBack(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := serve(t, data)
	joana := p.as("joana", "1234")

	// A fault is named at its field, and publishing moves there.
	page := joana.get(division)
	says(t, page, "versão 1")
	_, page = joana.save(page, "divisions/cc/quota", "120", "1200")
	says(t, page, "Os números têm de ficar entre 1 e 999")
	_, page = joana.post("/configuracao/publicar", publishForm(page, "aaaaaaaa"))
	says(t, page, "Ainda não se publica")
	says(t, page, "versão 1,")

	// Without faults it is published.
	_, page = joana.save(page, "divisions/cc/quota", "1200", "300")
	says(t, page, "alterado, era 120")
	form := publishForm(page, "bbbbbbbb")
	_, page = joana.post("/configuracao/publicar", form)
	says(t, page, "Publicada")
	says(t, page, "Versão 2")

	// The machine loses power at that moment: the files are as they are on disk, and the browser asks again.
	other := t.TempDir()
	for _, name := range []string{"branch.db", "branch.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(data, name)) //nolint:gosec // a file of this test
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(other, name), string(raw))
	}
	p.end()
	p = serve(t, other)
	joana = p.as("joana", "1234")
	_, page = joana.post("/configuracao/publicar", form)
	says(t, page, "Publicada")
	says(t, page, "Versão 2")
	if strings.Contains(page, "Versão 3") {
		t.Error("the same press published twice")
	}
	says(t, joana.get(division), `value="300"`)

	// Undo is the older version, published again.
	_, page = joana.post("/configuracao/repor", url.Values{"version": {"1"}, "over": {"2"}, "key": {"cccccccc"}})
	says(t, page, "Versão 3")
	says(t, page, "Volta à versão 1")
	says(t, joana.get(division), `value="120"`)
}

// TestTwoCoordinatorsLoseNothing: fields apart are joined; the same field shows both, and keeps what was typed.
func TestTwoCoordinatorsLoseNothing(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	joana, zita := p.as("joana", "1234"), p.as("zita", "1234")
	hers, theirs := joana.get(division), zita.get(division)
	joana.save(hers, "divisions/cc/quota", "120", "200")

	_, page := zita.save(theirs, "divisions/cc/place", "", "Piso 2")
	says(t, page, "Alterações juntas")
	says(t, page, `value="200"`)
	says(t, page, `value="Piso 2"`)

	status, page := zita.save(theirs, "divisions/cc/quota", "120", "250")
	if status != http.StatusConflict {
		t.Errorf("status %d", status)
	}
	says(t, page, "Outra pessoa mudou o mesmo campo")
	says(t, page, `value="250"`)
	says(t, page, "No rascunho está agora: 200")

	_, page = joana.post("/configuracao/publicar", publishForm(hers, "aaaaaaaa"))
	says(t, page, "Entretanto o rascunho mudou")

	old := zita.get("/configuracao/texto")
	_, page = zita.post("/configuracao/texto", url.Values{"revision": {"1"}, "section": {"texto"}, "text": {"id: mine\n"}})
	says(t, page, "Outra pessoa guardou entretanto")
	says(t, page, "id: mine")
	_, page = zita.post("/configuracao/texto", url.Values{"revision": revision.FindStringSubmatch(old)[1:], "section": {"texto"}, "text": {"id: L901\nnome: x\n"}})
	says(t, page, "linha-2")
	says(t, page, "Palavra desconhecida")
	_, page = zita.save(page, "divisions/cc/quota", "200", "5")
	says(t, page, "Texto completo")
}

// TestPublishingLosesNobody: a service with people waiting cannot vanish.
func TestPublishingLosesNobody(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	joana, ana := p.as("joana", "1234"), p.as("ana", "1234")
	ana.post("/balcao/escolher", url.Values{"counter": {"2"}})
	page := joana.get(division)
	_, page = joana.post("/configuracao/guardar", url.Values{
		"section": {"balcoes"}, "revision": {revision.FindStringSubmatch(page)[1]}, "do": {"remove:counters/2"},
	})
	says(t, page, "Tirado do rascunho")
	if r, _ := ana.post("/commands/open", url.Values{"key": {"dddddddd"}}); r != http.StatusOK {
		t.Fatalf("open: %d", r)
	}
	_, page = joana.post("/configuracao/publicar", publishForm(page, "aaaaaaaa"))
	says(t, page, "Há balcões abertos que deixariam de existir: balcão 2")
	says(t, joana.get("/configuracao/previsao"), "Agora não se poderia publicar")
	ana.post("/commands/close", url.Values{"key": {"eeeeeeee"}})
	_, page = joana.post("/configuracao/publicar", publishForm(joana.get("/configuracao/balcoes"), "ffffffff"))
	says(t, page, "Publicada")
}

// TestPeopleComeAndGoWithoutARestart: and nobody takes the set-up away from everybody.
func TestPeopleComeAndGoWithoutARestart(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := serve(t, data)
	joana, ana := p.as("joana", "1234"), p.as("ana", "1234")
	if !strings.Contains(ana.get("/configuracao/pessoas"), "coordenação da loja") {
		t.Error("a clerk sees the set-up")
	}
	person := func(g *guest, fields ...string) string {
		form := url.Values{}
		for i := 0; i < len(fields); i += 2 {
			form.Set(fields[i], fields[i+1])
		}
		_, page := g.post("/configuracao/pessoas", form)
		return page
	}
	page := person(joana, "new", "1", "active", "1", "id", "bia", "name", "Bia L.", "role", "receptionist", "pin", "9876")
	says(t, page, "criada, receção")
	if strings.Contains(page, "9876") {
		t.Error("the PIN is shown")
	}
	says(t, p.as("bia", "9876").get("/balcao/escolher"), "Bia L.")
	says(t, person(joana, "new", "1", "active", "1", "id", "bia", "name", "B", "role", "clerk", "pin", "9876"), "Já há alguém")
	says(t, person(joana, "new", "1", "active", "1", "id", "Bia L", "name", "B", "role", "clerk", "pin", "9876"), "O nome de entrada tem")
	says(t, person(joana, "new", "1", "active", "1", "id", "eva", "name", "Eva", "role", "clerk", "pin", "12"), "O PIN tem de")
	says(t, person(joana, "id", "joana", "name", "Joana R.", "role", "coordinator"), "Não pode tirar a si próprio")
	says(t, person(joana, "id", "zita", "active", "1", "name", "Zita", "role", "clerk"), "Só quem tem a função de administração")
	says(t, person(joana, "id", "ana", "name", "Ana", "role", "clerk"), "deixa de entrar")
	if strings.Contains(ana.get("/balcao/escolher"), "Balcão 1") {
		t.Error("who may not enter any more still works")
	}
	person(joana, "id", "bia", "active", "1", "name", "Bia L.", "role", "clerk", "pin", "5555")
	p.end()
	p = serve(t, data)
	if strings.Contains(p.as("bia", "9876").get("/balcao/escolher"), "Bia L.") {
		t.Error("the old PIN opens")
	}
	says(t, p.as("bia", "5555").get("/balcao/escolher"), "Bia L.")
}

// TestAChangedFileCountsUntilSomebodyPublishes: then the last version published does.
func TestAChangedFileCountsUntilSomebodyPublishes(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	cfg := configOf(t, data)
	for i, name := range []string{"Loja um", "Loja dois"} {
		cfg.Branch.Name = name
		p := run(t, cfg)
		says(t, p.as("joana", "1234").get(division), name)
		says(t, p.as("joana", "1234").get(division), fmt.Sprintf("versão %d", i+1))
		p.end()
	}
	p := run(t, cfg)
	joana := p.as("joana", "1234")
	_, page := joana.save(joana.get(division), "divisions/cc/quota", "120", "77")
	joana.post("/configuracao/publicar", publishForm(page, "aaaaaaaa"))
	p.end()
	cfg.Branch.Name = "Loja três"
	var told strings.Builder
	if err := app.CheckInForce(t.Context(), cfg, &told); err != nil || !strings.Contains(told.String(), "version 3") {
		t.Errorf("-check says %q, %v", told.String(), err)
	}
	says(t, run(t, cfg).as("joana", "1234").get(division), "Loja dois")
}

func run(t *testing.T, cfg app.Config) *place {
	t.Helper()
	a, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = a.Run(ctx) }()
	p := &place{t: t, url: "http://" + a.HTTPAddr()}
	p.end = func() { cancel(); <-ended }
	t.Cleanup(p.end)
	return p
}
