package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/internal/broker"
	"balcao/internal/carrier"
	"balcao/internal/carrier/carriertest"
	"balcao/internal/machine"
	"balcao/internal/mqttlink"
	"balcao/internal/wire"
	"balcao/printers/printertest"
)

// patience is how long a test waits for something that must happen.
const patience = 30 * time.Second

const node = "L901-K01"

// background runs a part until the test ends or stop is called.
func background(t testing.TB, run func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			var stacks strings.Builder
			_ = pprof.Lookup("goroutine").WriteTo(&stacks, 2) // into memory
			t.Errorf("a part does not end:\n%s", &stacks)
		}
	})
	t.Cleanup(stop)
	return stop
}

// branch is what a kiosk needs of a branch: a broker, a ledger, numbers.
type branch struct {
	t      testing.TB
	broker *broker.Broker
	ledger *carriertest.Ledger
	parent *carrier.Parent
	hang   func() // ends the parent, as a branch server that stops

	mu      sync.Mutex
	numbers map[string]string // request → number; never forgets
	epoch   uint64            // of the kiosk's log
	health  wire.Health
	silent  bool // reserves and does not answer
	lent    []wire.LeasedRange
	commit  func() // makes a reservation durable; may be nil
}

func newBranch(t testing.TB) *branch {
	t.Helper()
	b := &branch{t: t, ledger: carriertest.NewLedger(t), numbers: map[string]string{}}
	var err error
	if b.broker, err = broker.New(broker.Config{Listen: "127.0.0.1:0"}); err != nil {
		t.Fatal(err)
	}
	background(t, b.broker.Run)
	b.open()
	return b
}

// open starts the branch's side of the hop.
func (b *branch) open() {
	b.t.Helper()
	var err error
	b.parent, err = carrier.NewParent(carrier.ParentConfig{
		Boot: machine.NewBoot(), Incarnation: "one", Link: mqttlink.Config{Brokers: []string{b.url()}},
		Ledger: b.ledger, Handle: b.answer, Now: time.Now,
		OnHello: func(id wire.NodeID, h wire.HelloMessage) {
			if id == node {
				b.lock(func() { b.epoch = h.Epoch })
			}
		},
		OnHealth: func(_ wire.NodeID, s wire.Sample) {
			var h wire.Health
			if json.Unmarshal(s.Data, &h) == nil {
				b.lock(func() { b.health = h })
			}
		},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.hang = background(b.t, b.parent.Run)
	b.publish("offer", offer())
}

func (b *branch) url() string { return "tcp://" + b.broker.Addr() }

func (b *branch) lock(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
}

func (b *branch) publish(name string, what any) {
	b.t.Helper()
	raw, err := json.Marshal(what)
	if err == nil {
		err = b.parent.PublishSite(name, true, raw)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// answer reserves a number, once for each request.
func (b *branch) answer(_ context.Context, _ wire.NodeID, r wire.Request) json.RawMessage {
	var q wire.TicketRequest
	var lease wire.LeaseRequest
	if json.Unmarshal(r.Data, &q) != nil || json.Unmarshal(r.Data, &lease) != nil {
		return nil
	}
	if lease.Kind == wire.KindDayKey {
		return b.handOver(r.Data)
	}
	if q.CheckIn != nil {
		return b.receive(q)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if lease.Kind == wire.KindLease {
		raw, err := json.Marshal(wire.LeaseReply{Ranges: b.lent})
		if err != nil {
			b.t.Error(err)
		}
		return raw
	}
	number, known := b.numbers[q.Request]
	if !known {
		number = fmt.Sprintf("A%03d", len(b.numbers)+1)
		b.numbers[q.Request] = number
		if b.commit != nil {
			b.commit()
		}
	}
	if b.silent {
		return nil
	}
	raw, err := json.Marshal(wire.TicketReply{Request: q.Request, Ticket: &wire.Ticket{
		Number: number, Day: "2026-11-23", Service: q.Service, Body: "irn", Class: q.Class, Place: "Piso 0",
		Then: q.Then, IssuedMS: time.Date(2026, 7, 23, 9, 24, 0, 0, time.UTC).UnixMilli(), Ahead: 2, Wait: wire.Range{Low: 5, High: 15},
	}})
	if err != nil {
		b.t.Error(err)
	}
	return raw
}

func (b *branch) given() map[string]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.numbers)
}

// facts are what the branch holds of the kiosk's log, of the types named; with a request only of that.
func (b *branch) facts(request string, types ...string) []string {
	b.t.Helper()
	var epoch uint64
	b.lock(func() { epoch = b.epoch })
	records, err := b.ledger.Records(b.t.Context(), node, epoch)
	if err != nil {
		b.t.Fatal(err)
	}
	var found []string
	for _, r := range records {
		e, err := wire.DecodeEvent(r.Raw)
		if err != nil {
			b.t.Fatal(err)
		}
		var f struct {
			Request string `json:"req"`
			Device  string `json:"dev"`
			State   string `json:"state"`
		}
		if err := json.Unmarshal(e.Data, &f); err != nil {
			b.t.Fatal(err)
		}
		switch {
		case request != "" && f.Request == request:
			found = append(found, e.Type)
		case request == "" && slices.Contains(types, e.Type):
			found = append(found, strings.TrimRight(e.Type+" "+f.Device+" "+f.State, " "))
		}
	}
	return found
}

// holds waits until the kiosk's log, as the branch holds it, tells this of a request.
func (b *branch) holds(request string, want ...string) {
	b.t.Helper()
	b.eventually(fmt.Sprintf("facts %v", want), func() bool { return slices.Equal(b.facts(request), want) },
		func() any { return b.facts(request) })
}

// eventually waits until something holds, looking again whenever the ledger changed.
func (b *branch) eventually(what string, holds func() bool, instead func() any) {
	b.t.Helper()
	deadline := time.After(patience)
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-b.ledger.Changed():
		case <-look.C:
		case <-deadline:
			b.t.Fatalf("never: %s; instead %v", what, instead())
		}
	}
}

func offer() wire.Offer {
	return wire.Offer{
		Revision: 1, AtMS: time.Now().UnixMilli(),
		Branch: wire.OfferBranch{ID: "L901", Name: "Loja de ensaio", Zone: "Europe/Lisbon", Day: "2026-11-23", Open: true, Greeting: true},
		Bodies: []wire.OfferBody{{ID: "irn", Short: "IRN", Name: wire.Text{"pt": "Registos e Notariado"}}},
		Services: []wire.OfferService{{
			ID: "cc", Body: "irn", Name: wire.Text{"pt": "Cartão de Cidadão", "en": "Citizen Card"}, Prefix: "A", Div: "cc", Popular: true,
			State: wire.OfferOpen, Waiting: 2, Wait: wire.Range{Low: 5, High: 15},
		}, {
			ID: "cert", Body: "irn", Name: wire.Text{"pt": "Certidões", "en": "Certificates"}, Prefix: "B", Div: "cert", State: wire.OfferOpen,
		}},
	}
}

// virtualPrinter is a fast printer of software on a real serial device.
func virtualPrinter(t testing.TB) *printertest.Printer {
	t.Helper()
	return printerAt(t, filepath.Join(t.TempDir(), "printer"))
}

func printerAt(t testing.TB, link string) *printertest.Printer {
	t.Helper()
	p, err := printertest.New(printertest.Config{Link: link, BytesPerSecond: -1, MillimetresPerSecond: -1, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	background(t, p.Run)
	return p
}

// papers waits until so many confirmed slips came out, and returns what they say.
func papers(t testing.TB, p *printertest.Printer, n int) []printertest.Paper {
	t.Helper()
	changed, cancel := p.Subscribe()
	defer cancel()
	deadline := time.After(patience)
	for {
		if all := confirmed(p); len(all) >= n {
			return all
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%d slips came out, want %d", len(confirmed(p)), n)
		}
	}
}

func confirmed(p *printertest.Printer) []printertest.Paper {
	var all []printertest.Paper
	for _, paper := range p.Papers() {
		if paper.ID != "" {
			all = append(all, paper)
		}
	}
	return all
}

// touchConfig is a touch kiosk without a reader.
func touchConfig(t testing.TB, b *branch, printer string) Config {
	t.Helper()
	cfg := Default()
	cfg.Node, cfg.Data = node, t.TempDir()
	cfg.Screen.Listen = "127.0.0.1:0"
	cfg.Branch.Brokers = []string{b.url()}
	cfg.Printer = Printer{Profile: "virtual/escpos-80", Port: printer}
	cfg.Reader.Enabled = false
	cfg.Times = Times{Settle: 200 * time.Millisecond, Keep: 10 * time.Millisecond, TakeUp: 300 * time.Millisecond}
	return cfg
}

// kiosk is a program that runs in this process.
type kiosk struct {
	app  *App
	page *page
	stop func()
	log  *journal
}

func start(t testing.TB, cfg Config) *kiosk {
	t.Helper()
	k := &kiosk{log: &journal{}}
	var err error
	if k.app, err = New(t.Context(), cfg, slog.New(slog.NewJSONHandler(k.log, &slog.HandlerOptions{Level: slog.LevelDebug}))); err != nil {
		t.Fatal(err)
	}
	k.stop = background(t, k.app.Run)
	path := "/events"
	if !cfg.shows(FaceTouch) {
		path = "/callboard/events"
	}
	k.page = open(t, "http://"+k.app.ScreenAddr(), path)
	return k
}

// ready waits for a kiosk on which a service can be touched and whose printer answers.
func (k *kiosk) ready(t testing.TB) *kiosk {
	t.Helper()
	k.page.wait(t, "home", func(s state) bool { return s.text("screen") == "home" })
	k.log.wait(t, `"device":"printer","state":"ready"`)
	return k
}

// agreed waits until the kiosk takes orders: before, it does not know whether they must be signed, and the branch repeats them.
func (k *kiosk) agreed(b *branch) {
	b.t.Helper()
	b.eventually("the version is agreed on", func() bool { return k.app.uplink.Agreement().Version > 0 }, func() any { return "none" })
}

// journal is a log that can be read while it grows.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

func (j *journal) wait(t testing.TB, words string) {
	t.Helper()
	deadline := time.After(patience)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !strings.Contains(j.String(), words) {
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("the log never says %s:\n%s", words, j)
		}
	}
}

func contents(t testing.TB, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		all.Write(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
