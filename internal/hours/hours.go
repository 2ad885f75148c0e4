// Package hours knows when a branch, a body or a service gives numbers: the week's pattern, dated exceptions, the
// holidays of the law, and the branch's own time zone with its two strange nights. It is pure: it is told the moment
// and answers whether it is open, since when, until when, and when it opens next, in words too.
package hours

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Clock is a time of the day in whole minutes since midnight, from 0 (00:00) to 1440 (24:00).
type Clock int

// Midnight is the end of a day, 24:00.
const Midnight Clock = 24 * 60

// String writes the clock as 08:30.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// UnmarshalText reads 08:30; 24:00 is the end of the day.
func (c *Clock) UnmarshalText(text []byte) error {
	h, m, ok := strings.Cut(string(text), ":")
	hour, herr := strconv.Atoi(h)
	minute, merr := strconv.Atoi(m)
	if !ok || len(h) != 2 || len(m) != 2 || herr != nil || merr != nil || hour < 0 || minute < 0 || minute > 59 ||
		hour*60+minute > int(Midnight) {
		return fmt.Errorf("%q is not a time such as 08:30", text)
	}
	*c = Clock(hour*60 + minute)
	return nil
}

// MarshalText writes the clock as UnmarshalText reads it.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Span is a part of a day, from a time up to but without another one.
type Span struct{ From, To Clock }

// String writes the span as 08:30-19:30.
func (s Span) String() string { return s.From.String() + "-" + s.To.String() }

// UnmarshalText reads 08:30-19:30. Whether it is backward or empty is for Faults to say.
func (s *Span) UnmarshalText(text []byte) error {
	from, to, ok := strings.Cut(strings.ReplaceAll(string(text), " ", ""), "-")
	if !ok {
		return fmt.Errorf("%q is not a span such as 08:30-19:30", text)
	}
	var read Span
	if err := errors.Join(read.From.UnmarshalText([]byte(from)), read.To.UnmarshalText([]byte(to))); err != nil {
		return fmt.Errorf("%q is not a span such as 08:30-19:30", text)
	}
	*s = read
	return nil
}

// MarshalText writes the span as UnmarshalText reads it.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Days is a set of weekdays.
type Days uint8

var dayNames = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Has reports whether a weekday is in the set.
func (d Days) Has(w time.Weekday) bool { return d&(1<<w) != 0 }

// UnmarshalText reads names of weekdays as mon, tue, …, ranges such as mon-fri and lists of both, such as mon-wed,sat.
func (d *Days) UnmarshalText(text []byte) error {
	var set Days
	for part := range strings.SplitSeq(strings.ReplaceAll(strings.ToLower(string(text)), " ", ""), ",") {
		first, last, ranged := strings.Cut(part, "-")
		if !ranged {
			last = first
		}
		from, to := weekday(first), weekday(last)
		if from < 0 || to < 0 {
			return fmt.Errorf("%q are not weekdays such as mon-fri or tue,sat", text)
		}
		for w := from; ; w = (w + 1) % 7 {
			set |= 1 << w
			if w == to {
				break
			}
		}
	}
	*d = set
	return nil
}

func weekday(name string) int {
	for i, n := range dayNames {
		if n == name {
			return i
		}
	}
	return -1
}

// MarshalText writes the set as a list that UnmarshalText reads, Monday first.
func (d Days) MarshalText() ([]byte, error) {
	var names []string
	for i := range dayNames {
		if w := time.Weekday((i + 1) % 7); d.Has(w) {
			names = append(names, dayNames[w])
		}
	}
	return []byte(strings.Join(names, ",")), nil
}

// Date is a day of the calendar, without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the local date of a moment in its own location.
func DateOf(at time.Time) Date {
	y, m, d := at.Date()
	return Date{y, m, d}
}

// ParseDate reads 2026-12-24; a day that does not exist is an error.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a date such as 2026-12-24", text)
	}
	return DateOf(t), nil
}

// String writes the date as 2026-12-24.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// UnmarshalText reads 2026-12-24.
func (d *Date) UnmarshalText(text []byte) error {
	read, err := ParseDate(string(text))
	if err == nil {
		*d = read
	}
	return err
}

// MarshalText writes the date as UnmarshalText reads it.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Plus returns the date some days later.
func (d Date) Plus(days int) Date { return DateOf(d.noon().AddDate(0, 0, days)) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.noon().Weekday() }

// Compare returns -1, 0 or 1 as the date is before, the same as, or after another one.
func (d Date) Compare(o Date) int { return d.noon().Compare(o.noon()) }

// noon stands for the date in arithmetic.
func (d Date) noon() time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }

// Moment returns the first moment at which the clocks of a zone show a time of the date. Where the clocks jump over
// it, that is the moment of the jump; where they show it twice, the first time. 24:00 is where the next date begins.
// So a later time of the day never gives an earlier moment, on any night.
func (d Date) Moment(c Clock, zone *time.Location) time.Time {
	if c == Midnight {
		d, c = d.Plus(1), 0
	}
	wall := time.Date(d.Year, d.Month, d.Day, int(c)/60, int(c)%60, 0, 0, time.UTC)
	before := shown(wall.AddDate(0, 0, -1), zone)
	after := shown(wall.AddDate(0, 0, 1), zone)
	early, late := wall.Add(-max(before, after)), wall.Add(-min(before, after))
	for _, t := range []time.Time{early, late} {
		if shown(t, zone) == wall.Sub(t) {
			return t.In(zone)
		}
	}
	_, jump := early.In(zone).ZoneBounds()
	return jump.In(zone)
}

// shown is how far the clocks of a zone are ahead of UTC at a moment.
func shown(t time.Time, zone *time.Location) time.Duration {
	_, offset := t.In(zone).Zone()
	return time.Duration(offset) * time.Second
}
