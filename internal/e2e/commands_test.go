package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"balcao/branch-server/app"
	hqapp "balcao/hq/app"
	"balcao/internal/authority/authoritytest"
	"balcao/internal/signin"
)

// asks has somebody at headquarters ask something of L901 through its pages.
func (e editor) asks(path string, form url.Values) {
	e.t.Helper()
	key := regexp.MustCompile(`name="key" value="([A-Z0-9]+)"`).FindStringSubmatch(e.do(http.MethodGet, path, nil))
	if key == nil {
		e.t.Fatalf("%s has no key", path)
	}
	form.Set("key", key[1])
	form.Set("prazo", "1")
	e.post(path, form)
	e.post(path, form) // pressed twice
}

// TestHeadquartersAsksABranchAndHearsWhatBecameOfIt gives commands on the pages of headquarters to a real branch over real
// sockets; the coordination sees who asked what, and says that it has read a message.
func TestHeadquartersAsksABranchAndHearsWhatBecameOfIt(t *testing.T) {
	in, data := authoritytest.New(t), ""
	hash, err := signin.Hash("correcthorse")
	if err != nil {
		t.Fatal(err)
	}
	people := filepath.Join(t.TempDir(), "people.yaml")
	if err := os.WriteFile(people, fmt.Appendf(nil, "people:\n  - {id: eva, name: Eva Operadora, role: operator, hash: %q}\n", hash), 0o600); err != nil {
		t.Fatal(err)
	}
	hq := hqOn(t, func(c *hqapp.Config) { c.Identity, c.People = in.Folder("hq"), people })
	shop := branchUnder(t, "", "", fmt.Sprintf("%q", "tls://"+hq.BrokerAddr()), func(c *app.Config) {
		c.Identity, c.Branch.ID, c.Branch.Name = in.Folder("L901"), "L901", "Loja L901"
		data = c.Data
	})
	e := editorAt(t, hq.HTTPAddr())
	const list = "/lojas/L901/pedidos"
	e.until("/", "Loja L901")
	e.until(list, "Pedir…<span class=\"sr-only\"> Cópia de segurança") // the branch has said that it takes commands
	e.asks(list+"/copia", url.Values{})
	e.until(list, "Cópia feita e conferida")
	if copies, err := filepath.Glob(filepath.Join(data, "copies", "*.db")); err != nil || len(copies) != 1 {
		t.Errorf("copies: %v, %v", copies, err)
	}
	e.asks(list+"/relatorio", url.Values{})
	e.until(list, "Relatório de L901", "Certificado: até")
	e.asks(list+"/mensagem", url.Values{"texto": {"A entidade fecha às 15:00."}})
	e.until(list, "por ler")
	ana := signedIn(t, shop.HTTPAddr(), url.Values{"name": {"ana"}, "pin": {"1234"}})
	ana.until("/pedidos", "A entidade fecha às 15:00.", "Eva Operadora", "Cópia de segurança", "por ler")
	id := regexp.MustCompile(`name="id" value="([A-Z0-9]+)"`).FindStringSubmatch(ana.do(http.MethodGet, "/pedidos", nil))
	if id == nil {
		t.Fatal("the message cannot be marked as read")
	}
	ana.post("/pedidos/lida", url.Values{"id": {id[1]}})
	e.until(list, "lida", "A coordenação leu.")
	e.until("/lojas/L901", "Pedidos à loja", "Mensagem à coordenação")
}
