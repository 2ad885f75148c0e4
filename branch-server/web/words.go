package web

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"balcao/internal/branch"
	"balcao/internal/queue"
)

// names is the branch prepared for look-ups by its screens. It is read only.
type names struct {
	services map[queue.ServiceID]serviceName
	counters map[queue.CounterID]map[queue.ServiceID]bool // what each serves
	guard    time.Duration
	ratio    queue.Ratio
}

// serviceName is what screens say of a service.
type serviceName struct {
	name     string // Cartão de Cidadão · renovação
	body     string // IRN
	division string
	group    string
	target   time.Duration
	mean     time.Duration
}

func namesOf(b *branch.Branch) names {
	n := names{
		services: map[queue.ServiceID]serviceName{},
		counters: map[queue.CounterID]map[queue.ServiceID]bool{},
		guard:    b.Catalogue().Policy.Guard,
		ratio:    b.Catalogue().Policy.Ratio,
	}
	for _, s := range b.Services {
		div, _ := b.Division(s.Division)
		body, _ := b.Body(queue.BodyID(div.Body))
		n.services[queue.ServiceID(s.ID)] = serviceName{
			name: s.Name.In("pt"), body: body.Short, division: s.Division, group: s.Group, target: s.Target, mean: s.Mean,
		}
	}
	for _, k := range b.Counters {
		all := map[queue.ServiceID]bool{}
		for _, id := range slices.Concat(k.Primary, k.Secondary) {
			all[queue.ServiceID(id)] = true
		}
		n.counters[queue.CounterID(k.ID)] = all
	}
	return n
}

// named is a description with the names made of it.
type named struct {
	of    *branch.Branch
	names names
}

// names returns the look-ups of the description in force; they are made anew when it was replaced.
func (w *Web) names() names {
	now := w.cfg.Branch()
	if held := w.named.Load(); held != nil && held.of == now {
		return held.names
	}
	made := &named{of: now, names: namesOf(now)}
	w.named.Store(made)
	return made.names
}

// serves returns the services of a counter.
func (n names) serves(id queue.CounterID) map[queue.ServiceID]bool { return n.counters[id] }

// States of a wait against its target.
const (
	stateOK    = "ok"
	stateWatch = "watch"
	stateOut   = "out"
)

// againstTarget says how a wait stands: within, almost (over three quarters) or past its target; nothing without one.
func againstTarget(wait, target time.Duration) string {
	switch {
	case target <= 0:
		return ""
	case wait > target:
		return stateOut
	case wait > target*3/4:
		return stateWatch
	}
	return stateOK
}

func minutes(d time.Duration) int { return int(d / time.Minute) }

// span says a duration as screens do: 45 s, 12 min, 1 h 34 min.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, int(d/time.Second)))
	case d < time.Hour:
		return fmt.Sprintf("%d min", minutes(d))
	case minutes(d)%60 == 0:
		return fmt.Sprintf("%d h", minutes(d)/60)
	}
	return fmt.Sprintf("%d h %d min", minutes(d)/60, minutes(d)%60)
}

// inSentence lowers the first letter of a label such as Balcão 3, unless it begins with an abbreviation.
func inSentence(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	second, _ := utf8.DecodeRuneInString(label[size:])
	if unicode.IsUpper(second) {
		return label
	}
	return string(unicode.ToLower(first)) + label[size:]
}

// people counts tickets in words: «uma senha», «6 senhas».
func tickets(n int) string {
	if n == 1 {
		return "1 senha"
	}
	return fmt.Sprintf("%d senhas", n)
}

// list joins words as a sentence does: «a, b e c».
func list(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + " e " + all[len(all)-1]
}

func (w *Web) clock(at time.Time) string { return at.In(w.cfg.Zone).Format("15:04") }

func (w *Web) clockSeconds(at time.Time) string { return at.In(w.cfg.Zone).Format("15:04:05") }

var (
	weekdays = [...]string{"domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado"}
	months   = [...]string{"jan.", "fev.", "mar.", "abr.", "maio", "jun.", "jul.", "ago.", "set.", "out.", "nov.", "dez."}
)

// dayWords says a date: segunda-feira, 23 nov. 2026.
func dayWords(day queue.Date) string {
	at, err := time.Parse(time.DateOnly, string(day))
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s, %d %s %d", weekdays[at.Weekday()], at.Day(), months[at.Month()-1], at.Year())
}
