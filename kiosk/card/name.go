package card

import (
	"bytes"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// greetingFrom makes the greeting of two name fields as a card holds them. It
// wipes what it makes on the way, not its arguments.
func greetingFrom(given, surname []byte) (Greeting, error) {
	g, err := cleanField(given)
	if err != nil {
		return Greeting{}, fmt.Errorf("given name: %w", err)
	}
	defer clear(g)
	s, err := cleanField(surname)
	if err != nil {
		return Greeting{}, fmt.Errorf("surname: %w", err)
	}
	defer clear(s)
	names, surnames := wordsOf(g), wordsOf(s)
	if len(names) == 0 {
		names, surnames = surnames, nil
	}
	if len(names) == 0 {
		return Greeting{}, fmt.Errorf("no name on the card: %w", ErrGarbled)
	}
	greeting := Greeting{given: readingCase(names[0])}
	if len(surnames) > 0 {
		greeting.initial = initialOf(surnames[len(surnames)-1])
	}
	return greeting, nil
}

// wordsOf splits at blanks and leaves out what has no letter, a dash or a
// filler. The words alias text.
func wordsOf(text []byte) [][]byte {
	words := bytes.Fields(text)
	return slices.DeleteFunc(words, func(w []byte) bool { return !bytes.ContainsFunc(w, unicode.IsLetter) })
}

// cleanField cuts the padding, checks that it is text a screen may show, and
// composes accents (NFC), in a new slice.
func cleanField(field []byte) ([]byte, error) {
	if i := bytes.IndexByte(field, 0); i >= 0 {
		if len(bytes.TrimRight(field[i:], "\x00")) != 0 {
			return nil, fmt.Errorf("bytes after the padding: %w", ErrGarbled)
		}
		field = field[:i]
	}
	if !utf8.Valid(field) {
		return nil, fmt.Errorf("not UTF-8: %w", ErrGarbled)
	}
	// A forged card may try to turn the screen's text around or clear it.
	if bytes.ContainsFunc(field, func(r rune) bool { return !unicode.IsPrint(r) && !unicode.IsSpace(r) }) {
		return nil, fmt.Errorf("character that no name has: %w", ErrGarbled)
	}
	return norm.NFC.Append(make([]byte, 0, 3*len(field)), field...), nil
}

// readingCase turns a name in capitals, as most cards hold it, into the case
// in which one reads it: ANA-MARIA becomes Ana-Maria. Others stay as they are.
func readingCase(word []byte) []byte {
	out := make([]byte, 0, 2*len(word))
	if bytes.ContainsFunc(word, unicode.IsLower) {
		return append(out, word...)
	}
	start := true
	for len(word) > 0 {
		r, n := utf8.DecodeRune(word)
		word = word[n:]
		switch {
		case !unicode.IsLetter(r):
			start = !unicode.IsMark(r)
		case start:
			r, start = unicode.ToUpper(r), false
		default:
			r = unicode.ToLower(r)
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// initialOf gives the first letter of a word in capitals, with its accents, or
// nothing if it has none.
func initialOf(word []byte) []byte {
	i := bytes.IndexFunc(word, unicode.IsLetter)
	if i < 0 {
		return nil
	}
	r, n := utf8.DecodeRune(word[i:])
	out := utf8.AppendRune(make([]byte, 0, 16), unicode.ToUpper(r))
	for rest := word[i+n:]; len(out) < 12; {
		m, n := utf8.DecodeRune(rest)
		if !unicode.IsMark(m) {
			break
		}
		out = utf8.AppendRune(out, m)
		rest = rest[n:]
	}
	return out
}
