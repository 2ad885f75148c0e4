package e2e

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/branch-server/app"
	"balcao/internal/authority/authoritytest"
	"balcao/internal/broker/brokertest"
	"balcao/internal/config"
	"balcao/internal/machine"
	"balcao/internal/signin"
	"balcao/internal/wire"
	"balcao/kiosk/store"
	"balcao/kiosk/uplink"
)

// smallBranch is a branch of two services and two counters; broker is a line of its configuration.
const smallBranch = `
data: %s
http: {listen: "127.0.0.1:0"}
broker: {%s}
hq: {brokers: [%s]}
staff: %s
branch:
  id: L901
  name: Loja de ensaio
  zone: Europe/Lisbon
  bodies: [{id: irn, short: IRN, name: {pt: Registos}}]
  divisions: [{id: cc, body: irn, prefix: A, quota: 0}, {id: lev, body: irn, prefix: L, quota: 3}]
  services:
    - {id: cc, division: cc, name: {pt: Cartão de Cidadão}, mean: 10m}
    - {id: lev, division: lev, name: {pt: Levantar}, mean: 3m}
  counters:
    - {id: "1", label: Balcão 1, primary: [cc]}
    - {id: "2", label: Balcão 2, primary: [lev], secondary: [cc]}
`

// branchOn starts a branch server in this process, on an outside broker or, with an empty address, on its own.
func branchOn(t testing.TB, broker, password string, change ...func(*app.Config)) *app.App {
	return branchUnder(t, broker, password, "", change...)
}

// branchUnder is branchOn with the address of headquarters' broker.
func branchUnder(t testing.TB, broker, password, hq string, change ...func(*app.Config)) *app.App {
	t.Helper()
	a := branchAtRest(t, broker, password, hq, change...)
	inBackground(t, a.Run)
	return a
}

// branchAtRest is branchUnder for whoever runs it.
func branchAtRest(t testing.TB, broker, password, hq string, change ...func(*app.Config)) *app.App {
	t.Helper()
	dir := t.TempDir()
	hash, err := signin.Hash("1234")
	if err != nil {
		t.Fatal(err)
	}
	people := filepath.Join(dir, "staff.yaml")
	if err := os.WriteFile(people, fmt.Appendf(nil, "people:\n  - {id: ana, name: Ana, role: coordinator, hash: %q}\n", hash), 0o600); err != nil {
		t.Fatal(err)
	}
	where := `listen: "127.0.0.1:0"`
	if broker != "" {
		secret := filepath.Join(dir, "password")
		if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		where = fmt.Sprintf("outside: [%q], password_file: %s", broker, secret)
	}
	cfg := app.Default()
	if err := config.Decode("branch.yaml", fmt.Appendf(nil, smallBranch, dir, where, hq, people), &cfg); err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(&cfg)
	}
	a, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// inBackground runs a part until the test ends.
func inBackground(t testing.TB, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// node is a kiosk without a screen: its memory and its way to the branch.
type node struct {
	store  *store.Store
	uplink *uplink.Uplink
	boards chan wire.Board
	offers chan wire.Offer
	leave  func() // ends its way to the branch
}

func kioskOn(t *testing.T, broker string, known *tls.Config) node {
	t.Helper()
	n := node{boards: make(chan wire.Board, 256), offers: make(chan wire.Offer, 256)}
	var err error
	if n.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "kiosk.db"), machine.Minter()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.store.Close() })
	n.uplink, err = uplink.New(uplink.Config{
		Node: "L901-K01", Boot: machine.NewBoot(), Brokers: []string{broker}, TLS: known, Source: n.store, Now: time.Now,
		Log:     slog.New(slog.DiscardHandler),
		OnOffer: func(o wire.Offer) { n.offers <- o }, OnBoard: func(b wire.Board) { n.boards <- b },
		OnLink: func(bool, time.Time) {}, Keep: func(string, []byte) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	n.leave = living(t, n.uplink.Run)
	return n
}

// ask asks for a number as the kiosk does: log first, then the branch.
func (n node) ask(t *testing.T, request, service string) wire.TicketReply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := n.store.Ask(ctx, wire.TicketFact{Request: request, Service: service}, time.Now()); err != nil {
		t.Error(err)
	}
	n.uplink.Nudge()
	reply, err := n.uplink.Reserve(ctx, wire.TicketRequest{Request: request, Boot: "b", Service: service, Class: "walkin", Lang: "pt"})
	if err != nil {
		t.Errorf("ask for a number: %v", err)
	}
	return reply
}

// end prints the slip of a request, or not.
func (n node) end(t *testing.T, reply wire.TicketReply, how store.State) {
	t.Helper()
	if err := n.store.Begin(t.Context(), reply.Request, *reply.Ticket, time.Now()); err != nil {
		t.Error(err)
	}
	if err := n.store.End(t.Context(), reply.Request, how, "", 0, time.Now()); err != nil {
		t.Error(err)
	}
	n.uplink.Nudge()
}

// board waits for a board that answers.
func (n node) board(t *testing.T, what string, holds func(wire.Board) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		select {
		case b := <-n.boards:
			if holds(b) {
				return
			}
		case <-ctx.Done():
			t.Fatalf("no board with %s", what)
		}
	}
}

// TestBranchServesItsKiosksOnEveryBroker is the branch suite: the same on the embedded broker and on Mosquitto.
func TestBranchServesItsKiosksOnEveryBroker(t *testing.T) {
	brokertest.EachOf(t, "L901", func(t *testing.T, b *brokertest.Broker) {
		a := branchOn(t, b.URL, b.HostPassword, func(c *app.Config) { c.Identity = b.Trust.Folder("L901") })
		branchSuite(t, a, b.URL, b.TLS("L901-K01"), func() { b.Restart(t) })
	})
	t.Run("its own", func(t *testing.T) {
		in := authoritytest.New(t)
		a := branchOn(t, "", "", func(c *app.Config) { c.Identity = in.Folder("L901") })
		branchSuite(t, a, "tls://"+a.BrokerAddr(), in.Identity("L901-K01").Client("L901"), nil)
	})
	t.Run("its own, without certificates", func(t *testing.T) {
		a := branchOn(t, "", "")
		branchSuite(t, a, "tcp://"+a.BrokerAddr(), nil, nil)
	})
}

func branchSuite(t *testing.T, a *app.App, broker string, known *tls.Config, restart func()) {
	n := kioskOn(t, broker, known)
	first := n.ask(t, "request-1", "cc")
	if first.Ticket == nil || first.Ticket.Number != "A001" || first.Ticket.Ahead != 0 {
		t.Fatalf("first number: %+v", first)
	}
	if again := n.ask(t, "request-1", "cc"); again.Ticket == nil || again.Ticket.Number != "A001" {
		t.Errorf("the same request again: %+v", again)
	}
	if refused := n.ask(t, "request-x", "unknown"); refused.Refused != wire.RefusedUnknownService {
		t.Errorf("unknown service: %+v", refused)
	}
	n.end(t, first, store.Printed)
	n.board(t, "one waiting", func(b wire.Board) bool { return b.Queues[0].Waiting == 1 })
	if restart != nil {
		restart()
	}

	clerk := signIn(t, a.HTTPAddr(), "1")
	if called := clerk.press(t, "call"); called.Number != "A001" {
		t.Errorf("called %+v", called)
	}
	n.board(t, "the call", func(b wire.Board) bool {
		return len(b.Calls) == 1 && b.Calls[0].Number == "A001" && b.Calls[0].Counter == "Balcão 1" && b.Queues[0].Waiting == 0
	})
	clerk.press(t, "recall")
	n.board(t, "the recall", func(b wire.Board) bool { return len(b.Calls) == 1 && b.Calls[0].Count == 2 })
	clerk.press(t, "start")
	clerk.press(t, "finish")
	if none := clerk.press(t, "call"); none.OK || none.Message == "" {
		t.Errorf("a call with nobody waiting: %+v", none)
	}

	n.crowd(t, 20)
	for i := range 3 {
		n.end(t, n.ask(t, fmt.Sprint("quota-", i), "lev"), store.Accepted)
	}
	if out := n.ask(t, "quota-3", "lev"); out.Refused != wire.RefusedSoldOut {
		t.Errorf("after the quota: %+v", out)
	}
}

// crowd asks for numbers all at once: none is given twice.
func (n node) crowd(t *testing.T, people int) {
	t.Helper()
	var mu sync.Mutex
	numbers := map[string]bool{}
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			reply := n.ask(t, fmt.Sprint("crowd-", i), "cc")
			if reply.Ticket == nil {
				t.Errorf("no number: %+v", reply)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if numbers[reply.Ticket.Number] {
				t.Errorf("%s given twice", reply.Ticket.Number)
			}
			numbers[reply.Ticket.Number] = true
		})
	}
	wg.Wait()
}

// clerkPage is a counter's page without a browser.
type clerkPage struct {
	base   string
	cookie *http.Cookie
}

// pressed is what a button answered.
type pressed struct {
	OK      bool   `json:"ok"`
	Number  string `json:"tk"`
	Message string `json:"message"`
}

func signIn(t testing.TB, addr, counter string) clerkPage {
	t.Helper()
	c := clerkPage{base: "http://" + addr}
	res := c.post(t, "/entrar", "name=ana&pin=1234", "")
	defer res.Body.Close()
	for _, cookie := range res.Cookies() {
		c.cookie = cookie
	}
	if c.cookie == nil {
		t.Fatalf("signing in answers %s", res.Status)
	}
	chosen := c.post(t, "/balcao/escolher", "counter="+counter+"&takeover=yes", "")
	defer chosen.Body.Close()
	c.press(t, "open")
	return c
}

func (c clerkPage) post(t testing.TB, path, body, key string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if key != "" {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", key)
	}
	if c.cookie != nil {
		req.AddCookie(c.cookie)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func (c clerkPage) press(t testing.TB, name string) pressed {
	t.Helper()
	res := c.post(t, "/commands/"+name, "{}", rand.Text())
	defer res.Body.Close()
	var p pressed
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
		t.Fatalf("press %s: %s, %v", name, res.Status, err)
	}
	return p
}
