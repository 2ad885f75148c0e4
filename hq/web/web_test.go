package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/hq/web"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// shelf is a database of one log.
type shelf struct{ records []wire.Record }

func (shelf) LatestEpoch(context.Context, wire.NodeID) (uint64, error) { return 77, nil }

func (s shelf) Records(_ context.Context, _ wire.NodeID, _, after uint64) iter.Seq2[wire.Record, error] {
	return func(yield func(wire.Record, error) bool) {
		for _, r := range s.records {
			if r.Seq > after && !yield(r, nil) {
				return
			}
		}
	}
}

func (shelf) Later(context.Context, wire.NodeID) (int, error) { return 0, nil }

func (shelf) Links(context.Context, wire.NodeID, int) ([]network.LinkChange, error) {
	return []network.LinkChange{{At: noon.Add(-time.Hour), State: wire.Online}}, nil
}

func record(seq uint64, fact queue.Event) wire.Record {
	kind, version, data, err := wire.EncodeFact(fact)
	if err != nil {
		panic(err)
	}
	raw, err := wire.EncodeEvent(wire.Event{Seq: seq, ID: fmt.Sprint(seq), Type: kind, Version: version, TS: noon.Add(-time.Hour).UnixMilli(), CQ: wire.ClockOK, Data: data})
	if err != nil {
		panic(err)
	}
	return wire.Record{Seq: seq, Raw: raw}
}

var records = []wire.Record{
	record(1, queue.DayOpened{Day: "2026-11-23"}),
	record(2, queue.CounterOpened{Counter: "1"}),
	record(3, queue.Reserved{Visit: 1, Number: queue.Number{Prefix: "A", N: 23}, Service: "cc-renew", Body: "irn", Request: "r"}),
	record(4, queue.Issued{Visit: 1, Print: queue.PrintConfirmed}),
}

func serve(t *testing.T, known ...network.Known) (*network.Network, http.Handler) {
	t.Helper()
	n := network.New(network.Options{
		Zone: time.UTC, Target: 30 * time.Minute, Silence: time.Minute, Limit: 1000, Known: known,
		Simulated: func(id wire.NodeID) bool { return id[0] == 'S' },
	})
	s, err := web.New(web.Options{
		Network: n, Store: shelf{records}, Zone: time.UTC, Target: 30 * time.Minute, Hosts: []string{"hq.example"},
		Names: web.Names{Services: map[string]string{"cc-renew": "Cartão de Cidadão"}},
		Now:   func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, s.Handler()
}

func ask(h http.Handler, method, host, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://"+host+path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	return ask(h, http.MethodGet, "localhost", path)
}

func TestAnEmptyNetworkSaysWhatWillHappen(t *testing.T) {
	_, h := serve(t)
	page := get(h, "/").Body.String()
	for _, want := range []string{"Ainda nenhum local ligou", "à espera da primeira ligação", "Ainda sem factos hoje", "Nada a pedir atenção", "Ainda sem senhas hoje"} {
		if !strings.Contains(page, want) {
			t.Errorf("the empty page does not say %q", want)
		}
	}
}

func TestNumbersAreWrittenThePortugueseWay(t *testing.T) {
	n, h := serve(t)
	n.Live("L901", wire.Live{AtMS: noon.UnixMilli(), Name: "Loja", Day: "2026-11-23", Open: true, Seq: 9, Waiting: 2146, Finished: 14207, WaitAvg: 276, WaitNow: 5640}, 0, noon)
	page := get(h, "/").Body.String()
	for _, want := range []string{"2\u202f146", "14\u202f207", "4,6", `<b>1</b><span class="unit">h</span> <b>34</b>`, "segunda-feira, 23 nov. 2026"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
}

func TestANetworkOfManyBranchesStaysSmall(t *testing.T) {
	n, h := serve(t)
	for i := range 432 {
		n.Live(wire.NodeID(fmt.Sprintf("S%03d", i)), wire.Live{AtMS: noon.UnixMilli(), Name: "Espaço " + fmt.Sprint(i), Day: "2026-11-23", Open: true, Waiting: i}, 0, noon)
	}
	page := get(h, "/").Body.String()
	if rows := strings.Count(page, `<tr id="b-`); rows != 432 || strings.Count(page, "simulada") < 432 {
		t.Errorf("%d rows, want 432, each marked as simulated", rows)
	}
	if len(page) > 1<<20 {
		t.Errorf("the page has %d bytes, want less than a megabyte", len(page))
	}
}

func TestOnlyQuestionsAreAnswered(t *testing.T) {
	_, h := serve(t)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, "BREW"} {
		for _, path := range []string{"/", "/events", "/api/branches", "/lojas/L901"} {
			if got := ask(h, method, "localhost", path).Code; got != http.StatusMethodNotAllowed {
				t.Errorf("%s %s = %d, want 405", method, path, got)
			}
		}
	}
}

func TestOtherNamesAreNotServed(t *testing.T) {
	_, h := serve(t)
	for host, want := range map[string]int{
		"localhost:8090": 200, "127.0.0.1": 200, "[::1]:99": 200, "hq.example": 200, "HQ.example:443": 200,
		"evil.example": 421, "127.0.0.1.evil.example": 421, "10.0.0.1": 421,
	} {
		if got := ask(h, http.MethodGet, host, "/healthz").Code; got != want {
			t.Errorf("%s = %d, want %d", host, got, want)
		}
	}
}

func TestGarbageGetsAClearAnswer(t *testing.T) {
	n, h := serve(t)
	n.Commit("L901", 77, records, noon)
	for path, want := range map[string]int{
		"/nowhere": 404, "/lojas/L777": 404, "/lojas/%3Cscript%3E": 404, "/events?loja=L777": 404, "/events?loja=%00": 404,
		"/api/branches/L777": 404, "/api/branches/x/log": 404, "/api/branches/L901/log?after=-1": 400,
		"/api/branches/L901/log?after=99999999999999999999": 400, "/api/branches/L901/log?epoch=x": 400, "/hq/x/live.html": 404,
		"/hq/x/..%2Fserver.go": 404,
	} {
		w := get(h, path)
		if w.Code != want {
			t.Errorf("%s = %d, want %d", path, w.Code, want)
		}
		if strings.Contains(w.Body.String(), "<script>") {
			t.Errorf("%s gives a script back", path)
		}
	}
}

func TestPagesLoadOnlyFromTheProgram(t *testing.T) {
	n, h := serve(t)
	n.Commit("L901", 77, records, noon)
	for _, path := range []string{"/", "/lojas/L901", "/nowhere"} {
		w := get(h, path)
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if body := w.Body.String(); strings.Contains(body, " style=") || regexp.MustCompile(`\son[a-z]+=`).MatchString(body) || strings.Contains(body, "https://") {
			t.Errorf("%s holds a style, a script or an address that the policy forbids", path)
		}
	}
}

func TestWhatABranchCallsItselfIsOnlyText(t *testing.T) {
	n, h := serve(t)
	n.Commit("L901", 77, records, noon)
	n.Live("L901", wire.Live{AtMS: noon.UnixMilli(), Name: `<img src=x onerror=alert(1)>`, Seq: 4}, 0, noon)
	n.Health("L901", wire.Health{Kiosks: []wire.KioskHealth{{Node: "L901-K01", Devices: map[string]string{"<b>": "<i>"}}}}, 0, noon)
	for _, path := range []string{"/", "/lojas/L901"} {
		if body := get(h, path).Body.String(); strings.Contains(body, "<img") || strings.Contains(body, "<i>") {
			t.Errorf("%s takes a branch's words as markup", path)
		}
	}
}

func TestTheDarkRoomIsRemembered(t *testing.T) {
	_, h := serve(t)
	w := get(h, "/?tema=escuro")
	cookie := w.Header().Get("Set-Cookie")
	if !strings.Contains(w.Body.String(), `class="dark"`) || !strings.Contains(cookie, "tema=escuro") || !strings.Contains(cookie, "HttpOnly") {
		t.Errorf("asked for: cookie %q", cookie)
	}
	if w := ask(h, http.MethodGet, "localhost", "/", "Cookie", "tema=escuro"); !strings.Contains(w.Body.String(), `class="dark"`) {
		t.Error("it is forgotten at the next page")
	}
	if w := get(h, "/"); strings.Contains(w.Body.String(), `class="dark"`) {
		t.Error("light is not the default")
	}
}

func TestARuleAgainstTheLawIsShownOnTheLivePage(t *testing.T) {
	n, h := serve(t)
	n.Present("L901", network.Presence{Online: true}, noon)
	n.Present("L902", network.Presence{Online: true}, noon)
	n.Live("L901", wire.Live{AtMS: noon.UnixMilli(), Name: "Loja", Day: "2026-11-23", Open: true, Unlawful: 2}, 0, noon)
	n.Live("L902", wire.Live{AtMS: noon.UnixMilli(), Name: "Outra", Day: "2026-11-23", Open: true}, 0, noon)
	n.CheckAlerts(noon.Add(-15 * time.Second))
	n.CheckAlerts(noon)
	page := get(h, "/").Body.String()
	if got := strings.Count(page, " contra a lei</span>"); got != 1 {
		t.Errorf("%d rows are marked, want that of the branch alone", got)
	}
	for _, want := range []string{"Regra contra a lei: chama 2 outras senhas entre duas prioridades por lei", "Regras de chamada."} {
		if !strings.Contains(page, want) {
			t.Errorf("the alerts do not say %q", want)
		}
	}
	n.Live("L901", wire.Live{AtMS: noon.UnixMilli(), Name: "Loja", Day: "2026-11-23", Open: true}, 0, noon)
	n.CheckAlerts(noon.Add(15 * time.Second))
	n.CheckAlerts(noon.Add(30 * time.Second))
	if len(n.Alerts()) != 0 {
		t.Errorf("put right, and still told: %+v", n.Alerts())
	}
}

func TestTheLogIsGivenAsItCame(t *testing.T) {
	n, h := serve(t)
	n.Commit("L901", 77, records, noon)
	w := get(h, "/api/branches/L901/log?after=2")
	want := string(records[2].Raw) + "\n" + string(records[3].Raw) + "\n"
	if w.Body.String() != want || w.Header().Get("Balcao-Epoch") != "77" {
		t.Errorf("log = %q of epoch %s, want %q", w.Body, w.Header().Get("Balcao-Epoch"), want)
	}
}

func TestVisitsAreTold(t *testing.T) {
	n, h := serve(t)
	n.Commit("L901", 77, records, noon)
	var got struct {
		Day    string
		Visits []struct {
			Tk, Svc, State string
			Wait           float64
		}
	}
	if err := json.Unmarshal(get(h, "/api/branches/L901/visits").Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Day != "2026-11-23" || len(got.Visits) != 1 || got.Visits[0].Tk != "A023" || got.Visits[0].Wait != 3600 || got.Visits[0].State != "waiting" {
		t.Errorf("visits = %+v", got)
	}
}
