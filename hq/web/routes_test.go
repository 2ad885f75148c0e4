package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/hq/alert"
	"balcao/hq/atlas/registry"
	"balcao/hq/cases"
	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/people"
	"balcao/internal/signin"
	"balcao/internal/wire"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// office remembers in memory what the store keeps on disk.
type office struct {
	mu       sync.Mutex
	people   []people.Record
	sessions map[signin.TokenHash]string
	deeds    []people.Deed
	cases    []cases.Case
	steps    []cases.Step
	silences []cases.Silence
	sites    []registry.Site
}

func (o *office) People(context.Context) ([]people.Record, error) { return slices.Clone(o.people), nil }

func (o *office) PutPerson(_ context.Context, r people.Record) error {
	o.people = append(slices.DeleteFunc(o.people, func(p people.Record) bool { return p.ID == r.ID }), r)
	return nil
}

func (o *office) BeginSession(_ context.Context, token signin.TokenHash, person string, _ time.Time) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sessions[token] = person
	return nil
}

func (o *office) EndSession(_ context.Context, token signin.TokenHash) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.sessions, token)
	return nil
}

func (o *office) Session(_ context.Context, token signin.TokenHash) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sessions[token], nil
}

func (o *office) Audit(_ context.Context, d people.Deed) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.deeds = append(o.deeds, d)
	return nil
}

func (o *office) Deeds(context.Context, int64, int) ([]people.Deed, error) { return o.deeds, nil }

func (o *office) PastCases(_ context.Context, _ time.Time, _ string, _ int) ([]cases.Case, error) {
	return slices.DeleteFunc(slices.Clone(o.cases), func(c cases.Case) bool { return c.Closed.IsZero() }), nil
}

func (o *office) OpenCases(context.Context) ([]cases.Case, error) { return nil, nil }

func (o *office) OpenCase(_ context.Context, a alert.Alert, _ bool) (int64, error) {
	id := int64(len(o.cases) + 1)
	o.cases = append(o.cases, cases.Case{ID: id, Alert: a})
	return id, nil
}

func (o *office) AddStep(_ context.Context, s cases.Step, _ bool) error {
	o.steps = append(o.steps, s)
	if s.Kind == cases.Closed {
		o.cases[s.Case-1].Closed = s.At
	}
	return nil
}

func (o *office) Case(_ context.Context, id int64) (cases.Case, bool, error) {
	if id < 1 || id > int64(len(o.cases)) {
		return cases.Case{}, false, nil
	}
	return o.cases[id-1], true, nil
}

func (o *office) Steps(_ context.Context, id int64) ([]cases.Step, error) {
	return slices.DeleteFunc(slices.Clone(o.steps), func(s cases.Step) bool { return s.Case != id }), nil
}

func (o *office) Notices(context.Context, int64) ([]cases.Notice, error) { return nil, nil }

func (o *office) Silences(context.Context, time.Time) ([]cases.Silence, error) {
	return o.silences, nil
}

func (o *office) PutSilence(_ context.Context, s cases.Silence) (int64, error) {
	s.ID = int64(len(o.silences) + 1)
	o.silences = append(o.silences, s)
	return s.ID, nil
}

func (o *office) Sites(context.Context) ([]registry.Site, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.sites), nil
}

func (o *office) PutSites(_ context.Context, _ string, sites []registry.Site) (int, int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sites = append(o.sites, sites...)
	return len(sites), 0, nil
}

func (o *office) SiteChanges(context.Context, string, int) ([]registry.Change, error) {
	return nil, nil
}

// house is the pages with an administrator, an operator of Faro alone and a viewer, and an alert in Faro and in Braga.
type house struct {
	t      *testing.T
	office *office
	server *Server
	desk   *cases.Desk
}

func newHouse(t *testing.T, open bool) *house {
	t.Helper()
	hash, err := signin.Hash("sardinheira")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{sessions: map[signin.TokenHash]string{}}
	roster, err := people.NewRoster(t.Context(), o, []people.Record{
		{ID: "helena", Name: "Helena V.", Role: people.Administrator, Hash: hash},
		{ID: "duarte", Name: "Duarte F.", Role: people.Operator, Hash: hash, Districts: []string{"Faro"}},
		{ID: "eva", Name: "Eva M.", Role: people.Editor, Hash: hash},
		{ID: "rosa", Name: "Rosa P.", Role: people.Editor, Hash: hash, Districts: []string{"Faro"}},
		{ID: "lia", Name: "Lia N.", Role: people.Viewer, Hash: hash},
	})
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return noon }
	desk, err := cases.New(t.Context(), o, cases.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	n := network.New(network.Options{Zone: time.UTC, Target: 30 * time.Minute, Silence: time.Minute, Limit: 10, Known: []network.Known{
		{ID: "L001", Name: "Loja de Faro", District: "Faro"}, {ID: "L002", Name: "Loja de Braga", District: "Braga"},
	}})
	n.Live("L001", wire.Live{AtMS: noon.UnixMilli(), Day: "2026-11-23", Open: true, Waiting: 3}, 0, noon)
	n.Live("L002", wire.Live{AtMS: noon.UnixMilli(), Day: "2026-11-23", Open: true, Waiting: 40}, 0, noon)
	var opened []alert.Alert
	for branch, name := range map[string]string{"L001": "Loja de Faro", "L002": "Loja de Braga"} {
		opened = append(opened, alert.Alert{Since: noon, Opened: noon, Finding: alert.Finding{Rule: alert.NoPaper, Branch: branch, Where: name, Degree: alert.Urgent, Words: "Não imprime.", First: "Pôr papel."}})
	}
	slices.SortFunc(opened, alert.Compare)
	if err := desk.Look(t.Context(), opened, nil, opened); err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{
		Network: n, Zone: time.UTC, Target: 30 * time.Minute, People: roster, Office: o, Desk: desk, Sites: o, Reports: report.NewDesk(yesterday{}, n), OpenToRead: open, Now: now,
		Store: nothing{}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &house{t: t, office: o, server: s, desk: desk}
}

// nothing is a database without events.
type nothing struct{ Store }

func (nothing) Later(context.Context, wire.NodeID) (int, error) { return 0, nil }

func (nothing) Links(context.Context, wire.NodeID, int) ([]network.LinkChange, error) {
	return nil, nil
}

func (nothing) LatestEpoch(context.Context, wire.NodeID) (uint64, error) { return 0, errNone }

var errNone = errors.New("none")

// cookie is a sign-in without the page.
func (h *house) cookie(person string) string {
	h.t.Helper()
	cookie, token := signin.NewToken()
	if err := h.office.BeginSession(h.t.Context(), token, person, noon.Add(time.Hour)); err != nil {
		h.t.Fatal(err)
	}
	return cookie
}

func (h *house) ask(method, path, cookie string, form ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	ctx, cancel := context.WithCancel(h.t.Context())
	if path == "/events" {
		cancel() // a stream would never end
	}
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, method, "http://localhost"+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: cookie})
	}
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, r)
	return w
}

func TestEveryAddressIsAnsweredToItsRoleAndToNobodyElse(t *testing.T) {
	t.Parallel()
	for _, open := range []bool{false, true} {
		h := newHouse(t, open)
		for name, role := range map[string]people.Role{"": "", "lia": people.Viewer, "duarte": people.Operator, "eva": people.Editor, "helena": people.Administrator} {
			for _, r := range h.server.table() {
				method, path, _ := strings.Cut(r.pattern, " ")
				path = strings.NewReplacer("{$}", "", "{id}", "L001", "{act}", "tomar", "{edition}", "e", "{name}", "hq.css").Replace(path)
				if strings.HasPrefix(path, "/alertas/L001") || strings.HasPrefix(path, "/silencios/L001") {
					path = strings.Replace(path, "L001", "1", 1)
				}
				cookie := ""
				if name != "" && path != "/sair" {
					cookie = h.cookie(name)
				}
				got := h.ask(method, path, cookie)
				may := r.who == everyone || role.May(r.who) || r.who == people.Viewer && open && role == ""
				sentAway := got.Code == http.StatusUnauthorized && path != "/entrar" || got.Code == http.StatusForbidden ||
					got.Code == http.StatusSeeOther && strings.HasPrefix(got.Header().Get("Location"), "/entrar?para")
				if may == sentAway {
					t.Errorf("open %v, %q asks %s %s: %d to %q", open, name, method, path, got.Code, got.Header().Get("Location"))
				}
				if may && got.Code == http.StatusInternalServerError {
					t.Errorf("%q asks %s %s: %s", name, method, path, got.Body)
				}
			}
		}
	}
}

func TestWhoHasOneDistrictSeesAndTouchesThatOneAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	duarte := h.cookie("duarte")
	for _, path := range []string{"/", "/alertas", "/api/branches", "/alertas/historia"} {
		page := h.ask(http.MethodGet, path, duarte).Body.String()
		if strings.Contains(page, "Braga") {
			t.Errorf("%s tells of Braga", path)
		}
		if path != "/alertas/historia" && !strings.Contains(page, "Faro") {
			t.Errorf("%s tells nothing of Faro", path)
		}
	}
	braga := h.office.cases[0]
	if braga.Branch != "L002" {
		braga = h.office.cases[1]
	}
	for _, path := range []string{"/lojas/L002", "/api/branches/L002", "/alertas/" + string(rune('0'+braga.ID))} {
		if got := h.ask(http.MethodGet, path, duarte); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	if got := h.ask(http.MethodPost, "/alertas/"+string(rune('0'+braga.ID))+"/tomar", duarte); got.Code != http.StatusNotFound || len(h.office.steps) != 0 {
		t.Errorf("takes a case of Braga: %d, %+v", got.Code, h.office.steps)
	}
	for _, local := range []string{"L002", ""} {
		if got := h.ask(http.MethodPost, "/silencios", duarte, "local", local, "regra", "no_paper", "minutos", "30", "motivo", "obras"); got.Code != http.StatusBadRequest || len(h.office.silences) != 0 {
			t.Errorf("silences %q: %d", local, got.Code)
		}
	}
	for i, of := range []cases.Silence{{Branch: "L002"}, {Rule: alert.NoPaper}, {Branch: "L001"}} {
		of.Reason, of.Until = "obras", noon.Add(time.Hour)
		id, err := h.desk.Hush(t.Context(), of)
		if err != nil {
			t.Fatal(err)
		}
		want := []int{http.StatusConflict, http.StatusConflict, http.StatusSeeOther}[i]
		if got := h.ask(http.MethodPost, fmt.Sprintf("/silencios/%d/terminar", id), duarte); got.Code != want {
			t.Errorf("ends the silence of %+v: %d, want %d", of, got.Code, want)
		}
	}
}

func TestAnAlertIsTakenOnItsPageAndTheAuditTellsWho(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	got := h.ask(http.MethodPost, "/entrar", "", "name", "helena", "password", "sardinheira", "para", "/alertas")
	if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/alertas" {
		t.Fatalf("sign in: %d to %q", got.Code, got.Header().Get("Location"))
	}
	c := got.Result().Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
		t.Errorf("cookie %+v", c)
	}
	if got := h.ask(http.MethodPost, "/alertas/1/tomar", c.Value); got.Code != http.StatusSeeOther {
		t.Fatalf("take: %d %s", got.Code, got.Body)
	}
	if page := h.ask(http.MethodGet, "/alertas/1", c.Value).Body.String(); !strings.Contains(page, "Helena V. tomou conta") || !strings.Contains(page, "Deixar para outra pessoa") {
		t.Error("the page does not say who takes care")
	}
	if page := h.ask(http.MethodPost, "/alertas/1/nota", c.Value, "nota", ""); page.Code != http.StatusConflict || !strings.Contains(page.Body.String(), "Escreva a nota") {
		t.Errorf("an empty note: %d", page.Code)
	}
	h.ask(http.MethodPost, "/sair", c.Value)
	if got := h.ask(http.MethodGet, "/alertas", c.Value); got.Code != http.StatusSeeOther {
		t.Errorf("after signing out: %d", got.Code)
	}
	var acts []string
	for _, d := range h.office.deeds {
		acts = append(acts, d.By+" "+d.Act)
	}
	if want := []string{"helena sign_in", "helena case_tomar", "helena sign_out"}; !slices.Equal(acts, want) {
		t.Errorf("audit %v, want %v", acts, want)
	}
}

func TestGuessingAPasswordSoonHasToWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	for range signin.FreeTries {
		if got := h.ask(http.MethodPost, "/entrar", "", "name", "helena", "password", "x"); got.Code != http.StatusUnauthorized {
			t.Fatalf("a guess: %d", got.Code)
		}
	}
	if got := h.ask(http.MethodPost, "/entrar", "", "name", "helena", "password", "sardinheira"); got.Code != http.StatusTooManyRequests {
		t.Errorf("the right one after %d guesses: %d", signin.FreeTries, got.Code)
	}
}

func TestAFormOfAnotherSiteDoesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	r := httptest.NewRequest(http.MethodPost, "http://localhost/alertas/1/tomar", nil)
	r.Header.Set("Origin", "https://elsewhere.example")
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: h.cookie("helena")})
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || len(h.office.steps) != 0 {
		t.Errorf("answered %d, %+v", w.Code, h.office.steps)
	}
}

func TestASiteIsWrittenOnItsFormAndSeenInTheNetwork(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	eva := h.cookie("eva")
	form := []string{"id", "E200", "nome", "Espaço \"Praça\"; centro", "tipo", "espaco", "distrito", "Braga", "lat", "41,55", "lon", "-8,42", "abre", "2026-11-01", "entrega", "installed", "parada_por", "sem rede"}
	if got := h.ask(http.MethodPost, "/locais", eva, form...); got.Code != http.StatusSeeOther {
		t.Fatalf("answered %d: %s", got.Code, got.Body)
	}
	for path, wants := range map[string][]string{
		"/locais":         {"Espaço &#34;Praça&#34;; centro", "atrasada 22 dias: sem rede"},
		"/":               {"Espaço &#34;Praça&#34;; centro", "por ligar"},
		"/entrega":        {"0 de 1 em serviço", "1 atrasadas", "há <b>22</b> dias"},
		"/locais.csv":     {`E200;"Espaço ""Praça""; centro";espaco`},
		"/lojas/E200":     {"Espaço &#34;Praça&#34;; centro"},
		"/locais?local=x": {"Novo local"},
	} {
		page := h.ask(http.MethodGet, path, eva).Body.String()
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
	form[7] = "Évora Norte"
	if got := h.ask(http.MethodPost, "/locais", eva, form...); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "o distrito não existe") {
		t.Errorf("a district that is none: %d", got.Code)
	}
}

func TestAFileOfSitesNamesItsBadLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("ficheiro", "locais.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("id;nome;tipo\nL017;Loja de Évora;loja\nL018;Loja;posto\n")); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://localhost/locais/ficheiro", &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.AddCookie(&http.Cookie{Name: sessionCookie, Value: h.cookie("eva")})
	w := httptest.NewRecorder()
	h.server.Handler().ServeHTTP(w, r)
	for _, want := range []string{"1 local lido, 1 linha por corrigir", "L018", "o tipo não é"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page does not say %q: %d", want, w.Code)
		}
	}
	if len(h.office.sites) != 1 {
		t.Errorf("kept %+v", h.office.sites)
	}
}
