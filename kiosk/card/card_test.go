package card_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
)

var update = flag.Bool("update", false, "rewrite golden files")

func named(t testing.TB, name string) *cardtest.Card {
	t.Helper()
	c, ok := cardtest.Named(name)
	if !ok {
		t.Fatalf("no card %q in the deck", name)
	}
	return c
}

func TestGreetingIsFirstNameAndLastInitial(t *testing.T) {
	for _, tt := range []struct{ card, given, initial string }{
		{"maria", "Maria", "F"},
		{"joao", "João", "S"},
		{"conceicao", "Conceição", "B"},
		{"ines", "Inês", "S"},
		{"alvaro", "Álvaro", "Ó"},
		{"long", "Ana-Maria", "Á"},
		{"suryavarman", "Suryavarman", ""},
	} {
		for _, g := range []cardtest.Generation{cardtest.CC1T0, cardtest.CC1, cardtest.CC2} {
			t.Run(fmt.Sprintf("%s on %s", tt.card, g), func(t *testing.T) {
				c := cardtest.New(cardtest.Identities()[tt.card], g)
				got, err := card.ReadGreeting(t.Context(), c, c.ATR())
				if err != nil {
					t.Fatal(err)
				}
				if got.GivenName() != tt.given || got.Initial() != tt.initial {
					t.Errorf("greeting = %q %q, want %q %q", got.GivenName(), got.Initial(), tt.given, tt.initial)
				}
			})
		}
	}
}

func TestDialogueWithEachCardIsAsRecorded(t *testing.T) {
	for _, name := range cardtest.Deck() {
		t.Run(name, func(t *testing.T) {
			c := named(t, name)
			rec := &cardtest.Recorder{Over: c, Dialogue: cardtest.Dialogue{ATR: c.ATR()}}
			live, liveErr := card.ReadGreeting(t.Context(), rec, c.ATR())
			golden := filepath.Join("testdata", name+".apdu")
			if *update {
				if err := os.WriteFile(golden, rec.Dialogue.Format(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got := rec.Dialogue.Format(); !bytes.Equal(got, want) {
				t.Errorf("dialogue =\n%swant\n%s", got, want)
			}
			d, err := cardtest.ParseDialogue(want)
			if err != nil {
				t.Fatal(err)
			}
			if liveErr != nil {
				return
			}
			p := &cardtest.Player{Dialogue: d}
			played, err := card.ReadGreeting(t.Context(), p, d.ATR)
			if err != nil {
				t.Fatal(err)
			}
			if played.GivenName() != live.GivenName() || p.Rest() != 0 {
				t.Errorf("played %q with %d exchanges left, want %q and none", played.GivenName(), p.Rest(), live.GivenName())
			}
		})
	}
}

func TestEveryOddCardHasItsError(t *testing.T) {
	for name, want := range map[string]error{
		"bank": card.ErrNotCitizenCard, "transport": card.ErrNotCitizenCard, "passport": card.ErrNotCitizenCard,
		"mute": card.ErrMute, "silent": card.ErrMute,
		"garbage": card.ErrGarbled, "one-byte": card.ErrGarbled, "contactless": card.ErrLocked,
	} {
		c := named(t, name)
		g, err := card.ReadGreeting(t.Context(), c, c.ATR())
		if !errors.Is(err, want) {
			t.Errorf("%s: error = %v, want %v", name, err, want)
		}
		if !g.Empty() {
			t.Errorf("%s: greets somebody", name)
		}
	}
}

func TestLostCardNeverGreets(t *testing.T) {
	for _, name := range []string{"maria", "joao", "conceicao"} {
		for n := range 4 {
			c := cardtest.PulledAfter(named(t, name), n, func() {})
			g, err := card.ReadGreeting(t.Context(), c, c.ATR())
			if name == "joao" || n < 3 {
				if !errors.Is(err, card.ErrRemoved) || !g.Empty() {
					t.Errorf("%s pulled after %d: error = %v, want %v", name, n, err, card.ErrRemoved)
				}
			}
		}
	}
}

func TestCitizenCard1NeedsThreeExchangesAnd296Bytes(t *testing.T) {
	c := named(t, "conceicao")
	rec := &cardtest.Recorder{Over: c}
	if _, err := card.ReadGreeting(t.Context(), rec, c.ATR()); err != nil {
		t.Fatal(err)
	}
	if n, b := len(rec.Dialogue.Exchanges), rec.Dialogue.Bytes(); n != 3 || b != 296 {
		t.Errorf("dialogue = %d exchanges, %d bytes; want 3 and 296", n, b)
	}
}

// A kiosk must never read what a greeting does not need.
func TestNothingBeyondTheNameIsRead(t *testing.T) {
	for _, name := range []string{"maria", "joao", "conceicao"} {
		c := named(t, name)
		rec := &cardtest.Recorder{Over: c}
		if _, err := card.ReadGreeting(t.Context(), rec, c.ATR()); err != nil {
			t.Fatal(err)
		}
		for _, x := range rec.Dialogue.Exchanges {
			for _, secret := range []string{"999999990", "01 01 1980", "EXEMPLO", "000000000\xD1"} {
				if bytes.Contains(x.Answer, []byte(secret)) {
					t.Errorf("%s: %q was read", name, secret)
				}
			}
			if x.Command[1] == 0x20 {
				t.Errorf("%s: VERIFY was sent", name)
			}
		}
	}
}

func TestEndlessCardIsGivenUp(t *testing.T) {
	more := transmitter(func([]byte) []byte { return []byte{0x61, 0x10} })
	maria := named(t, "maria")
	if _, err := card.ReadGreeting(t.Context(), more, maria.ATR()); !errors.Is(err, card.ErrGarbled) {
		t.Errorf("error = %v, want %v", err, card.ErrGarbled)
	}
}

func TestEndedContextStopsTheDialogue(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	maria := named(t, "maria")
	n := 0
	tm := transmitter(func(apdu []byte) []byte {
		n++
		cancel()
		return maria.Answer(apdu)
	})
	_, err := card.ReadGreeting(ctx, tm, maria.ATR())
	if !errors.Is(err, context.Canceled) || n != 1 {
		t.Errorf("error = %v after %d exchanges, want %v after 1", err, n, context.Canceled)
	}
}

func TestSpuriousInstructionErrorIsAskedAgain(t *testing.T) {
	maria := named(t, "maria")
	n := 0
	tm := transmitter(func(apdu []byte) []byte {
		if n++; n == 2 { // the first SELECT of the CC2 application
			return []byte{0x6D, 0x00}
		}
		return maria.Answer(apdu)
	})
	if _, err := card.ReadGreeting(t.Context(), tm, maria.ATR()); err != nil {
		t.Errorf("error = %v, want a greeting", err)
	}
}

func TestCardThatHidesItsDataSaysSo(t *testing.T) {
	locked := transmitter(func([]byte) []byte { return []byte{0x69, 0x82} })
	maria := named(t, "maria")
	_, err := card.ReadGreeting(t.Context(), locked, maria.ATR())
	if !errors.Is(err, card.ErrLocked) {
		t.Errorf("error = %v, want %v", err, card.ErrLocked)
	}
	var status card.StatusError
	if !errors.As(err, &status) || status.SW.String() != "6982" {
		t.Errorf("error = %v, want status word 6982 in it", err)
	}
}

func TestForgedNamesAreRefused(t *testing.T) {
	for label, given := range map[string]string{
		"not UTF-8":       "MARI\xC3",
		"control":         "MARIA\x1b[2J",
		"right to left":   "MARIA\u202eAIRAM",
		"after the zeros": "MARIA\x00JOAO",
		"no letters":      "--- ...",
		"zero width":      "MA\u200bRIA",
	} {
		id := cardtest.Identities()["maria"]
		id.GivenName, id.Surname = given, ""
		for _, g := range []cardtest.Generation{cardtest.CC1, cardtest.CC2} {
			c := cardtest.New(id, g)
			if _, err := card.ReadGreeting(t.Context(), c, c.ATR()); !errors.Is(err, card.ErrGarbled) {
				t.Errorf("%s on %s: error = %v, want %v", label, g, err, card.ErrGarbled)
			}
		}
	}
}

func TestGreetingNeverShowsItselfInPrint(t *testing.T) {
	maria := named(t, "maria")
	g, err := card.ReadGreeting(t.Context(), maria, maria.ATR())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb, g)
		fmt.Fprintf(&out, verb, &g)
		fmt.Fprintf(&out, verb, struct{ G card.Greeting }{g})
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("greeted", "greeting", g, "pointer", &g, "list", []card.Greeting{g})
	}
	if err := json.NewEncoder(&out).Encode(map[string]any{"g": g, "p": &g}); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Maria", "maria", "4d61726961", "4D61726961", "77 97", "TWFyaWE"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q got out: %s", secret, out.String())
		}
	}
}

func TestWipeReachesEveryCopy(t *testing.T) {
	maria := named(t, "maria")
	g, err := card.ReadGreeting(t.Context(), maria, maria.ATR())
	if err != nil {
		t.Fatal(err)
	}
	shown := g
	g.Wipe()
	g.Wipe()
	if strings.Trim(shown.GivenName()+shown.Initial(), "\x00") != "" || !g.Empty() {
		t.Errorf("after Wipe a copy still greets %q %q", shown.GivenName(), shown.Initial())
	}
}

// What a card answered is wiped in the Transmitter's own slices.
func TestAnswersWithANameAreWiped(t *testing.T) {
	for _, name := range []string{"maria", "joao", "conceicao"} {
		c := named(t, name)
		var answers [][]byte
		tm := transmitter(func(apdu []byte) []byte {
			a := c.Answer(apdu)
			answers = append(answers, a)
			return a
		})
		if _, err := card.ReadGreeting(t.Context(), tm, c.ATR()); err != nil {
			t.Fatal(err)
		}
		for _, a := range answers {
			if data := a[:len(a)-2]; len(bytes.Trim(data, "\x00")) != 0 {
				t.Errorf("%s: %d bytes of an answer are still there", name, len(data))
			}
		}
	}
}

type transmitter func([]byte) []byte

func (f transmitter) Transmit(_ context.Context, apdu []byte) ([]byte, error) { return f(apdu), nil }

func BenchmarkReadGreeting(b *testing.B) {
	for _, name := range []string{"joao", "conceicao", "maria"} {
		b.Run(name, func(b *testing.B) {
			c := named(b, name)
			rec := &cardtest.Recorder{Over: c}
			if _, err := card.ReadGreeting(b.Context(), rec, c.ATR()); err != nil {
				b.Fatal(err)
			}
			atr := c.ATR()
			for b.Loop() {
				g, err := card.ReadGreeting(b.Context(), c, atr)
				if err != nil {
					b.Fatal(err)
				}
				g.Wipe()
			}
			b.ReportMetric(float64(len(rec.Dialogue.Exchanges)), "apdu/op")
			b.ReportMetric(float64(rec.Dialogue.Bytes()), "wirebytes/op")
		})
	}
}
