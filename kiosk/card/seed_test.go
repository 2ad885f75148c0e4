package card_test

import (
	"bytes"
	"os"
	"testing"

	"balcao/kiosk/card/cardtest"
)

// The seeds of the fuzz test are security objects as the virtual cards hold
// them; they stay the same because nothing in them is chance.
func TestSecurityObjectsOfVirtualCardsStayTheSame(t *testing.T) {
	for name, g := range map[string]cardtest.Generation{"cc1": cardtest.CC1, "cc2": cardtest.CC2} {
		object := cardtest.SecurityObject(cardtest.Identities()["maria"], g, cardtest.Sealed)
		file := "testdata/object-" + name + ".der"
		if *update {
			if err := os.WriteFile(file, object, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(object, want) {
			t.Errorf("%s: security object of %d bytes, want the %d of %s", name, len(object), len(want), file)
		}
		t.Logf("%s: %d bytes", name, len(object))
	}
}
