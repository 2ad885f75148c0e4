package web

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/hq/alert"
	"balcao/hq/atlas/registry"
	"balcao/hq/command"
	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/people"
	"balcao/hq/visit/rollup"
	"balcao/internal/branch/above"
	"balcao/internal/queue"
	"balcao/internal/signin"
	"balcao/internal/wire"
)

// others are the marks of what is of another body than that of a person: none of them may reach them. Each one is seen by who
// has no limit, or the test would prove nothing.
var others = map[string]string{
	"the name of the body":         "MarcadorEntidadeAlheia",
	"the name of a service":        "MarcadorServicoAlheio",
	"a ticket":                     "ZQXMARKZQ",
	"a branch without their body":  "MarcadorLojaAlheia",
	"an alert of a queue":          "MarcadorFilaAlheia",
	"a message for boards":         "MarcadorMensagemAlheia",
	"a note of a publication":      "MarcadorNotaAlheia",
	"what somebody did":            "MarcadorFeitoAlheio",
	"a person without limit":       "Helena V. sem limite",
	"a person of the body":         "MarcadorPessoaAlheia",
	"the id of a service":          "abono-marcador",
	"a figure of the body":         "\"waiting\":88,",
	"a figure of the whole branch": "\"waiting\":89,",
}

// shares are kept lines of two bodies of one branch.
type shares struct{ yesterday }

func (shares) Read(_ context.Context, r report.Reading, yield func(report.Part) error) error {
	date := "2026-11-20"
	if r.Months {
		date = "2026-11"
	}
	for service, body := range map[queue.ServiceID]queue.BodyID{"irs": "at", "abono-marcador": "iss"} {
		sum := rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}
		sum.Issued, sum.Called, sum.Finished = 130, 130, 130
		for range 130 {
			sum.Wait.Add(10 * time.Minute)
		}
		whole, halves := sum.Encode()
		if r.Areas || date < r.From || date > r.To {
			continue // every date is stale: lines alone tell
		}
		if err := yield(report.Part{Branch: "L001", Date: date, Service: service, Body: body, Whole: whole, Halves: halves}); err != nil {
			return err
		}
	}
	return nil
}

// asked are the commands of a branch.
type asked struct{ given []command.Command }

func (a *asked) Give(_ context.Context, c command.Command) error {
	a.given = append(a.given, c)
	return nil
}

func (*asked) Withdraw(context.Context, wire.NodeID, string) error { return nil }

func (*asked) Of(context.Context, wire.NodeID, int) ([]command.Command, error) { return nil, nil }

// chain is a database with one log.
type chain struct {
	nothing
	log []wire.Record
}

func (chain) LatestEpoch(context.Context, wire.NodeID) (uint64, error) { return 1, nil }

func (c chain) Records(context.Context, wire.NodeID, uint64, uint64) iter.Seq2[wire.Record, error] {
	return func(yield func(wire.Record, error) bool) {
		for _, r := range c.log {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func record(t *testing.T, seq uint64, f queue.Event) wire.Record {
	t.Helper()
	kind, version, data, err := wire.EncodeFact(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := wire.EncodeEvent(wire.Event{Seq: seq, ID: fmt.Sprint(seq), Type: kind, Version: version, TS: noon.Add(-time.Hour).UnixMilli(), CQ: wire.ClockOK, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	return wire.Record{Seq: seq, Raw: raw}
}

// withBodies is a house with a branch of two bodies, one of which has far more to do, and a branch of that one alone.
func withBodies(t *testing.T) (*house, *asked) {
	t.Helper()
	h := withRollout(t)
	given := &asked{}
	s := h.server
	s.opt.Commands, s.opt.Equipment = given, &drawer{}
	s.opt.Names = Names{
		Bodies:   map[string]string{"at": "Finanças", "iss": others["the name of the body"]},
		Services: map[string]string{"irs": "IRS", "abono-marcador": others["the name of a service"]},
	}
	n := s.opt.Network
	n.Register(network.Known{ID: "L002", Name: others["a branch without their body"], District: "Braga"})
	s.opt.Reports = report.NewDesk(shares{}, n)
	visits := []queue.Event{queue.DayOpened{Day: "2026-11-23"}, queue.CounterOpened{Counter: "1"}, queue.CounterOpened{Counter: "2"}}
	add := func(id int, service queue.ServiceID, body queue.BodyID, prefix string) {
		v := queue.VisitID(id)
		visits = append(visits, queue.Reserved{Visit: v, Number: queue.Number{Prefix: prefix, N: id}, Service: service, Body: body, Request: queue.RequestID(fmt.Sprint(id))},
			queue.Issued{Visit: v, Print: queue.PrintConfirmed})
	}
	add(1, "irs", "at", "F")
	for id := 2; id <= 90; id++ {
		add(id, "abono-marcador", "iss", others["a ticket"])
	}
	visits = append(visits, queue.Called{Visit: 2, Counter: "1"}, queue.Started{Visit: 2, Counter: "1"})
	var log []wire.Record
	for i, e := range visits {
		log = append(log, record(t, uint64(i+1), e))
	}
	s.opt.Store = chain{log: log}
	two := []wire.LiveLine{{Service: "irs", Body: "at", Waiting: 1}, {Service: "abono-marcador", Body: "iss", Waiting: 88}}
	n.Commit("L001", 1, log, noon)
	n.Live("L001", wire.Live{AtMS: noon.UnixMilli(), Day: "2026-11-23", Open: true, Seq: uint64(len(log)), Waiting: 89, Queues: two}, 0, noon)
	n.Live("L002", wire.Live{AtMS: noon.UnixMilli(), Day: "2026-11-23", Open: true, Seq: 5, Waiting: 9, Queues: two[1:]}, 0, noon)
	hash, err := signin.Hash("sardinheira")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []people.Record{
		{ID: "at-viewer", Name: "Do fisco", Role: people.Viewer, Bodies: []string{"at"}},
		{ID: "at-operator", Name: "Do fisco", Role: people.Operator, Bodies: []string{"at"}},
		{ID: "at-editor", Name: "Do fisco", Role: people.Editor, Bodies: []string{"at"}},
		{ID: "at-administrator", Name: "Do fisco", Role: people.Administrator, Bodies: []string{"at"}},
		{ID: "at-faro", Name: "Do fisco", Role: people.Administrator, Bodies: []string{"at"}, Districts: []string{"Faro"}},
		{ID: "at-braga", Name: "Do fisco", Role: people.Administrator, Bodies: []string{"at"}, Districts: []string{"Braga"}},
		{ID: "iss-viewer", Name: others["a person of the body"], Role: people.Viewer, Bodies: []string{"iss"}},
		{ID: "helena", Name: others["a person without limit"], Role: people.Administrator},
	} {
		one.Hash = hash
		if err := h.office.PutPerson(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.opt.People.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.office.sites = []registry.Site{{ID: "L001", Name: "Loja de Faro", District: "Faro"}, {ID: "L002", Name: others["a branch without their body"], District: "Braga"}}
	h.office.deeds = []people.Deed{{ID: 1, At: noon, By: "helena", About: "L001", Words: others["what somebody did"]}}
	queueAlert := alert.Alert{Since: noon, Opened: noon, Finding: alert.Finding{Rule: alert.BreachNow, Branch: "L001", Where: "Loja de Faro", Degree: alert.Urgent, Words: others["an alert of a queue"]}}
	if err := h.desk.Look(t.Context(), []alert.Alert{queueAlert}, nil, append(opened(h), queueAlert)); err != nil {
		t.Fatal(err)
	}
	h.configured(t)
	return h, given
}

func opened(h *house) []alert.Alert {
	var all []alert.Alert
	for _, c := range h.desk.Open() {
		all = append(all, c.Alert)
	}
	return all
}

// configured publishes a layer and leaves a draft, and tells what L001 decides for itself.
func (h *house) configured(t *testing.T) {
	t.Helper()
	ctx, desk := t.Context(), h.server.opt.Rollout
	own := "name: Loja de Faro\nbodies: [{id: at, name: {pt: Finanças}}, {id: iss, name: {pt: Outra}}]\n" +
		"divisions: [{id: f, body: at, prefix: F}, {id: m, body: iss, prefix: M}]\n" +
		"services: [{id: irs, division: f, name: {pt: IRS da loja}}, {id: abono-marcador, division: m, name: {pt: Abono}}]\n"
	if err := desk.(interface {
		Hear(ctx context.Context, node wire.NodeID, hash string, document []byte) error
	}).Hear(ctx, "L001", "hash", []byte(own)); err != nil {
		t.Fatal(err)
	}
	text := "messages:\n  - {id: nova, text: {pt: " + others["a message for boards"] + "}}\n"
	if err := desk.Put(ctx, "eva", "País: mensagem «"+others["a message for boards"]+"»", 0, above.Layer{ID: above.National, Text: []byte(text)}); err != nil {
		t.Fatal(err)
	}
	if _, err := desk.Publish(ctx, "eva", others["a note of a publication"], 1, h.server.opt.Plan); err != nil {
		t.Fatal(err)
	}
	d := h.draft()
	if err := desk.Put(ctx, "eva", "País: mensagem «"+others["a message for boards"]+"»", d.Revision, above.Layer{ID: above.National, Text: []byte(text + "policy: {guard: 40m}\n")}); err != nil {
		t.Fatal(err)
	}
}

// addresses are what can be asked of a route: with every branch, alert and layer, and with what else a page reads of its address.
func addresses(r route) []string {
	_, path, _ := strings.Cut(r.pattern, " ")
	path = strings.Replace(path, "{$}", "", 1)
	all := []string{path}
	fill := func(part string, with ...string) {
		var next []string
		for _, one := range all {
			if !strings.Contains(one, part) {
				return
			}
			for _, w := range with {
				next = append(next, strings.Replace(one, part, w, 1))
			}
		}
		all = next
	}
	switch {
	case strings.HasPrefix(path, "/alertas/{id}"), strings.HasPrefix(path, "/silencios"):
		fill("{id}", "1", "2", "3")
	case strings.HasPrefix(path, "/configuracao/camada"):
		fill("{id}", "national", "loja", "L001", "L002")
	default:
		fill("{id}", "L001", "L002")
	}
	fill("{kind}", "mensagem", "reinicio")
	fill("{act}", "tomar", "nota", "desfazer", "parar", "reenviar")
	fill("{edition}", "e")
	fill("{name}", "hq.css")
	fill("{picture}", "sede-rede.png")
	for _, one := range slices.Clone(all) {
		if strings.HasPrefix(r.pattern, "GET") {
			for i, group := range report.Groups() {
				if i > 0 && !strings.Contains(one, "relatorios") && !strings.Contains(one, "reports") {
					break
				}
				all = append(all, one+"?entidade=iss&servico=abono-marcador&local=L002&de=2026-11-01&ate=2026-11-23&por="+string(group)+"&dias=90&pessoa=iss-viewer&id=L002&procura=a")
			}
		}
	}
	return all
}

// TestWhoIsLimitedToABodyNeverGetsAnothersNameOrFigure asks every address there is.
func TestWhoIsLimitedToABodyNeverGetsAnothersNameOrFigure(t *testing.T) {
	t.Parallel()
	h, given := withBodies(t)
	was := h.draft().Revision
	found := map[string]bool{}
	for _, r := range h.server.table() {
		method, _, _ := strings.Cut(r.pattern, " ")
		for _, path := range addresses(r) {
			if path == "/sair" || strings.HasPrefix(path, "/events") {
				continue // streams are asked below
			}
			for _, who := range []string{"helena", "at-viewer", "at-operator", "at-editor", "at-administrator", "at-faro", "at-braga"} {
				if who == "helena" && method != http.MethodGet {
					continue
				}
				got := h.ask(method, path, h.cookie(who), "revision", fmt.Sprint(was), "parte", "texto", "texto", "policy: {guard: 10m}", "local", "L001", "motivo", "obras", "minutos", "30",
					"nota", "uma nota", "como", "ja", "loja", "L001", "numero", "1", "id", "novo", "name", "Novo", "role", "viewer", "new", "sim", "password", "sardinheira", "body", "iss")
				if got.Code == http.StatusInternalServerError {
					t.Fatalf("%s asks %s %s: %s", who, method, path, got.Body)
				}
				body := got.Body.String()
				for what, mark := range others {
					if !strings.Contains(body, mark) {
						continue
					}
					if found[what] = true; who != "helena" && !strings.Contains(path, mark) {
						t.Errorf("%s asks %s %s and gets %s: %s", who, method, path, what, around(body, mark))
					}
				}
			}
		}
	}
	for what := range others {
		if !found[what] {
			t.Errorf("nobody gets %s, so nothing is proved of it", what)
		}
	}
	if h.draft().Revision != was || h.published() != 1 || len(given.given) != 0 || len(h.office.silences) != 0 || len(h.office.sites) != 2 {
		t.Errorf("something changed: draft %d, published %d, commands %v, silences %v", h.draft().Revision, h.published(), given.given, h.office.silences)
	}
	for _, query := range []string{"", "?alertas", "?loja=L001"} {
		for _, who := range []string{"at-viewer", "at-faro"} {
			p, _ := h.server.opt.People.Find(who)
			render, ok := h.server.renderer(httptest.NewRequest(http.MethodGet, "/events"+query, nil), visitor{person: &p})
			if !ok {
				t.Fatalf("%s listens to %q: refused", who, query)
			}
			v := render(t.Context(), noon)
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			for what, mark := range others {
				if strings.Contains(string(text), mark) {
					t.Errorf("%s listens to %q and gets %s", who, query, what)
				}
			}
		}
	}
	p, _ := h.server.opt.People.Find("at-viewer")
	if _, ok := h.server.renderer(httptest.NewRequest(http.MethodGet, "/events?loja=L002", nil), visitor{person: &p}); ok {
		t.Error("listens to a branch without their body")
	}
}

func around(body, mark string) string {
	i := strings.Index(body, mark)
	return body[max(0, i-120):min(len(body), i+120)]
}

// TestWhoIsLimitedToABodySeesItsFigures: what is left is theirs, and whole.
func TestWhoIsLimitedToABodySeesItsFigures(t *testing.T) {
	t.Parallel()
	h, _ := withBodies(t)
	viewer := h.cookie("at-viewer")
	for path, wants := range map[string][]string{
		"/":                           {"Loja de Faro", "Vê só Finanças", "Não imprime.", "A senha F001 espera há"},
		"/lojas/L001":                 {"IRS", "F001", "outra entidade", "Vê só Finanças"},
		"/alertas":                    {"Não imprime.", "Os alertas das filas são da loja toda"},
		"/api/branches/L001":          {`"waiting":1,`},
		"/api/branches/L001/visits":   {`"tk":"F001"`},
		"/relatorios?por=servico":     {"IRS", "130 senhas emitidas"},
		"/relatorios.csv?por=servico": {";irs;1;130;"},
		"/locais.csv":                 {"Loja de Faro"},
	} {
		page := h.ask(http.MethodGet, path, viewer).Body.String()
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
	}
	for path, want := range map[string]int{
		"/lojas/L002": http.StatusNotFound, "/api/branches/L002": http.StatusNotFound, "/api/branches/L001/log": http.StatusForbidden, "/api/branches/L001/events": http.StatusForbidden,
	} {
		if got := h.ask(http.MethodGet, path, viewer); got.Code != want {
			t.Errorf("%s: %d, want %d", path, got.Code, want)
		}
	}
	// Both limits hold together: there is nothing of their body in Braga.
	if page := h.ask(http.MethodGet, "/api/branches", h.cookie("at-braga")).Body.String(); !strings.Contains(page, `"branches":[]`) {
		t.Errorf("Finanças of Braga: %s", page)
	}
	// While the log is behind, only what the branch says of their queues is known.
	h.server.opt.Network.Live("L001", wire.Live{
		AtMS: noon.UnixMilli(), Day: "2026-11-23", Open: true, Seq: 1 << 20, Waiting: 742, Finished: 7391,
		Queues: []wire.LiveLine{{Service: "irs", Body: "AT", Waiting: 6, Longest: 60}, {Service: "abono-marcador", Body: "iss", Waiting: 736}},
	}, 0, noon)
	page := h.ask(http.MethodGet, "/lojas/L001", viewer).Body.String()
	if !strings.Contains(page, "só com o registo em dia") || !strings.Contains(page, "<b>6</b>") || strings.Contains(page, "736") || strings.Contains(page, "7391") {
		t.Errorf("the page of a branch that is behind says %s", page)
	}
}

// TestAnEditorOfABodyNamesItsServicesAlone: of a branch's layer they change the names of their own services, and nothing else.
func TestAnEditorOfABodyNamesItsServicesAlone(t *testing.T) {
	t.Parallel()
	h, _ := withBodies(t)
	editor := h.cookie("at-editor")
	page := h.ask(http.MethodGet, "/configuracao/camada/L001", editor).Body.String()
	if !strings.Contains(page, "IRS da loja") || !strings.Contains(page, `name="parte" value="servicos"`) || strings.Contains(page, "<textarea") {
		t.Errorf("the page of the layer is %s", page)
	}
	if page := h.ask(http.MethodGet, "/configuracao/camada/national", editor).Body.String(); !strings.Contains(page, "IRS da loja") || strings.Contains(page, "Guardar no rascunho") {
		t.Errorf("the page of the country is %s", page)
	}
	was := h.draft().Revision
	form := []string{"parte", "servicos", "revision", fmt.Sprint(was), "servico", "irs", "pt-irs", "Entrega do IRS"}
	for _, more := range [][]string{{"servico", "abono-marcador", "pt-abono-marcador", "Mudado"}, {"servico", "nada"}} {
		if got := h.ask(http.MethodPost, "/configuracao/camada/L001", editor, append(slices.Clone(form), more...)...); got.Code != http.StatusForbidden || h.draft().Revision != was {
			t.Errorf("names %v: %d", more, got.Code)
		}
	}
	for _, part := range []string{"texto", "mensagem", "horario", "regras", "tirar-mensagem"} {
		if got := h.ask(http.MethodPost, "/configuracao/camada/L001", editor, "parte", part, "revision", fmt.Sprint(was), "pt", "Olá", "texto", "policy: {guard: 10m}\n"); got.Code != http.StatusForbidden {
			t.Errorf("changes %s: %d", part, got.Code)
		}
	}
	if got := h.ask(http.MethodPost, "/configuracao/camada/L001", editor, form...); got.Code != http.StatusSeeOther || h.draft().Revision != was+1 {
		t.Fatalf("names their own: %d %s", got.Code, got.Body)
	}
	if l := layerOf(h.draft(), "L001"); !strings.Contains(string(l.Text), "Entrega do IRS") {
		t.Errorf("the layer says %s", l.Text)
	}
}

// TestAnAdministratorGivesNoMoreThanTheirs: not to somebody new, not to themselves, and nobody of wider limits is theirs to change.
func TestAnAdministratorGivesNoMoreThanTheirs(t *testing.T) {
	t.Parallel()
	h, _ := withBodies(t)
	admin := h.cookie("at-faro")
	page := h.ask(http.MethodGet, "/pessoas", admin).Body.String()
	if strings.Contains(page, "Braga") || !strings.Contains(page, `name="body" value="at" checked`) || !strings.Contains(page, `name="district" value="Faro" checked`) {
		t.Errorf("the page offers %s", page)
	}
	base := []string{"new", "sim", "name", "Novo", "role", "viewer", "password", "sardinheira"}
	for name, limits := range map[string][]string{
		"a": nil, "b": {"body", "at"}, "c": {"district", "Faro"}, "d": {"district", "Faro", "body", "iss"}, "e": {"district", "Faro", "district", "Braga", "body", "at"},
	} {
		if got := h.ask(http.MethodPost, "/pessoas", admin, append(append([]string{"id", name}, base...), limits...)...); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "Só pode dar o que também é seu") {
			t.Errorf("gives %v: %d", limits, got.Code)
		}
	}
	for _, id := range []string{"at-viewer", "iss-viewer", "helena"} {
		if got := h.ask(http.MethodPost, "/pessoas", admin, "id", id, "name", "Mudado", "role", "viewer", "district", "Faro", "body", "at"); got.Code != http.StatusConflict {
			t.Errorf("changes %s: %d", id, got.Code)
		}
	}
	if got := h.ask(http.MethodPost, "/pessoas", admin, "id", "at-faro", "name", "Do fisco", "role", "administrator", "body", "at"); got.Code != http.StatusConflict {
		t.Errorf("widens their own: %d", got.Code)
	}
	if got := h.ask(http.MethodPost, "/pessoas", admin, append([]string{"id", "novo", "district", "Faro", "body", "at"}, base...)...); got.Code != http.StatusSeeOther {
		t.Fatalf("gives what is theirs: %d %s", got.Code, got.Body)
	}
	if d := h.office.deeds[len(h.office.deeds)-1]; d.Words != "criada, consulta, Faro; só AT" {
		t.Errorf("the audit says %q", d.Words)
	}
	if p, known := h.server.opt.People.Find("novo"); !known || !slices.Equal(p.Bodies, []string{"at"}) || !slices.Equal(p.Districts, []string{"Faro"}) {
		t.Errorf("became %+v", p)
	}
	// Who may do everything sees to it that somebody is left who may.
	if got := h.ask(http.MethodPost, "/pessoas", h.cookie("helena"), "id", "helena", "name", "Helena V.", "role", "administrator", "body", "at"); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "Tem de ficar alguém") {
		t.Errorf("the last one without limit takes one: %d", got.Code)
	}
}

// TestAStreamEndsWhenLimitsChange: a page that is open does not go on telling what is no longer theirs.
func TestAStreamEndsWhenLimitsChange(t *testing.T) {
	t.Parallel()
	h, _ := withBodies(t)
	p, _ := h.server.opt.People.Find("at-viewer")
	if !h.server.still(visitor{person: &p}) {
		t.Fatal("nothing changed, and the stream ends")
	}
	if _, err := h.server.opt.People.Put(t.Context(), people.Person{ID: "helena", Role: people.Administrator}, people.Wish{
		Record: people.Record{ID: "at-viewer", Name: "Do fisco", Role: people.Viewer, Bodies: []string{"iss"}},
	}); err != nil {
		t.Fatal(err)
	}
	if h.server.still(visitor{person: &p}) {
		t.Error("the stream goes on with limits that are gone")
	}
}
