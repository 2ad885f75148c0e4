package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/app"
	hqapp "balcao/hq/app"
	"balcao/internal/authority/authoritytest"
	"balcao/internal/branch"
	"balcao/internal/signin"
)

// editor is somebody at headquarters who edits what branches are.
type editor struct {
	t    *testing.T
	url  string
	http *http.Client
}

func editorAt(t *testing.T, addr string) editor {
	t.Helper()
	return signedIn(t, addr, url.Values{"name": {"eva"}, "password": {"correcthorse"}})
}

// inForce is the page of a branch with the whole text of what it is.
func inForce(t *testing.T, a *app.App) string {
	t.Helper()
	return signedIn(t, a.HTTPAddr(), url.Values{"name": {"ana"}, "pin": {"1234"}}).do(http.MethodGet, "/configuracao/texto", nil)
}

func signedIn(t *testing.T, addr string, as url.Values) editor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	e := editor{t, "http://" + addr, &http.Client{Jar: jar}}
	t.Cleanup(e.http.CloseIdleConnections)
	e.post("/entrar", as)
	return e
}

func (e editor) do(method, path string, form url.Values) string {
	e.t.Helper()
	req, err := http.NewRequestWithContext(e.t.Context(), method, e.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		e.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := e.http.Do(req)
	if err != nil {
		e.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= http.StatusBadRequest {
		e.t.Fatalf("%s %s: %s %s %v", method, path, res.Status, body, err)
	}
	return string(body)
}

func (e editor) post(path string, form url.Values) { e.do(http.MethodPost, path, form) }

// rolling is the part of the page that tells how far the branches are.
const rolling = "/configuracao/andamento"

// standing is the part that tells what each branch has.
const standing = "/configuracao/lojas"

// until waits until a page says all words.
func (e editor) until(path string, words ...string) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), patience)
	defer cancel()
	for {
		page := e.do(http.MethodGet, path, nil)
		missing := ""
		for _, w := range words {
			if !strings.Contains(page, w) {
				missing = w
			}
		}
		if missing == "" {
			return
		}
		if ctx.Err() != nil {
			e.t.Fatalf("%s never says %q: %s", path, missing, page)
		}
		rest(ctx, 100*time.Millisecond)
	}
}

// TestAConfigurationStopsAtTheBranchThatRejectsItAndGoesBack publishes to three real branches, the pilot of which cannot
// take it, goes back, and publishes one that all can take.
func TestAConfigurationStopsAtTheBranchThatRejectsItAndGoesBack(t *testing.T) {
	in := authoritytest.New(t)
	hash, err := signin.Hash("correcthorse")
	if err != nil {
		t.Fatal(err)
	}
	people := filepath.Join(t.TempDir(), "people.yaml")
	if err := os.WriteFile(people, fmt.Appendf(nil, "people:\n  - {id: eva, name: Eva, role: editor, hash: %q}\n", hash), 0o600); err != nil {
		t.Fatal(err)
	}
	hq := hqOn(t, func(c *hqapp.Config) {
		c.Identity, c.People = in.Folder("hq"), people
		c.Configuration = hqapp.Configuration{Rings: []int{100}, Patience: patience}
	})
	shops := map[string]*app.App{}
	for _, id := range []string{"L901", "L902", "L903"} {
		shops[id] = branchUnder(t, "", "", fmt.Sprintf("%q", "tls://"+hq.BrokerAddr()), func(c *app.Config) {
			c.Identity, c.Branch.ID, c.Branch.Name = in.Folder(id), id, "Loja "+id
			if id == "L903" { // it has nothing but what goes
				c.Branch.Services = c.Branch.Services[1:]
				c.Branch.Divisions = c.Branch.Divisions[1:]
				c.Branch.Counters = []branch.Counter{{ID: "2", Label: "Balcão 2", Primary: []string{"lev"}}}
			}
		})
	}
	e := editorAt(t, hq.HTTPAddr())
	e.until(standing, "Loja L901", "Loja L902", "Loja L903")

	e.post("/configuracao/camada/national", url.Values{"parte": {"texto"}, "revision": {"0"}, "texto": {"services:\n  - {id: lev, off: true}\n"}})
	e.until("/configuracao", "experimentada em 3 de 3 lojas", "Lojas que a recusariam", "Loja L903", "em 2 lojas")
	e.post("/configuracao/publicar", url.Values{"revision": {"1"}, "como": {"aneis"}, "espera": {"0"}, "piloto": {"L903"}})
	e.until(rolling, "Loja L903 (L903) recusou", "parado", "0 de 2")
	for _, id := range []string{"L901", "L902"} {
		if text := inForce(t, shops[id]); !strings.Contains(text, "Levantar") {
			t.Errorf("%s lost a service, although the pilot rejected it: %s", id, text)
		}
	}

	e.post("/configuracao/envio/voltar", url.Values{"numero": {"0"}})
	e.until(rolling, "Configuração n.º 2", "completo")

	e.post("/configuracao/camada/national", url.Values{"parte": {"servicos"}, "revision": {"0"}, "servico": {"lev"}, "pt-lev": {"Levantar documentos"}})
	e.post("/configuracao/publicar", url.Values{"revision": {"1"}, "como": {"aneis"}, "espera": {"0"}, "piloto": {"L903"}})
	e.until(rolling, "Configuração n.º 3", "completo")
	e.until(standing, "3 de 3 com a pedida")
	text := inForce(t, shops["L902"])
	if !strings.Contains(text, "Levantar documentos") || !strings.Contains(text, "Configuração da sede n.º 3, aplicada às") {
		t.Errorf("L902 is %s", text)
	}
}
