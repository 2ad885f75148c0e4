package app

import (
	"bytes"
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
	query := card.Query{Trust: trusted, Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	for _, name := range []string{"maria", "joao", "conceicao", "signer-expired", "card-expired"} {
		c, _ := cardtest.Named(name)
		claim, verdict, err := claimByCard(t.Context(), c, c.ATR(), dayKey{day: "2026-11-22", key: key}, query)
		if err != nil || claim.By != wire.ByCard || claim.Day != "2026-11-22" || !bytes.Equal(claim.Digest, want[:]) {
			t.Errorf("%s: %+v, %s, %v", name, claim, verdict, err)
		}
		if text := fmt.Sprintf("%+v %s", claim, claim.Digest); strings.Contains(text, "ZZ4") {
			t.Errorf("%s: the number is in the claim", name)
		}
	}
	for name, reason := range map[string]card.Reason{
		"impostor": card.Impostor, "altered-name": card.Altered, "unsigned": card.NoObject, "citizen-signed": card.UnknownSigner,
	} {
		c, _ := cardtest.Named(name)
		claim, verdict, err := claimByCard(t.Context(), c, c.ATR(), dayKey{day: "2026-11-22", key: key}, query)
		if !errors.Is(err, errUnverified) || verdict.Reason != reason || claim.Digest != nil {
			t.Errorf("%s: %+v, %s, %v", name, claim, verdict, err)
		}
		if strings.Contains(err.Error(), "ZZ4") {
			t.Errorf("%s: the number is in the error", name)
		}
	}
	c, _ := cardtest.Named("maria")
	if _, _, err := claimByCard(t.Context(), c, c.ATR(), dayKey{}, query); !errors.Is(err, citizen.ErrKey) {
		t.Errorf("without a key of the day: %v", err)
	}
	if claim, verdict, err := claimByCard(t.Context(), c, c.ATR(), dayKey{key: key}, card.Query{Now: query.Now}); !errors.Is(err, errUnverified) || claim.Digest != nil {
		t.Errorf("without certificates: %s, %v", verdict, err)
	}
}
