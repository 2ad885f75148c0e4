package wire_test

import (
	"testing"

	"balcao/internal/wire"
)

func TestSlipsAreNamedAfterTheirKiosk(t *testing.T) {
	for kiosk, want := range map[string]string{"L901-K01": "K1-7", "L017-K120": "K120-7", "L017-D00": "D0-7", "L017": "K0-7"} {
		if got := wire.SlipName(kiosk, 7); got != want || !wire.ValidSlipName(got) {
			t.Errorf("%s names its slip %s, want %s", kiosk, got, want)
		}
	}
	for _, name := range []string{"A023", "K1-", "K1-12345", "k1-1", "Maria Silva", "K1-7 "} {
		if wire.ValidSlipName(name) {
			t.Errorf("%q passes for a slip", name)
		}
	}
}
