package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/branch-server/app"
	"balcao/branch-server/arrivals"
	"balcao/internal/config"
	"balcao/internal/signin"
	kioskapp "balcao/kiosk/app"
	"balcao/printers/printertest"
)

// Canaries of somebody who booked: they may stand in the file, on paper that the citizen brings, and nowhere between.
const (
	canaryCode     = "7K3M9P"
	canaryDocument = "000000000ZZ4" // invented; passes its own check
	canaryName     = "Canária"
)

// TestFromABookingsImportToItsCall is the story of somebody who booked: a system sends the booking, the citizen types
// its code at the kiosk, is called before who came earlier without one, and nothing of code or document was ever in a
// message, a log, the kiosk's memory or headquarters.
func TestFromABookingsImportToItsCall(t *testing.T) {
	h := newBookingHouse(t, &hop{})
	slot := time.Now().In(h.zone).Truncate(time.Minute)
	file := fmt.Sprintf("id;servico;inicio;codigo;documento;nome\nS-1;cc;%s;%s;%s;%s\nS-2;cc;25:00;;;\n",
		slot.Format("2006-01-02 15:04"), canaryCode, canaryDocument, canaryName)
	if r := h.sendBookings(t, file); r.Added != 1 || r.Faulty != 1 || r.Faults[0].Line != 3 {
		t.Fatalf("import = %+v", r)
	}
	if number := h.ticket(t, "cc"); number != "A001" {
		t.Errorf("who came without a booking has %s", number)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	h.step(ctx, t, "home", "booking", "", func(v view) bool { return v.Screen == "booking" })
	for i, c := range canaryCode {
		h.step(ctx, t, "booking", "key", string(c), func(v view) bool { return len(v.typed()) == i+1 })
	}
	shown := h.step(ctx, t, "booking", "checkin", "", view.given)
	if shown.Slip.Number != "A002" {
		t.Fatalf("the screen shows %+v", shown)
	}
	h.page.leave(ctx)
	h.page.until(ctx, func(v view) bool { return v.Screen == "home" })
	papers := h.papers(t, 2)
	if text := papers[1].Text(); !strings.Contains(text, "Marcação "+slot.Format("15:04")) || papers[1].Biggest() != "A002" {
		t.Errorf("the slip says:\n%s", text)
	}

	// Again, this time by a scanner: the same ticket, and no second slip.
	again := h.step(ctx, t, "home", "scan", "MRCL901"+canaryCode, func(v view) bool { return v.Screen == "bookinghere" })
	if again.Slip == nil || again.Slip.Number != "A002" || len(h.printer.Papers()) != 2 {
		t.Errorf("checking in again shows %+v after %d slips", again, len(h.printer.Papers()))
	}
	h.page.leave(ctx)
	h.headquarters(t, "two waiting", func(f branchFigures) bool { return f.Waiting == 2 })

	clerk := signIn(t, h.branch, "1")
	if called := clerk.press(t, "call"); called.Number != "A002" {
		t.Errorf("called %+v first", called)
	}
	clerk.press(t, "start")
	clerk.press(t, "finish")
	if called := clerk.press(t, "call"); called.Number != "A001" {
		t.Errorf("called %+v second", called)
	}
	h.headquarters(t, "the whole journal", func(f branchFigures) bool {
		return f.Served == 1 && f.Log.HWM == f.Log.BranchSeq
	})
	h.noCanary(t)
}

// bookingHouse is a house whose branch takes bookings, and where everything said or written is looked at.
type bookingHouse struct {
	*house

	zone   *time.Location
	said   *tap
	logs   *tap
	kiosks string // folder of the kiosk's memory
	hqs    string // folder of headquarters
}

// tap remembers all bytes that pass.
type tap struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (p *tap) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.Write(b)
}

func (p *tap) holds(canary string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return stands(canary).Match(p.all.Bytes())
}

// stands finds a canary as a word of its own, or in the text of its QR code: a short one may stand by chance inside a random
// name.
func stands(canary string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(^|[^0-9A-Za-z]|MRCL901)` + regexp.QuoteMeta(canary) + `($|[^0-9A-Za-z])`)
}

func newBookingHouse(t *testing.T, overheard *hop) *bookingHouse {
	t.Helper()
	h := &bookingHouse{house: &house{}, said: &tap{}, logs: &tap{}, kiosks: t.TempDir(), hqs: t.TempDir()}
	var err error
	if h.zone, err = time.LoadLocation("Europe/Lisbon"); err != nil {
		t.Fatal(err)
	}
	hq := hqIn(t, h.hqs)
	branch := h.bookingBranch(t, fmt.Sprintf("%q", "tcp://"+overheard.before(t, hq.BrokerAddr())))
	h.hq, h.branch = "http://"+hq.HTTPAddr()+"/", branch.HTTPAddr()
	h.broker = "tcp://" + h.listen(t, branch.BrokerAddr())
	h.printer, err = printertest.New(printertest.Config{Link: t.TempDir() + "/printer", Now: time.Now, BytesPerSecond: -1, MillimetresPerSecond: -1})
	if err != nil {
		t.Fatal(err)
	}
	inBackground(t, h.printer.Run)
	h.kiosk = h.bookingKiosk(t)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	t.Cleanup(func() { cancel(); wg.Wait() })
	h.page = openTouchPage(ctx, &wg, "http://"+h.kiosk.ScreenAddr())
	h.printerReady(t)
	return h
}

func (h *bookingHouse) log() *slog.Logger {
	return slog.New(slog.NewJSONHandler(h.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (h *bookingHouse) bookingBranch(t *testing.T, hq string) *app.App {
	t.Helper()
	dir := t.TempDir()
	hash, err := signin.Hash("1234")
	if err != nil {
		t.Fatal(err)
	}
	people, token := filepath.Join(dir, "staff.yaml"), filepath.Join(dir, "token")
	for path, text := range map[string]string{
		people: fmt.Sprintf("people:\n  - {id: ana, name: Ana, role: coordinator, hash: %q}\n", hash), token: "a token\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg := app.Default()
	text := fmt.Sprintf(smallBranch, dir, `listen: "127.0.0.1:0"`, hq, people) +
		"  bookings: {offer: true}\nbookings: {token_file: " + token + "}\n"
	if err := config.Decode("branch.yaml", []byte(text), &cfg); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), cfg, h.log())
	if err != nil {
		t.Fatal(err)
	}
	inBackground(t, a.Run)
	return a
}

func (h *bookingHouse) bookingKiosk(t *testing.T) *kioskapp.App {
	t.Helper()
	cfg := kioskapp.Default()
	text := fmt.Appendf(nil, "node: L901-K01\ndata: %s\nfaces: [touch]\nscreen: {listen: \"127.0.0.1:0\"}\nbranch: {brokers: [%q]}\n"+
		"printer: {profile: virtual/escpos-80, port: %s}\nreader: {enabled: false}\n", h.kiosks, h.broker, h.printer.Path())
	if err := config.Decode("kiosk.yaml", text, &cfg); err != nil {
		t.Fatal(err)
	}
	a, err := kioskapp.New(t.Context(), cfg, h.log())
	if err != nil {
		t.Fatal(err)
	}
	inBackground(t, a.Run)
	return a
}

// listen stands between the kiosk and the branch's broker and remembers what is said.
func (h *bookingHouse) listen(t *testing.T, to string) string {
	t.Helper()
	return between(t, to, func(from, to net.Conn) {
		_, _ = io.Copy(io.MultiWriter(to, h.said), from) // ends when either side hangs up
	})
}

// between stands before a listener: relay carries each direction of each connection until it ends. It returns its address.
func between(t testing.TB, to string, relay func(from, to net.Conn)) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	ctx := context.WithoutCancel(t.Context())
	carry := func(from, to net.Conn) {
		relay(from, to)
		_, _ = from.Close(), to.Close()
	}
	wg.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			var d net.Dialer
			far, err := d.DialContext(ctx, "tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			wg.Go(func() { carry(near, far) })
			wg.Go(func() { carry(far, near) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return l.Addr().String()
}

func (h *bookingHouse) sendBookings(t *testing.T, file string) arrivals.Result {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+h.branch+"/api/bookings", strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer a token")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var r arrivals.Result
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("import answers %s, %v", res.Status, err)
	}
	return r
}

// step touches something and waits for what follows.
func (h *bookingHouse) step(ctx context.Context, t *testing.T, screen, action, arg string, holds func(view) bool) view {
	t.Helper()
	if v, ok := h.page.until(ctx, func(v view) bool { return v.Screen == screen }); !ok {
		t.Fatalf("before %s %s the kiosk shows %+v", action, arg, v)
	}
	if err := h.page.tap(ctx, screen, action, arg); err != nil {
		t.Fatal(err)
	}
	v, ok := h.page.until(ctx, holds)
	if !ok {
		t.Fatalf("after %s %s the kiosk shows %+v", action, arg, v)
	}
	return v
}

// noCanary looks for code, document and name where they must not be.
func (h *bookingHouse) noCanary(t *testing.T) {
	t.Helper()
	if !h.said.holds("L901-K01") || !h.logs.holds("bookings imported") {
		t.Error("nothing was overheard: the test looks at the wrong place")
	}
	for _, canary := range []string{canaryCode, canaryDocument, canaryName} {
		if h.said.holds(canary) {
			t.Errorf("%s was said between kiosk and branch", canary)
		}
		if h.logs.holds(canary) {
			t.Errorf("%s stands in a log", canary)
		}
		for _, dir := range []string{h.kiosks, h.hqs} {
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil || len(files) == 0 {
				t.Errorf("files in %s: %v", dir, err)
			}
			for _, file := range files {
				if raw, err := os.ReadFile(file); err == nil && stands(canary).Match(raw) {
					t.Errorf("%s stands in %s", canary, filepath.Base(file))
				}
			}
		}
	}
}
