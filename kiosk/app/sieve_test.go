package app

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"balcao/internal/citizen"
	"balcao/kiosk/card/cardtest"
)

// Every canary's names begin with one of these and its numbers with 2718 or 271828, so that one search finds all of them.
// They are long: four letters come up by chance among the random ids of a long run.
const (
	canaryGiven   = "ZQXVALDE"
	canarySurname = "WKYPIMEN"
)

// canaryNumber makes the n-th canary: a person unlike any other, with texts of every kind.
func canaryNumber(n int) cardtest.Identity {
	letters := func(n int) string {
		const alphabet = "AEIOUÁÃÇÉÍÓÕÚBDLMNRST"
		all := []rune(alphabet)
		var b strings.Builder
		for range 5 {
			b.WriteRune(all[n%len(all)])
			n /= len(all)
		}
		return b.String()
	}
	id := cardtest.Identities()["maria"]
	id.GivenName, id.Surname = canaryGiven+letters(n)+" "+canaryGiven+"X", canarySurname+letters(n+1)
	id.MotherSurname, id.MotherGivenName = canarySurname+letters(n+2), canaryGiven+letters(n+3)
	id.FatherSurname, id.FatherGivenName = canarySurname+letters(n+4), canaryGiven+letters(n+5)
	id.NIF, id.CivilNumber, id.HealthNumber = fmt.Sprintf("271828%03d", n%1000), fmt.Sprintf("271828%03d", (n+1)%1000), fmt.Sprintf("271828%03d", (n+2)%1000)
	id.NISS = fmt.Sprintf("271828%05d", n%100_000)
	for check := range 10 {
		id.DocumentNumber = fmt.Sprintf("2718%04d %d QX%d", n%10_000, n/10_000%10, check)
		if _, err := citizen.ParseDocumentNumber([]byte(id.DocumentNumber)); err == nil {
			break
		}
	}
	return id
}

// sieve is a Writer that looks for canaries in all that passes, in every dress in which they may come.
type sieve struct {
	what string
	to   io.Writer // where it goes on; may be nil

	mu    sync.Mutex
	tail  []byte
	bytes int
	found string
}

// canaryPattern is made when it is first asked for: a kiosk that runs from this binary must not hold it.
var canaryPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)` + canaryGiven + `|` + canarySurname + `|` +
		`2718\d{4} ?\d ?QX\d|(^|[^.\d])271828\d{3}(\d\d)?([^\d]|$)|` +
		hex.EncodeToString([]byte("ZQXVALDE")) + `|` + hex.EncodeToString([]byte("Zqxvalde")) + `|` + hex.EncodeToString([]byte("WKYPIMEN")) + `|` +
		base64Forms("ZQXVALDE", "Zqxvalde", "WKYPIMEN") + "|" + numberPattern())
})

// base64Forms are the three ways in which a word lies in base64.
func base64Forms(words ...string) string {
	var forms []string
	for _, w := range words {
		for shift := range 3 {
			text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + w))
			from, to := (shift*8+5)/6, (shift+len(w))*8/6
			forms = append(forms, "(?-i:"+regexp.QuoteMeta(text[from:to])+")")
		}
	}
	return strings.Join(forms, "|")
}

// sievePiece is how much is looked through at once, and sieveLap how much of it again with the next.
const (
	sievePiece = 32 << 10
	sieveLap   = 128
)

func (s *sieve) Write(b []byte) (int, error) {
	s.mu.Lock()
	s.bytes += len(b)
	for _, c := range b {
		if c != 0 { // what is left of UTF-16 is ASCII
			s.tail = append(s.tail, c)
		}
	}
	if len(s.tail) > sievePiece {
		s.look()
	}
	s.mu.Unlock()
	if s.to != nil {
		return s.to.Write(b)
	}
	return len(b), nil
}

func (s *sieve) look() {
	if at := canaryPattern().FindIndex(s.tail); at != nil && s.found == "" {
		s.found = string(s.tail[max(0, at[0]-60):min(len(s.tail), at[1]+60)])
	}
	s.tail = append(s.tail[:0], s.tail[max(0, len(s.tail)-sieveLap):]...)
}

// clean fails if a canary has passed, or if nothing has.
func (s *sieve) clean(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look()
	switch {
	case s.found != "":
		t.Errorf("%s: %q", s.what, s.found)
	case s.bytes == 0:
		t.Errorf("%s: nothing was looked through", s.what)
	default:
		t.Logf("%s: %d bytes, no canary", s.what, s.bytes)
	}
}

func TestTheSieveFindsACanaryInEveryDress(t *testing.T) {
	id := canaryNumber(31_415)
	wide := ""
	for _, u := range utf16.Encode([]rune(id.GivenName)) {
		wide += string([]byte{byte(u), byte(u >> 8)})
	}
	for name, text := range map[string]string{
		"name": id.GivenName, "as shown": "Olá, Zqxvaldeaé W.", "surname": id.Surname, "UTF-16": wide, "NIF": "nif=" + id.NIF + ",", "NISS": id.NISS,
		"document": id.DocumentNumber, "document without blanks": strings.ReplaceAll(id.DocumentNumber, " ", ""),
		"hex": hex.EncodeToString([]byte("x" + id.GivenName)), "base64": base64.StdEncoding.EncodeToString([]byte("Olá, " + id.GivenName)),
		"number of a card": "number=" + canaryCAN(7) + " ", "number, quoted": `"` + canaryCAN(8) + `"`,
		"number in hex": hex.EncodeToString([]byte(canaryCAN(9))), "number in base64": base64.StdEncoding.EncodeToString([]byte("n=" + canaryCAN(10))),
		"base64, shifted": base64.StdEncoding.EncodeToString([]byte("a " + id.Surname)),
	} {
		s := &sieve{}
		_, _ = s.Write([]byte(strings.Repeat("a line of a log\n", 2047)))
		_, _ = s.Write([]byte(text))
		_, _ = s.Write([]byte(strings.Repeat("a line of a log\n", 4000)))
		if s.look(); s.found == "" {
			t.Errorf("%s is not found: %q", name, text)
		}
	}
	s := &sieve{}
	_, _ = s.Write([]byte(`{"time":"2026-11-22T10:00:00.271812345Z","level":"INFO","id":"01K9ZQX27182818284590452","n":27182,"tk":"A027182","took":0.027182}`))
	if s.look(); s.found != "" {
		t.Errorf("a canary in an ordinary line: %q", s.found)
	}
}
