package cardtest_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
)

func TestCardAnswersAsTheMiddlewareExpects(t *testing.T) {
	type step struct{ command, answer string }
	maria := cardtest.Identities()["maria"]
	for _, tt := range []struct {
		g     cardtest.Generation
		steps []step
	}{
		{cardtest.CC1, []step{
			{"00B0000010", "6986"},
			{"00A4080004" + "3F005F00", "6A86"},
			{"00A4080004" + "5F00EF0200", "6F158102" + "3C8C" + "8201018302EF028A01058C051BFFFFFF009000"},
			{"00B0023A02", "46009000"},
			{"00B03C8B02", "006282"},
			{"00B03C8C01", "6B00"},
			{"00A4080004" + "5F00EF0500", "6F158102" + "04B0" + "8201018302EF058A01058C051BFFFFFF939000"},
			{"00B0000002", "6982"},
			{"00A4040C07" + "604632FF000005", "6A82"},
			{"00CADF3000", "DF300776302E302E30309000"},
			{"0020008100", "63C3"},
			{"80CA9F7F2D", "9F7F2A" + strings.Repeat("00", 10) + "BA1CA00000000001" + strings.Repeat("00", 24) + "9000"},
			{"00FF0000", "6D00"},
			{"10B00000", "6E00"},
			{"00", "6700"},
		}},
		{cardtest.CC1T0, []step{
			{"00A4080004" + "5F00EF02", "6117"},
			{"00C0000010", "6C17"},
			{"00C0000017", "6F158102" + "3C8C" + "8201018302EF028A01058C051BFFFFFF009000"},
			{"00C0000017", "6985"},
			{"00CADF3000", "6C0A"},
		}},
		{cardtest.CC2, []step{
			{"00A4020002" + "010D00", "6A82"},
			{"00A4040C07" + "604632FF000002", "6A82"},
			{"00A4040C07" + "604632FF000005", "9000"},
			{"00CA9F7F2D", "6A88"},
			{"00A4020C02" + "010D", "9000"},
			{"00B0000001", "6D9000"},
			{"00A4040C07" + "604632FF000004", "9000"},
			{"00A4020002" + "000300", "6F118003000008820101830200038603" + "4001FF9000"},
		}},
	} {
		c := cardtest.New(maria, tt.g)
		for i, s := range tt.steps {
			command, err := hex.DecodeString(s.command)
			if err != nil {
				t.Fatal(err)
			}
			want, err := hex.DecodeString(s.answer)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Answer(command); !bytes.Equal(got, want) {
				t.Errorf("%s, step %d, %s: answer = %X, want %X", tt.g, i, s.command, got, want)
			}
		}
	}
}

func TestResetForgetsTheSelection(t *testing.T) {
	c, _ := cardtest.Named("maria")
	if _, err := card.ReadGreeting(t.Context(), c, c.ATR()); err != nil {
		t.Fatal(err)
	}
	c.Reset()
	if got := c.Answer([]byte{0, 0xB0, 0, 0, 1}); !bytes.Equal(got, []byte{0x69, 0x86}) {
		t.Errorf("read after reset = %X, want 6986", got)
	}
}

func TestEveryCardOfTheDeckHasALabel(t *testing.T) {
	for _, name := range cardtest.Deck() {
		if _, ok := cardtest.Named(name); !ok || cardtest.Label(name) == "" {
			t.Errorf("%s: in deck %v, label %q", name, ok, cardtest.Label(name))
		}
	}
	if _, ok := cardtest.Named("nobody"); ok {
		t.Error("a card for nobody")
	}
}

func TestDialogueSurvivesItsFile(t *testing.T) {
	for _, bad := range []string{"-> 00A4", "<- 9000", "-> zz", "atr 3B\natr 3B", "?? 00"} {
		if _, err := cardtest.ParseDialogue([]byte(bad)); err == nil {
			t.Errorf("%q was understood", bad)
		}
	}
}

func FuzzParseDialogue(f *testing.F) {
	f.Add([]byte("atr 3B00\n# hello\n-> 00 A4 04\n<- 9000\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := cardtest.ParseDialogue(text)
		if err != nil {
			return
		}
		again, err := cardtest.ParseDialogue(d.Format())
		if err != nil || !bytes.Equal(again.Format(), d.Format()) {
			t.Errorf("file does not survive: %v", err)
		}
	})
}

func FuzzCardAnswersEverything(f *testing.F) {
	f.Add([]byte{0, 0xA4, 4, 0x0C, 7, 0x60, 0x46, 0x32, 0xFF, 0, 0, 2}, []byte{0, 0xB0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		for _, name := range []string{"maria", "joao", "conceicao"} {
			c, _ := cardtest.Named(name)
			for _, apdu := range [][]byte{first, second} {
				if a := c.Answer(apdu); len(a) < 2 || len(a) > 258 {
					t.Errorf("%s answers %d bytes to %X", name, len(a), apdu)
				}
			}
		}
	})
}
