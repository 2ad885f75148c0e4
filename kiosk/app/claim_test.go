package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"balcao/internal/citizen"
	"balcao/internal/wire"
	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
)

func TestACardStandsForABookingByItsDigestAlone(t *testing.T) {
	trusted, err := card.NewTrust(cardtest.Issuers()...)
	if err != nil {
		t.Fatal(err)
	}
	key, err := citizen.NewDayKey(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	number, err := citizen.ParseDocumentNumber([]byte("00000000 0 ZZ4"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := key.Digest(number)
	if err != nil {
		t.Fatal(err)
	}
	claim := func(k citizen.DayKey) digesting {
		return func(_ context.Context, by string, digest func(citizen.DayKey) (citizen.Digest, error)) (*wire.CheckIn, error) {
			d, err := digest(k)
			if err != nil {
				return nil, err
			}
			return &wire.CheckIn{Day: "2026-11-22", By: by, Digest: d[:]}, nil
		}
	}
	query := card.Query{Trust: trusted, Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	for _, name := range []string{"maria", "joao", "conceicao", "signer-expired", "card-expired"} {
		c, _ := cardtest.Named(name)
		made, verdict, err := claimByCard(t.Context(), c, c.ATR(), claim(key), query)
		if err != nil || made.By != wire.ByCard || !bytes.Equal(made.Digest, want[:]) {
			t.Fatalf("%s: %+v, %s, %v", name, made, verdict, err)
		}
		if text := fmt.Sprintf("%+v %s", made, made.Digest); strings.Contains(text, "ZZ4") {
			t.Errorf("%s: the number is in the claim", name)
		}
	}
	for name, reason := range map[string]card.Reason{
		"impostor": card.Impostor, "altered-name": card.Altered, "unsigned": card.NoObject, "citizen-signed": card.UnknownSigner,
	} {
		c, _ := cardtest.Named(name)
		made, verdict, err := claimByCard(t.Context(), c, c.ATR(), claim(key), query)
		if !errors.Is(err, errUnverified) || verdict.Reason != reason || made != nil {
			t.Fatalf("%s: %+v, %s, %v", name, made, verdict, err)
		}
		if strings.Contains(err.Error(), "ZZ4") {
			t.Errorf("%s: the number is in the error", name)
		}
	}
	c, _ := cardtest.Named("maria")
	if _, _, err := claimByCard(t.Context(), c, c.ATR(), claim(citizen.DayKey{}), query); !errors.Is(err, citizen.ErrKey) {
		t.Errorf("without a key of the day: %v", err)
	}
	if made, verdict, err := claimByCard(t.Context(), c, c.ATR(), claim(key), card.Query{Now: query.Now}); !errors.Is(err, errUnverified) || made != nil {
		t.Errorf("without certificates: %s, %v", verdict, err)
	}
}
