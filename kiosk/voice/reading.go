package voice

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Reading is a sentence of the spoken guide, which one person hears by headphones.
type Reading struct {
	// Lang is the language it is read in; empty means Portuguese.
	Lang Lang
	// Text is what the screen shows, in plain letters.
	Text string
	// Spell has every character of Text read by itself, as those of a code.
	Spell bool
}

// The loudness and the speed of a reading, in steps around the usual one.
const (
	// QuietestStep and LoudestStep are the ends of the loudness, StepDB decibels apart.
	QuietestStep = -3
	LoudestStep  = 3
	// SlowestStep and FastestStep are the ends of the speed.
	SlowestStep = -1
	FastestStep = 3
)

// StepDB is how much a step of loudness changes it.
const StepDB = 4.0

// readingHeadroom keeps the loudest step under the ceiling, so that every step is heard.
const readingHeadroom = -10.0

// ReadingGain is what the engine's voice is raised by at a step of loudness, in decibels. Steps beyond the ends are the
// ends.
func ReadingGain(step int) float64 {
	return readingHeadroom + StepDB*float64(max(QuietestStep, min(LoudestStep, step)))
}

// rates are the speeds in per cent of the usual, from the slowest on.
var rates = [...]int{80, 100, 125, 155, 190}

// ReadingRate is the speed of a step in per cent. Steps beyond the ends are the ends.
func ReadingRate(step int) int {
	return rates[max(SlowestStep, min(FastestStep, step))-SlowestStep]
}

// Shown returns the words as they are heard, for a log that people read: A023 stands there as A 23.
func (r Reading) Shown() string {
	if r.Spell {
		return strings.Join(strings.Fields(spaced(r.Text)), " ")
	}
	return numbered.ReplaceAllStringFunc(strings.Join(strings.Fields(r.Text), " "), func(s string) string {
		n, err := ParseNumber(s)
		if err != nil {
			return s
		}
		return n.Prefix + " " + strconv.Itoa(n.Value)
	})
}

func spaced(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
		b.WriteByte(' ')
	}
	return b.String()
}

// SSML returns the markup for espeak-ng -m at a step of speed: ticket numbers and short words in capitals are spelled,
// signs and units that a voice stumbles over become words, and everything is escaped.
func (r Reading) SSML(speed int) string {
	var b strings.Builder
	b.WriteString("<speak>")
	fmt.Fprintf(&b, `<prosody rate="%d%%">`, ReadingRate(speed))
	r.mark(&b)
	b.WriteString("</prosody>")
	b.WriteString("</speak>")
	return b.String()
}

func (r Reading) mark(b *strings.Builder) {
	if r.Spell {
		for _, c := range r.Text {
			piece{text: string(c), spell: true, pause: afterLetters}.mark(b)
			b.WriteByte(' ')
		}
		return
	}
	text := unitsOf(r.Lang).said(r.Text)
	for text != "" {
		at := spoken.FindStringIndex(text)
		if at == nil {
			escape(b, text)
			return
		}
		escape(b, text[:at[0]])
		word := text[at[0]:at[1]]
		if n, err := ParseNumber(word); err == nil {
			piece{text: n.Prefix, spell: true, pause: afterLetters}.mark(b)
			b.WriteString(" " + strconv.Itoa(n.Value))
		} else {
			piece{text: word, spell: true}.mark(b)
		}
		text = text[at[1]:]
	}
}

// numbered finds tickets in a text, spoken also the short words in capitals that are letters and no words.
var (
	numbered = regexp.MustCompile(`\b[A-Z]{1,3}[0-9]{3,4}\b`)
	spoken   = regexp.MustCompile(`\b[A-Z]{1,3}[0-9]{3,4}\b|\b[A-Z]{2,4}\b`)
)

// units are the words for what stands short on a screen.
type units struct{ minutes, hour, hours, to string }

func unitsOf(lang Lang) units {
	switch lang {
	case English:
		return units{"minutes", "hour", "hours", "to"}
	case Spanish:
		return units{"minutos", "hora", "horas", "a"}
	case French:
		return units{"minutes", "heure", "heures", "à"}
	case Ukrainian:
		return units{"хвилин", "година", "годин", "до"}
	case Portuguese:
	}
	return units{"minutos", "hora", "horas", "a"}
}

var (
	minutesShort = regexp.MustCompile(`(\d) ?min\b\.?`)
	hourShort    = regexp.MustCompile(`(^|[^\d])1 h\b`)
	hoursShort   = regexp.MustCompile(`(\d) h\b`)
	dateShort    = regexp.MustCompile(`\b(\d\d)-(\d\d)-(\d{4})\b`)
	between      = regexp.MustCompile(`(\d) ?[–—-] ?(\d)`)
)

// said writes a text out as it is said.
func (u units) said(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("«»“”„‟\"()[]{}", r), unicode.Is(unicode.Co, r):
			return -1
		case r == '·' || r == '|' || r == '•':
			return ','
		case !unicode.IsPrint(r):
			return ' '
		}
		return r
	}, text)
	text = dateShort.ReplaceAllString(text, "$1, $2, $3")
	text = minutesShort.ReplaceAllString(text, "$1 "+u.minutes)
	text = hourShort.ReplaceAllString(text, "${1}1 "+u.hour)
	text = hoursShort.ReplaceAllString(text, "$1 "+u.hours)
	text = between.ReplaceAllString(text, "$1 "+u.to+" $2")
	return strings.Join(strings.Fields(text), " ")
}
