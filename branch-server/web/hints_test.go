package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"balcao/internal/look"
)

// understood remembers hints as the store does.
type understood struct {
	mu   sync.Mutex
	seen map[string][]string
}

func (m *understood) HintsSeen(_ context.Context, person string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.seen[person]), nil
}

func (m *understood) SeeHints(_ context.Context, person string, ids []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen[person] = append(m.seen[person], ids...)
	return nil
}

func (m *understood) ForgetHints(_ context.Context, person string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.seen, person)
	return nil
}

func TestAHintIsShownUntilItsPersonHasUnderstoodItAndAgainOnRequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.web.cfg.Hints = &understood{seen: map[string][]string{}}
	marta, rui := h.at("marta", "1"), h.at("rui", "2")
	if page := marta.page("/balcao").body; !strings.Contains(page, "counter-main") || !strings.Contains(page, "hints.js") {
		t.Fatalf("a new clerk gets no hints: %s", page)
	}
	if r := marta.send(http.MethodPost, "/dicas", "application/json", `{"seen":["counter-main","made-up"]}`); r.status != http.StatusOK {
		t.Fatalf("understood: %d %s", r.status, r.body)
	}
	if page := marta.page("/balcao").body; strings.Contains(page, "counter-main") || !strings.Contains(page, "counter-list") {
		t.Error("what was understood is shown again, or the others are gone")
	}
	if !strings.Contains(rui.page("/balcao").body, "counter-main") {
		t.Error("what one person understood is gone for another")
	}
	if page := marta.page("/ajuda").body; !strings.Contains(page, "Mostrar outra vez") || !strings.Contains(page, "Já viu 1 das 8") {
		t.Error("the guide does not offer the hints again")
	}
	marta.send(http.MethodPost, "/dicas/repor", "application/x-www-form-urlencoded", "de=balcao")
	if !strings.Contains(marta.page("/balcao").body, "counter-main") {
		t.Error("asked for again, and not shown")
	}
	all := make([]string, 0, len(allHints))
	for _, one := range allHints {
		all = append(all, `"`+one.ID+`"`)
	}
	marta.send(http.MethodPost, "/dicas", "application/json", `{"seen":[`+strings.Join(all, ",")+`]}`)
	if page := marta.page("/balcao").body; strings.Contains(page, "hints") {
		t.Error("somebody who has understood everything still loads the hints")
	}
	if r := marta.send(http.MethodPost, "/dicas", "application/json", `[]`); r.status != http.StatusBadRequest {
		t.Errorf("no list of hints: %d", r.status)
	}
}

func FuzzDecodeHints(f *testing.F) {
	f.Add([]byte(`{"seen":["counter-main"]}`))
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
