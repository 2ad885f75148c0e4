package pace_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"

	"balcao/internal/citizen"
	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/card/pace"
)

func witness(t testing.TB) pace.Witness {
	t.Helper()
	return pace.Witness{Trust: stateTrust(t), Now: today, Random: rand.Reader}
}

func TestATokenIsTheSameOnOneCardAndAnotherOnTheNext(t *testing.T) {
	read := func(name string) citizen.Token {
		rec := &cardtest.Recorder{Over: cardtest.ContactlessCC2(cardtest.Identities()[name], cardtest.DemoCAN, cardtest.Sealed)}
		token, v, err := pace.ReadToken(t.Context(), rec, witness(t))
		if err != nil || v.Reason != card.Genuine || v.Chip != card.ChipOriginal || token.Zero() {
			t.Fatalf("%s: %s, chip %q, %v", name, v, v.Chip, err)
		}
		for i, x := range rec.Dialogue.Exchanges {
			if bytes.Contains(x.Answer, cardtest.Identities()[name].Token()) {
				t.Errorf("exchange %d holds the token in the clear", i)
			}
		}
		t.Logf("%d commands, %d bytes", len(rec.Dialogue.Exchanges), rec.Dialogue.Bytes())
		return token
	}
	maria, again, ines := read("maria"), read("maria"), read("ines")
	if !maria.Equal(&again) || maria.Equal(&ines) {
		t.Error("a token that is not that of its card")
	}
	maria.Wipe()
	if !maria.Zero() {
		t.Error("wiped and still there")
	}
}

func TestATokenIsBelievedOfItsOwnChipOnly(t *testing.T) {
	for seal, want := range map[cardtest.Seal]card.Reason{
		cardtest.ImpostorIssuer: card.Impostor, cardtest.UnknownIssuer: card.UnknownSigner,
		cardtest.AlteredName: card.Altered, cardtest.BrokenSignature: card.BadSignature,
	} {
		c := cardtest.ContactlessCC2(cardtest.Identities()["maria"], cardtest.DemoCAN, seal)
		token, v, err := pace.ReadToken(t.Context(), c, witness(t))
		if err != nil || v.Reason != want || !token.Zero() {
			t.Errorf("seal %d: %s, %v; want %s", seal, v, err, want)
		}
	}
	copied := cardtest.ContactlessCC2(cardtest.Identities()["maria"], cardtest.DemoCAN, cardtest.CopiedChip)
	if token, v, err := pace.ReadToken(t.Context(), copied, witness(t)); !errors.Is(err, pace.ErrChannel) || !token.Zero() {
		t.Errorf("a copied card: %s, %v", v, err)
	}
	none := witness(t)
	none.Trust = nil
	c := cardtest.ContactlessCC2(cardtest.Identities()["maria"], cardtest.DemoCAN, cardtest.Sealed)
	if token, v, err := pace.ReadToken(t.Context(), c, none); err != nil || v.Reason != card.NoTrust || !token.Zero() {
		t.Errorf("without certificates: %s, %v", v, err)
	}
}

func TestACardWithoutMultiPassHasNoToken(t *testing.T) {
	for _, name := range []string{"contactless", "maria", "conceicao", "bank", "passport"} {
		c, _ := cardtest.Named(name)
		if token, _, err := pace.ReadToken(t.Context(), c, witness(t)); !errors.Is(err, pace.ErrUnsupported) || !token.Zero() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATokenCutOffAnywhereIsNone(t *testing.T) {
	rec := &cardtest.Recorder{Over: cardtest.ContactlessCC2(cardtest.Identities()["maria"], cardtest.DemoCAN, cardtest.Sealed)}
	if _, _, err := pace.ReadToken(t.Context(), rec, witness(t)); err != nil {
		t.Fatal(err)
	}
	for n := range rec.Dialogue.Exchanges {
		c := cardtest.PulledAfter(cardtest.ContactlessCC2(cardtest.Identities()["maria"], cardtest.DemoCAN, cardtest.Sealed), n, func() {})
		if token, _, err := pace.ReadToken(t.Context(), c, witness(t)); !errors.Is(err, card.ErrRemoved) || !token.Zero() {
			t.Errorf("taken away after %d: %v", n, err)
		}
	}
}
