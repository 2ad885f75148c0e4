package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"balcao/internal/citizen"
	"balcao/internal/wire"
	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/card/pace"
)

// A booking whose file brought the token is found by the card on the reader, without a number; any other card is not it.
func TestACardOnTheReaderClaimsByItsToken(t *testing.T) {
	trusted, err := card.NewTrust(cardtest.Issuers()...)
	if err != nil {
		t.Fatal(err)
	}
	w := pace.Witness{Trust: trusted, Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Random: rand.Reader}
	claim := func(_ context.Context, by string, digest func(citizen.DayKey) (citizen.Digest, error)) (*wire.CheckIn, error) {
		d, err := digest(secret(t))
		return &wire.CheckIn{Day: bookingDay, By: by, Digest: d[:]}, err
	}
	maria := cardtest.Identities()["maria"]
	booked, err := citizen.TokenOf(maria.Token())
	if err != nil {
		t.Fatal(err)
	}
	want, err := secret(t).TokenDigest(booked)
	if err != nil {
		t.Fatal(err)
	}
	for name, same := range map[string]bool{"maria": true, "ines": false} {
		c := cardtest.ContactlessCC2(cardtest.Identities()[name], cardtest.DemoCAN, cardtest.Sealed)
		got, v, err := claimByToken(t.Context(), c, claim, w)
		if err != nil || !v.Verified() || got.By != wire.ByCard || bytes.Equal(got.Digest, want[:]) != same {
			t.Errorf("%s: %v, %s, %v", name, got, v, err)
		}
		if bytes.Contains(got.Digest, cardtest.Identities()[name].Token()) {
			t.Errorf("%s: the token itself is sent", name)
		}
	}
	forged := cardtest.ContactlessCC2(maria, cardtest.DemoCAN, cardtest.ImpostorIssuer)
	if got, v, err := claimByToken(t.Context(), forged, claim, w); !errors.Is(err, errUnverified) || v.Reason != card.Impostor || got != nil {
		t.Errorf("forged: %v, %s, %v", got, v, err)
	}
}
