package screen_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/internal/wire"
	"balcao/kiosk/flow"
	"balcao/kiosk/screen"
)

// patience is how long a test waits for something that must happen.
const patience = 20 * time.Second

func start(t *testing.T, cfg screen.Config) (*screen.Screen, string) {
	t.Helper()
	cfg.Listen = "127.0.0.1:0"
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s, err := screen.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
	return s, "http://" + s.Addr()
}

func both() screen.Config { return screen.Config{Touch: true, Callboard: true} }

type answer struct {
	status int
	body   string
	header http.Header
}

func do(t *testing.T, req *http.Request) answer {
	t.Helper()
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{r.StatusCode, string(b), r.Header}
}

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func tapRequest(t *testing.T, base, key, body string) *http.Request {
	t.Helper()
	req := request(t, http.MethodPost, base+"/input", body)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	return req
}

func TestATouchIsAnsweredWhenTheLoopHasIt(t *testing.T) {
	s, base := start(t, both())
	got := make(chan flow.Input, 1)
	go func() { got <- <-s.Inputs() }()
	a := do(t, tapRequest(t, base, "key-00000001", `{"screen":"home","action":"service","arg":"cc"}`))
	if a.status != http.StatusNoContent {
		t.Fatalf("answer %d %s, want 204", a.status, a.body)
	}
	want := flow.Tap{Key: "key-00000001", Screen: "home", Action: flow.ActService, Arg: "cc"}
	if in := <-got; in != flow.Input(want) {
		t.Errorf("loop got %+v, want %+v", in, want)
	}
}

func TestTheSameKeyTwiceIsOneTouch(t *testing.T) {
	s, base := start(t, both())
	const tries = 8
	taken := make(chan flow.Input, tries)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		for {
			select {
			case in := <-s.Inputs():
				taken <- in
			case <-ctx.Done():
				return
			}
		}
	}()
	var all sync.WaitGroup
	statuses := make(chan int, tries)
	for range tries {
		req := tapRequest(t, base, "key-double-tap", `{"action":"bodies"}`)
		all.Go(func() {
			r, err := http.DefaultClient.Do(req)
			if err != nil {
				statuses <- 0
				return
			}
			statuses <- r.StatusCode
			_ = r.Body.Close()
		})
	}
	all.Wait()
	for range tries {
		if st := <-statuses; st != http.StatusNoContent {
			t.Errorf("answer %d, want 204", st)
		}
	}
	if a := do(t, tapRequest(t, base, "key-double-tap", `{"action":"bodies"}`)); a.status != http.StatusNoContent {
		t.Errorf("late repetition: %d, want 204", a.status)
	}
	if n := len(taken); n != 1 {
		t.Errorf("loop got %d touches, want 1", n)
	}
}

func TestATouchTheLoopDoesNotTakeMayBeSentAgain(t *testing.T) {
	s, base := start(t, both())
	a := do(t, tapRequest(t, base, "key-00000003", `{"action":"help"}`))
	if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Fatalf("with nobody listening: %d, want 503 and Retry-After", a.status)
	}
	got := make(chan flow.Input, 1)
	go func() { got <- <-s.Inputs() }()
	if a := do(t, tapRequest(t, base, "key-00000003", `{"action":"help"}`)); a.status != http.StatusNoContent {
		t.Fatalf("sent again: %d, want 204", a.status)
	}
	<-got
}

func TestGarbageIsRefusedWithAReason(t *testing.T) {
	_, base := start(t, both())
	json := "application/json"
	for _, c := range []struct {
		name, key, kind, body string
		status                int
		says                  string
	}{
		{"no key", "", json, `{"action":"help"}`, 400, "Idempotency-Key"},
		{"short key", "abc", json, `{"action":"help"}`, 400, "Idempotency-Key"},
		{"odd key", "key with spaces", json, `{"action":"help"}`, 400, "Idempotency-Key"},
		{"not JSON", "key-00000001", json, `help me`, 400, "JSON"},
		{"empty", "key-00000001", json, ``, 400, "JSON"},
		{"two objects", "key-00000001", json, `{"action":"help"}{"action":"help"}`, 400, "JSON"},
		{"unknown field", "key-00000001", json, `{"action":"help","name":"x"}`, 400, "JSON"},
		{"no action", "key-00000001", json, `{}`, 400, "action"},
		{"action with markup", "key-00000001", json, `{"action":"<b>"}`, 400, "action"},
		{"long argument", "key-00000001", json, `{"action":"body","arg":"` + strings.Repeat("a", 65) + `"}`, 400, "arg"},
		{"form", "key-00000001", "application/x-www-form-urlencoded", `action=help`, 415, "application/json"},
		{"1 MiB", "key-00000001", json, `{"action":"` + strings.Repeat("a", 1<<20) + `"}`, 413, "4096"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := tapRequest(t, base, c.key, c.body)
			req.Header.Set("Content-Type", c.kind)
			a := do(t, req)
			if a.status != c.status || !strings.Contains(a.body, c.says) {
				t.Errorf("%d %q, want %d with %q", a.status, a.body, c.status, c.says)
			}
		})
	}
}

func TestOnlyThisMachineByItsOwnNameIsServed(t *testing.T) {
	_, base := start(t, both())
	for host, want := range map[string]int{
		"localhost:80": 200, "127.0.0.1": 200, "[::1]:8080": 200,
		"kiosk.example": 421, "127.0.0.1.example:80": 421, "192.0.2.7": 421,
	} {
		req := request(t, http.MethodGet, base+"/", "")
		req.Host = host
		if a := do(t, req); a.status != want {
			t.Errorf("Host %s: %d, want %d", host, a.status, want)
		}
	}
	req := tapRequest(t, base, "key-00000001", `{"action":"help"}`)
	req.Header.Set("Origin", "http://elsewhere.example")
	if a := do(t, req); a.status != http.StatusForbidden {
		t.Errorf("touch from another site's page: %d, want 403", a.status)
	}
}

func TestAnAddressOthersCanReachIsRefused(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "nonsense"} {
		_, err := screen.New(screen.Config{Listen: listen, Now: time.Now}, slog.New(slog.DiscardHandler))
		if err == nil {
			t.Errorf("%q was accepted", listen)
		}
		if listen != "nonsense" && !errors.Is(err, screen.ErrNotLoopback) {
			t.Errorf("%q: %v, want ErrNotLoopback", listen, err)
		}
	}
}

func TestPagesAreServedWithTheirPolicy(t *testing.T) {
	_, base := start(t, screen.Config{Touch: true, Callboard: true, Gallery: true})
	for path, want := range map[string]string{
		"/": "/pages/touch.js", "/callboard": "data-callboard=\"/callboard/events\"",
		"/pages/touch.js": "import", "/pages/touch.css": "--u", "/pages/tiles.svg": "<svg",
		"/look/base.css": "--ground", "/favicon.ico": "<svg", "/gallery/": "/gallery/touch/home",
	} {
		a := do(t, request(t, http.MethodGet, base+path, ""))
		if a.status != http.StatusOK || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d, want 200 with %q", path, a.status, want)
		}
		if !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("%s has no policy", path)
		}
	}
	for _, path := range []string{"/nothing", "/pages/", "/pages/../screen.go", "/gallery/events/touch/nothing"} {
		if a := do(t, request(t, http.MethodGet, base+path, "")); a.status != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, a.status)
		}
	}
}

func TestAFaceThatIsNotConfiguredIsNotThere(t *testing.T) {
	_, base := start(t, screen.Config{Callboard: true})
	a := do(t, request(t, http.MethodGet, base+"/", ""))
	if !strings.Contains(a.body, "data-callboard") {
		t.Errorf("/ of a callboard box: %d, want the callboard", a.status)
	}
	for _, path := range []string{"/events", "/input", "/gallery/"} {
		if a := do(t, request(t, http.MethodGet, base+path, "")); a.status == http.StatusOK {
			t.Errorf("%s is served though it was not asked for", path)
		}
	}
}

// event is one event of a stream.
type event struct{ name, id, data string }

// events opens a stream and hands out its events, beats left out.
func events(t *testing.T, url, last string) (next func() event, leave func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	r, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: %d %s", url, r.StatusCode, r.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(r.Body)
	lines.Buffer(nil, 1<<20)
	return func() event {
			var e event
			for lines.Scan() {
				k, v, _ := strings.Cut(lines.Text(), ": ")
				switch k {
				case "event":
					e.name = v
				case "id":
					e.id = v
				case "data":
					e.data = v
				case "":
					if e.name != "" && e.name != "beat" {
						return e
					}
					e = event{}
				}
			}
			t.Fatalf("stream ended: %v", lines.Err())
			return e
		}, func() {
			cancel()
			_ = r.Body.Close()
		}
}

func view(title string) flow.View { return flow.View{Screen: flow.Home, Lang: "pt", Title: title} }

func TestAStreamBeginsWithASnapshotAndGoesOnWithChanges(t *testing.T) {
	s, base := start(t, both())
	s.Show(view("um"))
	next, leave := events(t, base+"/events", "")
	defer leave()
	e := next()
	if e.name != "snapshot" || !strings.Contains(e.data, `"title":"um"`) || !strings.Contains(e.data, `"now":`) {
		t.Fatalf("first event %+v, want a snapshot with title and clock", e)
	}
	s.Show(view("dois"))
	if e = next(); e.name != "delta" || e.data != `{"title":"dois"}` {
		t.Fatalf("second event %+v, want only what changed", e)
	}
	v := view("dois")
	v.Foot = &flow.Notice{Title: "Retire"}
	s.Show(v)
	next()
	s.Show(view("dois"))
	if e = next(); e.data != `{"foot":null}` {
		t.Errorf("a thing that is gone: %s, want null", e.data)
	}
}

func TestAPageThatWasAwayCatchesUp(t *testing.T) {
	s, base := start(t, both())
	s.Show(view("um"))
	next, leave := events(t, base+"/events", "")
	seen := next().id
	leave()
	s.Show(view("dois"))
	s.Show(view("três"))
	next, leave = events(t, base+"/events", seen)
	for _, want := range []string{"dois", "três"} {
		if e := next(); e.name != "delta" || !strings.Contains(e.data, want) {
			t.Errorf("missed event %+v, want the change to %s", e, want)
		}
	}
	leave()
	for _, unknown := range []string{"another-1", seen + "9", "x", "-", strings.Split(seen, "-")[0] + "-99999"} {
		next, leave = events(t, base+"/events", unknown)
		if e := next(); e.name != "snapshot" || !strings.Contains(e.data, "três") {
			t.Errorf("after id %q came %+v, want a new snapshot", unknown, e)
		}
		leave()
	}
	for i := range 100 {
		s.Show(view(strings.Repeat("x", i+1)))
	}
	next, leave = events(t, base+"/events", seen)
	defer leave()
	if e := next(); e.name != "snapshot" {
		t.Errorf("after a long absence came a %s, want a snapshot", e.name)
	}
}

func TestANameThatWasShownIsNotSentToAPageThatWasAway(t *testing.T) {
	s, base := start(t, both())
	s.Show(view("um"))
	next, leave := events(t, base+"/events", "")
	seen := next().id
	leave()
	s.Show(view("Olá, Canária Ç."))
	s.Show(view("dois"))
	s.Forget()
	s.Show(view("três"))
	next, leave = events(t, base+"/events", seen)
	defer leave()
	if e := next(); e.name != "snapshot" || strings.Contains(e.data, "Canária") || !strings.Contains(e.data, "três") {
		t.Errorf("a page that missed the greeting got %+v, want the present view alone", e)
	}
}

func TestTimesThatRunAreNotWoundUpByLookingAgain(t *testing.T) {
	var mu sync.Mutex
	now := time.Date(2026, 11, 23, 10, 24, 0, 0, time.UTC)
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	cfg := both()
	cfg.Now = clock
	s, base := start(t, cfg)
	v := view("A sua senha")
	v.Timer = &flow.Clock{ID: 7, Label: "Fecha em", Millis: 20000}
	s.Show(v)
	mu.Lock()
	now = now.Add(15 * time.Second)
	mu.Unlock()
	v.Notices = []flow.Notice{{Title: "outra coisa"}}
	s.Show(v)
	next, leave := events(t, base+"/events", "")
	defer leave()
	var got struct{ Timer flow.Clock }
	if err := json.Unmarshal([]byte(next().data), &got); err != nil {
		t.Fatal(err)
	}
	if got.Timer.Millis != 5000 {
		t.Errorf("15 of 20 s later a new page sees %d ms left, want 5000", got.Timer.Millis)
	}
}

func TestTheCallboardShowsTheNewestBoardAndWhatIsSaid(t *testing.T) {
	s, base := start(t, both())
	next, leave := events(t, base+"/callboard/events", "")
	defer leave()
	if e := next(); !strings.Contains(e.data, `"board":null`) || !strings.Contains(e.data, `"up":false`) {
		t.Fatalf("before anything is known: %s", e.data)
	}
	s.ShowLink(true, time.UnixMilli(1000))
	next()
	s.ShowBoard(wire.Board{Epoch: 2, Seq: 5, Branch: "Loja", Calls: []wire.BoardCall{{Number: "A023", Counter: "Balcão 3"}}})
	if e := next(); !strings.Contains(e.data, "A023") {
		t.Fatalf("board: %s", e.data)
	}
	s.ShowBoard(wire.Board{Epoch: 2, Seq: 4, Branch: "velha"})
	s.ShowBoard(wire.Board{Epoch: 1, Seq: 9, Branch: "velha"})
	s.ShowUtterance("Senha A 23, balcão 3", "pt")
	if e := next(); e.data != `{"say":{"text":"Senha A 23, balcão 3","lang":"pt"}}` {
		t.Errorf("after two older boards: %s, want only what is said", e.data)
	}
	s.ShowUtterance("", "")
	if e := next(); e.data != `{"say":null}` {
		t.Errorf("when it was said: %s", e.data)
	}
}

func TestTooManyPagesAreToldToComeBack(t *testing.T) {
	_, base := start(t, both())
	for range 16 {
		_, leave := events(t, base+"/events", "")
		defer leave()
	}
	a := do(t, request(t, http.MethodGet, base+"/events", ""))
	if a.status != http.StatusServiceUnavailable {
		t.Errorf("seventeenth page: %d, want 503", a.status)
	}
}

func FuzzDecodeTap(f *testing.F) {
	f.Add("3f2b8a60-1111-4222-8333-444455556666", []byte(`{"screen":"home","action":"service","arg":"cc"}`))
	f.Add("key-00000001", []byte(`{"action":"help"}`))
	f.Add("", []byte(`[]`))
	f.Add("key-00000001", []byte(`{"action":"help"} x`))
	f.Add("key-00000001", []byte("{\"action\":\"\xff\"}"))
	f.Fuzz(func(t *testing.T, key string, body []byte) {
		tap, err := screen.DecodeTap(key, body)
		if err != nil {
			if tap != (flow.Tap{}) {
				t.Errorf("refused and yet %+v", tap)
			}
			return
		}
		if tap.Key != key || tap.Action == "" || len(tap.Arg) > 64 || strings.ContainsAny(string(tap.Screen)+string(tap.Action)+tap.Arg, "<>\"'& \n") {
			t.Errorf("accepted %+v", tap)
		}
	})
}
