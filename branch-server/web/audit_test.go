package web

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
)

func TestWhatPeopleDoIsWrittenDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var mu sync.Mutex
	var deeds []Deed
	h.web.cfg.Audit = func(_ context.Context, d Deed) error {
		mu.Lock()
		defer mu.Unlock()
		deeds = append(deeds, d)
		return nil
	}
	stranger := h.browser()
	for range 8 {
		stranger.send(http.MethodPost, "/entrar", "application/x-www-form-urlencoded", "name=zita&pin=1999")
	}
	ines := h.as("ines")
	ines.send(http.MethodPost, "/coordenacao/nothing-of-that-name", "application/x-www-form-urlencoded", "")
	marta := h.as("marta")
	marta.send(http.MethodPost, "/coordenacao/call", "application/x-www-form-urlencoded", "") // not hers: refused before anything is done
	marta.send(http.MethodPost, "/sair", "application/x-www-form-urlencoded", "")
	mu.Lock()
	defer mu.Unlock()
	has := func(person, act, how string) bool {
		return slices.ContainsFunc(deeds, func(d Deed) bool {
			return d.Person == person && d.Act == act && (how == "" || d.How == how)
		})
	}
	for _, want := range [][3]string{
		{"", "POST /entrar", deedRefused},
		{"", "POST /entrar", deedLocked},
		{"ines", "POST /coordenacao/{action}", ""},
		{"marta", "POST /sair", deedDone},
	} {
		if !has(want[0], want[1], want[2]) {
			t.Errorf("%v is not in %+v", want, deeds)
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(deeds), func(d Deed) bool { return d.Person != "" })); n > 6 {
		t.Errorf("a stranger wrote %d records: guessing while locked out must not", n)
	}
}

func TestEveryChangeIsAuditedButTheQueuesOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, r := range h.web.table() {
		post := r.pattern[:4] == "POST"
		except := r.pattern == "POST /entrar" || r.pattern == "POST /commands/{name}" || // noted apart; in the journal
			r.pattern == "POST /dicas" || r.pattern == "POST /dicas/repor" // hints somebody has read
		if got := audited(r.pattern); got != (post && !except) {
			t.Errorf("%s is audited: %t", r.pattern, got)
		}
	}
}
