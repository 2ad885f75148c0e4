package technician

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/card/pace"
)

func number(t testing.TB, digits string) *accessNumber {
	t.Helper()
	n, err := numberFrom(strings.NewReader(digits))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// chance is the same each time, so that the whole dialogue is.
func chance(of byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{of}) }

// dresses are the ways in which a number could come out: as text, in the hexadecimal of a command, of its digits' codes.
func dresses(digits string) []string {
	codes, pairs := "", ""
	for i, c := range digits {
		codes += " 3" + string(c)
		if i%2 == 0 {
			pairs += " " + digits[i:i+2]
		}
	}
	return []string{digits, codes[1:], pairs[1:], strings.ReplaceAll(codes, " ", "")}
}

func TestACardOnTheReaderIsExplainedWithoutItsNumber(t *testing.T) {
	folder := stateFolder(t)
	maria := cardtest.Identities()["maria"]
	for _, tt := range []struct {
		name, purpose, typed string
		seal                 cardtest.Seal
		chip                 bool
		want                 error
		verdict              card.Reason
	}{
		{"contactless-greeting", "greeting", cardtest.DemoCAN, cardtest.Sealed, false, nil, card.Genuine},
		{"contactless-checkin", "checkin", cardtest.DemoCAN, cardtest.Sealed, false, nil, card.Genuine},
		{"contactless-checkinchip", "checkin", cardtest.DemoCAN, cardtest.Sealed, true, nil, card.Genuine},
		{"contactless-copied-checkinchip", "checkin", cardtest.DemoCAN, cardtest.CopiedChip, true, nil, card.ChipCopied},
		{"contactless-wrong-number", "greeting", "271828", cardtest.Sealed, false, pace.ErrPassword, ""},
		{"contactless-no-number", "greeting", "", cardtest.Sealed, false, card.ErrLocked, ""},
	} {
		for _, ext := range []string{".txt", ".json"} {
			t.Run(tt.name+ext, func(t *testing.T) {
				c := cardtest.ContactlessWith(maria, cardtest.DemoCAN, tt.seal, chance(1))
				q := cardRequest{purpose: tt.purpose, trust: folder, explain: true, json: ext == ".json", random: chance(2)}
				if tt.chip {
					q.chance = chance(3)
				}
				if tt.typed != "" {
					q.number = number(t, tt.typed+"\n")
				}
				var out bytes.Buffer
				err := Bench{Out: &out, Now: still}.explainCard(t.Context(), c, c.ATR(), "Leitor de ensaio", q)
				if !errors.Is(err, tt.want) {
					t.Errorf("%v, want %v", err, tt.want)
				}
				if q.number != nil && *q.number != (accessNumber{}) {
					t.Error("the number is still there")
				}
				hidden := append(dresses(cardtest.DemoCAN), personal...)
				if tt.typed != "" {
					hidden = append(hidden, dresses(tt.typed)...)
				}
				for _, word := range hidden {
					if strings.Contains(out.String(), word) || err != nil && strings.Contains(err.Error(), word) {
						t.Errorf("the answer holds %q", word)
					}
				}
				if tt.verdict != "" && !strings.Contains(out.String(), string(tt.verdict)) {
					t.Errorf("no verdict %s", tt.verdict)
				}
				golden(t, tt.name+ext, out.String())
			})
		}
	}
}

func TestPersonalDataOfACardOnTheReaderIsShownOnlyIfAskedFor(t *testing.T) {
	c := cardtest.ContactlessCC2(cardtest.Identities()["maria"], cardtest.DemoCAN, cardtest.Sealed)
	var out bytes.Buffer
	q := cardRequest{purpose: "greeting", trust: stateFolder(t), personal: true, json: true, number: number(t, cardtest.DemoCAN), random: chance(2)}
	if err := (Bench{Out: &out, Now: still}).explainCard(t.Context(), c, c.ATR(), "", q); err != nil {
		t.Fatal(err)
	}
	var r CardReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || len(r.Fields) != 2 || r.Fields[0].Text != "MARIA JOÃO" {
		t.Errorf("%v: %+v", err, r.Fields)
	}
	if ch := r.Channel; ch == nil || !ch.Open || ch.Protected == 0 || ch.Commands+ch.Protected != r.Commands || ch.Sent >= r.Sent {
		t.Errorf("channel %+v of %d commands, %d bytes sent", ch, r.Commands, r.Sent)
	}
}

func TestTheNumberOfACardComesFromAFileOrTheLineTyped(t *testing.T) {
	for text, want := range map[string]string{
		"314159": "314159", " 314159 \r\nmore": "314159", "31415\n": "", "3141592": "", "31415x": "", "": "", "\n314159": "",
		strings.Repeat(" ", 80) + "314159": "",
	} {
		n, err := numberFrom(strings.NewReader(text))
		switch {
		case want == "" && (!errors.Is(err, ErrUsage) || n != nil || strings.Contains(err.Error(), "3141")):
			t.Errorf("%q: %v", text, err)
		case want != "" && (err != nil || string(n.digits[:]) != want):
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestNobodyIsAskedForANumberWhereContactlessCardsAreOff(t *testing.T) {
	dir := t.TempDir()
	ask := func(reader string) (string, *accessNumber, error) {
		var out bytes.Buffer
		file := filepath.Join(dir, "kiosk.yaml")
		if err := os.WriteFile(file, []byte("node: L901-K01\nreader: {enabled: true"+reader+"}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		n, err := Bench{In: strings.NewReader("314159\n"), Out: &out}.askNumber("-", file, false)
		return out.String(), n, err
	}
	if said, n, err := ask(""); err == nil || n != nil || said != "" || !strings.Contains(err.Error(), "reader.contactless") {
		t.Errorf("%q, %v", said, err)
	}
	if said, n, err := ask(", contactless: true"); err != nil || string(n.digits[:]) != "314159" || !strings.Contains(said, "seis algarismos") {
		t.Errorf("%q, %v", said, err)
	}
}
