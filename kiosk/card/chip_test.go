package card_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
)

// challenge is the terminal's random number, the same each time: that of ICAO 9303-11 appendix F.
func challenge() *bytes.Reader {
	return bytes.NewReader([]byte{0xF1, 0x73, 0x58, 0x99, 0x74, 0xBF, 0x40, 0xC6})
}

func TestEachChipHasItsAnswer(t *testing.T) {
	trust := stateTrust(t)
	id := cardtest.Identities()["maria"]
	for _, tt := range []struct {
		seal       cardtest.Seal
		reason     card.Reason
		chip       card.Reason
		suspicious bool
	}{
		{cardtest.Sealed, card.Genuine, card.ChipOriginal, false},
		{cardtest.RSAChip, card.Genuine, card.ChipOriginal, false},
		{cardtest.ExplicitChip, card.Genuine, card.ChipOriginal, false},
		{cardtest.NoChipKey, card.Genuine, card.ChipNotOffered, false},
		{cardtest.CopiedChip, card.ChipCopied, card.ChipCopied, true},
		{cardtest.ChipKeyLeftOut, card.ChipKeyMissing, card.ChipKeyMissing, true},
		{cardtest.ChipKeyChanged, card.ChipKeyAltered, card.ChipKeyAltered, true},
		{cardtest.ChipWithoutAnswer, card.ChipRefused, card.ChipRefused, false},
		{cardtest.AlteredName, card.Altered, "", true}, // nobody asks the chip of a card that is false already
		{cardtest.ImpostorIssuer, card.Impostor, "", true},
	} {
		q := card.Query{Purpose: card.ForCheckIn, Trust: trust, Challenge: challenge()}
		v := readFor(t, cardtest.NewSealed(id, cardtest.CC2, tt.seal), q).Verdict()
		if v.Reason != tt.reason || v.Chip != tt.chip || v.Verified() != tt.reason.Verified() || v.Reason.Suspicious() != tt.suspicious {
			t.Errorf("seal %d: verdict %s, chip %q; want %s, %q", tt.seal, v, v.Chip, tt.reason, tt.chip)
		}
		if not := slices.Contains(v.NotChecked, card.ChipNotOffered); not != (tt.chip == card.ChipNotOffered) {
			t.Errorf("seal %d: not checked %v", tt.seal, v.NotChecked)
		}
	}
}

func TestACopiedCardIsFoundOnlyByItsChip(t *testing.T) {
	trust := stateTrust(t)
	without := readFor(t, named(t, "copied"), card.Query{Purpose: card.ForCheckIn, Trust: trust}).Verdict()
	if without.Reason != card.Genuine || without.Chip != "" {
		t.Errorf("switched off: %s, chip %q", without, without.Chip)
	}
	asked := readFor(t, named(t, "copied"), card.Query{Purpose: card.ForCheckIn, Trust: trust, Challenge: challenge()}).Verdict()
	if asked.Verified() || asked.Reason != card.ChipCopied {
		t.Errorf("switched on: %s", asked)
	}
	pt, en := asked.Reason.Texts()
	if pt != "não verificado: os dados são verdadeiros, mas o chip não é o original" || en != "not verified: the data is genuine, but the chip is not the original one" {
		t.Errorf("told as %q, %q", pt, en)
	}
}

func TestAnOldCardHasNothingToProveItsChipWith(t *testing.T) {
	trust := stateTrust(t)
	for _, g := range []cardtest.Generation{cardtest.CC1, cardtest.CC1T0} {
		c := cardtest.New(cardtest.Identities()["maria"], g)
		v := readFor(t, c, card.Query{Purpose: card.ForCheckIn, Trust: trust, Challenge: challenge()}).Verdict()
		if v.Reason != card.Genuine || v.Chip != card.ChipNotOffered || !slices.Contains(v.NotChecked, card.ChipNotOffered) {
			t.Errorf("%s: %s, chip %q, not checked %v", g, v, v.Chip, v.NotChecked)
		}
	}
}

// A greeting decides nothing, so that its chip is left alone, whatever is switched on.
func TestOnlyPurposesThatDecideAskTheChip(t *testing.T) {
	trust := stateTrust(t)
	for _, u := range card.Uses() {
		c := named(t, "maria")
		rec := &cardtest.Recorder{Over: c, Dialogue: cardtest.Dialogue{ATR: c.ATR()}}
		r, err := card.Read(t.Context(), rec, c.ATR(), card.Query{Purpose: u.Purpose, Verify: true, Trust: trust, Now: today, Challenge: challenge()})
		if err != nil {
			t.Fatal(err)
		}
		r.Wipe()
		asked := slices.ContainsFunc(rec.Dialogue.Exchanges, func(x cardtest.Exchange) bool { return x.Command[1] == 0x88 })
		if asked != u.Chip || u.Chip != (u.Purpose != card.ForGreeting) {
			t.Errorf("%s: chip asked %v, the table says %v", u.Name, asked, u.Chip)
		}
	}
}

// With the chip's proof a CC2 stays below the bars of a verified name, though that name is there before the proof.
func TestTheProofOfAChipCostsLittleAndIsAsRecorded(t *testing.T) {
	trust := stateTrust(t)
	for name, g := range map[string]cardtest.Generation{"cc1": cardtest.CC1, "cc2": cardtest.CC2} {
		c := cardtest.New(cardtest.Identities()["ines"], g)
		rec := &cardtest.Recorder{Over: c, Dialogue: cardtest.Dialogue{ATR: c.ATR()}}
		first := 0
		r, err := card.Read(t.Context(), rec, c.ATR(), card.Query{
			Purpose: card.ForCheckIn, Trust: trust, Now: today, Challenge: challenge(),
			Progress: func(r *card.Reading) { first = r.Effort().Sent + r.Effort().Received },
		})
		if err != nil {
			t.Fatal(err)
		}
		e := r.Effort()
		total, most := e.Sent+e.Received, map[string]int{"cc1": 4500, "cc2": 2600}[name]
		if total > most || e.Commands > 24 || first == 0 || first >= total {
			t.Errorf("%s: %d commands, %d bytes, first field after %d; want at most 24 and %d", name, e.Commands, total, first, most)
		}
		t.Logf("%s: %d commands, %d bytes, %s at 250 kbit/s", name, e.Commands, total, cardtest.OnWire(total, cardtest.FastWire))
		r.Wipe()
		golden := fmt.Sprintf("testdata/purpose-check-in-chip-%s.apdu", name)
		if *update {
			if err := os.WriteFile(golden, rec.Dialogue.Format(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || !bytes.Equal(rec.Dialogue.Format(), want) {
			t.Errorf("%s: the dialogue is no longer that of %s (%v)", name, golden, err)
		}
	}
}

func TestCardPulledWhileItsChipIsAskedGivesNothing(t *testing.T) {
	trust := stateTrust(t)
	q := func() card.Query {
		return card.Query{Purpose: card.ForCheckIn, Trust: trust, Now: today, Challenge: challenge()}
	}
	whole := readFor(t, named(t, "maria"), q()).Effort().Commands
	for n := range whole {
		c := cardtest.PulledAfter(named(t, "maria"), n, func() {})
		if r, err := card.Read(t.Context(), c, c.ATR(), q()); err == nil {
			t.Errorf("pulled after %d of %d: %s", n, whole, r.Verdict())
		} else if !errors.Is(err, card.ErrRemoved) {
			t.Errorf("pulled after %d of %d: %v", n, whole, err)
		}
	}
}

func TestWithoutARandomNumberNoChipIsBelieved(t *testing.T) {
	c := named(t, "maria")
	r, err := card.Read(t.Context(), c, c.ATR(), card.Query{Purpose: card.ForCheckIn, Trust: stateTrust(t), Now: today, Challenge: bytes.NewReader(nil)})
	if err == nil {
		t.Errorf("verdict %s", r.Verdict())
	}
}

// The chip of an expired card, and of one whose signer expired, is asked like any other.
func TestAnExpiredSignerDoesNotExcuseTheChip(t *testing.T) {
	q := card.Query{Purpose: card.ForCheckIn, Trust: stateTrust(t), Now: time.Date(2039, 1, 1, 0, 0, 0, 0, time.UTC), Challenge: challenge()}
	if v := readFor(t, named(t, "copied"), q).Verdict(); v.Reason != card.ChipCopied || !v.CardExpired {
		t.Errorf("verdict %s, expired %v", v, v.CardExpired)
	}
}
