package replay

import (
	"fmt"
	"strings"
	"time"

	"balcao/internal/trace"
)

// Comparison says how far two logs of one day agree.
type Comparison struct {
	Calls     int      // calls of the reference
	Mine      int      // calls of the log
	Identical int      // of them: same ticket, same counter, same place in the order of calls
	First     []string // the first differences, in words
	Waits     [3]Waits // of priority by law, bookings and walk-ins
}

// Waits compares the waits of a class: issue to first call, in seconds.
type Waits struct {
	Class string
	Mine  float64 // mean
	Ref   float64
	Count int
}

// Off returns by which share the mean wait differs from the reference's.
func (w Waits) Off() float64 {
	if w.Ref == 0 {
		return w.Mine
	}
	return w.Mine/w.Ref - 1
}

// Share returns the share of identical calls, 0 to 1.
func (c Comparison) Share() float64 {
	if c.Calls == 0 {
		return 1
	}
	return float64(c.Identical) / float64(c.Calls)
}

// String tells the comparison in some lines.
func (c Comparison) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d calls identical (%.1f %%), %d calls in all\n", c.Identical, c.Calls, 100*c.Share(), c.Mine)
	for _, w := range c.Waits {
		fmt.Fprintf(&b, "mean wait of %s: %.1f s, reference %.1f s, %d tickets\n", w.Class, w.Mine, w.Ref, w.Count)
	}
	for _, line := range c.First {
		fmt.Fprintln(&b, line)
	}
	return b.String()
}

// maxShown bounds the differences that are told.
const maxShown = 20

// Compare holds a log to a reference.
func Compare(mine, ref []trace.Event) Comparison {
	a, b := calls(mine), calls(ref)
	c := Comparison{Calls: len(b), Mine: len(a)}
	for i, r := range b {
		switch {
		case i < len(a) && a[i].Ticket == r.Ticket && a[i].Counter == r.Counter:
			c.Identical++
		case len(c.First) < maxShown && i < len(a):
			c.First = append(c.First, fmt.Sprintf("call %d at %s: ticket %d to counter %d; reference at %s: %d to %d",
				i+1, clock(a[i].At), a[i].Ticket, a[i].Counter, clock(r.At), r.Ticket, r.Counter))
		case len(c.First) < maxShown:
			c.First = append(c.First, fmt.Sprintf("call %d is missing; reference at %s: %d to %d", i+1, clock(r.At), r.Ticket, r.Counter))
		}
	}
	c.Waits = waits(mine, ref)
	return c
}

func clock(seconds int64) string {
	return midnight.Add(time.Duration(seconds) * time.Second).Format(time.TimeOnly)
}

func calls(events []trace.Event) []trace.Event {
	var all []trace.Event
	for _, e := range events {
		if e.Kind == trace.Call {
			all = append(all, e)
		}
	}
	return all
}

func waits(mine, ref []trace.Event) [3]Waits {
	var all [3]Waits
	for i, name := range []string{"priority", "booked", "walk-in"} {
		all[i].Class = name
		all[i].Mine, _ = meanWait(mine, i)
		all[i].Ref, all[i].Count = meanWait(ref, i)
	}
	return all
}

func meanWait(events []trace.Event, class int) (mean float64, n int) {
	issued := map[int]int64{}
	var sum int64
	for _, e := range events {
		switch e.Kind {
		case trace.Issue:
			if classOf(e) == class {
				issued[e.Ticket] = e.At
			}
		case trace.Call:
			if at, first := issued[e.Ticket]; first {
				sum += e.At - at
				n++
				delete(issued, e.Ticket)
			}
		}
	}
	if n == 0 {
		return 0, 0
	}
	return float64(sum) / float64(n), n
}

func classOf(e trace.Event) int {
	switch {
	case e.Law == 1:
		return 0
	case e.Slot > 0:
		return 1
	}
	return 2
}
