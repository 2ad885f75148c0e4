package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	branchapp "balcao/branch-server/app"
	hqapp "balcao/hq/app"
	"balcao/internal/config"
	kioskapp "balcao/kiosk/app"
	"balcao/printers/printertest"
)

// house is headquarters, a branch and a kiosk in this process, with a virtual printer on a real serial line.
type house struct {
	hq       string // address of its pages
	hqBroker string
	branch   string
	broker   string // of the branch
	kiosk    *kioskapp.App
	printer  *printertest.Printer
	page     *touchPage

	operation map[string]string // addresses of health, readiness and metrics, by program
}

// newHouse starts all three; the printer prints at once, so that only our own time counts.
func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{}
	hq := hqOn(t, func(c *hqapp.Config) { c.Operation.Listen = "127.0.0.1:0" })
	branch := branchUnder(t, "", "", fmt.Sprintf("%q", "tcp://"+hq.BrokerAddr()), func(c *branchapp.Config) { c.Operation.Listen = "127.0.0.1:0" })
	h.hq, h.branch = "http://"+hq.HTTPAddr()+"/", branch.HTTPAddr()
	h.hqBroker, h.broker = "tcp://"+hq.BrokerAddr(), "tcp://"+branch.BrokerAddr()
	var err error
	h.printer, err = printertest.New(printertest.Config{Link: t.TempDir() + "/printer", Now: time.Now, BytesPerSecond: -1, MillimetresPerSecond: -1})
	if err != nil {
		t.Fatal(err)
	}
	inBackground(t, h.printer.Run)
	h.kiosk = touchKiosk(t, h.broker, h.printer.Path())
	h.operation = map[string]string{
		"hq": "http://" + hq.OperationAddr(), "branch-server": "http://" + branch.OperationAddr(), "kiosk": "http://" + h.kiosk.OperationAddr(),
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	t.Cleanup(func() { cancel(); wg.Wait() })
	h.page = openTouchPage(ctx, &wg, "http://"+h.kiosk.ScreenAddr())
	h.printerReady(t)
	return h
}

// printerReady waits until the kiosk has found its printer; until then it would offer the number without paper.
func (h *house) printerReady(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		var health struct {
			Devices map[string]string `json:"devices"`
		}
		err := get(ctx, "http://"+h.kiosk.ScreenAddr()+"/healthz", &health)
		if err == nil && health.Devices["printer"] == "ready" {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("the printer never came: %+v, %v", health, err)
		}
		rest(ctx, 20*time.Millisecond)
	}
}

func hqOn(t testing.TB, change ...func(*hqapp.Config)) *hqapp.App {
	return hqIn(t, t.TempDir(), change...)
}

// hqIn starts headquarters with its files in a folder.
func hqIn(t testing.TB, dir string, change ...func(*hqapp.Config)) *hqapp.App {
	t.Helper()
	cfg := hqapp.Default()
	text := fmt.Appendf(nil, "data: %s\nhttp: {listen: \"127.0.0.1:0\"}\nbroker: {listen: \"127.0.0.1:0\"}\nopen_to_read: true\n", dir)
	if err := config.Decode("hq.yaml", text, &cfg); err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(&cfg)
	}
	a, err := hqapp.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	inBackground(t, a.Run)
	return a
}

func touchKiosk(t testing.TB, broker, printer string) *kioskapp.App {
	t.Helper()
	cfg := kioskapp.Default()
	text := fmt.Appendf(nil, `
node: L901-K01
data: %s
faces: [touch]
screen: {listen: "127.0.0.1:0"}
branch: {brokers: [%q]}
printer: {profile: virtual/escpos-80, port: %s}
reader: {enabled: false}
operation: {listen: "127.0.0.1:0"}
`, t.TempDir(), broker, printer)
	if err := config.Decode("kiosk.yaml", text, &cfg); err != nil {
		t.Fatal(err)
	}
	a, err := kioskapp.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	inBackground(t, a.Run)
	return a
}

// ticket touches a service and waits for the number on the screen; then it leaves.
func (h *house) ticket(t testing.TB, service string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ready := func(v view) bool { return v.Screen == "home" && offers(v, service) }
	home, ok := h.page.until(ctx, ready)
	if !ok {
		t.Fatalf("the kiosk shows %+v", home)
	}
	if err := h.page.tap(ctx, "home", "service", service); err != nil {
		t.Fatal(err)
	}
	shown, ok := h.page.until(ctx, view.given)
	if !ok {
		t.Fatalf("no ticket: the kiosk shows %+v", shown)
	}
	h.page.leave(ctx)
	h.page.until(ctx, ready)
	return shown.Slip.Number
}

// papers waits until so many slips have come out.
func (h *house) papers(t testing.TB, n int) []printertest.Paper {
	t.Helper()
	changed, cancel := h.printer.Subscribe()
	defer cancel()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	for len(h.printer.Papers()) < n {
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%d slips came out, want %d: %+v", len(h.printer.Papers()), n, h.printer.State())
		}
	}
	return h.printer.Papers()
}

func offers(v view, service string) bool {
	for _, s := range v.Sections {
		for _, c := range s.Choices {
			if c.Action == "service" && c.Arg == service {
				return true
			}
		}
	}
	return false
}

// branchFigures is what headquarters says of the branch.
type branchFigures struct {
	Waiting int `json:"waiting"`
	Serving int `json:"serving"`
	Served  int `json:"served"`
	Log     struct {
		HWM       uint64 `json:"hwm"`
		BranchSeq uint64 `json:"branch_seq"`
	} `json:"log"`
}

// headquarters waits until headquarters' figures answer.
func (h *house) headquarters(t testing.TB, what string, holds func(branchFigures) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		var f branchFigures
		err := get(ctx, h.hq+"api/branches/L901", &f)
		if err == nil && holds(f) {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("headquarters never showed %s: %+v, %v", what, f, err)
		}
		rest(ctx, 20*time.Millisecond)
	}
}

// TestOneTicketFromTouchToHeadquarters is the story that everything else hangs on.
func TestOneTicketFromTouchToHeadquarters(t *testing.T) {
	h := newHouse(t)

	if number := h.ticket(t, "cc"); number != "A001" {
		t.Errorf("the screen shows %s", number)
	}
	papers := h.papers(t, 1)
	if len(papers) != 1 || papers[0].Biggest() != "A001" || !strings.Contains(papers[0].Text(), "Cartão de Cidadão") {
		t.Fatalf("%d slips came out: %v", len(papers), papers)
	}
	h.headquarters(t, "one waiting", func(f branchFigures) bool { return f.Waiting == 1 })

	clerk := signIn(t, h.branch, "1")
	if called := clerk.press(t, "call"); called.Number != "A001" {
		t.Errorf("called %+v", called)
	}
	clerk.press(t, "start")
	h.headquarters(t, "one being served", func(f branchFigures) bool { return f.Serving == 1 && f.Waiting == 0 })
	clerk.press(t, "finish")
	h.headquarters(t, "one served and the whole journal", func(f branchFigures) bool {
		return f.Served == 1 && f.Serving == 0 && f.Log.HWM == f.Log.BranchSeq && f.Log.HWM > 0
	})
}
