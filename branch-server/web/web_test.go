package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/forecast"
	"balcao/branch-server/staff"
	"balcao/internal/branch"
	"balcao/internal/queue"
	"balcao/internal/signin"
	"balcao/internal/wire"
)

// patience is how long a test waits for something that must come.
const patience = 20 * time.Second

// memory is a journal that survives the engine, not the test.
type memory struct {
	mu      sync.Mutex
	entries []queue.Entry
	answers map[string]engine.Answer
	broken  bool
}

func (m *memory) Append(_ context.Context, b engine.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		return errors.New("disk full")
	}
	m.entries = append(m.entries, b.Entries...)
	for _, a := range b.Answers {
		m.answers[a.Key] = a
	}
	return nil
}

func (m *memory) Replay(_ context.Context, c queue.Catalogue) (*queue.Day, map[string]engine.Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := queue.NewDay(c, 0)
	for _, e := range m.entries {
		d.Apply(e)
	}
	return d, maps.Clone(m.answers), nil
}

func (m *memory) breakDown(broken bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = broken
}

// ledger keeps sessions over a restart of web.
type ledger struct {
	mu  sync.Mutex
	all map[signin.TokenHash]Session
}

func (l *ledger) All(context.Context) ([]Session, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Session
	for _, s := range l.all {
		all = append(all, s)
	}
	return all, nil
}

func (l *ledger) Put(_ context.Context, s Session) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all[s.Token] = s
	return nil
}

func (l *ledger) Delete(_ context.Context, t signin.TokenHash) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, t)
	return nil
}

// people is a staff whose PIN is 1234 for everyone, without the price of a real hash.
type people struct{}

func (people) Find(id string) (staff.Person, bool) {
	role, known := map[string]staff.Role{
		"marta": staff.Clerk, "rui": staff.Clerk, "ana": staff.Receptionist, "ines": staff.Coordinator, "zita": staff.Administrator,
	}[id]
	return staff.Person{ID: id, Name: strings.ToUpper(id[:1]) + id[1:] + " P.", Role: role}, known
}

func (p people) SignIn(_ context.Context, name, pin string) (staff.Person, error) {
	if name == "" {
		return staff.Person{}, signin.ErrWrong
	}
	if found, known := p.Find(name); known && pin == "1234" {
		return found, nil
	}
	return staff.Person{}, signin.ErrWrong
}

func demoBranch() *branch.Branch {
	pt := func(s string) wire.Text { return wire.Text{"pt": s} }
	target := 20 * time.Minute
	return &branch.Branch{
		ID: "L901", Name: "Loja de Cidadão Demonstração", Zone: "Europe/Lisbon",
		Bodies: []branch.Body{
			{ID: "irn", Short: "IRN", Name: pt("Instituto dos Registos e do Notariado")},
			{ID: "at", Short: "Finanças", Name: pt("Autoridade Tributária e Aduaneira")},
			{ID: "iss", Short: "Seg. Social", Name: pt("Instituto da Segurança Social")},
		},
		Divisions: []branch.Division{
			{ID: "cc", Body: "irn", Prefix: "A"},
			{ID: "lev", Body: "irn", Prefix: "L"},
			{ID: "pass", Body: "irn", Prefix: "C", Quota: 2},
			{ID: "fin", Body: "at", Prefix: "F"},
			{ID: "ss", Body: "iss", Prefix: "S"},
		},
		Services: []branch.Service{
			{ID: "cc-renew", Division: "cc", Name: pt("Cartão de Cidadão · renovação"), Target: target, Mean: 9 * time.Minute},
			{ID: "cc-address", Division: "cc", Name: pt("Morada · alteração"), Target: target, Mean: 6 * time.Minute},
			{ID: "cc-pickup", Division: "lev", Name: pt("Cartão de Cidadão · levantamento"), Target: 10 * time.Minute, Mean: 3 * time.Minute},
			{ID: "passport", Division: "pass", Name: pt("Passaporte · pedido"), Target: target, Mean: 12 * time.Minute},
			{ID: "tax", Division: "fin", Name: pt("Finanças · atendimento geral"), Target: 30 * time.Minute, Mean: 12 * time.Minute},
			{ID: "social", Division: "ss", Name: pt("Segurança Social · atendimento geral"), Target: 30 * time.Minute, Mean: 14 * time.Minute},
		},
		Counters: []branch.Counter{
			{ID: "1", Label: "Balcão 1", Primary: []string{"cc-renew", "cc-address", "passport"}, Secondary: []string{"cc-pickup"}},
			{ID: "2", Label: "Balcão 2", Primary: []string{"cc-pickup", "cc-renew"}},
			{ID: "3", Label: "Balcão 3", Primary: []string{"cc-renew", "cc-address", "cc-pickup", "passport"}},
			{ID: "4", Label: "Balcão 4", Primary: []string{"tax"}},
			{ID: "5", Label: "Balcão 5", Primary: []string{"social"}, Secondary: []string{"tax"}},
			{ID: "6", Label: "Balcão 6", Primary: []string{"tax", "social"}},
		},
		Callboards: []branch.Callboard{
			{ID: "registos", Name: "Registos", Bodies: []string{"irn"}, Earlier: 3, Messages: []wire.Text{pt("Tenha o documento à mão.")}},
			{ID: "outros", Name: "Finanças e Segurança Social", Bodies: []string{"at", "iss"}, Takeover: 15 * time.Second},
		},
	}
}

// house is a branch with its engine and faces, on a real port.
type house struct {
	t       testing.TB
	journal *memory
	ledger  *ledger
	engine  *engine.Engine
	web     *Web
	server  *httptest.Server
	skew    time.Duration // added to the engine's clock
	mu      sync.Mutex
	devices []wire.KioskHealth
	link    Link
	down    func()

	messages []Message
	ordered  []string // slips that kiosks were asked for: node and visit
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return time.Now().Add(h.skew)
}

// later moves the clock forward.
func (h *house) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.skew += d
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, journal: &memory{answers: map[string]engine.Answer{}}, ledger: &ledger{all: map[signin.TokenHash]Session{}}, link: Link{State: LinkOff}}
	h.start()
	t.Cleanup(func() { h.down() })
	h.do(queue.OpenDay{Day: "2026-11-23"})
	return h
}

// start makes engine and web anew over the same journal and sessions, as a program that starts does.
func (h *house) start() {
	h.t.Helper()
	zone, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		h.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	b := demoBranch()
	relay := &relay{}
	h.engine, err = engine.New(context.Background(), engine.Config{Catalogue: b.Catalogue(), Zone: zone, Journal: h.journal, Audience: relay, Now: h.now, Log: log})
	if err != nil {
		h.t.Fatal(err)
	}
	h.web, err = New(context.Background(), Config{
		Branch: func() *branch.Branch { return b }, Zone: zone, Epoch: 1, Commands: h.engine, Waits: h.waits(b), Messages: h, Staff: people{}, Sessions: h.ledger, Archive: h.journal, Pseudonym: func(_ context.Context, person string) (string, error) { return "p-" + person, nil }, Now: h.now, Log: log,
		Devices: func() []wire.KioskHealth { h.mu.Lock(); defer h.mu.Unlock(); return h.devices },
		Slips:   h,
		Link:    func() Link { h.mu.Lock(); defer h.mu.Unlock(); return h.link },
	})
	if err != nil {
		h.t.Fatal(err)
	}
	relay.to = h.web
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = h.web.Run(ctx) }()
	h.server = httptest.NewServer(h.web.Handler())
	server := h.server
	h.down = func() {
		cancel()
		<-ended
		server.CloseClientConnections()
		server.Close()
	}
}

// All, Put and Remove keep messages of the boards, as app does.
func (h *house) All() []Message {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.messages), func(m Message) bool { return !m.Until.After(time.Now().Add(h.skew)) })
}

// Put keeps a message once.
func (h *house) Put(_ context.Context, m Message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !slices.ContainsFunc(h.messages, func(o Message) bool { return o.ID == m.ID }) {
		h.messages = append(h.messages, m)
	}
	h.web.Hear(nil)
	return nil
}

// Remove takes a message away.
func (h *house) Remove(_ context.Context, id string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.messages = slices.DeleteFunc(h.messages, func(m Message) bool { return m.ID == id })
	h.web.Hear(nil)
	return nil
}

func (h *house) waits(b *branch.Branch) branch.Waits {
	return forecast.NewShown(&forecast.Queue{Usual: b.Usual, Services: b.ServiceIDs})
}

// relay is the engine's audience; it must exist before web does.
type relay struct{ to *Web }

func (r *relay) Hear(e []queue.Entry) { r.to.Hear(e) }

func (h *house) do(cmd queue.Command) engine.Answer {
	h.t.Helper()
	a, err := h.engine.Do(context.Background(), "", cmd)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// ticket lets somebody take a number and wait.
func (h *house) ticket(service queue.ServiceID, class queue.ClassID) engine.Answer {
	h.t.Helper()
	h.mu.Lock()
	h.skew += time.Millisecond // arrivals in one millisecond would be ordered by number alone
	h.mu.Unlock()
	a := h.do(queue.Issue{Request: queue.RequestID(fmt.Sprint("r", h.now().UnixNano())), Service: service, Class: class, Lang: "pt"})
	if a.Refused != "" {
		h.t.Fatalf("no number for %s: %v", service, a.Refused)
	}
	return a
}

// browser is somebody with cookies.
type browser struct {
	*http.Client
	h *house
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	// Its own connections: the end of another test's server closes the idle ones of the default transport.
	own := &http.Transport{}
	h.t.Cleanup(own.CloseIdleConnections)
	return &browser{h: h, Client: &http.Client{Transport: own, Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) answer(t testing.TB) answer {
	t.Helper()
	var a answer
	if err := json.Unmarshal([]byte(r.body), &a); err != nil {
		t.Fatalf("status %d, not JSON: %.200s", r.status, r.body)
	}
	return a
}

func (b *browser) send(method, path, kind, body string, headers ...string) reply {
	b.h.t.Helper()
	// The address is looked up at each request: a restart brings another port, as no cookie cares.
	req, err := http.NewRequestWithContext(context.Background(), method, b.h.server.URL+path, strings.NewReader(body))
	if err != nil {
		b.h.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.Do(req)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(text)}
}

func (b *browser) page(path string) reply {
	b.h.t.Helper()
	return b.send(http.MethodGet, path, "", "", "Accept", "text/html")
}

func (b *browser) form(path string, fields ...string) reply {
	b.h.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Set(fields[i], fields[i+1])
	}
	return b.send(http.MethodPost, path, "application/x-www-form-urlencoded", v.Encode())
}

// press sends a command as a page does, under a key.
func (b *browser) press(name, key, body string) reply {
	b.h.t.Helper()
	return b.send(http.MethodPost, "/commands/"+name, "application/json", body, "Idempotency-Key", key)
}

// as is a browser of somebody who signed in.
func (h *house) as(name string) *browser {
	h.t.Helper()
	b := h.browser()
	if r := b.form("/entrar", "name", name, "pin", "1234"); r.status != http.StatusSeeOther {
		h.t.Fatalf("sign in as %s: %d %.300s", name, r.status, r.body)
	}
	return b
}

// at is a browser of somebody who sits at a counter.
func (h *house) at(name, counter string) *browser {
	h.t.Helper()
	b := h.as(name)
	if r := b.form("/balcao/escolher", "counter", counter); r.status != http.StatusSeeOther {
		h.t.Fatalf("%s at counter %s: %d %.300s", name, counter, r.status, r.body)
	}
	return b
}

// message is one event of a stream.
type message struct {
	event, id, data string
}

// listen opens a stream; messages come on the channel until the test ends or stop is called.
func (b *browser) listen(view, lastID string) (messages <-chan message, stop func()) {
	b.h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.h.server.URL+"/events?view="+view, nil)
	if err != nil {
		b.h.t.Fatal(err)
	}
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := (&http.Client{Transport: b.Transport, Jar: b.Jar}).Do(req)
	if err != nil {
		b.h.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") || resp.Header.Get("Cache-Control") != "no-store" {
		b.h.t.Fatalf("stream: %d %v", resp.StatusCode, resp.Header)
	}
	out := make(chan message, 1000)
	go func() {
		defer close(out)
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		var m message
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				m.event = value
			case "id":
				m.id = value
			case "data":
				m.data = value
			case "retry":
				m.event, m.data = "retry", value
			case "":
				out <- m
				m = message{}
			}
		}
	}()
	b.h.t.Cleanup(cancel)
	return out, cancel
}

// next waits for the next message that is not a beat.
func next(t testing.TB, messages <-chan message) message {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case m, open := <-messages:
			if !open {
				t.Fatal("the stream ended")
			}
			if m.event != "beat" {
				return m
			}
		case <-late:
			t.Fatal("nothing came")
		}
	}
}
