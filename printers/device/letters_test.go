package device_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	profiles "balcao/firmware-profiles"
	"balcao/printers/device"
	"balcao/printers/printertest"
)

// tables are the encodings that a profile may claim, by a list of our own: what the dialects use is tested with it.
var tables = map[string]*charmap.Charmap{
	"windows-1252": charmap.Windows1252, "cp858": charmap.CodePage858, "cp860": charmap.CodePage860, "cp850": charmap.CodePage850,
}

// pagesOf are the numbers of code pages as a profile has them.
func pagesOf(t testing.TB, p profiles.Profile) map[byte]*charmap.Charmap {
	t.Helper()
	pages := map[byte]*charmap.Charmap{}
	for _, c := range p.Text.CodePages {
		if tables[c.Encoding] == nil {
			t.Fatalf("profile %s claims the page %q, which this test does not know", p.ID, c.Encoding)
		}
		pages[byte(c.N)] = tables[c.Encoding]
	}
	return pages
}

// portuguese is every letter of Portuguese beyond ASCII, in both cases, and the ordinals.
const portuguese = "áàâãçéêíóôõúü ÁÀÂÃÇÉÊÍÓÔÕÚÜ ªº"

// TestEveryModelHasAllLettersOfPortugueseOnEveryPage prints them with each of the pages that a profile prefers, as if it
// had no other, on a printer with the profile's numbers.
func TestEveryModelHasAllLettersOfPortugueseOnEveryPage(t *testing.T) {
	for _, id := range profiles.Names(profiles.KindPrinter) {
		p, err := profiles.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, encoding := range p.Text.Prefer {
			one := p
			one.Text.Prefer = []string{encoding}
			d, err := device.Dialect(one)
			if err != nil {
				t.Fatal(err)
			}
			s := slip("A023")
			s.Body = portuguese
			job, err := d.Encode(s, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(job.Unprintable) > 0 {
				t.Errorf("%s in %s lacks %q", id, encoding, string(job.Unprintable))
			}
			papers := printertest.ReadWith(printertest.Config{Language: languages[p.Dialect], Dots: p.Media.HeadDots, Pages: pagesOf(t, p)}, job.Bytes)
			if len(papers) != 1 || !says(papers[0], portuguese) {
				t.Errorf("%s in %s prints:\n%s", id, encoding, papers[0].Text())
			}
		}
	}
}

// says tells whether words stand on a paper, over as many lines as it takes.
func says(p printertest.Paper, words string) bool {
	return strings.Contains(strings.Join(strings.Fields(p.Text()), " "), words)
}
