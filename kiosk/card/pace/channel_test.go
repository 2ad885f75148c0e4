package pace

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"balcao/kiosk/card"
)

// step of a published dialogue: the plain command, its protected form, the protected answer, the plain one.
type protected struct{ plain, command, answer, opened string }

// exampleD4 is ICAO 9303-11 appendix D.4: EF.COM selected and read under the keys of appendix D.3, with 3DES.
var exampleD4 = []protected{
	{"00A4020C02011E", "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800", "990290008E08FA855A5D4C50A8ED9000", "9000"},
	{"00B0000004", "0CB000000D9701048E08ED6705417E96BA5500", "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000", "60145F019000"},
	{
		"00B0000412", "0CB000040D9701128E082EA28A70F3C7B53500",
		"871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000", "04303130365F36063034303030305C0261759000",
	},
}

// exampleEAC is the first protected command after PACE in the worked example of the German Federal Office for Information
// Security for TR-03110 («Worked Example for Extended Access Control», version 1.02), with AES-128 and the keys of its PACE.
var exampleEAC = []protected{
	{"002281B60F830D44454356434141543030303031", "0C2281B61D871101BE90237EEB4BA0FF253EA246AE31C8B88E0892D21C73A1DFE99900", "990290008E08A89570A68664A7D69000", "9000"},
}

func channelD4(t testing.TB, over card.Transmitter) *Channel {
	t.Helper()
	c, err := newDES(&Keys{Enc: unhex(t, "979EC13B1CBFE9DCD01AB0FED307EAE5"), MAC: unhex(t, "F1CB1F1FB5ADF208806B89DC579DC1F8")})
	if err != nil {
		t.Fatal(err)
	}
	return &Channel{over: over, ciphers: c, counter: unhex(t, "887022120C06C226")}
}

func channelEAC(t testing.TB, over card.Transmitter) *Channel {
	t.Helper()
	c, err := NewChannel(over, &Keys{Enc: unhex(t, "68406B4162100563D9C901A6154D2901"), MAC: unhex(t, "73FF268784F72AF833FDC9464049AFC9")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// examples are the published dialogues, each with a channel that stands where they begin.
func examples() map[string]struct {
	steps []protected
	open  func(testing.TB, card.Transmitter) *Channel
} {
	return map[string]struct {
		steps []protected
		open  func(testing.TB, card.Transmitter) *Channel
	}{"3DES, ICAO 9303-11 D.4": {exampleD4, channelD4}, "AES, worked example of TR-03110": {exampleEAC, channelEAC}}
}

func (p protected) said() []string { return []string{p.command, p.answer} }

func TestPublishedDialoguesAreReproducedByteForByte(t *testing.T) {
	for name, e := range examples() {
		var said []string
		for _, s := range e.steps {
			said = append(said, s.said()...)
		}
		chip := &chip{t: t, said: said}
		channel := e.open(t, chip)
		for _, s := range e.steps {
			answer, err := channel.Transmit(t.Context(), unhex(t, s.plain))
			if got := strings.ToUpper(hex.EncodeToString(answer)); err != nil || got != s.opened {
				t.Errorf("%s: %s answers %s, %v; want %s", name, s.plain, got, err, s.opened)
			}
		}
		if chip.next != len(said) {
			t.Errorf("%s: %d of %d messages", name, chip.next, len(said))
		}
	}
}

func TestOneTurnedBitEndsTheChannelForEver(t *testing.T) {
	for name, e := range examples() {
		last := e.steps[len(e.steps)-1]
		good := unhex(t, last.answer)
		for bit := range 8 * (len(good) - 2) { // the status word outside counts for nothing: the one inside does
			bad := bytes.Clone(good)
			bad[bit/8] ^= 1 << (bit % 8)
			channel := e.open(t, transmitter(func() []byte { return bytes.Clone(bad) }))
			for range 2 * (len(e.steps) - 1) {
				step(channel.counter)
			}
			answer, err := channel.Transmit(t.Context(), unhex(t, last.plain))
			if !errors.Is(err, ErrChannel) || !errors.Is(err, card.ErrGarbled) || answer != nil {
				t.Fatalf("%s, bit %d: %X, %v", name, bit, answer, err)
			}
			if answer, err := channel.Transmit(t.Context(), unhex(t, last.plain)); !errors.Is(err, ErrChannel) || answer != nil {
				t.Fatalf("%s, bit %d: goes on with %X, %v", name, bit, answer, err)
			}
		}
	}
}

func TestAnAnswerSaidTwiceIsNotTaken(t *testing.T) {
	for name, e := range examples() {
		first := e.steps[0]
		channel := e.open(t, transmitter(func() []byte { return unhex(t, first.answer) }))
		if _, err := channel.Transmit(t.Context(), unhex(t, first.plain)); err != nil {
			t.Fatal(err)
		}
		if _, err := channel.Transmit(t.Context(), unhex(t, first.plain)); !errors.Is(err, ErrChannel) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoProtectedAnswerEndsTheChannel(t *testing.T) {
	for what, answer := range map[string]string{
		"a plain answer": "60145F019000", "a good word alone": "9000", "the channel dropped": "6988", "locked": "6982",
		"no MAC": "990290009000", "a short MAC": "990290008E04FA855A5D9000", "something behind": "990290008E08FA855A5D4C50A8ED009000",
		"another padding": "8709029FF0EC34F9922651990290008E08AD55CC17140B2DED9000", "nothing encrypted": "870101990290008E08AD55CC17140B2DED9000",
	} {
		channel := channelD4(t, transmitter(func() []byte { return unhex(t, answer) }))
		got, err := channel.Transmit(t.Context(), unhex(t, "00B0000004"))
		if err == nil || got != nil || channel.fault == nil {
			t.Errorf("%s: %X, %v", what, got, err)
		}
		var status card.StatusError
		if errors.As(err, &status) != strings.HasPrefix(answer, "69") {
			t.Errorf("%s: %v", what, err)
		}
	}
	gone := channelD4(t, transmitter(func() []byte { return nil }))
	if _, err := gone.Transmit(t.Context(), unhex(t, "00B0000004")); !errors.Is(err, card.ErrRemoved) {
		t.Errorf("taken out: %v", err)
	}
	wiped := channelD4(t, transmitter(func() []byte { t.Error("something was sent"); return nil }))
	wiped.Wipe()
	wiped.Wipe()
	(*Channel)(nil).Wipe()
	if _, err := wiped.Transmit(t.Context(), unhex(t, "00B0000004")); !errors.Is(err, ErrChannel) {
		t.Errorf("wiped: %v", err)
	}
}

func answerSeeds(t testing.TB) (seeds [][][]byte) {
	t.Helper()
	for _, e := range examples() {
		for _, s := range e.steps {
			seeds = append(seeds, [][]byte{unhex(t, s.answer)})
		}
	}
	return seeds
}

func FuzzProtectedAnswer(f *testing.F) {
	for _, s := range answerSeeds(f) {
		f.Add(s[0])
	}
	f.Fuzz(fuzzAnswer)
}

// fuzzAnswer opens an answer under keys of its own, which no input can know.
func fuzzAnswer(t *testing.T, b []byte) {
	keys := &Keys{Enc: []byte("0123456789abcdef"), MAC: []byte("fedcba9876543210")}
	for _, protect := range []func(card.Transmitter) (*Channel, error){
		func(over card.Transmitter) (*Channel, error) { return NewChannel(over, keys) },
		func(over card.Transmitter) (*Channel, error) {
			c, err := newDES(keys)
			return &Channel{over: over, ciphers: c, counter: make([]byte, 8)}, err
		},
	} {
		channel, err := protect(transmitter(func() []byte { return bytes.Clone(b) }))
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := channel.Transmit(t.Context(), []byte{0, 0xB0, 0, 0, 16}); err == nil {
			t.Errorf("chance was taken for the card: %X", answer)
		}
	}
}
