package web

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/hq/rollout"
	"balcao/hq/store"
	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// twoBranches are a branch of Faro and one of Braga that are linked, and what is sent to them goes nowhere.
type twoBranches struct{}

func (twoBranches) Branches() []rollout.Branch {
	return []rollout.Branch{
		{ID: "L001", Name: "Loja de Faro", District: "Faro", Linked: true, Config: &wire.ConfigHealth{}},
		{ID: "L002", Name: "Loja de Braga", District: "Braga", Linked: true, Config: &wire.ConfigHealth{}},
	}
}

func (twoBranches) Sign(_ wire.NodeID, _ uint64, body []byte) ([]byte, error) { return body, nil }

func (twoBranches) Send(wire.NodeID, []byte) error { return nil }

// withRollout is a house that configures branches.
func withRollout(t *testing.T) *house {
	t.Helper()
	h := newHouse(t, false)
	now := func() time.Time { return noon }
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "hq.db"), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h.server.opt.Rollout = rollout.NewDesk(s, twoBranches{}, func() bool { return true }, now, slog.New(slog.DiscardHandler))
	h.server.opt.Plan = rollout.Plan{Rings: []rollout.Ring{{Name: "Todas", Percent: 100}}, Patience: time.Hour}
	h.server.opt.CanSign = func() bool { return true }
	return h
}

func (h *house) draft() rollout.Draft {
	h.t.Helper()
	d, err := h.server.opt.Rollout.Draft(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

func (h *house) published() int {
	h.t.Helper()
	n, err := h.server.opt.Rollout.Look(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return n.Current.Number
}

func TestAnEditorOfOneDistrictDraftsForItsBranchesAndPublishesNothing(t *testing.T) {
	t.Parallel()
	h := withRollout(t)
	rosa := h.cookie("rosa")
	text := []string{"parte", "texto", "texto", "policy: {guard: 40m}\n", "revision", "0"}
	for _, layer := range []string{"national", "loja", "L002", "L777", "L001-K01", "nada"} {
		if got := h.ask(http.MethodPost, "/configuracao/camada/"+layer, rosa, text...); got.Code != http.StatusForbidden || h.draft().Revision != 0 {
			t.Errorf("changes %s: %d, the draft is %+v", layer, got.Code, h.draft())
		}
	}
	if got := h.ask(http.MethodGet, "/configuracao/camada/L002", rosa); got.Code != http.StatusNotFound {
		t.Errorf("reads the layer of another district: %d", got.Code)
	}
	if got := h.ask(http.MethodPost, "/configuracao/camada/L001", rosa, text...); got.Code != http.StatusSeeOther || h.draft().Revision != 1 || h.draft().By != "rosa" {
		t.Fatalf("changes its own: %d, the draft is %+v", got.Code, h.draft())
	}
	page := h.ask(http.MethodGet, "/configuracao", rosa).Body.String()
	if strings.Contains(page, "Braga") || !strings.Contains(page, "Loja de Faro") || strings.Contains(page, `action="/configuracao/publicar"`) {
		t.Errorf("the page is %s", page)
	}
	for path, form := range map[string][]string{
		"/configuracao/publicar": {"revision", "1", "como", "ja"}, "/configuracao/rascunho/desfazer": {"revision", "1"}, "/configuracao/rascunho/deitar-fora": nil,
		"/configuracao/envio/parar": {"numero", "1"}, "/configuracao/envio/retomar": {"numero", "1"}, "/configuracao/envio/voltar": {"numero", "0"}, "/configuracao/envio/reenviar": {"loja", "L001"},
	} {
		if got := h.ask(http.MethodPost, path, rosa, form...); got.Code != http.StatusForbidden || h.published() != 0 || h.draft().Revision != 1 {
			t.Errorf("%s: %d", path, got.Code)
		}
	}

	eva := h.cookie("eva")
	if page := h.ask(http.MethodGet, "/configuracao", eva).Body.String(); !strings.Contains(page, "Rosa P.") || !strings.Contains(page, `action="/configuracao/publicar"`) {
		t.Errorf("who edits the country sees %s", page)
	}
	if got := h.ask(http.MethodPost, "/configuracao/publicar", eva, "revision", "1", "como", "ja", "nota", " guarda  mais "); got.Code != http.StatusSeeOther || h.published() != 1 {
		t.Fatalf("publishes: %d %s", got.Code, got.Body)
	}
	var acts []string
	for _, d := range h.office.deeds {
		acts = append(acts, d.By+": "+d.Act+" "+d.About)
	}
	if got := strings.Join(acts, "; "); got != "rosa: configuration camada L001; eva: configuration n.º 1" {
		t.Errorf("the audit says %s", got)
	}
	if page := h.ask(http.MethodGet, "/configuracao/andamento", rosa).Body.String(); strings.Contains(page, "Braga") || strings.Contains(page, "/configuracao/envio/") {
		t.Errorf("how it goes is %s", page)
	}
}

// TestAStopBecauseOfAnotherDistrictIsToldWithoutItsName: who has one district learns that it stopped, not where.
func TestAStopBecauseOfAnotherDistrictIsToldWithoutItsName(t *testing.T) {
	t.Parallel()
	h := withRollout(t)
	eva := h.cookie("eva")
	h.ask(http.MethodPost, "/configuracao/camada/national", eva, "parte", "texto", "texto", "policy: {guard: 40m}\n", "revision", "0")
	h.ask(http.MethodPost, "/configuracao/publicar", eva, "revision", "1", "como", "ja")
	if err := h.server.opt.Rollout.Stop(t.Context(), 1, "Loja de Braga (L002) recusou: nada."); err != nil {
		t.Fatal(err)
	}
	if page := h.ask(http.MethodGet, "/configuracao", eva).Body.String(); !strings.Contains(page, "Loja de Braga (L002) recusou") {
		t.Error("who edits the country does not learn why")
	}
	if page := h.ask(http.MethodGet, "/configuracao", h.cookie("rosa")).Body.String(); strings.Contains(page, "Braga") || !strings.Contains(page, "parado") {
		t.Errorf("who edits Faro sees %s", page)
	}
}

func TestWithoutAKeyNothingIsPublished(t *testing.T) {
	t.Parallel()
	h := withRollout(t)
	h.server.opt.CanSign = func() bool { return false }
	eva := h.cookie("eva")
	h.ask(http.MethodPost, "/configuracao/camada/national", eva, "parte", "texto", "texto", "policy: {guard: 40m}\n", "revision", "0")
	if got := h.ask(http.MethodPost, "/configuracao/publicar", eva, "revision", "1", "como", "ja"); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "não tem chave") || h.published() != 0 {
		t.Errorf("%d", got.Code)
	}
}

func TestWhatIsAtFaultIsShownWithItsLineAndNotKept(t *testing.T) {
	t.Parallel()
	h := withRollout(t)
	eva := h.cookie("eva")
	got := h.ask(http.MethodPost, "/configuracao/camada/national", eva, "parte", "texto", "texto", "policy:\n  guarda: 40m\n", "revision", "0")
	if page := got.Body.String(); got.Code != http.StatusUnprocessableEntity || h.draft().Revision != 0 || !strings.Contains(page, "linha 2") || !strings.Contains(page, "guarda: 40m") {
		t.Errorf("%d: %s", got.Code, page)
	}
	h.ask(http.MethodPost, "/configuracao/camada/national", eva, "parte", "regras", "guard", "40m", "revision", "0")
	got = h.ask(http.MethodPost, "/configuracao/camada/national", eva, "parte", "regras", "guard", "50m", "revision", "0")
	if got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "Entretanto outra pessoa mudou") || h.draft().Revision != 1 {
		t.Errorf("a change over another one: %d", got.Code)
	}
}

// TestWhatTheDraftSaysOfAnotherDistrictIsNotShown: who has one district learns that something is at fault, and that it was
// changed, not where and what; and not which branch of another district goes first.
func TestWhatTheDraftSaysOfAnotherDistrictIsNotShown(t *testing.T) {
	t.Parallel()
	h := withRollout(t)
	eva, rosa := h.cookie("eva"), h.cookie("rosa")
	of := func(path, cookie string) string { return h.ask(http.MethodGet, path, cookie).Body.String() }
	// Kept by a program that knew a word which this one does not: the form would refuse it.
	if err := h.server.opt.Rollout.Put(t.Context(), "eva", "L002: texto completo", 0, above.Layer{ID: "L002", Text: []byte("policy: {novidades: 40m}\n")}); err != nil {
		t.Fatal(err)
	}
	if page := of("/configuracao", eva); !strings.Contains(page, "Por corrigir") || !strings.Contains(page, "/configuracao/camada/L002") || !strings.Contains(page, "L002: texto completo") {
		t.Fatalf("who edits the country does not see what is at fault: %s", page)
	}
	page := of("/configuracao", rosa)
	if strings.Contains(page, "L002") || strings.Contains(page, "novidades") || !strings.Contains(page, "Há faltas em lojas de outro distrito") || !strings.Contains(page, "Eva") {
		t.Errorf("who edits Faro sees %s", page)
	}
	h.ask(http.MethodPost, "/configuracao/camada/L002", eva, "parte", "texto", "texto", "policy: {guard: 40m}\n", "revision", "1")
	got := h.ask(http.MethodPost, "/configuracao/publicar", eva, "revision", "2", "como", "aneis", "espera", "10", "piloto", "L002")
	if got.Code != http.StatusSeeOther || !strings.Contains(of("/configuracao", eva), "Piloto L002") {
		t.Fatalf("publishes: %d %s", got.Code, got.Body)
	}
	if page := of("/configuracao", rosa); strings.Contains(page, "L002") || !strings.Contains(page, "Piloto") {
		t.Errorf("who edits Faro sees %s", page)
	}
}

// TestWhatAFormOfTheConfigurationGetsWrongChangesNothing: no plan and no number is put in the place of one that cannot be
// read, least of all 0, which takes a configuration back from every branch.
func TestWhatAFormOfTheConfigurationGetsWrongChangesNothing(t *testing.T) {
	t.Parallel()
	h := withRollout(t)
	eva := h.cookie("eva")
	text := []string{"parte", "texto", "texto", "policy: {guard: 40m}\n", "revision"}
	if got := h.ask(http.MethodPost, "/configuracao/camada/national", eva, append(text, "zero")...); got.Code != http.StatusBadRequest || h.draft().Revision != 0 {
		t.Errorf("a revision in letters: %d, the draft is %+v", got.Code, h.draft())
	}
	h.ask(http.MethodPost, "/configuracao/camada/national", eva, append(text, "0")...)
	for words, form := range map[string][]string{
		"Observar cada anel":           {"como", "aneis", "espera", "1441"},
		"de 0 a 1440":                  {"como", "aneis", "espera", "dez"},
		"um número de minutos":         {"como", "aneis", "espera", "-1"},
		"escolhida para começar":       {"como", "aneis", "espera", "10", "piloto", "L00?"},
		"ou «sem piloto»":              {"como", "aneis", "espera", "10", "piloto", "L001-K01"},
		"anel a anel, ou todas já":     {"como", "depressa"},
		"Escolha como chega às lojas:": nil,
	} {
		got := h.ask(http.MethodPost, "/configuracao/publicar", eva, append(form, "revision", "1")...)
		if got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), words) || h.published() != 0 {
			t.Errorf("%v: %d, published %d", form, got.Code, h.published())
		}
	}
	if got := h.ask(http.MethodPost, "/configuracao/rascunho/deitar-fora", eva, "revision", "2"); got.Code != http.StatusConflict || h.draft().Revision != 1 {
		t.Errorf("throws away what somebody else changed meanwhile: %d, the draft is %+v", got.Code, h.draft())
	}
	if got := h.ask(http.MethodPost, "/configuracao/publicar", eva, "revision", "1", "como", "aneis", "espera", "0"); got.Code != http.StatusSeeOther || h.published() != 1 {
		t.Fatalf("publishes: %d", got.Code)
	}
	for _, act := range []string{"parar", "retomar", "voltar"} {
		for _, number := range []string{"", "um", "-1"} {
			if got := h.ask(http.MethodPost, "/configuracao/envio/"+act, eva, "numero", number); got.Code != http.StatusBadRequest || h.published() != 1 {
				t.Errorf("%s of %q: %d, published %d", act, number, got.Code, h.published())
			}
		}
	}
}
