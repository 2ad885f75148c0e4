package card_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"balcao/internal/fuzzrun"
	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
)

// TestReadingsSurviveManyCards reads cards whose answers are those of a recorded dialogue, changed at random.
func TestReadingsSurviveManyCards(t *testing.T) {
	body := fuzzRead(t)
	fuzzrun.Run(t, fuzzrun.Count(t, 1_000, 1), fuzzrun.Target{
		Name: "FuzzRead", Weight: 1, Inputs: 2, Seeds: readSeeds(t),
		Body: func(t *testing.T, in [][]byte) { body(t, in[0], in[1]) },
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range readSeeds(f) {
		f.Add(s[0], s[1])
	}
	f.Fuzz(fuzzRead(f))
}

// readSeeds are the recorded dialogues of each purpose: the purpose and the
// answer to reset, then the answers, each after its length.
func readSeeds(tb testing.TB) (seeds [][][]byte) {
	tb.Helper()
	files, err := filepath.Glob("testdata/*.apdu")
	if err != nil || len(files) == 0 {
		tb.Fatal(err, "no recorded dialogue")
	}
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		d, err := cardtest.ParseDialogue(text)
		if err != nil {
			tb.Fatal(err)
		}
		var answers []byte
		for _, x := range d.Exchanges {
			answers = append(append(answers, byte(len(x.Answer)>>8), byte(len(x.Answer))), x.Answer...)
		}
		seeds = append(seeds, [][]byte{append([]byte{byte(i)}, d.ATR...), answers})
	}
	return seeds
}

func fuzzRead(tb testing.TB) func(t *testing.T, head, answers []byte) {
	tb.Helper()
	trust := stateTrust(tb)
	uses := card.Uses()
	return func(t *testing.T, head, answers []byte) {
		if len(head) == 0 {
			return
		}
		tm := transmitter(func([]byte) []byte {
			if len(answers) < 2 {
				return []byte{0x90, 0}
			}
			n := min(int(answers[0])<<8|int(answers[1]), len(answers)-2, 300)
			answer := bytes.Clone(answers[2 : 2+n])
			answers = answers[2+n:]
			return answer
		})
		q := card.Query{Purpose: uses[int(head[0])%len(uses)].Purpose, Verify: head[0]&0x80 == 0, Trust: trust, Now: today}
		if head[0]&0x40 == 0 {
			q.Challenge = bytes.NewReader(make([]byte, 64))
		}
		r, err := card.Read(t.Context(), tm, head[1:], q)
		if err == nil && r.Verdict().Verified() {
			onlySigned(t, r)
		}
		r.Wipe()
	}
}

// onlySigned fails if a verified reading holds anything that the invented State has not signed in the seeds.
func onlySigned(t *testing.T, r *card.Reading) {
	t.Helper()
	id := cardtest.Identities()["ines"]
	for field, want := range map[card.Field]string{
		card.GivenName: id.GivenName, card.Surname: id.Surname, card.DocumentNumber: id.DocumentNumber,
		card.ValidUntil: id.ValidUntil, card.BirthDate: id.BirthDate, card.NIF: id.NIF,
	} {
		if got := r.Text(field); r.Has(field) && got != want {
			t.Errorf("verified, with %q as the %s", got, field)
		}
	}
}
