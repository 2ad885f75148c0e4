package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"balcao/internal/branch"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

func TestWhyWasHeCalledBeforeMe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.ticket("cc-renew", queue.ClassWalkIn)
	h.later(5 * time.Minute)
	law := h.ticket("cc-renew", queue.ClassLaw)
	h.later(time.Minute)
	marta := h.at("marta", "1")
	if a := marta.press("call", "why-call-1", "{}").answer(t); a.Number != law.Number {
		t.Fatalf("called %s", a.Number)
	}
	r := marta.page("/porque/" + law.Number)
	for _, want := range []string{"Porque foi chamada esta senha?", "prioridade por lei", first.Number, "a lei manda atender primeiro", "decidiu aqui"} {
		if r.status != http.StatusOK || !strings.Contains(r.body, want) {
			t.Errorf("%d, without %q", r.status, want)
		}
	}
	for _, never := range []string{"grávida", "deficiência", "idos", "criança"} {
		if strings.Contains(r.body, never) {
			t.Errorf("the page names a ground of priority: %s", never)
		}
	}
	if r := marta.page("/porque/" + strings.ToLower(first.Number)); r.status != http.StatusOK || !strings.Contains(r.body, "ainda não foi chamada") {
		t.Errorf("a ticket that waits: %d", r.status)
	}
	if r := marta.page("/porque/Z999"); r.status != http.StatusNotFound || !strings.Contains(r.body, "Nenhuma senha Z999") {
		t.Errorf("a ticket of nobody: %d", r.status)
	}
	if r := marta.page("/porque/<script>"); r.status != http.StatusNotFound || strings.Contains(r.body, "<script>alert") {
		t.Errorf("nonsense: %d", r.status)
	}
}

func TestEveryRuleIsSaidInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := queue.Number{Prefix: "A", N: 23}
	for _, c := range []struct {
		why  queue.Why
		want string
	}{
		{queue.Why{Rule: queue.RuleLaw, Others: 3}, "A A023 tem prioridade por lei, à frente de todas as outras."},
		{queue.Why{Rule: queue.RuleLaw, Passed: 1, PassedTkt: "A019"}, "A A019, sem prioridade por lei, tinha chegado antes."},
		{queue.Why{Rule: queue.RuleGuard, Waited: 50 * time.Minute}, "A A023 já esperava há 50 min, e quem espera 45 min passa à frente"},
		{queue.Why{Rule: queue.RuleArrival}, "era a única à espera"},
		{queue.Why{Rule: queue.RuleArrival, Others: 5}, "era a que esperava há mais tempo, entre 6 senhas."},
		{queue.Why{Rule: queue.RuleArrival, Others: 5, Passed: 1, PassedTkt: "L002"}, "A L002 chegou antes, mas é de um serviço em que este balcão só ajuda."},
		{queue.Why{Rule: queue.RuleArrival, Secondary: true}, "O balcão ajuda neste serviço."},
	} {
		if got := h.web.whyCalled(queue.Visit{Number: n, Why: c.why}); !strings.Contains(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.why, got, c.want)
		}
	}
}

func TestTheClassThatABodyMadeIsSaidByItsName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.web.cfg.Branch()
	b.Policy.Bodies = append(b.Policy.Bodies, branch.BodyCalling{Body: "irn", Calling: branch.Calling{
		Classes: append(branch.UsualClasses(), branch.Class{ID: "lawyer", Tier: 1, Basis: "x", Text: wire.Text{"pt": "Advogados"}}),
	}})
	v := queue.Visit{Number: queue.Number{Prefix: "A", N: 23}, Body: "irn", Class: "lawyer", Why: queue.Why{Rule: queue.RuleClass}}
	for _, got := range []string{h.web.whyCalled(v), h.web.sayToPerson(v), h.web.passReason(passer{visit: v, called: queue.Called{Why: v.Why}})} {
		if !strings.Contains(got, "«Advogados»") {
			t.Errorf("says %q, want the class by its name", got)
		}
	}
}

func TestTheDayAsJSONIsForTheCoordination(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	called := marta.press("call", "day-call-1", "{}").answer(t)
	marta.press("start", "day-start-1", fmt.Sprintf(`{"visit":%d}`, called.Visit))
	r := h.as("ines").send(http.MethodGet, "/api/day", "", "")
	var day dayJSON
	if err := json.Unmarshal([]byte(r.body), &day); err != nil || r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if !day.Open || len(day.Visits) != 1 || day.Visits[0].State != queue.StateServing || day.Counters[0].Visit != called.Visit || day.Seq == 0 {
		t.Errorf("day = %s", r.body)
	}
}

func TestPagesCarryTheHeadersOfTheHouse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ines := h.as("ines")
	for _, path := range []string{"/entrar", "/painel", "/coordenacao", "/balcao/escolher", "/nowhere", "/healthz"} {
		r := ines.page(path)
		csp := r.header.Get("Content-Security-Policy")
		if csp == "" || strings.Contains(csp, "unsafe") || r.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", path, r.status, r.header)
		}
		if strings.Contains(r.body, "style=\"") || strings.Contains(r.body, "onclick") {
			t.Errorf("%s has inline style or script, which its own policy forbids", path)
		}
	}
	if r := ines.page("/pages/counter.js"); r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), "text/javascript") {
		t.Errorf("script: %d %v", r.status, r.header)
	}
	for _, hidden := range []string{"/pages/signin.html", "/pages/../web.go", "/pages/"} {
		if r := ines.page(hidden); r.status == http.StatusOK {
			t.Errorf("%s is served", hidden)
		}
	}
	if r := ines.page("/favicon.ico"); r.status != http.StatusOK {
		t.Errorf("favicon: %d", r.status)
	}
}

func TestAnyTicketOfAnyDayIsExplained(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(queue.OpenCounter{Counter: "1"})
	mine := h.ticket("cc-renew", queue.ClassWalkIn)
	h.later(time.Minute)
	law := h.ticket("cc-renew", queue.ClassLaw)
	h.later(time.Minute)
	late := h.ticket("cc-renew", queue.ClassWalkIn)
	h.do(queue.CallNext{Counter: "1"}) // by law
	h.do(queue.NoShow{Counter: "1"})
	h.do(queue.CallVisit{Counter: "1", Visit: late.Visit, Reason: "relieve"})
	h.do(queue.Start{Counter: "1"})
	h.do(queue.Finish{Counter: "1"})
	h.later(time.Minute)
	h.do(queue.CallNext{Counter: "1"}) // mine
	h.do(queue.Start{Counter: "1"})
	h.do(queue.Forward{Counter: "1", Visit: mine.Visit, Service: "passport"})
	h.later(time.Minute)
	h.do(queue.CallNext{Counter: "1"}) // mine again
	h.do(queue.OpenDay{Day: "2026-11-24"})
	h.ticket("cc-renew", queue.ClassWalkIn) // A001 of another day

	c := h.as("marta")
	r := c.page("/porque/" + mine.Number + "?dia=2026-11-23")
	for _, want := range []string{
		"Foi chamada 2 vezes", "Quem chegou depois e foi chamado antes", law.Number, "Prioridade por lei", late.Number, "Escolhida à mão: aliviar a fila",
		"2 senhas chegadas depois foram chamadas antes: 1 por prioridade por lei e 1 por escolhida à mão.", "encaminhada para Passaporte", "Passaporte · pedido",
	} {
		if !strings.Contains(r.body, want) {
			t.Errorf("the ticket of yesterday, without %q", want)
		}
	}
	if r := c.page("/porque/" + late.Number + "?dia=2026-11-23"); !strings.Contains(r.body, "Chegou antes; a "+late.Number+" foi escolhida à mão.") {
		t.Errorf("a call by hand is not explained: %s", r.body)
	}
	if r := c.page("/porque/A001"); !strings.Contains(r.body, "ainda não foi chamada") {
		t.Error("without a day, it is not the present one")
	}
	if r := c.page("/porque/A002?dia=2026-11-24"); r.status != http.StatusNotFound || !strings.Contains(r.body, "Nenhuma senha A002 hoje") {
		t.Errorf("a number of another day: %d", r.status)
	}
	for _, day := range []string{"2020-01-01", "ontem"} {
		if r := c.page("/porque/A001?dia=" + day); r.status != http.StatusNotFound || !strings.Contains(r.body, "nesse dia") {
			t.Errorf("%s: %d", day, r.status)
		}
	}
	if r := c.page("/porque?senha=a+001&dia=2026-11-23"); r.status != http.StatusSeeOther || r.header.Get("Location") != "/porque/A001?dia=2026-11-23" {
		t.Errorf("searching: %d %s", r.status, r.header.Get("Location"))
	}
	if r := c.page("/porque?senha=olá"); r.status != http.StatusOK || !strings.Contains(r.body, "como está no talão") {
		t.Errorf("searching nonsense: %d", r.status)
	}
}

func TestABookingIsExplainedByItsHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(queue.OpenCounter{Counter: "1"})
	h.ticket("cc-renew", queue.ClassWalkIn)
	booked := h.do(queue.Issue{Request: "b1", Service: "cc-renew", Class: queue.ClassBooked, Slot: h.now()})
	later := h.do(queue.Issue{Request: "b2", Service: "cc-renew", Class: queue.ClassBooked, Slot: h.now().Add(3 * time.Minute)})
	h.do(queue.CallNext{Counter: "1"})
	r := h.as("marta").page("/porque/" + booked.Number)
	for _, want := range []string{"tem marcação para agora", "Marcação na hora, ou espera de 45 min", "Sem marcação: depois das marcações na hora.", "Marcação às", later.Number} {
		if !strings.Contains(r.body, want) {
			t.Errorf("a booking, without %q", want)
		}
	}
}
