package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestOneChangeOfADraftIsUndoneAndTheOthersStay: by its own button beside the list of changes; a class is taken out on
// the form.
func TestOneChangeOfADraftIsUndoneAndTheOthersStay(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	joana := p.as("joana", "1234")
	page := joana.get("/configuracao/horario")
	_, page = joana.keep(page, "horario", "", "", [3]string{"supply/day_end", "", "20h"})
	_, page = joana.keep(page, "horario", "", "", [3]string{"supply/stop_before", "", "15"})
	says(t, page, `name="path" value="supply/day_end"`)
	status, page := joana.post("/configuracao/desfazer", url.Values{"section": {"horario"}, "path": {"supply/day_end"}})
	if status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	says(t, page, "Alteração desfeita")
	says(t, page, `name="path" value="supply/stop_before"`)
	if strings.Contains(page, `name="path" value="supply/day_end"`) {
		t.Error("the change is still there")
	}
	_, page = joana.post("/configuracao/desfazer", url.Values{"section": {"horario"}, "path": {"supply/day_end"}}) // pressed twice
	says(t, page, "Alteração desfeita")

	page = joana.get("/configuracao/regras")
	_, page = joana.post("/configuracao/guardar", url.Values{
		"section": {"regras"}, "revision": {revision.FindStringSubmatch(page)[1]}, "do": {"add:policy/classes"}, "name:policy/classes": {"Profissionais"},
	})
	says(t, page, "Tirar a classe Profissionais")
	_, page = joana.post("/configuracao/guardar", url.Values{
		"section": {"regras"}, "revision": {revision.FindStringSubmatch(page)[1]}, "do": {"remove:policy/classes/profissionais"},
	})
	if strings.Contains(page, "Profissionais") {
		t.Error("the class is still there")
	}
}
