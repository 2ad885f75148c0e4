package voice

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Limits of what a phrase may hold. They keep a call under ten seconds and a
// hostile message from occupying the speaker.
const (
	// MaxPrefix is the largest count of letters before a number.
	MaxPrefix = 3
	// MaxValue is the largest number of a ticket.
	MaxValue = 9999
	// MaxLabel is the largest length of a counter's label, in characters.
	MaxLabel = 24
	// MaxBody is the largest length of a body's name, in characters.
	MaxBody = 80
)

// ErrPhrase is the error under every phrase that cannot be spoken.
var ErrPhrase = errors.New("phrase cannot be spoken")

// Number is what a ticket says: its letters and its count, A and 23 for A023.
type Number struct {
	// Prefix holds the capital letters A to Z before the digits; it may be empty.
	Prefix string
	// Value is the count, 1 to MaxValue.
	Value int
}

// ParseNumber reads a number as it is printed on the slip: up to MaxPrefix
// letters, then one to four digits that may start with zeros. Small letters
// are taken as capitals. Errors wrap ErrPhrase.
func ParseNumber(s string) (Number, error) {
	letters := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	if letters < 0 || len(s)-letters > 4 {
		return Number{}, fmt.Errorf("number %.16q: %w", s, ErrPhrase)
	}
	value, err := strconv.ParseUint(s[letters:], 10, 16)
	if err != nil {
		return Number{}, fmt.Errorf("number %.16q: %w", s, ErrPhrase)
	}
	n := Number{Prefix: strings.Map(asciiUpper, s[:letters]), Value: int(value)}
	if err := n.validate(); err != nil {
		return Number{}, err
	}
	return n, nil
}

// String returns the number as the board shows it: letters and at least three
// digits in one word, A023.
func (n Number) String() string { return fmt.Sprintf("%s%03d", n.Prefix, n.Value) }

// asciiUpper leaves alone what strings.ToUpper would make a letter A to Z of,
// the long s and the dotless i.
func asciiUpper(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

func (n Number) validate() error {
	if n.Value < 1 || n.Value > MaxValue {
		return fmt.Errorf("number value %d is outside 1 to %d: %w", n.Value, MaxValue, ErrPhrase)
	}
	if len(n.Prefix) > MaxPrefix {
		return fmt.Errorf("number prefix %.16q is longer than %d: %w", n.Prefix, MaxPrefix, ErrPhrase)
	}
	for _, r := range n.Prefix {
		if r < 'A' || r > 'Z' {
			return fmt.Errorf("number prefix %.16q is not made of letters A to Z: %w", n.Prefix, ErrPhrase)
		}
	}
	return nil
}

// Phrase is one call to be spoken: which ticket goes to which counter.
type Phrase struct {
	// ID tells this call from any other, the same ticket's next call included.
	// A phrase that comes again under its ID is not spoken again. An empty ID
	// is never taken as a repetition.
	ID string
	// Number is the ticket that is called.
	Number Number
	// CounterLabel is what the sign over the counter says: "3", "4B", "Sala 2".
	CounterLabel string
	// Body names the body, only in a branch where letters repeat between bodies.
	Body string
	// Lang is the language of the call; empty means Portuguese.
	Lang Lang
	// Second is the language of the ticket when it is another one; the call is
	// then spoken a second time in it. Empty means spoken once.
	Second Lang
	// At is when the ticket was called, by this machine's clock; a phrase without it is never late.
	At time.Time
	// Manner is how much is said; the Queue sets it when it is the phrase's turn.
	Manner Manner
}

// Validate reports why a phrase cannot be spoken; the error wraps ErrPhrase.
func (p Phrase) Validate() error {
	if err := p.Number.validate(); err != nil {
		return err
	}
	if err := validText("counter label", p.CounterLabel, MaxLabel); err != nil {
		return err
	}
	if strings.TrimSpace(p.CounterLabel) == "" {
		return fmt.Errorf("counter label is empty: %w", ErrPhrase)
	}
	if err := validText("body", p.Body, MaxBody); err != nil {
		return err
	}
	for _, lang := range p.Languages() {
		if _, ok := wordingOf(lang); !ok {
			return fmt.Errorf("language %.16q has no wording: %w", string(lang), ErrPhrase)
		}
	}
	return nil
}

func validText(what, s string, limit int) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("%s is not UTF-8: %w", what, ErrPhrase)
	}
	if n := utf8.RuneCountInString(s); n > limit {
		return fmt.Errorf("%s has %d characters, more than %d: %w", what, n, limit, ErrPhrase)
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("%s holds the unprintable %U: %w", what, r, ErrPhrase)
		}
	}
	return nil
}

// Languages lists the languages the phrase is spoken in, in order: one or two.
func (p Phrase) Languages() []Lang {
	first := p.Lang
	if first == "" {
		first = Portuguese
	}
	if p.Second == "" || p.Second == first || p.Manner != Whole {
		return []Lang{first}
	}
	return []Lang{first, p.Second}
}

// Ticket identifies the ticket among those of one branch and Day. Two phrases
// of one ticket are calls of the same citizen.
func (p Phrase) Ticket() string { return p.Body + "\x00" + p.Number.String() }

// age is how long ago the ticket was called; 0 where it is not known.
func (p Phrase) age(now time.Time) time.Duration {
	if p.At.IsZero() {
		return 0
	}
	return now.Sub(p.At)
}

// Text returns the words of the call in lang as a screen shows them:
// "Senha A 23, balcão 3". It is empty when lang has no wording.
func (p Phrase) Text(lang Lang) string {
	w, ok := wordingOf(lang)
	if !ok {
		return ""
	}
	var b strings.Builder
	for _, s := range p.sentence(w) {
		b.WriteString(s.shown())
	}
	return capital(b.String())
}

// SSML returns the call in lang as markup for espeak-ng -m: letters are
// spelled, numbers are left to the voice to read, and whatever came from
// outside is escaped. It is empty when lang has no wording.
func (p Phrase) SSML(lang Lang) string {
	w, ok := wordingOf(lang)
	if !ok {
		return ""
	}
	var b strings.Builder
	b.WriteString("<speak>")
	if p.Manner == Brief {
		b.WriteString(`<prosody rate="` + briefRate + `">`)
	}
	for _, s := range p.sentence(w) {
		s.mark(&b)
	}
	if p.Manner == Brief {
		b.WriteString("</prosody>")
	}
	b.WriteString("</speak>")
	return b.String()
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
