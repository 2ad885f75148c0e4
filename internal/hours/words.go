package hours

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Languages in which the words of this package exist.
func languages() []string { return []string{"pt", "en"} }

var weekdays = map[string][7]string{
	"pt": {"domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"},
	"en": {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
}

var months = map[string][12]string{
	"pt": {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"},
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// Clocked writes a moment's time of day with its preposition: «às 08:30», «à 01:00», «at 08:30».
func Clocked(t time.Time, lang string) string {
	switch {
	case lang == "en":
		return "at " + t.Format("15:04")
	case t.Hour() == 1:
		return "à " + t.Format("15:04")
	}
	return "às " + t.Format("15:04")
}

// When says a moment as seen from another one, both in the same zone: «hoje às 14:30», «amanhã às 09:00»,
// «segunda-feira às 08:30», «segunda-feira, 4 de janeiro, às 08:30».
func When(at, t time.Time, lang string) string {
	t = t.In(at.Location())
	today, day := DateOf(at), DateOf(t)
	var on string
	switch {
	case day == today:
		on = map[string]string{"pt": "hoje", "en": "today"}[lang]
	case day == today.Plus(1):
		on = map[string]string{"pt": "amanhã", "en": "tomorrow"}[lang]
	case day.Compare(today) > 0 && day.Compare(today.Plus(7)) < 0:
		on = map[string]string{"pt": "", "en": "on "}[lang] + weekdays[lang][t.Weekday()]
	case lang == "en":
		on = "on " + weekdays[lang][t.Weekday()] + ", " + day.words(lang, today) + ","
	default:
		on = weekdays[lang][t.Weekday()] + ", " + day.words(lang, today) + ","
	}
	return on + " " + Clocked(t, lang)
}

// words writes a date, with its year where it is not that of today.
func (d Date) words(lang string, today Date) string {
	text := fmt.Sprintf("%d de %s", d.Day, months["pt"][d.Month-1])
	if lang == "en" {
		text = fmt.Sprintf("%d %s", d.Day, months["en"][d.Month-1])
	}
	switch {
	case d.Year == today.Year:
		return text
	case lang == "en":
		return fmt.Sprintf("%s %d", text, d.Year)
	}
	return fmt.Sprintf("%s de %d", text, d.Year)
}

// In writes the date with its weekday: «quinta-feira, 24 de dezembro».
func (d Date) In(lang string, today Date) string {
	return weekdays[lang][d.Weekday()] + ", " + d.words(lang, today)
}

// Reason says why no numbers are given, without a full stop: «Encerrado: feriado municipal». It is empty while they are.
func (s State) Reason() Text {
	if s.Gives {
		return nil
	}
	named := func(pt, en string) Text {
		if name := s.Why; name["pt"] != "" {
			return Text{"pt": pt + name["pt"], "en": en + name.In("en")}
		}
		return Text{"pt": strings.TrimRight(pt, ": ("), "en": strings.TrimRight(en, ": (")}
	}
	switch s.Cause {
	case CauseStopped:
		return Text{"pt": "Já não há senhas antes do fecho", "en": "No more tickets before closing"}
	case CauseMunicipal:
		return Text{"pt": "Encerrado: feriado municipal", "en": "Closed: municipal holiday"}
	case CauseHoliday:
		return named("Encerrado, feriado: ", "Closed, public holiday: ")
	case CauseException:
		if s.later {
			return named("Ainda não abriu: ", "Not open yet: ")
		}
		return named("Encerrado: ", "Closed: ")
	case CauseWeekday:
		return Text{
			"pt": "Não abre " + map[bool]string{true: "ao ", false: "à "}[s.at.Weekday()%6 == 0] + weekdays["pt"][s.at.Weekday()],
			"en": "Not open on " + weekdays["en"][s.at.Weekday()] + "s",
		}
	case CauseHours, CauseNone:
		if s.later {
			return Text{"pt": "Ainda não abriu", "en": "Not open yet"}
		}
	}
	return Text{"pt": "Já fechou hoje", "en": "Closed for today"}
}

// Opens says when numbers are given again, as a sentence: «Abre amanhã às 09:00.» It is empty while they are given.
func (s State) Opens() Text {
	if s.Gives {
		return nil
	}
	if s.Next.IsZero() {
		return Text{"pt": "Sem data marcada para abrir.", "en": "No opening date is set."}
	}
	t := Text{}
	for lang, verb := range map[string]string{"pt": "Abre ", "en": "Opens "} {
		t[lang] = verb + When(s.at, s.Next, lang) + "."
	}
	return t
}

// Later reports whether numbers are given again on the same local date.
func (s State) Later() bool { return s.later }

// Say says how it stands in one line: «Aberto até às 19:30.», «Encerrado: feriado municipal. Abre segunda-feira às
// 08:30.»
func (s State) Say() Text {
	t := Text{}
	for _, lang := range languages() {
		switch {
		case s.Gives && s.Until.IsZero():
			t[lang] = map[string]string{"pt": "Aberto.", "en": "Open."}[lang]
		case s.Gives && s.Last.Before(s.Until):
			t[lang] = map[string]string{
				"pt": "Aberto; senhas até " + Clocked(s.Last, "pt") + ".", "en": "Open; tickets until " + s.Last.Format("15:04") + ".",
			}[lang]
		case s.Gives:
			t[lang] = map[string]string{
				"pt": "Aberto até " + Clocked(s.Until, "pt") + ".", "en": "Open until " + s.Until.Format("15:04") + ".",
			}[lang]
		default:
			t[lang] = s.Reason()[lang] + ". " + s.Opens()[lang]
		}
	}
	return t
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
			name := weekdays[lang][from%7]
			if last := i - 1; last > from {
				name += map[string]string{"pt": " a ", "en": " to "}[lang] + weekdays[lang][last%7]
			}
			var spans []string
			for _, s := range byDay[from%7] {
				spans = append(spans, s.From.String()+"–"+s.To.String())
			}
			line[lang] = strings.ToUpper(name[:1]) + name[1:] + " " + strings.Join(spans, ", ")
		}
		lines = append(lines, line)
	}
	return lines
}
