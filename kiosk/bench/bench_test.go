package bench_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/kiosk/bench"
	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	cardbench "balcao/kiosk/pcsc/bench"
	"balcao/kiosk/trust"
	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/serialport"
)

const patience = 30 * time.Second

func TestMain(m *testing.M) {
	if bench.Inside(os.Args[1:]) {
		return
	}
	os.Exit(m.Run())
}

// run works a bench and serves its pages for the length of a test.
func run(t *testing.T, cfg bench.Config) (*bench.Bench, *httptest.Server) {
	t.Helper()
	cfg.Dir = filepath.Join(t.TempDir(), "bench")
	cfg.Self = []string{os.Args[0]}
	b, err := bench.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	server := httptest.NewServer(b.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-b.Ready():
	case <-time.After(patience):
		t.Fatal("no cards can be put in")
	}
	return b, server
}

// printer is a kiosk's printer at the bench's port, once it answers.
func printer(t *testing.T, port string) *device.Printer {
	t.Helper()
	profile, err := profiles.Load(bench.PrinterProfile)
	if err != nil {
		t.Fatal(err)
	}
	dialect, err := device.Dialect(profile)
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan printers.Status, 16)
	p := device.New(device.Config{
		Dialect: dialect, Now: time.Now, Log: slog.New(slog.DiscardHandler), Changed: func(s printers.Status) { ready <- s },
		Open: func(context.Context) (device.Transport, error) {
			return serialport.Open(serialport.Config{Path: port, Baud: profile.Transport.Serial.Default})
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	for deadline := time.After(patience); ; {
		select {
		case s := <-ready:
			if s.Ready() {
				return p
			}
		case <-deadline:
			t.Fatal("the printer does not answer")
		}
	}
}

func ask(t *testing.T, method, address string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

func TestASlipIsShownAsPictureAndText(t *testing.T) {
	b, server := run(t, bench.Config{Cards: bench.Replay})
	p := printer(t, b.PrinterPort())
	outcome, err := p.Print(t.Context(), printers.Slip{TicketID: "T1", Number: "A023", Branch: "Loja de ensaio", Service: "Passaporte"}, nil)
	if err != nil || outcome.Result != printers.Done {
		t.Fatalf("print: %+v, %v", outcome, err)
	}
	_, body, _ := ask(t, http.MethodGet, server.URL+"/api/papers")
	var state struct {
		Simulated bool
		Printed   int
		Papers    []struct{ Number, ID, Text string }
	}
	if err := json.Unmarshal([]byte(body), &state); err != nil {
		t.Fatal(err)
	}
	if !state.Simulated || state.Printed != 1 || len(state.Papers) != 1 || state.Papers[0].Number != "A023" || state.Papers[0].ID == "" {
		t.Errorf("papers: %+v", state)
	}
	status, png, header := ask(t, http.MethodGet, server.URL+"/paper/1.png")
	if status != http.StatusOK || header.Get("Content-Type") != "image/png" || !strings.HasPrefix(png, "\x89PNG") {
		t.Errorf("picture: status %d, %s", status, header.Get("Content-Type"))
	}
	if _, text, _ := ask(t, http.MethodGet, server.URL+"/paper/1.txt"); !strings.Contains(text, "Passaporte") {
		t.Errorf("text: %s", text)
	}
	for _, unknown := range []string{"/paper/2.png", "/paper/x.png", "/paper/1.gif", "/paper/1", "/paper/pages/paper.html", "/paper/pages/..%2Fbench.go"} {
		if status, _, _ := ask(t, http.MethodGet, server.URL+unknown); status != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", unknown, status)
		}
	}
}

func TestFaultsBeginAndEndAtTheButton(t *testing.T) {
	b, server := run(t, bench.Config{Cards: bench.Replay})
	p := printer(t, b.PrinterPort())
	fault := func(kind, on string) int {
		status, _, _ := ask(t, http.MethodPost, server.URL+"/paper/fault?kind="+kind+"&on="+on)
		return status
	}
	if status := fault("paper-out", "true"); status != http.StatusNoContent {
		t.Fatalf("take the paper away: status %d", status)
	}
	outcome, err := p.Print(t.Context(), printers.Slip{TicketID: "T1", Number: "A001"}, nil)
	if err == nil || outcome.Result == printers.Done {
		t.Errorf("printed without paper: %+v", outcome)
	}
	if status := fault("none", "false"); status != http.StatusNoContent {
		t.Errorf("all well again: status %d", status)
	}
	if _, body, _ := ask(t, http.MethodGet, server.URL+"/api/papers"); !strings.Contains(body, `"faults":[]`) {
		t.Errorf("faults are left: %s", body)
	}
	for _, bad := range [][2]string{{"fire", "true"}, {"paper-out", "perhaps"}, {"none", "true"}, {"paper-out&after=-1", "true"}} {
		if status := fault(bad[0], bad[1]); status != http.StatusBadRequest {
			t.Errorf("fault %v: status %d, want 400", bad, status)
		}
	}
}

// TestTheMemoryOfLogosIsLostAtTheButton: the page tells how many pictures the printer keeps.
func TestTheMemoryOfLogosIsLostAtTheButton(t *testing.T) {
	b, server := run(t, bench.Config{Cards: bench.Replay})
	p := printer(t, b.PrinterPort())
	p.KeepLogos([]printers.Picture{printers.NewPicture(2, 8, []byte("sixteen bytes..."))})
	keeps := func(want string) {
		t.Helper()
		for deadline := time.After(patience); ; {
			_, body, _ := ask(t, http.MethodGet, server.URL+"/api/papers")
			if strings.Contains(body, want) {
				return
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-deadline:
				t.Fatalf("never %s: %s", want, body)
			}
		}
	}
	keeps(`"logos":1`)
	if status, _, _ := ask(t, http.MethodPost, server.URL+"/paper/logos?do=keep"); status != http.StatusBadRequest {
		t.Errorf("an unknown wish: status %d, want 400", status)
	}
	if status, _, _ := ask(t, http.MethodPost, server.URL+"/paper/logos?do=lose"); status != http.StatusNoContent {
		t.Errorf("lose the pictures: status %d, want 204", status)
	}
	keeps(`"logos":0`)
}

func TestCardsGoInAndOutOnEveryBench(t *testing.T) {
	kinds := []string{bench.Replay, bench.Auto}
	if ok, reason := cardbench.Available(); ok {
		kinds = append(kinds, bench.Real)
	} else if os.Getenv("BALCAO_REQUIRE_REAL") != "" {
		t.Errorf("a real pcscd is required here: %s", reason)
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			b, server := run(t, bench.Config{Cards: kind})
			if kind == bench.Real && b.CardsLabel() != "pcscd verdadeiro com leitor vpcd" {
				t.Errorf("label = %q", b.CardsLabel())
			}
			post := func(path string) int {
				status, _, _ := ask(t, http.MethodPost, server.URL+path)
				return status
			}
			if status := post("/cards/insert?name=maria"); status != http.StatusNoContent {
				t.Fatalf("insert: status %d", status)
			}
			if _, body, _ := ask(t, http.MethodGet, server.URL+"/api/cards"); !strings.Contains(body, `"card":"maria"`) || !strings.Contains(body, `"service":true`) {
				t.Errorf("state with a card: %s", body)
			}
			if status := post("/cards/insert?name=" + url.QueryEscape("<nobody>")); status != http.StatusBadRequest {
				t.Errorf("a card that does not exist: status %d, want 400", status)
			}
			if status := post("/cards/remove"); status != http.StatusNoContent {
				t.Errorf("remove: status %d", status)
			}
			if _, body, _ := ask(t, http.MethodGet, server.URL+"/api/cards"); !strings.Contains(body, `"card":""`) {
				t.Errorf("state without a card: %s", body)
			}
		})
	}
	if _, err := bench.New(t.Context(), bench.Config{Dir: t.TempDir(), Cards: "paper"}); err == nil {
		t.Error("an unknown kind of cards was accepted")
	}
}

func TestPagesSayThatTheyAreSimulated(t *testing.T) {
	_, server := run(t, bench.Config{Cards: bench.Replay})
	for _, page := range []string{"/paper", "/cards"} {
		status, body, header := ask(t, http.MethodGet, server.URL+page)
		if status != http.StatusOK || !strings.Contains(body, "simulado") || header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: status %d, policy %q", page, status, header.Get("Content-Security-Policy"))
		}
	}
	if _, body, _ := ask(t, http.MethodGet, server.URL+"/cards"); !strings.Contains(body, "bancada de reprodução") {
		t.Error("the page of the cards does not say which bench runs")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/cards/remove", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close() // not looked at
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a press from another site: status %d, want 403", res.StatusCode)
	}
}

func TestVirtualCardsAreVerifiedByTheBenchsOwnFolder(t *testing.T) {
	b, err := bench.New(t.Context(), bench.Config{Dir: t.TempDir(), Cards: bench.Replay})
	if err != nil {
		t.Fatal(err)
	}
	f, err := trust.Open(b.TrustFolder())
	if err != nil {
		t.Fatal(err)
	}
	issuers, err := f.Trust()
	if err != nil || issuers.Len() == 0 || len(f.Faults) != 0 {
		t.Fatalf("%d issuers, faults %v (%v)", issuers.Len(), f.Faults, err)
	}
	maria, _ := cardtest.Named("maria")
	r, err := card.Read(t.Context(), maria, maria.ATR(), card.Query{Purpose: card.ForCheckIn, Trust: issuers, Now: time.Now()})
	if err != nil || !r.Verdict().Verified() {
		t.Errorf("verdict %v (%v)", r, err)
	}
	r.Wipe()
}

func TestTheMachineOnTheCableCanBeChanged(t *testing.T) {
	b, server := run(t, bench.Config{Cards: bench.Replay})
	post := func(path string, fields url.Values, want int) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, strings.NewReader(fields.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close() // a line of text at most
		if res.StatusCode != want {
			t.Errorf("%s %v: status %d, want %d", path, fields, res.StatusCode, want)
		}
	}
	for language, model := range map[string]string{"star": "SIMULATED", "custom": "SIMULATED-P", "escpos": "SIMULATED"} {
		post("/paper/language", url.Values{"language": {language}}, http.StatusNoContent)
		line, err := serialport.Open(serialport.Config{Path: b.PrinterPort(), Baud: 19200})
		if err != nil {
			t.Fatal(err)
		}
		if id, err := device.Identify(t.Context(), line); err != nil || id.Model != model || (id.Maker == "STAR") != (language == "star") {
			t.Errorf("%s says it is %+v (%v)", language, id, err)
		}
	}
	post("/paper/language", url.Values{"language": {"latin"}}, http.StatusBadRequest)
	post("/paper/mouth", url.Values{"do": {"take"}}, http.StatusConflict)
	post("/paper/mouth", url.Values{"do": {"eat"}}, http.StatusBadRequest)
}
