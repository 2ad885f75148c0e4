package web

import (
	"net/http"
	"strings"
	"testing"

	"balcao/internal/queue"
)

// TestOnePersonRunsASmallBranchFromOnePage serves a citizen without a ticket and one with, from catalogue and queue.
func TestOnePersonRunsASmallBranchFromOnePage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	marta := h.at("marta", "1")
	see := func(r reply, status int, wants ...string) {
		t.Helper()
		if r.status != status {
			t.Errorf("status %d, want %d", r.status, status)
		}
		for _, want := range wants {
			if !strings.Contains(r.body, want) {
				t.Errorf("no %q in\n%s", want, r.body)
			}
		}
	}
	see(marta.post("/mediador", "/mediador", "give", "cc-renew", "law", "1"), 200, "Senha A001", "Prioritária")
	see(marta.post("/mediador", "/mediador", "action", "call"), 200, "Chegou", "A001")
	see(marta.post("/mediador", "/mediador", "walk", "passport"), http.StatusConflict, `role="alert"`)
	see(marta.post("/mediador", "/mediador", "action", "start"), 200, "Terminar")
	see(marta.post("/mediador", "/mediador", "action", "finish"), 200, "Ninguém espera", "livroamarelo.gov.pt")
	see(marta.post("/mediador", "/mediador", "walk", "passport"), 200, "C001", "em atendimento")
	see(marta.post("/mediador", "/mediador", "action", "burn"), http.StatusBadRequest)
	h.read(func(d *queue.Day) {
		if totals := d.Totals(); totals.Finished != 1 || totals.Open != 1 {
			t.Errorf("the day knows %+v", totals)
		}
		if v, known := d.Visit(2); !known || !v.Walked || v.State != queue.StateServing {
			t.Errorf("served without a ticket: %+v", v)
		}
	})
}

func TestTheBookOfComplaintsIsOneAddressAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anyone := h.browser()
	page := anyone.page("/opiniao?lang=en").body
	for _, words := range []string{"Yellow Book", "15 working days", `role="img" aria-label="QR: livroamarelo.gov.pt"`, `<path d="M`} {
		if !strings.Contains(page, words) {
			t.Errorf("/opiniao in English does not say %q", words)
		}
	}
	for path, want := range map[string]string{"/espera": `href="/opiniao"`, "/opiniao": `href="https://www.livroamarelo.gov.pt"`} {
		if r := anyone.send(http.MethodGet, path, "", "", "Accept", "text/html"); r.status != http.StatusOK || !strings.Contains(r.body, want) {
			t.Errorf("%s: %d, without %s", path, r.status, want)
		}
	}
}
