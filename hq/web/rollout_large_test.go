package web

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/network"
	"balcao/hq/rollout"
	"balcao/hq/store"
	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// wholeCountry is 31 Lojas and 1,400 Espaços that take what they are sent, but for some that lag.
type wholeCountry struct {
	mu     sync.Mutex
	all    []rollout.Branch
	serial map[wire.NodeID]uint64
	deaf   map[wire.NodeID]bool
}

const (
	large     = 1431
	described = 40 // of them said what they decide for themselves; writing it down takes most of the test's time
)

func newWholeCountry() *wholeCountry {
	w := &wholeCountry{serial: map[wire.NodeID]uint64{}, deaf: map[wire.NodeID]bool{}}
	districts := atlas.Districts()
	for i := range large {
		kind, name := "espaco", "Espaço Cidadão "
		if i < 31 {
			kind, name = "loja", "Loja de Cidadão "
		}
		w.all = append(w.all, rollout.Branch{
			ID: wire.NodeID(fmt.Sprintf("S%04d", i+1)), Name: fmt.Sprintf("%s%d", name, i+1), District: districts[i%len(districts)], Kind: kind, Linked: i%97 != 5, Config: &wire.ConfigHealth{},
		})
	}
	return w
}

func (w *wholeCountry) Branches() []rollout.Branch {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

func (w *wholeCountry) Sign(to wire.NodeID, serial uint64, body []byte) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serial[to] = serial
	return body, nil
}

func (w *wholeCountry) Send(to wire.NodeID, sealed []byte) error {
	said, _, err := wire.DecodeConfigDown(sealed)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	i, _ := slices.BinarySearchFunc(w.all, to, func(b rollout.Branch, id wire.NodeID) int { return cmp.Compare(b.ID, id) })
	if b := &w.all[i]; b.Linked && !w.deaf[to] {
		held := *b.Config
		held.Serial, held.Number, held.Hash, held.State, held.Force, held.Runs = w.serial[to], said.Number, said.Hash, wire.ConfigStateApplied, said.Number, said.Hash
		b.Config = &held
	}
	return nil
}

// ownOf is what a branch decides for itself. An Espaço has a counter without a name, which is refused with whatever comes.
func ownOf(b rollout.Branch) string {
	own := "id: " + string(b.ID) + "\nname: " + b.Name + "\nzone: Europe/Lisbon\nbodies:\n  - {id: at, short: AT, name: {pt: Finanças, en: Taxes}}\n  - {id: irn, short: IRN, name: {pt: Registos, en: Registries}}\n" +
		"divisions:\n  - {id: f, body: at, prefix: F}\n  - {id: a, body: irn, prefix: A}\nservices:\n"
	for i := range 8 {
		own += fmt.Sprintf("  - {id: servico-%d, division: %s, name: {pt: Serviço %d, en: Service %d}}\n", i, []string{"f", "a"}[i%2], i, i)
	}
	own += "counters:\n  - {id: \"1\", primary: ["
	for i := range 8 {
		own += fmt.Sprintf("servico-%d, ", i)
	}
	if own = own[:len(own)-2] + "]"; b.Kind == "loja" {
		own += ", label: Balcão 1"
	}
	return own + "}\n"
}

// withCountry is a house that configures a whole country. It has published once, all have that; a draft waits, and the clock
// moves with what it returns.
func withCountry(t *testing.T) (*house, *wholeCountry, func(time.Duration)) {
	t.Helper()
	h := newHouse(t, false)
	w := newWholeCountry()
	var mu sync.Mutex
	at := noon
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return at
	}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "hq.db"), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	desk := rollout.NewDesk(s, w, func() bool { return true }, now, slog.New(slog.DiscardHandler))
	h.server.opt.Rollout, h.server.opt.CanSign, h.server.opt.Now = desk, func() bool { return true }, now
	h.server.opt.Plan = rollout.Plan{Rings: []rollout.Ring{{Name: "5 %", Percent: 5}, {Name: "50 %", Percent: 50}, {Name: "Todas", Percent: 100}}, Wait: 10 * time.Second, Patience: time.Hour}
	h.server.opt.Network = network.New(network.Options{Zone: time.UTC, Target: time.Hour, Silence: time.Minute, Limit: 2000})
	for i, b := range w.all {
		h.server.opt.Network.Register(network.Known{ID: b.ID, Name: b.Name, District: b.District})
		if i >= described {
			continue
		}
		if err := desk.Hear(t.Context(), b.ID, "own", []byte(ownOf(b))); err != nil {
			t.Fatal(err)
		}
	}
	later := func(d time.Duration) {
		t.Helper()
		for range int(d / time.Second) {
			mu.Lock()
			at = at.Add(time.Second)
			mu.Unlock()
			if err := desk.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return h, w, later
}

func (h *house) publishes(t *testing.T, text string) {
	t.Helper()
	desk := h.server.opt.Rollout
	d := h.draft()
	if err := desk.Put(t.Context(), "eva", "texto", d.Revision, above.Layer{ID: above.National, Text: []byte(text)}); err != nil {
		t.Fatal(err)
	}
	if _, err := desk.Publish(t.Context(), "eva", "", d.Revision+1, h.server.opt.Plan); err != nil {
		t.Fatal(err)
	}
}

// TestARollOutOfTheWholeCountryIsReadAndItsLaggardsAreFound: of 1,431 branches nobody reads 1,431 lines.
func TestARollOutOfTheWholeCountryIsReadAndItsLaggardsAreFound(t *testing.T) {
	t.Parallel()
	h, w, later := withCountry(t)
	eva := h.cookie("eva")
	h.server.opt.Plan.Rings = h.server.opt.Plan.Rings[2:]
	for _, id := range []wire.NodeID{"S0700", "S1111"} {
		w.deaf[id] = true
	}
	h.publishes(t, "policy: {guard: 40m}\n")
	later(32 * time.Second)
	ask := func(path string) string {
		t.Helper()
		got := h.ask(http.MethodGet, path, eva)
		if got.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, got.Code)
		}
		return got.Body.String()
	}
	rows := func(page string) int { return strings.Count(page, `<th scope="row"><a href="/lojas/`) }
	page := ask("/configuracao")
	if len(page) > 150_000 || rows(page) != 17 {
		t.Errorf("the page has %d bytes and %d branches, want the 17 that lag", len(page), rows(page))
	}
	for _, want := range []string{"1414 de 1431 com a pedida", "17 em falta", "Espaço Cidadão 700", "Lisboa 2", "As outras 1414 estão como devem", "2 a enviar", "15 sem ligação"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for query, want := range map[string][]string{
		"estado=sending": {"S0700", "S1111"}, "procura=cidad%C3%A3o+1111": {"S1111"}, "procura=s0042": {"S0042"}, "procura=zzz": nil, "estado=away&distrito=Lisboa": {"S0491"},
	} {
		part := ask("/configuracao/lojas?" + query)
		if rows(part) != len(want) {
			t.Errorf("%s finds %d branches, want %v", query, rows(part), want)
		}
		for _, id := range want {
			if !strings.Contains(part, `href="/lojas/`+id+`"`) {
				t.Errorf("%s does not find %s", query, id)
			}
		}
		if len(want) == 0 && !strings.Contains(part, "Nenhuma loja assim") {
			t.Errorf("%s finds nothing and does not say so", query)
		}
	}
	if part := ask("/configuracao/lojas?estado=right"); rows(part) != mostStands || !strings.Contains(part, "Mais 1374 assim") {
		t.Errorf("those that are well: %d branches", rows(part))
	}

	// What a draft would do is said by reason and by place, however many branches it is.
	d := h.draft()
	text := "policy: {guard: 45m}\n"
	if err := h.server.opt.Rollout.Put(t.Context(), "eva", "texto", d.Revision, above.Layer{ID: "espaco", Text: []byte(text)}); err != nil {
		t.Fatal(err)
	}
	if err := h.server.opt.Rollout.Put(t.Context(), "eva", "texto", d.Revision+1, above.Layer{ID: "loja", Text: []byte("policy: {guard: 50m}\n")}); err != nil {
		t.Fatal(err)
	}
	trial := ask("/configuracao/ensaio")
	for _, want := range []string{"Muda em 31 lojas; experimentada em 40 de ", "Lojas <b>31</b>", "<b>9 lojas</b>: Espaço Cidadão 32 (S0032)", "e mais 6"} {
		if !strings.Contains(trial, want) {
			t.Errorf("the preview does not say %q: %s", want, trial)
		}
	}
	for query, to := range map[string]string{"S0042": "S0042", "s0042": "S0042", "Espa%C3%A7o+Cidad%C3%A3o+42+(S0042)": "S0042", "national": "national"} {
		if got := h.ask(http.MethodGet, "/configuracao/camada?id="+query, eva); got.Header().Get("Location") != "/configuracao/camada/"+to {
			t.Errorf("%s leads to %s", query, got.Header().Get("Location"))
		}
	}
	// It is stopped, and goes back, for all of them at once.
	if got := h.ask(http.MethodPost, "/configuracao/envio/parar", eva, "numero", "1"); got.Code != http.StatusSeeOther || !strings.Contains(ask("/configuracao/andamento"), "Parado por Eva M.") {
		t.Errorf("stops: %d", got.Code)
	}
	if got := h.ask(http.MethodPost, "/configuracao/envio/voltar", eva, "numero", "0"); got.Code != http.StatusSeeOther {
		t.Errorf("goes back: %d", got.Code)
	}
	later(2 * time.Second)
	if part := ask("/configuracao/lojas"); !strings.Contains(part, "100 de 1431 com a pedida") {
		t.Errorf("two seconds after going back: %s", part[:min(len(part), 300)])
	}
}
