package web

import (
	"net/http"
	"strings"
	"testing"

	"balcao/internal/queue"
)

// TestReceptionGivesOneNumberForSeveralServices: each is a leg of one visit, at whichever counter has it, and nobody can
// call the citizen while another serves them.
func TestReceptionGivesOneNumberForSeveralServices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ines := h.as("ines")
	given := ines.does("issue", `{"service":"cc-renew","then":["cc-pickup","tax"],"lang":"pt"}`)
	if got := view[receptionView](ines, "reception").Given; len(got) != 1 || len(got[0].Then) != 2 {
		t.Fatalf("reception lists %+v", got)
	}
	marta, rui := h.at("marta", "1"), h.at("rui", "4")
	marta.does("call", "{}")
	marta.does("start", `{"visit":%d}`, given.Visit)
	rui.refused("call", "queue_empty", "{}")
	at := view[counterView](marta, "counter").Visit
	if at == nil || len(at.Then) != 2 || !at.Then[0].Here || at.Then[1].Here || at.Nth != 1 || at.Of != 3 {
		t.Fatalf("the counter sees %+v", at)
	}
	// The next one is served here: nobody is called for it.
	marta.does("forward", `{"visit":%d,"service":"cc-pickup","stay":true,"delivered":[{"svc":"cc-renew","n":1,"outcome":"done"}]}`, given.Visit)
	at = view[counterView](marta, "counter").Visit
	if at == nil || at.Stage != "serving" || at.SvcID != "cc-pickup" || at.Nth != 2 || len(at.Then) != 1 {
		t.Fatalf("after the first service the counter sees %+v", at)
	}
	// The end of it is the way to the tax counter, before whoever came later.
	h.ticket("tax", queue.ClassWalkIn)
	marta.does("finish", `{"visit":%d}`, given.Visit)
	if called := rui.does("call", "{}"); called.Visit != given.Visit || called.Number != given.Number {
		t.Fatalf("the tax counter called %+v", called)
	}
	got := view[counterView](rui, "counter").Visit
	if !strings.Contains(got.Why, "outro assunto da mesma visita") || got.Nth != 3 || got.Of != 3 {
		t.Errorf("why = %q, %d of %d", got.Why, got.Nth, got.Of)
	}
	if r := rui.page("/porque/" + given.Number); r.status != http.StatusOK || !strings.Contains(r.body, "no mesmo balcão trata do assunto seguinte") ||
		!strings.Contains(r.body, "espera pelo assunto seguinte") {
		t.Errorf("the page of the reasons: %d %s", r.status, r.body)
	}
	rui.does("start", `{"visit":%d}`, given.Visit)
	rui.does("finish", `{"visit":%d}`, given.Visit)
	if done := h.visits(queue.StateFinished); len(done) != 1 || len(done[0].Legs) != 3 {
		t.Errorf("finished %+v", done)
	}
}

func TestServicesAreAddedToAVisitAndTakenAway(t *testing.T) {
	t.Parallel()
	h, marta, v := serving(t)
	marta.does("add-service", `{"visit":%d,"service":"tax"}`, v)
	marta.refused("add-service", "service_twice", `{"visit":%d,"service":"tax"}`, v)
	marta.refused("add-service", "service_twice", `{"visit":%d,"service":"cc-renew"}`, v)
	marta.does("drop-service", `{"visit":%d,"service":"tax"}`, v)
	marta.refused("drop-service", "no_such_then", `{"visit":%d,"service":"tax"}`, v)
	marta.does("add-service", `{"visit":%d,"service":"tax"}`, v)
	marta.does("finish", `{"visit":%d}`, v)
	if waits := h.visits(queue.StateWaiting); len(waits) != 1 || waits[0].Service != "tax" {
		t.Fatalf("waiting: %+v", waits)
	}
	// By mistake: taken back, the visit has what it had; then all of it ends at once.
	marta.does("takeback", `{"visit":%d}`, v)
	marta.does("finish", `{"visit":%d,"whole":true}`, v)
	done := h.visits(queue.StateFinished)
	if len(done) != 1 || len(done[0].Then) != 1 {
		t.Errorf("finished %+v, want what was left undone on record", done)
	}
	marta.refused("add-service", "visit_over", `{"visit":%d,"service":"passport"}`, v)
}

// TestOnePersonServesAllThatACitizenCameFor: the page of a small branch goes on with the same citizen, or ends all of it.
func TestOnePersonServesAllThatACitizenCameFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	marta := h.at("marta", "1")
	h.do(queue.Issue{Request: "r1", Service: "cc-renew", Then: []queue.ServiceID{"passport", "tax"}, Class: queue.ClassWalkIn})
	see := func(r reply, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if r.status != http.StatusOK || !strings.Contains(r.body, want) {
				t.Errorf("%d, no %q in\n%s", r.status, want, r.body)
			}
		}
	}
	marta.post("/mediador", "/mediador", "action", "open")
	marta.post("/mediador", "/mediador", "action", "call")
	see(marta.post("/mediador", "/mediador", "action", "start"), "Passar ao assunto seguinte", "Finanças", "Terminar tudo")
	see(marta.post("/mediador", "/mediador", "onto", "passport"), "Passaporte · pedido · em atendimento", "Terminar este assunto")
	see(marta.post("/mediador", "/mediador", "action", "whole"), "Chamar seguinte")
	if done := h.visits(queue.StateFinished); len(done) != 1 || len(done[0].Legs) != 2 || len(done[0].Then) != 1 {
		t.Errorf("finished %+v", done)
	}
}
