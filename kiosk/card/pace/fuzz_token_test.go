package pace_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"testing"

	"balcao/internal/fuzzrun"
	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/card/pace"
)

// zeros is a terminal and a card without chance: their dialogue is the same each time, as far as the chip's own keys.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// answering plays answers one after another, each after its length in two bytes; then only good status words.
type answering struct{ rest []byte }

func (a *answering) Transmit(context.Context, []byte) ([]byte, error) {
	if len(a.rest) < 2 {
		return []byte{0x90, 0}, nil
	}
	n := min(int(a.rest[0])<<8|int(a.rest[1]), len(a.rest)-2, 300)
	answer := bytes.Clone(a.rest[2 : 2+n])
	a.rest = a.rest[2+n:]
	return answer, nil
}

// tokenSeeds are what cards said when their token was read: genuine, forged, without MultiPass.
func tokenSeeds(tb testing.TB) (seeds [][][]byte) {
	tb.Helper()
	maria := cardtest.Identities()["maria"]
	bank, _ := cardtest.Named("bank")
	for _, c := range []card.Transmitter{
		cardtest.ContactlessWith(maria, cardtest.DemoCAN, cardtest.Sealed, zeros{}),
		cardtest.ContactlessWith(maria, cardtest.DemoCAN, cardtest.ImpostorIssuer, zeros{}),
		bank,
	} {
		rec := &cardtest.Recorder{Over: c}
		w := witness(tb)
		w.Random = zeros{}
		token, _, _ := pace.ReadToken(tb.Context(), rec, w)
		token.Wipe()
		var answers []byte
		for _, x := range rec.Dialogue.Exchanges {
			answers = append(append(answers, byte(len(x.Answer)>>8), byte(len(x.Answer))), x.Answer...)
		}
		seeds = append(seeds, [][]byte{answers})
	}
	return seeds
}

func FuzzReadToken(f *testing.F) {
	for _, s := range tokenSeeds(f) {
		f.Add(s[0])
	}
	f.Fuzz(fuzzToken(f))
}

// fuzzToken reads the token of a card that says anything at all. None is ever taken: the last of it is said under keys
// that the chip alone can make.
func fuzzToken(tb testing.TB) func(t *testing.T, answers []byte) {
	tb.Helper()
	w := witness(tb)
	w.Random = zeros{}
	return func(t *testing.T, answers []byte) {
		token, verdict, err := pace.ReadToken(t.Context(), &answering{rest: answers}, w)
		if !token.Zero() || verdict.Chip != "" {
			t.Errorf("chance was taken for a chip: %s, %v", verdict, err)
		}
	}
}

// The dialogue of ICAO 9303-11 appendix D.3, without what the terminal says.
func basicSeeds(tb testing.TB) [][][]byte {
	tb.Helper()
	var s [][]byte
	for _, text := range []string{
		"4608F919887022129000",
		"46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D74499000",
	} {
		b, err := hex.DecodeString(text)
		if err != nil {
			tb.Fatal(err)
		}
		s = append(s, b)
	}
	return [][][]byte{s}
}

func FuzzBasicAccess(f *testing.F) {
	for _, s := range basicSeeds(f) {
		f.Add(s[0], s[1])
	}
	f.Fuzz(fuzzBasic)
}

// fuzzBasic opens a card whose answers are chance; the right pair was made for other random numbers.
func fuzzBasic(t *testing.T, challenge, proof []byte) {
	answers := [][]byte{challenge, proof}
	over := transmitter(func() []byte {
		answer := bytes.Clone(answers[0])
		answers = answers[1:]
		return answer
	})
	if channel, err := pace.BasicAccess(t.Context(), over, "L898902C<369080619406236", zeros{}); err == nil || channel != nil {
		t.Errorf("chance opened a card: %X, %X", challenge, proof)
	}
}

type transmitter func() []byte

func (f transmitter) Transmit(context.Context, []byte) ([]byte, error) { return f(), nil }

// TestTokensSurviveManyInputs has what a card may say before its chip has shown itself, and what it may say of a file.
func TestTokensSurviveManyInputs(t *testing.T) {
	token := fuzzToken(t)
	fuzzrun.Run(t, fuzzrun.Count(t, 2_000, 6),
		fuzzrun.Target{
			Name: "FuzzBasicAccess", Weight: 10, Inputs: 2, Seeds: basicSeeds(t),
			Body: func(t *testing.T, in [][]byte) { fuzzBasic(t, in[0], in[1]) },
		},
		fuzzrun.Target{
			Name: "FuzzReadToken", Weight: 2, Inputs: 1, Seeds: tokenSeeds(t),
			Body: func(t *testing.T, in [][]byte) { token(t, in[0]) },
		},
	)
}
