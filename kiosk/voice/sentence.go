package voice

import (
	"strconv"
	"strings"
	"unicode"
)

// Pauses inside a call, long enough to tell its parts apart in a noisy hall.
const (
	afterLetters = "150ms"
	beforePlace  = "250ms"
)

// piece is a part of a sentence, shown one way and spoken another.
type piece struct {
	text  string
	spell bool   // read letter by letter
	pause string // how long the voice waits after it; empty is not at all
}

func (s piece) shown() string { return s.text }

func (s piece) mark(b *strings.Builder) {
	if s.spell {
		// One element a letter: espeak-ng reads "AB" in one element as a single
		// word with one stress, and the first letter is lost in the hall.
		for i, r := range s.text {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(`<say-as interpret-as="characters">`)
			escape(b, string(r))
			b.WriteString(`</say-as>`)
		}
	} else {
		escape(b, s.text)
	}
	if s.pause != "" {
		b.WriteString(`<break time="` + s.pause + `"/>`)
	}
}

// escape writes s so that no character of it is taken as markup.
func escape(b *strings.Builder, s string) {
	for _, r := range s {
		switch r {
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		case '"':
			b.WriteString("&quot;")
		case '\'':
			b.WriteString("&apos;")
		default:
			b.WriteRune(r)
		}
	}
}

// sentence lays a call out as pieces: body, ticket, place.
func (p Phrase) sentence(w wording) []piece {
	afterPrefix, beforeLabel := afterLetters, beforePlace
	if p.Manner == Brief {
		afterPrefix, beforeLabel = "", beforeBriefPlace
	}
	var out []piece
	if p.Body != "" {
		out = append(out, words(p.Body)...)
		out = append(out, piece{text: ", ", pause: beforeLabel})
	}
	if p.Manner != Brief {
		out = append(out, piece{text: w.ticket + " "})
	}
	if p.Number.Prefix != "" {
		out = append(out,
			piece{text: p.Number.Prefix, spell: true, pause: afterPrefix},
			piece{text: " "})
	}
	out = append(out,
		piece{text: strconv.Itoa(p.Number.Value)},
		piece{text: ", ", pause: beforeLabel})
	label := place(p.CounterLabel)
	if !startsWithWord(label) {
		out = append(out, piece{text: w.counter + " "})
	}
	return append(out, words(label)...)
}

// place returns the label without a leading word for "counter" in any of our
// languages, so that a sign saying "Balcão 3" is not called "counter Balcão 3".
func place(label string) string {
	label = strings.Join(strings.Fields(label), " ")
	first, rest, found := strings.Cut(label, " ")
	if !found {
		return label
	}
	for _, w := range wordings() {
		if strings.EqualFold(first, w.counter) {
			return rest
		}
	}
	return label
}

// startsWithWord tells a label that names its place itself ("Sala 2") from one
// that needs the word for counter before it ("3", "B4").
func startsWithWord(label string) bool {
	run := letterRun([]rune(label))
	return len(run) > 0 && !spelled(run)
}

// spelled tells letters read one by one ("B", "IRN") from a word ("Sala"): one
// letter, or two to four capitals.
func spelled(run []rune) bool {
	if len(run) == 1 {
		return true
	}
	for _, r := range run {
		if !unicode.IsUpper(r) {
			return false
		}
	}
	return len(run) <= 4
}

func letterRun(rs []rune) []rune {
	n := 0
	for n < len(rs) && unicode.IsLetter(rs[n]) {
		n++
	}
	return rs[:n]
}

// words cuts a text into pieces that are spelled and pieces that are read. A
// single small letter inside a text is a word of the language ("e", "a").
func words(s string) []piece {
	var out []piece
	rs := []rune(strings.Join(strings.Fields(s), " "))
	for len(rs) > 0 {
		if run := letterRun(rs); len(run) > 0 {
			alone := len(run) == 1 && unicode.IsLower(run[0])
			out = append(out, piece{text: string(run), spell: spelled(run) && !alone})
			rs = rs[len(run):]
			continue
		}
		n := 0
		for n < len(rs) && !unicode.IsLetter(rs[n]) {
			n++
		}
		out = append(out, piece{text: string(rs[:n])})
		rs = rs[n:]
	}
	return out
}
