package hours

import (
	"fmt"
	"time"
)

// Fault is a mistake in hours: the key where it stands, below the hours' own, and what is wrong.
type Fault struct{ Key, Text string }

// Faults names every span that is backward, empty or overlaps another, every weekday and every date given twice. Keys
// are those of a YAML file that holds the lists under weekly and exceptions.
func (l Level) Faults(weekly, exceptions string) []Fault {
	var all []Fault
	var seen [7][]Span
	for i, w := range l.Weekly {
		at := fmt.Sprintf("%s[%d]", weekly, i)
		if w.Days == 0 {
			all = append(all, Fault{at + ".days", "say on which weekdays, such as mon-fri"})
		}
		if len(w.Spans) == 0 {
			all = append(all, Fault{at + ".spans", "say when it is open, such as 08:30-19:30; leave a closed weekday out"})
		}
		for j, s := range w.Spans {
			key := fmt.Sprintf("%s.spans[%d]", at, j)
			if text := s.fault(); text != "" {
				all = append(all, Fault{key, text})
				continue
			}
			if text := clash(seen, w.Days, s); text != "" {
				all = append(all, Fault{key, text})
			}
			for d := range seen {
				if w.Days.Has(time.Weekday(d)) {
					seen[d] = append(seen[d], s)
				}
			}
		}
	}
	return append(all, l.exceptionFaults(exceptions)...)
}

// clash names the first span of some weekdays that another one overlaps.
func clash(seen [7][]Span, days Days, s Span) string {
	for d := range seen {
		if !days.Has(time.Weekday(d)) {
			continue
		}
		for _, other := range seen[d] {
			if len(both([]Span{s}, []Span{other})) > 0 {
				return fmt.Sprintf("%s overlaps %s on %s", s, other, dayNames[d])
			}
		}
	}
	return ""
}

func (l Level) exceptionFaults(exceptions string) []Fault {
	var all []Fault
	dates := map[Date]bool{}
	for i, e := range l.Exceptions {
		at := fmt.Sprintf("%s[%d]", exceptions, i)
		switch {
		case e.Date == Date{}:
			all = append(all, Fault{at + ".date", "say which date, such as 2026-12-24"})
		case dates[e.Date]:
			all = append(all, Fault{at + ".date", e.Date.String() + " stands twice"})
		}
		dates[e.Date] = true
		for j, s := range e.Spans {
			key := fmt.Sprintf("%s.spans[%d]", at, j)
			if text := s.fault(); text != "" {
				all = append(all, Fault{key, text})
				continue
			}
			for _, other := range e.Spans[:j] {
				if other.fault() == "" && len(both([]Span{s}, []Span{other})) > 0 {
					all = append(all, Fault{key, fmt.Sprintf("%s overlaps %s", s, other)})
				}
			}
		}
	}
	return all
}

func (s Span) fault() string {
	switch {
	case s.From == s.To:
		return s.String() + " is empty"
	case s.From > s.To:
		return s.String() + " runs backward; a span over midnight is two: up to 24:00, and from 00:00 on the next day"
	}
	return ""
}
