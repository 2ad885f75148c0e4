package app_test

import (
	"image/png"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"balcao/internal/slip"
)

// picture fetches the picture of the draft's slip.
func (g *guest) picture(query string) (width, height int, file string) {
	g.p.t.Helper()
	file = g.get("/configuracao/talao/imagem?" + query)
	img, err := png.Decode(strings.NewReader(file))
	if err != nil {
		g.p.t.Fatalf("%s: %v", query, err)
	}
	return img.Bounds().Dx(), img.Bounds().Dy(), file
}

// press sends the form of the slip with a button.
func (g *guest) press(do string, more url.Values) string {
	g.p.t.Helper()
	form := url.Values{"section": {"talao"}, "id": {""}, "revision": {revision.FindStringSubmatch(g.get("/configuracao/talao"))[1]}, "do": {do}}
	maps.Copy(form, more)
	status, body := g.post("/configuracao/guardar", form)
	if status != http.StatusOK {
		g.p.t.Fatalf("%s: %d", do, status)
	}
	return body
}

// TestTheSlipIsLaidOutInTheBrowser: parts are put on, moved and taken off in the draft, the picture follows in every
// paper and language, what does not fit is told for the papers on which it does not, and publication has one layout in
// force; what others see stays as it was until then.
func TestTheSlipIsLaidOutInTheBrowser(t *testing.T) {
	p := serve(t, t.TempDir())
	g := p.as("joana", "1234")
	page := g.get("/configuracao/talao")
	says(t, page, "Como fica o talão")
	says(t, page, "Nenhum quiosque com impressora está ligado")
	wide, tall, before := g.picture("mm=80")
	if narrow, _, _ := g.picture("mm=58"); wide != 576+64 || narrow != 384+64 {
		t.Errorf("pictures of %d and %d dots", wide, narrow)
	}
	if _, large, _ := g.picture("mm=80&grande=1"); large == tall {
		t.Error("large print is as long as the other")
	}

	says(t, g.press("add:slip/parts", url.Values{"under:slip/parts": {slip.KindText}}), "Escreva o texto em português")
	words := url.Values{
		"was:slip/parts/text/text/pt": {""}, "slip/parts/text/text/pt": {"Otorrinolaringologistas-chefes: piso 3."},
		"was:slip/parts/text/strong": {"false"}, "slip/parts/text/strong": {"true"},
	}
	page = g.press("", words)
	says(t, page, "«Otorrinolaringologistas-chefes:» não cabe numa linha de 16 letras")
	says(t, page, "(58 mm, português;")
	says(t, page, "não cabe numa linha de 24 letras")
	page = g.press("up:text", nil)
	if i, j := strings.Index(page, `value="up:text"`), strings.Index(page, `value="up:qr"`); i < 0 || j < i {
		t.Errorf("the text did not go up: at %d, the code at %d", i, j)
	}
	if _, _, after := g.picture("mm=80"); after == before {
		t.Error("the picture is the old one")
	}
	g.press("remove:slip/parts/ahead", nil)
	if strings.Contains(regexp.MustCompile(`(?s)<pre.*</pre>`).FindString(g.get("/configuracao/talao")), "À sua frente") {
		t.Error("what was taken off is still there")
	}
	status, body := g.post("/configuracao/publicar", publishForm(g.get("/configuracao/talao"), "key-slip-0001"))
	if status != http.StatusOK {
		t.Fatal(status)
	}
	says(t, body, "Já está em vigor")
	says(t, body, "Pessoas à frente")
	g.press("standard-slip", nil)
	if _, _, again := g.picture("mm=80"); again != before {
		t.Error("the standard slip is another one than before")
	}
	if ana := p.as("ana", "1234"); strings.Contains(ana.get("/configuracao/talao"), "Como fica o talão") {
		t.Error("a clerk may lay slips out")
	}
}
