package hours

import (
	"slices"
	"time"
)

// Weekly is what is open on some weekdays.
type Weekly struct {
	Days  Days   `yaml:"days"`
	Spans []Span `yaml:"spans"`
}

// Exception is a date that is not like its weekday. Without spans it is closed.
type Exception struct {
	Date  Date   `yaml:"date"`
	Spans []Span `yaml:"spans"`
	Why   Text   `yaml:"why"` // said to citizens; may be missing
}

// Level is what one of branch, body and service says of its hours. Without weekly hours it has those of the level
// above.
type Level struct {
	Weekly     []Weekly
	Exceptions []Exception
}

// Schedule is when numbers are given for something.
//
// The most particular level with weekly hours sets the pattern; none at all is always open, holidays included. A dated
// exception of the level that set the pattern, or of a more particular one, replaces the day; one of a more general
// level limits it: when the house closes at noon, nobody in it works longer. A holiday is closed unless the date has an
// exception.
type Schedule struct {
	Zone      *time.Location
	Levels    []Level // from the branch to the service
	Calendar  Calendar
	Municipal Municipal
	Stop      time.Duration // numbers stop this long before each closing
}

// Cause is why it is closed on a date, or at an hour.
type Cause string

// The causes of being closed.
const (
	CauseNone      Cause = ""          // it is open
	CauseHours     Cause = "hours"     // open on this date, at another hour
	CauseStopped   Cause = "stopped"   // open, and too late for numbers
	CauseWeekday   Cause = "weekday"   // not on this weekday
	CauseHoliday   Cause = "holiday"   // national or regional holiday
	CauseMunicipal Cause = "municipal" // the municipality's own
	CauseException Cause = "exception" // a dated exception
)

// Special is a date that is not like its weekday.
type Special struct {
	Date  Date
	Spans []Span // none is closed
	Cause Cause  // holiday, municipal or exception
	Why   Text
}

// Ahead returns the dates that are not like their weekday, from one on for some days.
func (s Schedule) Ahead(from Date, days int) []Special {
	var all []Special
	for n := range days {
		d := from.Plus(n)
		if p := s.on(d); p.cause != CauseWeekday {
			all = append(all, Special{Date: d, Spans: p.spans, Cause: p.cause, Why: p.why})
		}
	}
	return all
}

// Interval is a run of time in which it is open: from a moment up to but without another one.
type Interval struct{ From, To time.Time }

// plan is what holds on one date.
type plan struct {
	spans []Span
	cause Cause // why it is closed, where it is
	why   Text
}

// patterned returns the index of the level whose weekly hours count; -1 if none has any.
func (s Schedule) patterned() int {
	for i, l := range slices.Backward(s.Levels) {
		if len(l.Weekly) > 0 {
			return i
		}
	}
	return -1
}

// silent reports whether nothing was said at all: it is open without end.
func (s Schedule) silent() bool {
	return !slices.ContainsFunc(s.Levels, func(l Level) bool { return len(l.Weekly)+len(l.Exceptions) > 0 })
}

// on returns what holds on a date.
func (s Schedule) on(d Date) plan {
	base := s.patterned()
	p := plan{spans: []Span{{0, Midnight}}, cause: CauseWeekday}
	if base >= 0 {
		p.spans = nil
		for _, w := range s.Levels[base].Weekly {
			if w.Days.Has(d.Weekday()) {
				p.spans = append(p.spans, w.Spans...)
			}
		}
	}
	special := false
	for i, l := range s.Levels {
		for _, e := range l.Exceptions {
			if e.Date != d {
				continue
			}
			special = true
			p.cause, p.why = CauseException, e.Why
			if i >= base {
				p.spans = e.Spans
			} else {
				p.spans = both(p.spans, e.Spans)
			}
		}
	}
	if !special && base >= 0 {
		if s.Municipal.On(d) {
			p = plan{cause: CauseMunicipal}
		} else if name, is := s.Calendar.Holiday(d); is {
			p = plan{cause: CauseHoliday, why: name}
		}
	}
	p.spans = slices.Clone(p.spans)
	slices.SortFunc(p.spans, func(a, b Span) int { return int(a.From) - int(b.From) })
	return p
}

// both returns what two lists of spans have in common.
func both(a, b []Span) []Span {
	var common []Span
	for _, x := range a {
		for _, y := range b {
			if z := (Span{max(x.From, y.From), min(x.To, y.To)}); z.From < z.To {
				common = append(common, z)
			}
		}
	}
	return common
}

// Spans returns what is open on a date by the clock of the zone, in order.
func (s Schedule) Spans(d Date) []Span { return s.on(d).spans }

// Open returns the runs of time that are open on a date, in order; they never overlap. A run that the clocks jump over
// is left out.
func (s Schedule) Open(d Date) []Interval {
	var all []Interval
	for _, span := range s.on(d).spans {
		run := Interval{d.Moment(span.From, s.Zone), d.Moment(span.To, s.Zone)}
		if n := len(all); n > 0 && run.From.Before(all[n-1].To) {
			run.From = all[n-1].To // a faulty pattern; Faults has said so
		}
		if run.To.After(run.From) {
			all = append(all, run)
		}
	}
	return all
}

// horizon is how many days ahead an opening is looked for, and join how far an opening that goes on over midnights is
// followed.
const (
	horizon = 400
	join    = 14
)

// State is how it stands at a moment. Zero times mean that there is none to name: open without end, or no opening
// within a year.
type State struct {
	Open  bool      // the house is open
	Gives bool      // numbers are given: open, and not too close to closing
	Since time.Time // of being open; zero if it was so for weeks, or if it is closed
	Until time.Time // it closes then; zero if it is closed
	Last  time.Time // the last moment for a number; zero if it is closed
	Next  time.Time // it opens again; zero while numbers are given
	Cause Cause
	Why   Text // the cause in words, where it has a name of its own
	at    time.Time
	later bool // there are numbers again on the same date
}

// State returns how it stands at a moment.
func (s Schedule) State(at time.Time) State {
	at = at.In(s.Zone)
	today := DateOf(at)
	st := State{at: at}
	if s.silent() {
		st.Open, st.Gives = true, true
		return st
	}
	now, open := s.around(at, today)
	if open {
		st.Open, st.Since, st.Until = true, now.From, now.To
		st.Gives = true
		if !now.To.IsZero() {
			st.Last = now.To.Add(-s.Stop)
			st.Gives = at.Before(st.Last)
		}
	}
	if st.Gives {
		return st
	}
	st.Next = s.next(at, today, now.To)
	p := s.on(today)
	st.Cause, st.Why = p.cause, p.why
	switch {
	case open:
		st.Cause, st.Why = CauseStopped, nil
	case len(p.spans) > 0 && p.cause != CauseException:
		st.Cause, st.Why = CauseHours, nil
	}
	st.later = !st.Next.IsZero() && DateOf(st.Next) == today
	return st
}

// around returns the opening that holds at a moment, joined over midnights.
func (s Schedule) around(at time.Time, today Date) (Interval, bool) {
	var found *Interval
	var runs []Interval
	for _, d := range []Date{today.Plus(-1), today, today.Plus(1)} {
		runs = append(runs, s.Open(d)...)
	}
	for i, run := range runs {
		if !at.Before(run.From) && at.Before(run.To) {
			found = &runs[i]
		}
	}
	if found == nil {
		return Interval{}, false
	}
	run := *found
	for n, d := 0, DateOf(run.From); ; n++ {
		before := s.endingAt(d.Plus(-1), d, run.From)
		if before.IsZero() {
			break
		}
		if run.From, d = before, DateOf(before); n == join {
			run.From = time.Time{}
			break
		}
	}
	for n, d := 0, DateOf(run.To.Add(-1)); ; n++ {
		after := s.startingAt(d, d.Plus(1), run.To)
		if after.IsZero() {
			break
		}
		if run.To, d = after, DateOf(after.Add(-1)); n == join {
			run.To = time.Time{}
			break
		}
	}
	return run, true
}

func (s Schedule) endingAt(a, b Date, at time.Time) time.Time {
	for _, d := range []Date{a, b} {
		for _, run := range s.Open(d) {
			if run.To.Equal(at) {
				return run.From
			}
		}
	}
	return time.Time{}
}

func (s Schedule) startingAt(a, b Date, at time.Time) time.Time {
	for _, d := range []Date{a, b} {
		for _, run := range s.Open(d) {
			if run.From.Equal(at) {
				return run.To
			}
		}
	}
	return time.Time{}
}

// next returns the first moment after at, and not before closing, at which numbers are given again.
func (s Schedule) next(at time.Time, today Date, closing time.Time) time.Time {
	for n := range horizon {
		for _, run := range s.Open(today.Plus(n)) {
			if run.From.After(at) && !run.From.Before(closing) && run.To.Sub(run.From) > s.Stop {
				return run.From
			}
		}
	}
	return time.Time{}
}

// After returns the first opening on a later local date than that of a moment; zero if there is none within a year.
func (s Schedule) After(at time.Time) time.Time {
	at = at.In(s.Zone)
	return s.next(at, DateOf(at).Plus(1), time.Time{})
}

// Change returns the next moment at which State may say something else; zero if there is none within a year.
func (s Schedule) Change(at time.Time) time.Time {
	st := s.State(at)
	switch {
	case st.Gives:
		return st.Last
	case st.Open:
		return st.Until
	}
	return st.Next
}
