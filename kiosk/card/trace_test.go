package card_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
)

// The commands of each purpose on each generation, answers included: a change
// here is a change of what is read of a citizen.
func TestCommandsOfEachPurposeAreAsRecorded(t *testing.T) {
	trust := stateTrust(t)
	for name, g := range map[string]cardtest.Generation{"cc1-t0": cardtest.CC1T0, "cc1": cardtest.CC1, "cc2": cardtest.CC2} {
		for _, u := range append(card.Uses(), card.Use{Purpose: card.ForGreeting, Name: "greeting-checked", Told: true}) {
			c := cardtest.New(cardtest.Identities()["ines"], g)
			rec := &cardtest.Recorder{Over: c, Dialogue: cardtest.Dialogue{ATR: c.ATR()}}
			r, err := card.Read(t.Context(), rec, c.ATR(), card.Query{Purpose: u.Purpose, Verify: u.Name == "greeting-checked", Trust: trust, Now: today})
			if err != nil {
				t.Fatal(err)
			}
			if e := r.Effort(); e.Commands != len(rec.Dialogue.Exchanges) || e.Sent+e.Received != rec.Dialogue.Bytes() {
				t.Errorf("%s for %s: effort %+v, %d bytes passed", name, u.Name, e, rec.Dialogue.Bytes())
			}
			for _, x := range rec.Dialogue.Exchanges {
				if x.Command[1] == 0x20 {
					t.Errorf("%s for %s: VERIFY was sent", name, u.Name)
				}
			}
			r.Wipe()
			golden := fmt.Sprintf("testdata/purpose-%s-%s.apdu", strings.ReplaceAll(u.Name, " ", "-"), name)
			if *update {
				if err := os.WriteFile(golden, rec.Dialogue.Format(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got := rec.Dialogue.Format(); !bytes.Equal(got, want) {
				t.Errorf("%s for %s: the dialogue is no longer that of %s", name, u.Name, golden)
			}
		}
	}
}
