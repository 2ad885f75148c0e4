package replay

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"balcao/internal/queue"
	"balcao/internal/trace"
)

// Rule is a calling rule to compare with others on the same days.
type Rule struct {
	Name  string
	Guard time.Duration // a wait this long counts as a booking; 0 is off
	Ratio queue.Ratio
	blind []queue.ClassID // classes that the rule does not know: they come in as walk-ins
}

// class returns the class under which the rule lets a citizen in.
func (r Rule) class(c queue.ClassID) queue.ClassID {
	if slices.Contains(r.blind, c) {
		return queue.ClassWalkIn
	}
	return c
}

// Rules returns the calling rules that are compared: first come first served, the default with its guard, other guards,
// none, and priority by law at every third call only. The first and the last are against the law; they are here to be
// measured.
func Rules() []Rule {
	return []Rule{
		{Name: "first come, first served", blind: []queue.ClassID{queue.ClassLaw, queue.ClassBooked}},
		{Name: "default (guard 45)", Guard: 45 * time.Minute},
		{Name: "guard 30", Guard: 30 * time.Minute},
		{Name: "guard 60", Guard: 60 * time.Minute},
		{Name: "no guard"},
		{Name: "every 3rd call priority", Ratio: queue.Ratio{Others: 2, Unlawful: true}, blind: []queue.ClassID{queue.ClassBooked}},
	}
}

// Measure is what a rule did on some days. Times are waits until the first call; those of the booked count from their
// slot, or from their check-in if they came later.
type Measure struct {
	Rule                     string
	Law, Booked, WalkIn      []time.Duration
	Tickets, Slips, WorstOne int // a slip: somebody issued later, for the same service, was called before me
}

// Compared lives the same days under every rule.
func Compared(days []trace.Day, rules []Rule) ([]Measure, error) {
	var all []Measure
	for _, rule := range rules {
		m := Measure{Rule: rule.Name}
		for i, d := range days {
			lived, err := RunUnder(d, rule)
			if err != nil {
				return nil, fmt.Errorf("%s, day %d: %w", rule.Name, i+1, err)
			}
			m.add(d, lived.Day.Visits())
		}
		all = append(all, m)
	}
	return all, nil
}

// add counts one day. Visits stand in the order of their arrivals.
func (m *Measure) add(d trace.Day, visits []queue.Visit) {
	type pair struct{ issued, called time.Time }
	served := map[int][]pair{}
	for i, v := range visits {
		if v.CalledAt.IsZero() {
			continue
		}
		a := d.Arrivals[i]
		wait := v.CalledAt.Sub(v.IssuedAt)
		switch {
		case a.Law:
			m.Law = append(m.Law, wait)
		case a.Slot > 0:
			m.Booked = append(m.Booked, max(0, min(wait, v.CalledAt.Sub(midnight.Add(a.Slot)))))
		default:
			m.WalkIn = append(m.WalkIn, wait)
		}
		m.Tickets++
		served[a.Service] = append(served[a.Service], pair{v.IssuedAt, v.CalledAt})
	}
	for _, all := range served {
		for i, mine := range all {
			slips := 0
			for _, other := range all[i+1:] { // issued later
				if other.called.Before(mine.called) {
					slips++
				}
			}
			m.Slips += slips
			m.WorstOne = max(m.WorstOne, slips)
		}
	}
}

// P95 returns the 95th percentile of some waits; 0 of none.
func P95(waits []time.Duration) time.Duration {
	if len(waits) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(waits))
	return sorted[(len(sorted)-1)*95/100]
}

func mean(waits []time.Duration) time.Duration {
	if len(waits) == 0 {
		return 0
	}
	var sum time.Duration
	for _, w := range waits {
		sum += w
	}
	return sum / time.Duration(len(waits))
}

func over(waits []time.Duration, limit time.Duration) float64 {
	n := 0
	for _, w := range waits {
		if w > limit {
			n++
		}
	}
	return 100 * float64(n) / float64(max(1, len(waits)))
}

// WriteTable writes measures as a table of Markdown, in minutes.
func WriteTable(out io.Writer, all []Measure) error {
	var b strings.Builder
	b.WriteString("| rule | priority mean / p95 | booked, after slot mean / p95 / over 10 min | walk-in mean / p95 / over 60 min | slips per ticket, worst |\n|---|---|---|---|---|\n")
	for _, m := range all {
		fmt.Fprintf(&b, "| %s | %.1f / %.1f | %.1f / %.1f / %.0f %% | %.1f / %.1f / %.0f %% | %.2f, %d |\n", m.Rule,
			mean(m.Law).Minutes(), P95(m.Law).Minutes(),
			mean(m.Booked).Minutes(), P95(m.Booked).Minutes(), over(m.Booked, 10*time.Minute),
			mean(m.WalkIn).Minutes(), P95(m.WalkIn).Minutes(), over(m.WalkIn, time.Hour),
			float64(m.Slips)/float64(max(1, m.Tickets)), m.WorstOne)
	}
	_, err := io.WriteString(out, b.String())
	return err
}
