package web

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"
)

// thin stands between thousands; it never breaks a line.
const thin = "\u202f"

// count writes a whole number the Portuguese way: 14 207.
func count(n int) string {
	if n < 0 {
		return "−" + count(-n)
	}
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + thin + s[i:]
	}
	return s
}

// count64 is count for sequence numbers.
func count64(n uint64) string { return count(int(min(n, math.MaxInt))) }

// minutes writes a duration as a number of minutes without its unit: one decimal below ten, with a comma.
func minutes(d time.Duration) string {
	m := d.Minutes()
	if m >= 9.95 {
		return count(int(math.Round(m)))
	}
	return strings.ReplaceAll(strconv.FormatFloat(m, 'f', 1, 64), ".", ",")
}

// span writes a duration in words: 12 s, 52 min, 1 h 34 min, 3 dias.
func span(d time.Duration) string {
	d = max(0, d)
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min"
	case d < 24*time.Hour:
		if m := int(d.Minutes()) % 60; m != 0 {
			return fmt.Sprintf("%d h %d min", int(d.Hours()), m)
		}
		return strconv.Itoa(int(d.Hours())) + " h"
	case d < 48*time.Hour:
		return "1 dia"
	}
	return strconv.Itoa(int(d.Hours()/24)) + " dias"
}

// spanParts is span with the units apart, smaller and grey.
func spanParts(d time.Duration) template.HTML {
	words := strings.Fields(span(d))
	var b strings.Builder
	for i, w := range words {
		if i%2 == 0 {
			fmt.Fprintf(&b, "<b>%s</b>", template.HTMLEscapeString(w))
		} else {
			fmt.Fprintf(&b, `<span class="unit">%s</span> `, template.HTMLEscapeString(w))
		}
	}
	return template.HTML(strings.TrimSpace(b.String())) //nolint:gosec // both parts are escaped
}

// percent writes a share from 0 to 1 with one decimal: 5,2.
func percent(share float64) string {
	return strings.ReplaceAll(strconv.FormatFloat(share*100, 'f', 1, 64), ".", ",")
}

// seconds writes a short duration with one decimal: 0,4 s.
func seconds(d time.Duration) string {
	if d >= time.Minute {
		return span(d)
	}
	return strings.ReplaceAll(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".", ",") + " s"
}

// plural chooses between the word for one and that for any other number.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// counted writes a number with its word: 1 loja, 2 lojas.
func counted(n int, one, many string) string { return count(n) + " " + plural(n, one, many) }

var (
	weekdays = [...]string{
		"domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado",
	}
	months = [...]string{"jan.", "fev.", "mar.", "abr.", "mai.", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."}
)

// longDate writes segunda-feira, 23 nov. 2026.
func longDate(t time.Time) string {
	return fmt.Sprintf("%s, %d %s %d", weekdays[t.Weekday()], t.Day(), months[t.Month()-1], t.Year())
}

// momentWords writes 22 nov. 2026, 18:10: until when the figures of a page go.
func momentWords(t time.Time) string {
	return fmt.Sprintf("%d %s %d, %s", t.Day(), months[t.Month()-1], t.Year(), t.Format("15:04"))
}

// clock writes the time of day, and the date before it when that is another than today's.
func clock(t, now time.Time, layout string) string {
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format(layout)
	}
	return fmt.Sprintf("%d %s %s", t.Day(), months[t.Month()-1], t.Format("15:04"))
}

// since says since when: desde as 10:06, desde 22 nov. 18:10.
func since(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		if t.Hour() == 1 {
			return "desde a " + t.Format("15:04")
		}
		return "desde as " + t.Format("15:04")
	}
	return "desde " + clock(t, now, "15:04")
}
