package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// keep puts fields of a page of the set-up into the draft, each with what it was and what it is to be.
func (g *guest) keep(page, section, id, do string, fields ...[3]string) (int, string) {
	g.p.t.Helper()
	form := url.Values{"section": {section}, "id": {id}, "revision": {revision.FindStringSubmatch(page)[1]}}
	if do != "" {
		form.Set("do", do)
	}
	for _, f := range fields {
		form.Set("was:"+f[0], f[1])
		form.Set(f[0], f[2])
	}
	return g.post("/configuracao/guardar", form)
}

// TestHoursAreSetOnAForm: from always open to a week with a closed day, a fault at its day, and what is published.
func TestHoursAreSetOnAForm(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	joana := p.as("joana", "1234")
	page := joana.get("/configuracao/horario")
	says(t, page, "Sempre aberto")
	says(t, page, "Agora, com estas horas: Aberto.")

	status, page := joana.keep(page, "horario", "", "", [3]string{"supply/week/mon", "", "meio-dia"})
	if status != http.StatusConflict {
		t.Errorf("status %d", status)
	}
	says(t, page, "«meio-dia» não se percebe")

	_, page = joana.keep(page, "horario", "", "copy-monday:supply", [3]string{"supply/week/mon", "", "8h30 às 12h30 e 14:00-13:00"})
	says(t, page, "13:00 anda para trás")
	says(t, page, `href="/configuracao/horario#f-supply-week-mon"`)
	_, page = joana.post("/configuracao/publicar", publishForm(page, "aaaaaaaa"))
	says(t, page, "Ainda não se publica")

	_, page = joana.keep(page, "horario", "", "copy-monday:supply", [3]string{"supply/week/mon", "08:30-12:30, 14:00-13:00", "08:30-12:30, 14:00-19:30"})
	says(t, page, "Segunda-feira a sexta-feira 08:30–12:30, 14:00–19:30")
	says(t, page, "sempre aberto") // what it was, in the list of changes
	_, page = joana.keep(page, "horario", "", "",
		[3]string{"supply/municipal_holiday", "", "13 de junho"}, [3]string{"supply/day_end", "", "20h"}, [3]string{"supply/stop_before", "", "15"})
	says(t, page, `value="13/06"`)
	says(t, page, `value="20:00"`)

	_, page = joana.post("/configuracao/guardar", url.Values{
		"section": {"horario"}, "revision": {revision.FindStringSubmatch(page)[1]}, "do": {"add:supply/exceptions"}, "name:supply/exceptions": {"24/12/2099"},
	})
	says(t, page, "Data posta no rascunho")
	says(t, page, "24 de dezembro de 2099")
	_, page = joana.keep(page, "horario", "", "",
		[3]string{"supply/exceptions/2099-12-24/spans", "", "9-13"}, [3]string{"supply/exceptions/2099-12-24/why/pt", "", "véspera de Natal"})
	says(t, page, `value="09:00-13:00"`)

	_, page = joana.post("/configuracao/publicar", publishForm(page, "bbbbbbbb"))
	says(t, page, "Publicada")
	text := joana.get("/configuracao/texto")
	for _, want := range []string{"mon,tue,wed,thu,fri", "14:00-19:30", "municipal_holiday: 06-13", "day_end: 20:00", "stop_before: 15m", "2099-12-24", "véspera de Natal"} {
		says(t, strings.ReplaceAll(text, "&#34;", ""), want)
	}
}

// TestOwnHoursAndLimitsComeAndGo: those of a service, a body and a division are lines only while they say something.
func TestOwnHoursAndLimitsComeAndGo(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	joana := p.as("joana", "1234")
	page := joana.get("/configuracao/servicos/cc")
	_, page = joana.keep(page, "servicos", "cc", "",
		[3]string{"supply/services/cc/quota", "", "20000"}, [3]string{"supply/services/cc/give_back", "false", "true"}, [3]string{"supply/services/cc/week/sat", "", "9h-13h"})
	says(t, page, "Tem de ficar entre 0 e 9999")
	says(t, page, `href="/configuracao/servicos/cc#f-supply-services-cc-quota"`)
	says(t, page, "Sábado 09:00–13:00")
	_, page = joana.keep(page, "servicos", "cc", "", [3]string{"supply/services/cc/quota", "20000", "60"})
	says(t, joana.get("/configuracao/horario"), "próprio")
	_, page = joana.keep(page, "divisoes", "cc", "", [3]string{"bookings/shares/cc/percent", "", "40"})
	says(t, page, `value="40"`)
	_, page = joana.keep(page, "entidades", "irn", "", [3]string{"supply/bodies/irn/week/mon", "", "10:00-16:00"})
	says(t, page, "Segunda-feira 10:00–16:00")
	says(t, page, "como a loja")

	_, page = joana.keep(page, "entidades", "irn", "", [3]string{"supply/bodies/irn/week/mon", "10:00-16:00", ""})
	_, page = joana.keep(page, "divisoes", "cc", "", [3]string{"bookings/shares/cc/percent", "40", ""})
	_, page = joana.keep(page, "servicos", "cc", "", [3]string{"supply/services/cc/quota", "60", ""},
		[3]string{"supply/services/cc/give_back", "true", "false"}, [3]string{"supply/services/cc/week/sat", "09:00-13:00", ""})
	says(t, page, "Nada: é igual ao que está em vigor.")
}
