package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/hq/app"
	"balcao/hq/app/enginetest"
	"balcao/internal/broker"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

const deadline = 30 * time.Second

// hq is a running headquarters.
type hq struct {
	t    *testing.T
	a    *app.App
	stop func()
}

func config(t *testing.T) app.Config {
	cfg := app.Default()
	cfg.Data = t.TempDir()
	cfg.HTTP.Listen, cfg.Broker.Listen = "127.0.0.1:0", "127.0.0.1:0"
	cfg.MemoryMiB = 0
	cfg.OpenToRead = true
	cfg.Simulated = []string{"S*"}
	cfg.Services = []app.Name{{ID: "cc-renew", Name: "Cartão de Cidadão"}}
	return cfg
}

// configOn is a configuration that keeps everything at a place.
func configOn(t *testing.T, place enginetest.Place) app.Config {
	t.Helper()
	cfg := config(t)
	if where := place(t); enginetest.Shared(where) {
		cfg.Postgres.URL = where
	}
	return cfg
}

func start(t *testing.T, cfg app.Config) *hq {
	t.Helper()
	a, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	h := &hq{t: t, a: a}
	ended := false
	h.stop = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("hq ended with %v", err)
			}
		case <-time.After(deadline):
			t.Error("hq does not end")
		}
	}
	t.Cleanup(h.stop)
	return h
}

func (h *hq) get(path string) (int, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, "http://"+h.a.HTTPAddr()+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

type figures struct {
	State    string
	Name     string
	Linked   bool
	Source   string
	Waiting  int
	Serving  int
	Served   int
	Issued   int
	Counters int
	Faults   int
	Log      struct {
		HWM         uint64
		Behind      uint64
		BranchSeq   uint64 `json:"branch_seq"`
		Quarantined bool
	}
}

func (h *hq) figures(id wire.NodeID) (f figures) {
	h.t.Helper()
	status, body := h.get("/api/branches/" + string(id))
	if status == http.StatusNotFound {
		return f
	}
	if err := json.Unmarshal([]byte(body), &f); err != nil {
		h.t.Fatalf("%v: %s", err, body)
	}
	return f
}

// eventually asks until the answer is right.
func (h *hq) eventually(what string, right func() bool) {
	h.t.Helper()
	timeout := time.NewTimer(deadline)
	defer timeout.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !right() {
		select {
		case <-timeout.C:
			h.t.Fatalf("never happened: %s", what)
		case <-again.C:
		}
	}
}

// open opens a Day with one counter and takes n numbers that wait.
func (b *branch) open(n int) {
	b.do(queue.OpenDay{Day: queue.DateOf(time.Now(), time.UTC)}, queue.OpenCounter{Counter: "1"})
	for i := range n {
		r := queue.RequestID(fmt.Sprintf("%s-%d", b.id, i))
		b.do(queue.Reserve{Request: r, Kiosk: "L901-K01", Service: "cc-renew", Class: queue.ClassWalkIn}, queue.ConfirmPrint{Request: r})
	}
}

func TestABranchIsSeenFromItsFirstTicketToItsLast(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		h := start(t, configOn(t, place))
		b := newBranch(t, "L901")
		b.connect(h.a.BrokerAddr())
		b.open(3)
		h.eventually("three wait", func() bool { f := h.figures("L901"); return f.Waiting == 3 && f.Issued == 3 && f.Counters == 1 })
		b.do(queue.CallNext{Counter: "1"}, queue.Start{Counter: "1"})
		h.eventually("one is served", func() bool { f := h.figures("L901"); return f.Waiting == 2 && f.Serving == 1 })
		b.do(queue.Finish{Counter: "1"}, queue.CallNext{Counter: "1"}, queue.NoShow{Counter: "1"})
		h.eventually("its name is known", func() bool {
			b.live(wire.Live{Name: "Loja de Cidadão Demonstração"})
			return h.figures("L901").Name != "L901"
		})
		h.eventually("one was served", func() bool { f := h.figures("L901"); return f.Waiting == 1 && f.Served == 1 && f.Linked })

		if f := h.figures("L901"); f.Source != "log" || f.Log.Behind != 0 || f.Log.HWM != uint64(len(b.journal())) || f.State != "fine" {
			t.Errorf("figures = %+v; want those of the whole log", f)
		}
		_, page := h.get("/lojas/L901")
		for _, want := range []string{"Loja de Cidadão Demonstração", "Cartão de Cidadão", "A001 terminada no balcão 1", "A002 não compareceu", "tudo recebido"} {
			if !strings.Contains(page, want) {
				t.Errorf("the branch's page does not say %q", want)
			}
		}
		_, page = h.get("/")
		if !strings.Contains(page, `href="/lojas/L901"`) || !strings.Contains(page, "Loja de Cidadão Demonstração") {
			t.Error("the national page does not show the branch")
		}
	})
}

func (h *hq) log(id wire.NodeID) string {
	_, body := h.get("/api/branches/" + string(id) + "/log")
	return body
}

func (b *branch) lines() string {
	var all bytes.Buffer
	for _, r := range b.journal() {
		all.Write(r.Raw)
		all.WriteByte('\n')
	}
	return all.String()
}

func TestHeadquartersEqualsTheJournalAfterRestarts(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		cfg := configOn(t, place)
		h := start(t, cfg)
		b := newBranch(t, "L901")
		disconnect := b.connect(h.a.BrokerAddr())
		b.open(40)
		h.eventually("some arrived", func() bool { return h.figures("L901").Log.HWM > 20 })
		h.stop() // in the middle of it
		b.do(queue.CallNext{Counter: "1"}, queue.Start{Counter: "1"})
		disconnect()

		h = start(t, cfg)
		if f := h.figures("L901"); f.Log.HWM < 20 || f.Waiting == 0 || f.Linked {
			t.Errorf("after the restart, before the branch is back: %+v", f)
		}
		b.connect(h.a.BrokerAddr())
		h.eventually("all arrived", func() bool { return h.figures("L901").Log.HWM == uint64(len(b.journal())) })
		if h.log("L901") != b.lines() {
			t.Error("headquarters does not hold the journal byte for byte")
		}
		if f := h.figures("L901"); f.Waiting != 39 || f.Serving != 1 || f.Counters != 1 {
			t.Errorf("figures = %+v, want 39 waiting and one being served", f)
		}
		if _, body := h.get("/api/branches/L901/log?after=" + fmt.Sprint(len(b.journal())-1)); strings.Count(body, "\n") != 1 {
			t.Errorf("the log after all but one has %d lines", strings.Count(body, "\n"))
		}
	})
}

func TestFiguresAreTheBranchsOwnWhileItsLogIsBehind(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		h := start(t, configOn(t, place))
		b := newBranch(t, "L901")
		b.connect(h.a.BrokerAddr())
		b.open(2)
		h.eventually("two wait", func() bool { return h.figures("L901").Waiting == 2 })
		h.eventually("the live figures are shown", func() bool {
			b.live(wire.Live{Name: "Loja", Day: "2026-11-23", Open: true, Seq: 5000, Waiting: 17, WaitNow: 600})
			f := h.figures("L901")
			return f.Source == "live" && f.Waiting == 17 && f.Log.Behind > 4900
		})
		if _, page := h.get("/lojas/L901"); !strings.Contains(page, "a recuperar") && !strings.Contains(page, "A recuperar") {
			t.Error("the page does not say that the log is being caught up")
		}
	})
}

func TestAGoneBranchIsGreyAndOutOfTheSums(t *testing.T) {
	h := start(t, config(t))
	b := newBranch(t, "L901")
	disconnect := b.connect(h.a.BrokerAddr())
	b.open(2)
	h.eventually("it is linked", func() bool { f := h.figures("L901"); return f.Linked && f.Waiting == 2 })
	disconnect()
	h.eventually("it is not", func() bool { return h.figures("L901").State == "unlinked" })
	var all struct {
		Totals struct{ Branches, Reporting, Waiting int }
	}
	_, body := h.get("/api/branches")
	if err := json.Unmarshal([]byte(body), &all); err != nil || all.Totals.Reporting != 0 || all.Totals.Waiting != 0 || all.Totals.Branches != 1 {
		t.Errorf("totals = %+v, %v; want nothing of a branch that is gone", all.Totals, err)
	}
	h.eventually("its link history is told", func() bool {
		_, page := h.get("/lojas/L901")
		return strings.Contains(page, "desligou em ordem")
	})
}

func TestDevicesAreToldInWords(t *testing.T) {
	h := start(t, config(t))
	b := newBranch(t, "L901")
	b.connect(h.a.BrokerAddr())
	b.open(1)
	kiosks := []wire.KioskHealth{
		{Node: "L901-K01", Online: true, SeenMS: time.Now().UnixMilli(), Faces: []string{"kiosk"}, Devices: map[string]string{"printer": "paper-out", "reader": "ready"}},
		{Node: "L901-D01", Online: true, Faces: []string{"callboard"}, Devices: map[string]string{"sound": "ready"}},
		{Node: "nonsense", Online: true},
	}
	h.eventually("the fault is counted", func() bool { b.health(kiosks...); f := h.figures("L901"); return f.Faults == 1 && f.State == "out" })
	_, page := h.get("/lojas/L901")
	for _, want := range []string{"Quiosque 1", "Painel 1", "impressora sem papel", "leitor de cartões pronto", "dá senhas", "Avaria."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "nonsense") {
		t.Error("a node without a proper id is shown")
	}
}

func TestSimulatedBranchesAreMarked(t *testing.T) {
	h := start(t, config(t))
	b := newBranch(t, "S001")
	b.connect(h.a.BrokerAddr())
	h.eventually("it is shown as simulated", func() bool {
		b.live(wire.Live{Name: "Espaço Foz do Arco", Day: "2026-11-23", Open: true, Waiting: 4, WaitNow: 60})
		_, page := h.get("/")
		return strings.Contains(page, "Espaço Foz do Arco") && strings.Contains(page, "simulada")
	})
}

func TestNothingPersonalOfAnUnknownFactReachesAPage(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		h := start(t, configOn(t, place))
		b := newBranch(t, "L901")
		b.connect(h.a.BrokerAddr())
		b.open(1)
		const canary = "Maria Canária 12345678"
		b.note("future.citizen_seen", `{"name":"`+canary+`","nif":"999999990"}`)
		b.note("device.fault", `{"dev":"`+canary+`","state":"`+canary+`","name":"`+canary+`"}`)
		b.note(strings.ReplaceAll(canary, " ", "."), `{}`)
		h.eventually("the facts arrived", func() bool { return h.figures("L901").Log.HWM == uint64(len(b.journal())) })
		if !strings.Contains(h.log("L901"), canary) {
			t.Error("an unknown fact was not kept as it came")
		}
		for _, path := range []string{"/", "/lojas/L901", "/api/branches", "/api/branches/L901", "/api/branches/L901/visits", h.firstEvent("/events"), h.firstEvent("/events?loja=L901")} {
			body := path
			if strings.HasPrefix(path, "/") {
				_, body = h.get(path)
			}
			for _, secret := range []string{"Maria", "Canária", "12345678", "999999990", "citizen_seen"} {
				if strings.Contains(body, secret) {
					t.Errorf("%.40s shows %q", path, secret)
				}
			}
		}
	})
}

// stream opens a stream of events; next returns the data of the next event of a name.
func (h *hq) stream(path string) (next func(event string) string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), deadline)
	h.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.a.HTTPAddr()+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = res.Body.Close() })
	if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
		h.t.Fatalf("content type of the stream = %q", got)
	}
	lines := bufio.NewReaderSize(res.Body, 1<<20)
	return func(event string) string {
		h.t.Helper()
		name := ""
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				h.t.Fatalf("the stream ended before %s: %v", event, err)
			}
			if n, is := strings.CutPrefix(line, "event: "); is {
				name = strings.TrimSpace(n)
			}
			if data, is := strings.CutPrefix(line, "data: "); is && name == event {
				return data
			}
		}
	}
}

func (h *hq) firstEvent(path string) string { return h.stream(path)("snapshot") }

func TestAPageHearsOfAnEventByItself(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		h := start(t, configOn(t, place))
		b := newBranch(t, "L901")
		b.connect(h.a.BrokerAddr())
		b.open(1)
		h.eventually("one waits", func() bool { return h.figures("L901").Waiting == 1 })
		national, own := h.stream("/events"), h.stream("/events?loja=L901")
		if s := national("snapshot"); !strings.Contains(s, `"L901"`) {
			t.Errorf("the snapshot does not hold the branch: %.200s", s)
		}
		own("snapshot")
		b.do(queue.CallNext{Counter: "1"})
		for _, next := range []func(string) string{national, own} {
			for told := ""; !strings.Contains(told, "A001 chamada ao balcão 1"); told = next("delta") {
				continue
			}
		}
		national("beat")
	})
}

func TestAnOutsideBrokerWorksByConfigurationAlone(t *testing.T) {
	outside, err := broker.New(broker.Config{Listen: "127.0.0.1:0", HostPassword: "a long secret"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- outside.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	cfg := config(t)
	cfg.Broker = app.Broker{Outside: []string{"tcp://" + outside.Addr()}, PasswordFile: filepath.Join(t.TempDir(), "secret")}
	if err := os.WriteFile(cfg.Broker.PasswordFile, []byte("a long secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := start(t, cfg)
	if h.a.BrokerAddr() != "" {
		t.Error("it carries a broker of its own beside the outside one")
	}
	b := newBranch(t, "L901")
	b.connect(outside.Addr())
	b.open(2)
	h.eventually("two wait", func() bool { return h.figures("L901").Waiting == 2 })
	h.eventually("it is well", func() bool { status, body := h.get("/healthz"); return status == http.StatusOK && body == "ok\n" })
}
