package web

import (
	"net/http"
	"net/http/httptest"
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
	says(second.Visit, "?lang=es", "Está en la cola", "1 persona", `<html lang="es"`)
	says(second.Visit, "?lang=fr", "Vous êtes dans la file", "1 personne", `<html lang="fr"`)
	says(second.Visit, "?lang=uk", "Ви в черзі", "1 людина", `<html lang="uk"`, `href="/espera?lang=uk"`)
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

// TestPublicPagesSpeakEveryLanguageOfTheKiosk: whoever chose a language at the kiosk reads it on the telephone too, and
// may choose another.
func TestPublicPagesSpeakEveryLanguageOfTheKiosk(t *testing.T) {
	for _, words := range []map[string]wire.Text{ticketWords, waitsWords} {
		for key, text := range words {
			for _, l := range publicLangs {
				if _, said := text[l.Code]; !said {
					t.Errorf("%s is not said in %s", key, l.Name)
				}
			}
		}
	}
	for want, row := range map[string][2]string{"pt": {"", ""}, "fr": {"fr", "uk"}, "uk": {"", "uk"}, "es": {"es", ""}} {
		r := httptest.NewRequest(http.MethodGet, "/s/X?lang="+row[0], nil)
		if got := langOf(r, row[1]); got != want {
			t.Errorf("asked for %q at the page and %q at the kiosk: %s, want %s", row[0], row[1], got, want)
		}
	}
	if r := httptest.NewRequest(http.MethodGet, "/s/X?lang=zz", nil); langOf(r, "zz") != "pt" {
		t.Error("a language that there is not")
	}
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
