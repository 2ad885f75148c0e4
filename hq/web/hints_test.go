package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"balcao/internal/look"
)

// memory remembers hints as the store does.
type memory map[string][]string

func (m memory) HintsSeen(_ context.Context, person string) ([]string, error) { return m[person], nil }

func (m memory) SeeHints(_ context.Context, person string, ids []string) error {
	m[person] = append(m[person], ids...)
	return nil
}

func (m memory) ForgetHints(_ context.Context, person string) error {
	delete(m, person)
	return nil
}

// understands tells what a page tells when «Percebi» is pressed.
func (h *house) understands(cookie, body string) int {
	r := httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, "http://localhost/dicas", strings.NewReader(body))
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: cookie})
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, r)
	return w.Code
}

func TestHintsAreShownToWhoSignedInUntilTheyUnderstoodThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t, true)
	h.server.opt.Hints = memory{}
	lia := h.cookie("lia")
	for path, id := range map[string]string{"/": "hq-live-sort", "/alertas": "hq-alerts-open", "/relatorios": "hq-reports-quick"} {
		if page := h.ask(http.MethodGet, path, lia).Body.String(); !strings.Contains(page, id) || !strings.Contains(page, "hints.js") {
			t.Errorf("%s: a new person gets no hints", path)
		}
		if strings.Contains(h.ask(http.MethodGet, path, "").Body.String(), "hints") {
			t.Errorf("%s: a screen that nobody signed in on is taught", path)
		}
	}
	if code := h.understands(lia, `{"seen":["hq-live-sort","made-up"]}`); code != http.StatusNoContent {
		t.Fatalf("understood: %d", code)
	}
	if page := h.ask(http.MethodGet, "/", lia).Body.String(); strings.Contains(page, "hq-live-sort") || !strings.Contains(page, "hq-live-filter") {
		t.Error("what was understood is shown again, or the others are gone")
	}
	if !strings.Contains(h.ask(http.MethodGet, "/", h.cookie("duarte")).Body.String(), "hq-live-sort") {
		t.Error("what one person understood is gone for another")
	}
	if page := h.ask(http.MethodGet, "/ajuda", lia).Body.String(); !strings.Contains(page, "Já viu 1 das 10") {
		t.Error("the guide does not offer the hints again")
	}
	if got := h.ask(http.MethodPost, "/dicas/repor", lia); got.Code != http.StatusSeeOther {
		t.Errorf("asked for again: %d", got.Code)
	}
	if !strings.Contains(h.ask(http.MethodGet, "/", lia).Body.String(), "hq-live-sort") {
		t.Error("asked for again, and not shown")
	}
	if code := h.understands(lia, `{"seen":1}`); code != http.StatusBadRequest {
		t.Errorf("no list of hints: %d", code)
	}
}

func FuzzDecodeHints(f *testing.F) {
	f.Add([]byte(`{"seen":["hq-live-sort"]}`))
	f.Add([]byte(`{"seen":null}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, body []byte) {
		ids, err := decodeHints(body)
		if err != nil {
			return
		}
		for _, id := range ids {
			if !slices.ContainsFunc(allHints, func(h look.Hint) bool { return h.ID == id }) {
				t.Errorf("%q is no hint", id)
			}
		}
	})
}
