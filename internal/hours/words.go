package hours

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// When says a moment as seen from another one, both in the same zone: «hoje às 14:30», «amanhã às 09:00»,
// «segunda-feira às 08:30», «segunda-feira, 4 de janeiro, às 08:30».
func When(at, t time.Time, lang string) string {
	t = t.In(at.Location())
	today, day := DateOf(at), DateOf(t)
	say := speak(lang)
	on := say.on[t.Weekday()]
	switch {
	case day == today:
		on = say.today
	case day == today.Plus(1):
		on = say.tomorrow
	case day.Compare(today) <= 0 || day.Compare(today.Plus(7)) >= 0:
		on += ", " + day.words(lang, today) + ","
	}
	return on + " " + Clocked(t, lang)
}

// In writes the date with its weekday: «quinta-feira, 24 de dezembro».
func (d Date) In(lang string, today Date) string {
	return speak(lang).days[d.Weekday()] + ", " + d.words(lang, today)
}

// Reason says why no numbers are given, without a full stop: «Encerrado: feriado municipal». It is empty while they are.
func (s State) Reason() Text {
	if s.Gives {
		return nil
	}
	return inEach(func(lang string, say tongue) string {
		named := func(what string) string {
			if s.Why["pt"] == "" {
				return what
			}
			return what + colon(lang) + s.Why.In(lang)
		}
		switch s.Cause {
		case CauseStopped:
			return say.stopped
		case CauseMunicipal:
			return say.town
		case CauseHoliday:
			return named(say.holiday)
		case CauseException:
			if s.later {
				return named(say.early)
			}
			return named(say.closed)
		case CauseWeekday:
			return say.notOn[s.at.Weekday()]
		case CauseHours, CauseNone:
			if s.later {
				return say.early
			}
		}
		return say.over
	})
}

// inEach is what is said in each language.
func inEach(say func(lang string, say tongue) string) Text {
	t := Text{}
	for _, lang := range languages() {
		t[lang] = say(lang, speak(lang))
	}
	return t
}

// colon stands between a reason and its name; French puts a space before it.
func colon(lang string) string {
	if lang == "fr" {
		return " : "
	}
	return ": "
}

// Opens says when numbers are given again, as a sentence: «Abre amanhã às 09:00.» It is empty while they are given.
func (s State) Opens() Text {
	if s.Gives {
		return nil
	}
	return Reopening(s.at, s.Next)
}

// Reopening says when numbers are given again, as seen from a moment; a zero next is not known.
func Reopening(at, next time.Time) Text {
	return inEach(func(lang string, say tongue) string {
		if next.IsZero() {
			return say.undated
		}
		return say.opens + When(at, next, lang) + "."
	})
}

// Later reports whether numbers are given again on the same local date.
func (s State) Later() bool { return s.later }

// Say says how it stands in one line: «Aberto até às 19:30.», «Encerrado: feriado municipal. Abre segunda-feira às
// 08:30.»
func (s State) Say() Text {
	return inEach(func(lang string, say tongue) string {
		clock := func(t time.Time) string {
			if lang == "pt" {
				return Clocked(t, lang)
			}
			return t.Format("15:04")
		}
		switch {
		case s.Gives && s.Until.IsZero():
			return say.open
		case s.Gives && s.Last.Before(s.Until):
			return fmt.Sprintf(say.tickets, clock(s.Last))
		case s.Gives:
			return fmt.Sprintf(say.until, clock(s.Until))
		}
		return s.Reason()[lang] + ". " + s.Opens()[lang]
	})
}

// Week writes the pattern in lines for a door or a screen: «segunda-feira a sexta-feira 08:30–19:30». It is empty for
// what is always open.
func (s Schedule) Week() []Text {
	base := s.patterned()
	if base < 0 {
		return nil
	}
	var byDay [7][]Span
	for _, w := range s.Levels[base].Weekly {
		for d := range byDay {
			if w.Days.Has(time.Weekday(d)) {
				byDay[d] = append(byDay[d], w.Spans...)
			}
		}
	}
	for d := range byDay {
		slices.SortFunc(byDay[d], func(a, b Span) int { return int(a.From) - int(b.From) })
	}
	var lines []Text
	for i := 1; i <= 7; {
		from := i
		for i++; i <= 7 && slices.Equal(byDay[i%7], byDay[from%7]); i++ {
			continue
		}
		if len(byDay[from%7]) == 0 {
			continue
		}
		line := Text{}
		for _, lang := range languages() {
			name := speak(lang).days[from%7]
			if last := i - 1; last > from {
				name += speak(lang).to + speak(lang).days[last%7]
			}
			var spans []string
			for _, s := range byDay[from%7] {
				spans = append(spans, s.From.String()+"–"+s.To.String())
			}
			first := []rune(name)[0]
			line[lang] = string(unicode.ToUpper(first)) + strings.TrimPrefix(name, string(first)) + " " + strings.Join(spans, ", ")
		}
		lines = append(lines, line)
	}
	return lines
}
