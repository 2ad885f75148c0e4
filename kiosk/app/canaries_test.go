package app

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"balcao/kiosk/card/cardtest"
)

// tapped passes connections on to a broker and lets both directions through a sieve.
func tapped(t *testing.T, broker string, s *sieve) (address string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	background(t, func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() { _ = l.Close() })
		defer stop()
		for {
			near, err := l.Accept()
			if err != nil {
				return nil // closed
			}
			far, err := new(net.Dialer).DialContext(ctx, "tcp", broker)
			if err != nil {
				_ = near.Close()
				continue
			}
			pass := func(to, from net.Conn) {
				_, _ = io.Copy(io.MultiWriter(to, s), from) // ends with either
				_, _ = near.Close(), far.Close()
			}
			context.AfterFunc(ctx, func() { _, _ = near.Close(), far.Close() })
			go pass(near, far)
			go pass(far, near)
		}
	})
	return l.Addr().String()
}

// TestNoCanaryLeavesTheScreen sends invented people through a kiosk, 300 of them, and 100,000 with BALCAO_SOAK: each has a
// card, some of them on the reader with its number typed, is greeted or looks for a booking, and goes. Nothing of them, nor
// of the number, is in the log, the files, the messages to the branch, what other pages of the kiosk answer, or, at the end,
// its memory.
func TestNoCanaryLeavesTheScreen(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a kiosk in a process of its own")
	}
	count := 300
	if os.Getenv("BALCAO_SOAK") != "" {
		count = 100_000
	}
	log, messages := &sieve{what: "the log"}, &sieve{what: "messages to and from the branch"}
	pages, callboard := &sieve{what: "other answers of the kiosk's pages"}, &sieve{what: "the callboard's stream"}
	m := newMemoryRig(t, func(b *branch, v *victim) {
		v.Config.Branch.Brokers = []string{"tcp://" + tapped(t, b.broker.Addr(), messages)}
		v.Config.Faces, v.Config.Sound.Backend = []string{FaceTouch, FaceCallboard}, soundOff
		v.stderr = log
	})
	board := open(t, m.base, "/callboard/events")
	go func() {
		for s := range board.states {
			for key, value := range s {
				fmt.Fprintf(callboard, "%s %s\n", key, value)
			}
		}
	}()
	look := func() {
		for _, path := range []string{"/", "/healthz", "/callboard", "/pages/touch.js", "/nothing"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.base+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Header.Write(pages)
			if _, err := io.Copy(pages, res.Body); err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
		}
	}
	for n := range count {
		id, g := canaryNumber(n), []cardtest.Generation{cardtest.CC2, cardtest.CC1, cardtest.CC2, cardtest.CC1T0, cardtest.CC2}[n%5]
		// Signing a card costs more than reading it: those that nobody looks at twice have no signature.
		seal, verdict := cardtest.Sealed, "Cartão verificado"
		if n%10 != 0 && n%10 != 9 {
			seal, verdict = cardtest.NoObject, "Cartão não verificado"
		}
		switch {
		case n%20 == 15: // lies on the reader; every fifth of them looks for a booking
			m.near(id, canaryCAN(n), n%100 == 55)
		case n%10 == 9:
			m.touch("home", "booking")
			m.touch("booking", "bookcard")
			m.screen(t, "card")
			m.cards.Put(reader, cardtest.NewSealed(id, g, seal))
			m.screen(t, "bookingproblem")
			m.cards.Eject(reader)
			m.touch("bookingproblem", "again")
		default:
			m.touch("home", "greet")
			m.screen(t, "card")
			m.cards.Put(reader, cardtest.NewSealed(id, g, seal))
			shown := strings.ToUpper(canaryGiven) // the first word, in reading case
			m.wait(t, "the name of "+fmt.Sprint(n), func(s state) bool {
				return s.text("screen") == "greeting" && strings.Contains(strings.ToUpper(s.text("title")), shown) && s.says(verdict)
			})
			if n%50 == 0 {
				look() // while a name is on the screen
			}
			m.cards.Eject(reader)
			m.touch("greeting", "finish")
		}
		m.screen(t, "home")
		if n%10_000 == 9_999 {
			t.Logf("%d people", n+1)
		}
	}
	look()
	board.close()
	words := []string{canaryGiven, "Zqxvalde", canarySurname, "Wkypimen"}
	for n := range canaryCANs {
		words = append(words, numberInMemory(canaryCAN(n))...)
	}
	for label, where := range traces(t, m.pid, words) {
		t.Errorf("in the kiosk's memory: %q: %s", label, where)
	}
	m.stop()

	files, ledger := &sieve{what: "the kiosk's files"}, &sieve{what: "what the branch holds"}
	_, _ = files.Write([]byte(contents(t, m.data)))
	records, err := m.branch.ledger.Records(t.Context(), node, m.branch.epoch)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		_, _ = ledger.Write(r.Raw)
	}
	for _, s := range []*sieve{log, messages, pages, callboard, files, ledger} {
		s.clean(t)
	}
	t.Logf("%d people, none of them anywhere but on the screen", count)
}
