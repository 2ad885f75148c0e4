package card_test

import (
	"os"
	"strings"
	"testing"

	"balcao/kiosk/card"
)

// The section of docs/privacy.md between these lines is made from the table of
// purposes: go test ./kiosk/card -update.
const (
	privacyPaper = "../../docs/privacy.md"
	usesBegin    = "<!-- made by kiosk/card from its table of purposes: begin -->\n"
	usesEnd      = "<!-- end -->"
)

func TestThePrivacyPaperTellsWhatIsReadOfACard(t *testing.T) {
	raw, err := os.ReadFile(privacyPaper)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(raw), usesBegin)
	old, after, closed := strings.Cut(rest, usesEnd)
	if !found || !closed {
		t.Fatalf("%s has no section made from the table of purposes", privacyPaper)
	}
	want := "\n" + card.UsesTable() + "\n"
	if *update {
		if err := os.WriteFile(privacyPaper, []byte(before+usesBegin+want+usesEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old != want {
		t.Errorf("%s is not what the table says: run go test ./kiosk/card -update", privacyPaper)
	}
}

func TestNoPurposeEverWantsMoreThanItMay(t *testing.T) {
	never := map[card.Field]bool{
		card.MotherSurname: true, card.MotherGivenName: true, card.FatherSurname: true, card.FatherGivenName: true,
		card.Height: true, card.HealthNumber: true, card.NISS: true, card.Sex: true, card.PAN: true, card.Indications: true,
	}
	for _, u := range card.Uses() {
		if u.Basis == "" || u.Kept == "" || u.Name == "" || u.Portuguese == "" || len(u.Fields) == 0 {
			t.Errorf("%s: a row without legal basis, retention or fields", u.Name)
		}
		for _, f := range u.Fields {
			if never[f] {
				t.Errorf("%s reads the %s", u.Name, f)
			}
		}
	}
}
