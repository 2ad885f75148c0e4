package pace_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/card/pace"
)

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func stateTrust(t testing.TB) *card.Trust {
	t.Helper()
	trust, err := card.NewTrust(cardtest.Issuers()...)
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

// opened is the channel to a virtual card, with the number typed.
func opened(t testing.TB, c card.Transmitter, digits string) (*pace.Channel, error) {
	t.Helper()
	info, err := pace.Offered(t.Context(), c)
	if err != nil {
		return nil, err
	}
	can, err := pace.CAN(digits)
	if err != nil {
		return nil, err
	}
	defer can.Wipe()
	return pace.Open(t.Context(), c, info, can, rand.Reader)
}

func TestWithItsNumberAContactlessCardIsReadAndVerifiedWithItsChip(t *testing.T) {
	maria := cardtest.Identities()["maria"]
	c := cardtest.ContactlessCC2(maria, cardtest.DemoCAN, cardtest.Sealed)
	rec := &cardtest.Recorder{Over: c}
	channel, err := opened(t, rec, cardtest.DemoCAN)
	if err != nil {
		t.Fatal(err)
	}
	defer channel.Wipe()
	r, err := card.Read(t.Context(), channel, c.ATR(), card.Query{Purpose: card.ForCheckIn, Trust: stateTrust(t), Now: today, Challenge: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Wipe()
	if v := r.Verdict(); v.Reason != card.Genuine || v.Chip != card.ChipOriginal || r.Text(card.DocumentNumber) != maria.DocumentNumber {
		t.Errorf("%s, chip %q, number %q", v, v.Chip, r.Text(card.DocumentNumber))
	}
	for i, x := range rec.Dialogue.Exchanges {
		for _, secret := range []string{maria.DocumentNumber, maria.GivenName, maria.NIF, cardtest.DemoCAN} {
			if bytes.Contains(x.Answer, []byte(secret)) || bytes.Contains(x.Command, []byte(secret)) {
				t.Errorf("exchange %d holds %q in the clear", i, secret)
			}
		}
	}
	if rec.Dialogue.Bytes() == 0 || len(rec.Dialogue.Exchanges) > 60 {
		t.Errorf("%d exchanges", len(rec.Dialogue.Exchanges))
	}
	t.Logf("%d commands, %d bytes", len(rec.Dialogue.Exchanges), rec.Dialogue.Bytes())
}

func TestAnotherNumberOpensNothing(t *testing.T) {
	c := cardtest.ContactlessCC2(cardtest.Identities()["maria"], cardtest.DemoCAN, cardtest.Sealed)
	for range 3 {
		channel, err := opened(t, c, "271828")
		if !errors.Is(err, pace.ErrPassword) || channel != nil {
			t.Fatalf("another number: %v", err)
		}
	}
	channel, err := opened(t, c, cardtest.DemoCAN) // the card did not lock itself
	if err != nil {
		t.Fatal(err)
	}
	channel.Wipe()
}

func TestACardCopiedWithoutItsKeyIsFoundOverTheChannel(t *testing.T) {
	c := cardtest.ContactlessCC2(cardtest.Identities()["maria"], cardtest.DemoCAN, cardtest.CopiedChip)
	channel, err := opened(t, c, cardtest.DemoCAN)
	if err != nil {
		t.Fatal(err)
	}
	r, err := card.Read(t.Context(), channel, c.ATR(), card.Query{Purpose: card.ForCheckIn, Trust: stateTrust(t), Now: today, Challenge: rand.Reader})
	if err != nil || r.Verdict().Reason != card.ChipCopied {
		t.Errorf("%v, %v", r.Verdict(), err)
	}
	r.Wipe()
}

func TestAPlainWordEndsTheChannelOfTheCardToo(t *testing.T) {
	c := cardtest.ContactlessCC2(cardtest.Identities()["maria"], cardtest.DemoCAN, cardtest.Sealed)
	channel, err := opened(t, c, cardtest.DemoCAN)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Transmit(t.Context(), []byte{0, 0xB0, 0, 0, 16}); err != nil {
		t.Fatal(err)
	}
	if _, err := channel.Transmit(t.Context(), []byte{0, 0xA4, 4, 0x0C, 7, 0x60, 0x46, 0x32, 0xFF, 0, 0, 5}); err == nil {
		t.Error("the channel goes on")
	}
}

func TestACardThatDoesNotSayHowOffersNothing(t *testing.T) {
	for _, name := range []string{"contactless", "maria", "bank"} {
		c, _ := cardtest.Named(name)
		if info, err := pace.Offered(t.Context(), c); !errors.Is(err, pace.ErrUnsupported) {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
}

func TestACardTakenAwayAnywhereGivesNothing(t *testing.T) {
	trust := stateTrust(t)
	whole := 0
	for n := 0; n == 0 || n < whole; n++ {
		c := cardtest.ContactlessCC2(cardtest.Identities()["maria"], cardtest.DemoCAN, cardtest.Sealed)
		rec := &cardtest.Recorder{Over: c}
		if n > 0 {
			cardtest.PulledAfter(c, n, func() {})
		}
		channel, err := opened(t, rec, cardtest.DemoCAN)
		var r *card.Reading
		if err == nil {
			r, err = card.Read(t.Context(), channel, c.ATR(), card.Query{Purpose: card.ForCheckIn, Trust: trust, Now: today, Challenge: rand.Reader})
			channel.Wipe()
		}
		if n == 0 {
			if whole = len(rec.Dialogue.Exchanges); err != nil || whole < 20 {
				t.Fatalf("whole: %d exchanges, %v", whole, err)
			}
			r.Wipe()
			continue
		}
		if err == nil || r != nil {
			t.Errorf("taken away after %d of %d: %v", n, whole, r.Verdict())
		}
	}
}

func TestAReadingOverAChannelIsThatOverContacts(t *testing.T) {
	trust := stateTrust(t)
	for _, how := range []cardtest.Seal{cardtest.Sealed, cardtest.ImpostorIssuer, cardtest.AlteredName, cardtest.NoObject} {
		id := cardtest.Identities()["ines"]
		near := cardtest.ContactlessCC2(id, cardtest.DemoCAN, how)
		channel, err := opened(t, near, cardtest.DemoCAN)
		if err != nil {
			t.Fatal(err)
		}
		q := card.Query{Purpose: card.ForForm, Verify: true, Trust: trust, Now: today}
		over, err := card.Read(t.Context(), channel, near.ATR(), q)
		if err != nil {
			t.Fatal(err)
		}
		in := cardtest.NewSealed(id, cardtest.CC2, how)
		contact, err := card.Read(t.Context(), in, in.ATR(), q)
		if err != nil {
			t.Fatal(err)
		}
		if over.Verdict().Reason != contact.Verdict().Reason {
			t.Errorf("seal %d: %s over the channel, %s on contacts", how, over.Verdict(), contact.Verdict())
		}
		for _, u := range card.Uses() {
			for _, f := range u.Fields {
				if over.Text(f) != contact.Text(f) {
					t.Errorf("seal %d: %s differs", how, f)
				}
			}
		}
		if !slices.Equal(over.Verdict().NotChecked, contact.Verdict().NotChecked) {
			t.Errorf("seal %d: not checked %v, %v", how, over.Verdict().NotChecked, contact.Verdict().NotChecked)
		}
		over.Wipe()
		contact.Wipe()
	}
}

// A card whose answer to reset promises long blocks, or all of T=0's 256 bytes, still answers within a short answer.
func TestLongReadsFitTheChannel(t *testing.T) {
	id := cardtest.Identities()["ines"]
	for _, g := range []cardtest.Generation{cardtest.CC2, cardtest.CC1T0} {
		channel, err := opened(t, cardtest.ContactlessCC2(id, cardtest.DemoCAN, cardtest.Sealed), cardtest.DemoCAN)
		if err != nil {
			t.Fatal(err)
		}
		atr := cardtest.New(id, g).ATR()
		r, err := card.Read(t.Context(), channel, atr, card.Query{Purpose: card.ForForm, Verify: true, Trust: stateTrust(t), Now: today})
		if err != nil || !r.Verdict().Verified() || r.Text(card.GivenName) == "" {
			t.Errorf("%s: %v", g, err)
		}
		r.Wipe()
	}
}
