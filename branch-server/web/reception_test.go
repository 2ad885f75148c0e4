package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/internal/branch"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Printers and PrintSlip are the kiosks of the house, which print nothing.
func (h *house) Printers() []wire.KioskHealth {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.devices), func(n wire.KioskHealth) bool { return n.Devices["printer"] == "" })
}

// PrintSlip keeps what was asked for.
func (h *house) PrintSlip(_ string, node wire.NodeID, visit queue.VisitID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ordered = append(h.ordered, fmt.Sprint(node, " ", visit))
}

// TestReceptionGivesANumberAllTheSameAndSaysWhy: a refusal is overridden with a reason, which the journal keeps together
// with what stood against it; the explanation of the ticket and the report say both.
func TestReceptionGivesANumberAllTheSameAndSaysWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 2 { // all that are given
		h.ticket("tax", queue.ClassWalkIn)
	}
	h.do(queue.SetQuota{Service: "tax", Quota: 2})
	ana := h.as("ana")
	ana.refused("issue", "sold_out", `{"service":"tax"}`)
	if r := ana.press("issue", "key-nonsense-1", `{"service":"tax","reason":"because"}`); r.status != http.StatusBadRequest {
		t.Errorf("a reason of no list: %d %s", r.status, r.body)
	}
	if marta := h.at("marta", "1").press("issue", "key-marta-1", `{"service":"tax","reason":"in_time"}`); marta.status != http.StatusForbidden {
		t.Errorf("a clerk: %d", marta.status)
	}
	given := ana.does("issue", `{"service":"tax","reason":"in_time"}`)
	if given.Number != "F003" {
		t.Errorf("given %+v", given)
	}
	plain := ana.does("issue", `{"service":"social","reason":"in_time"}`) // nothing stands against it
	h.read(func(d *queue.Day) {
		if v, _ := d.Visit(given.Visit); v.Override != "in_time" || v.Despite != wire.OfferSoldOut || v.By != "p-ana" {
			t.Errorf("recorded %q despite %q by %q", v.Override, v.Despite, v.By)
		}
		if v, _ := d.Visit(plain.Visit); v.Override != "" || v.Despite != "" || v.By != "p-ana" {
			t.Errorf("a number like any other: %q despite %q by %q", v.Override, v.Despite, v.By)
		}
	})
	page := ana.page("/porque/F003").body
	for _, words := range []string{"embora as senhas do dia estivessem esgotadas", "motivo: chegou a horas", "apesar de estarem esgotadas"} {
		if !strings.Contains(page, words) {
			t.Errorf("/porque does not say %q", words)
		}
	}
	if csv := h.as("ines").page("/relatorios.csv?de=2026-11-23&tabela=apesar").body; !strings.Contains(csv, "F003") || !strings.Contains(csv, "esgotadas") || strings.Contains(csv, "S001") {
		t.Errorf("the report: %s", csv)
	}
	if view := view[receptionView](ana, "reception"); len(view.Given) != 4 || view.Given[1].Number != "F003" || view.Given[1].Despite == "" || view.Given[0].Despite != "" {
		t.Errorf("the page lists %+v", view.Given)
	}
}

// TestAKioskPrintsForReception: the number waits for its paper as every printed number does, and the page says what
// became of it.
func TestAKioskPrintsForReception(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.as("ana")
	if r := ana.press("issue", "key-no-kiosk", `{"service":"tax","kiosk":"L901-K09"}`); r.status != http.StatusBadRequest || !strings.Contains(r.body, "não está ligado") {
		t.Errorf("a kiosk that is not there: %d %s", r.status, r.body)
	}
	h.mu.Lock()
	h.devices = []wire.KioskHealth{{Node: "L901-K01", Online: true, Faces: []string{"touch"}, Devices: map[string]string{"printer": "ready"}}}
	h.mu.Unlock()
	given := ana.does("issue", `{"service":"tax","kiosk":"L901-K01"}`)
	if want := fmt.Sprint("L901-K01 ", given.Visit); !slices.Equal(h.ordered, []string{want}) {
		t.Errorf("ordered %q, want %q", h.ordered, want)
	}
	slip := func() (string, string) {
		v := view[receptionView](ana, "reception")
		if len(v.Printers) != 1 || v.Printers[0].Name != "Quiosque 1" || !v.Printers[0].Ready {
			t.Errorf("printers %+v", v.Printers)
		}
		return v.Given[0].Slip, v.Given[0].Paper
	}
	if code, text := slip(); code != slipUnderWay || !strings.Contains(text, "no quiosque 1") {
		t.Errorf("under way: %s, %s", code, text)
	}
	if a := ana.refused("cancel", "not_waiting", `{"visit":%d,"reason":"mistake"}`, given.Visit); !strings.Contains(a.Message, "ainda está a sair") {
		t.Errorf("cancelled while it prints: %+v", a)
	}
	var request queue.RequestID
	h.read(func(d *queue.Day) {
		v, _ := d.Visit(given.Visit)
		if request = v.Request; v.State != queue.StateReserved {
			t.Errorf("it is %s before there is paper", v.State)
		}
	})
	h.do(queue.FailPrint{Request: request, Cause: "paper_out"})
	if code, _ := slip(); code != slipFailed {
		t.Errorf("failed: %s", code)
	}
	ana.does("slip", `{"visit":%d,"kiosk":"L901-K01"}`, given.Visit)
	if len(h.ordered) != 2 {
		t.Errorf("ordered again: %q", h.ordered)
	}
	h.do(queue.ConfirmPrint{Request: request})
	if code, _ := slip(); code != slipOut {
		t.Errorf("out: %s", code)
	}
	second := ana.does("issue", `{"service":"tax","kiosk":"L901-K01"}`)
	h.read(func(d *queue.Day) { v, _ := d.Visit(second.Visit); request = v.Request })
	h.do(queue.FailPrint{Request: request, Cause: "paper_out"})
	ana.does("byhand", `{"visit":%d}`, second.Visit)
	if code, _ := slip(); code != slipNone {
		t.Errorf("by hand: %s", code)
	}
	page := ana.page(fmt.Sprint("/rececao/talao/", second.Visit))
	for _, words := range []string{second.Number, "Finanças · atendimento geral", "Loja de Cidadão Demonstração", "Válida só hoje"} {
		if !strings.Contains(page.body, words) {
			t.Errorf("the slip of this computer does not say %q", words)
		}
	}
	if r := ana.page("/rececao/talao/99"); r.status != http.StatusNotFound {
		t.Errorf("a slip of nobody: %d", r.status)
	}
}

// TestAClassIsChosenFromThoseOfTheBody: reception gives any class that the body has but that of bookings; a clerk may
// only where the branch lets clerks choose.
func TestAClassIsChosenFromThoseOfTheBody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.as("ana")
	law := ana.does("issue", `{"service":"tax","class":"law"}`)
	for _, class := range []string{"booked", "pregnant"} {
		if r := ana.press("issue", "key-class-"+class, `{"service":"tax","class":"`+class+`"}`); r.status != http.StatusBadRequest {
			t.Errorf("class %s: %d %s", class, r.status, r.body)
		}
	}
	h.read(func(d *queue.Day) {
		if v, _ := d.Visit(law.Visit); v.Class != queue.ClassLaw {
			t.Errorf("the class is %s", v.Class)
		}
	})
	own := demoBranch()
	own.Policy.Bodies = []branch.BodyCalling{{Body: "at", Calling: branch.Calling{Classes: append(branch.UsualClasses(), branch.Class{
		ID: "summons", Tier: 1, Basis: "at-prioridades", Text: wire.Text{"pt": "Convocado"},
	})}}}
	if got := givenClasses(own, "at"); len(got) != 3 || got[2].Text != "Convocado" {
		t.Errorf("classes of the tax authority: %+v", got)
	}
	if err := checkClass(own, "tax", "summons"); err != nil {
		t.Errorf("a class of the body: %v", err)
	}
	if err := checkClass(own, "cc-renew", "summons"); err == nil {
		t.Error("a class of another body is given")
	}
	marta := h.at("marta", "1")
	if r := marta.press("walk", "key-walk-class", `{"service":"cc-renew","class":"summons"}`); r.status != http.StatusBadRequest || !strings.Contains(r.body, "não permite dar essa classe") {
		t.Errorf("a clerk without permission: %d %s", r.status, r.body)
	}
}

// TestACancellationUndoneAtOnceLeavesTheOneReturn: «Anular» pressed by mistake costs its citizen nothing.
func TestACancellationUndoneAtOnceLeavesTheOneReturn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.ticket("tax", queue.ClassWalkIn).Visit
	ana := h.as("ana")
	for range 3 {
		ana.does("cancel", `{"visit":%d,"reason":"mistake"}`, v)
		ana.does("revive", `{"visit":%d,"undo":true}`, v)
	}
	ana.does("cancel", `{"visit":%d,"reason":"left"}`, v)
	h.later(time.Minute)
	ana.does("revive", `{"visit":%d,"undo":true}`, v) // too late for a mistake: the return
	ana.does("cancel", `{"visit":%d,"reason":"left"}`, v)
	h.later(time.Minute)
	ana.refused("revive", "revived_before", `{"visit":%d,"undo":true}`, v)
}

// TestWhatWasEnteredFromPaperIsPutRight: the journal keeps both, and the figures only what is right.
func TestWhatWasEnteredFromPaperIsPutRight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(queue.BlockNumbers{Division: "fin", Count: 20, First: 900})
	marta := h.at("marta", "4")
	if r := marta.post("/papel", "/papel", "service", "tax", "counter", "4", "served", "900-902"); r.status != http.StatusOK {
		t.Fatalf("entered: %d", r.status)
	}
	var visit queue.VisitID
	h.read(func(d *queue.Day) {
		for _, v := range d.Visits() {
			if v.Number.String() == "F901" {
				visit = v.ID
			}
		}
	})
	at := fmt.Sprint("/papel?corrigir=", visit)
	if page := marta.page(at).body; !strings.Contains(page, "Corrigir a F901") || !strings.Contains(page, `value="finished" checked`) {
		t.Errorf("no form for F901:\n%s", page)
	}
	done := marta.post(at, "/papel/corrigir", "visit", fmt.Sprint(visit), "outcome", "no_show", "service", "tax", "counter", "4")
	if done.status != http.StatusOK || !strings.Contains(done.body, "F901 corrigida") {
		t.Errorf("corrected: %d\n%s", done.status, done.body)
	}
	h.read(func(d *queue.Day) {
		if s := d.Totals(); s.Finished != 2 || s.NoShows != 1 {
			t.Errorf("totals %+v", s)
		}
	})
	if why := marta.page("/porque/F901").body; !strings.Contains(why, "egistada a partir do papel: atendida") || !strings.Contains(why, "o registo do papel estava errado (atendida): ausente") && !strings.Contains(why, "O registo do papel estava errado (atendida): ausente") {
		t.Error("the explanation does not keep both")
	}
	h.do(queue.OpenCounter{Counter: "4"})
	if r := marta.post(at, "/papel/corrigir", "visit", fmt.Sprint(visit), "outcome", "waiting", "service", "tax"); r.status != http.StatusOK {
		t.Fatalf("waits: %d", r.status)
	}
	h.do(queue.CallNext{Counter: "4"})
	if r := marta.post("/papel", "/papel/corrigir", "visit", fmt.Sprint(visit), "outcome", "void", "service", "tax"); r.status != http.StatusConflict {
		t.Errorf("one that was called since: %d", r.status)
	}
	if csv := h.as("ines").page("/relatorios.csv?de=2026-11-23&tabela=senhas").body; strings.Count(csv, "F90") != 3 {
		t.Errorf("the report counts a ticket twice:\n%s", csv)
	}
}
