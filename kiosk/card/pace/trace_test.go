package pace_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/card/pace"
)

var update = flag.Bool("update", false, "rewrite golden files")

// headers tells of each exchange what no chance decides: the header of the
// command, and how long it and its answer are.
func headers(d cardtest.Dialogue) string {
	var b strings.Builder
	for _, x := range d.Exchanges {
		fmt.Fprintf(&b, "%X, %d bytes: %d\n", x.Command[:4], len(x.Command), len(x.Answer))
	}
	return b.String()
}

func wantTrace(t *testing.T, name, got string) {
	t.Helper()
	golden := "testdata/" + name + ".trace"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := []byte(got); !bytes.Equal(got, want) {
		t.Errorf("%s: the dialogue is no longer that of %s:\n%s", name, golden, got)
	}
}

// TestCommandsToACardOnTheReaderAreAsRecorded keeps, for each purpose, what is
// said in the open to agree on keys, what is said inside the channel, and how
// that looks from outside; and the same for the token, whose keys chance makes.
func TestCommandsToACardOnTheReaderAreAsRecorded(t *testing.T) {
	trust := stateTrust(t)
	for _, u := range card.Uses() {
		c := cardtest.ContactlessCC2(cardtest.Identities()["ines"], cardtest.DemoCAN, cardtest.Sealed)
		outside := &cardtest.Recorder{Over: c}
		channel, err := opened(t, outside, cardtest.DemoCAN)
		if err != nil {
			t.Fatal(err)
		}
		inside := &cardtest.Recorder{Over: channel}
		r, err := card.Read(t.Context(), inside, c.ATR(), card.Query{Purpose: u.Purpose, Verify: u.Told, Trust: trust, Now: today})
		if err != nil {
			t.Fatal(err)
		}
		r.Wipe()
		channel.Wipe()
		var b strings.Builder
		for _, x := range inside.Dialogue.Exchanges {
			fmt.Fprintf(&b, "%X: %d\n", x.Command, len(x.Answer))
		}
		wantTrace(t, strings.ReplaceAll(u.Name, " ", "-"), headers(outside.Dialogue)+"\ninside the channel\n"+b.String())
	}
	rec := &cardtest.Recorder{Over: cardtest.ContactlessCC2(cardtest.Identities()["ines"], cardtest.DemoCAN, cardtest.Sealed)}
	token, _, err := pace.ReadToken(t.Context(), rec, witness(t))
	if err != nil {
		t.Fatal(err)
	}
	token.Wipe()
	wantTrace(t, "token", headers(rec.Dialogue))
}
