package web

import (
	"net/http"
	"strings"
	"testing"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// follow opens the page of a visit's ticket as its holder's telephone does.
func (h *house) follow(anybody *browser, id queue.VisitID, query string) reply {
	h.t.Helper()
	var request queue.RequestID
	h.read(func(d *queue.Day) {
		v, _ := d.Visit(id)
		request = v.Request
	})
	return anybody.page(wire.TicketPath + wire.TicketCode(string(request)) + query)
}

func TestATelephoneFollowsItsTicket(t *testing.T) {
	h := newHouse(t)
	anybody := h.browser()
	h.at("marta", "4")
	h.do(queue.OpenCounter{Counter: "4"})
	first, second := h.ticket("tax", queue.ClassWalkIn), h.ticket("tax", queue.ClassWalkIn)
	says := func(id queue.VisitID, query string, wants ...string) {
		t.Helper()
		r := h.follow(anybody, id, query)
		if r.status != http.StatusOK {
			t.Fatalf("status %d: %.500s", r.status, r.body)
		}
		for _, want := range wants {
			if !strings.Contains(r.body, want) {
				t.Errorf("the page does not say %q:\n%s", want, r.body)
			}
		}
		if r.header.Get("Cache-Control") != "no-store" || r.header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("headers %v: a page of one person is kept by nobody", r.header)
		}
	}
	says(first.Visit, "", "Está na fila", first.Number, "ninguém", `lang="pt-PT"`, "Finanças")
	says(second.Visit, "", "Está na fila", second.Number, "1 pessoa")
	says(second.Visit, "?lang=en", "You are in the queue", "1 person", `<html lang="en"`)
	h.do(queue.CallNext{Counter: "4"})
	says(first.Visit, "", "É a sua vez: Balcão 4", "Vá já ao balcão")
	says(second.Visit, "", "ninguém")
	h.do(queue.NoShow{Counter: "4"})
	says(first.Visit, "", "ninguém veio", "receção")
	h.do(queue.CallNext{Counter: "4"})
	h.do(queue.Start{Counter: "4"})
	says(second.Visit, "", "Em atendimento: Balcão 4")
	h.do(queue.Finish{Counter: "4"})
	says(second.Visit, "", "Atendida às")
}

func TestACodeOfNoTicketSaysWhatToDo(t *testing.T) {
	h := newHouse(t)
	h.ticket("tax", queue.ClassWalkIn)
	for _, code := range []string{"AAAAAAAA", "x", "%20", "A001", strings.Repeat("A", 300)} {
		r := h.browser().page(wire.TicketPath + code)
		if r.status != http.StatusNotFound || !strings.Contains(r.body, "Não encontramos esta senha") {
			t.Errorf("%s: status %d: %.300s", code, r.status, r.body)
		}
	}
}

func TestANumberThatWaitsForItsPaperIsSaidNotToBeInTheQueue(t *testing.T) {
	h := newHouse(t)
	a := h.do(queue.Reserve{Request: "asked", Service: "tax", Class: queue.ClassWalkIn, Lang: "pt", Kiosk: "L901-K01", Boot: "b"})
	if a.Refused != "" {
		t.Fatal(a.Refused)
	}
	if r := h.browser().page(wire.TicketPath + wire.TicketCode("asked")); !strings.Contains(r.body, "Ainda não está na fila") {
		t.Errorf("status %d: %.900s", r.status, r.body)
	}
}

func TestTheCodesOfADayThatWasReadAgainAreItsOwn(t *testing.T) {
	h := newHouse(t)
	a := h.ticket("tax", queue.ClassWalkIn)
	var codes ticketCodes
	h.read(func(d *queue.Day) {
		v, _ := d.Visit(a.Visit)
		code := wire.TicketCode(string(v.Request))
		if got, found := codes.find(d, code); !found || got.ID != v.ID {
			t.Errorf("find = %+v, %v", got, found)
		}
		codes.visits[code] = 99 // of a Day that was longer
		if got, found := codes.find(d, code); found {
			t.Errorf("a visit that is no more is found: %+v", got)
		}
	})
}
