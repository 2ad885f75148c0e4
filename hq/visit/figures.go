package visit

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"balcao/internal/queue"
)

// Figures are the counts and times of a branch, a body or a service at one moment.
type Figures struct {
	Issued  int // visits that waited today; those below add up to it
	Waiting int
	Called  int // called, not yet at the counter
	Serving int
	Served  int
	NoShows int

	Voided   int // numbers that became nobody's
	Reserved int // numbers taken that still wait for news of their paper

	WaitNow    time.Duration // mean of those waiting now
	LongestNow time.Duration // longest of those waiting now
	Longest    queue.Number  // whose wait that is; zero when nobody waits

	Wait        Spread // of those called today
	ServiceTime Spread // of those served today
}

// Abandonment is the share of the visits issued that ended as no-show, from 0 to 1.
func (f Figures) Abandonment() float64 {
	if f.Issued == 0 {
		return 0
	}
	return float64(f.NoShows) / float64(f.Issued)
}

// Line is the figures of one service.
type Line struct {
	Service queue.ServiceID
	Body    queue.BodyID
	Prefix  string // letters of the last number taken for it
	Figures
}

// Figures returns the figures of the whole branch at a moment of the branch's clock.
func (b *Branch) Figures(now time.Time) Figures {
	f := counted(slices.Collect(maps.Values(b.services)))
	f.Wait, f.ServiceTime = b.all.waits.spread(), b.all.serving.spread()
	// Every branch is asked every second: no visit is copied for it.
	if n, together, longest := b.day.WaitingSum(now); n > 0 {
		f.WaitNow, f.LongestNow, f.Longest = together/time.Duration(n), longest.Wait(now), longest.Number
	}
	return f
}

// Services returns the figures of each service that had a number today, by body and service.
func (b *Branch) Services(now time.Time) []Line {
	lines := make([]Line, 0, len(b.services))
	for id, t := range b.services {
		f := counted([]*tally{t})
		f.Wait, f.ServiceTime = t.waits.spread(), t.serving.spread()
		f.addWaiting(b.day.Waiting(id), now)
		lines = append(lines, Line{Service: id, Body: t.body, Prefix: t.prefix, Figures: f})
	}
	slices.SortFunc(lines, func(x, y Line) int {
		return cmp.Or(cmp.Compare(x.Body, y.Body), cmp.Compare(x.Service, y.Service))
	})
	return lines
}

// Bodies returns the figures of each body that had a visit today, by body; their Service and Prefix are empty.
func (b *Branch) Bodies(now time.Time) []Line {
	tallies := map[queue.BodyID][]*tally{}
	waiting := map[queue.BodyID][]queue.Visit{}
	for _, t := range b.services {
		tallies[t.body] = append(tallies[t.body], t)
	}
	for _, v := range b.day.Waiting() {
		waiting[v.Body] = append(waiting[v.Body], v)
	}
	lines := make([]Line, 0, len(tallies))
	for _, body := range slices.Sorted(maps.Keys(tallies)) {
		f := counted(tallies[body])
		var waits, serving sample
		for _, t := range tallies[body] {
			waits.merge(&t.waits)
			serving.merge(&t.serving)
		}
		f.Wait, f.ServiceTime = waits.spread(), serving.spread()
		f.addWaiting(waiting[body], now)
		lines = append(lines, Line{Body: body, Figures: f})
	}
	return lines
}

func counted(tallies []*tally) Figures {
	var f Figures
	for _, t := range tallies {
		f.Waiting += t.states[queue.StateWaiting]
		f.Called += t.states[queue.StateCalled]
		f.Serving += t.states[queue.StateServing]
		f.Served += t.states[queue.StateFinished]
		f.NoShows += t.states[queue.StateNoShow]
		f.Voided += t.states[queue.StateVoid]
		f.Reserved += t.states[queue.StateReserved]
	}
	f.Issued = f.Waiting + f.Called + f.Serving + f.Served + f.NoShows
	return f
}

func (f *Figures) addWaiting(waiting []queue.Visit, now time.Time) {
	if len(waiting) == 0 {
		return
	}
	var sum time.Duration
	for i, v := range waiting {
		w := v.Wait(now)
		sum += w
		if i == 0 || w > f.LongestNow {
			f.LongestNow, f.Longest = w, v.Number
		}
	}
	f.WaitNow = sum / time.Duration(len(waiting))
}

// Row is one visit with the times that the definitions give it. Times that have not happened are zero.
type Row struct {
	Visit       queue.VisitID
	Number      queue.Number
	Service     queue.ServiceID
	Body        queue.BodyID
	State       queue.State
	Print       queue.PrintState
	Counter     queue.CounterID
	Issued      time.Time
	Called      time.Time
	Started     time.Time
	Ended       time.Time
	Wait        time.Duration
	ServiceTime time.Duration
}

// Rows returns every visit of the Day, in the order of their numbers being taken. The class of a visit is not among
// it: headquarters counts visits and does not follow who had priority.
func (b *Branch) Rows(now time.Time) []Row {
	visits := b.day.Visits()
	rows := make([]Row, len(visits))
	for i, v := range visits {
		rows[i] = Row{
			Visit: v.ID, Number: v.Number, Service: v.Service, Body: v.Body, State: v.State, Print: v.Print,
			Counter: v.Counter, Issued: v.IssuedAt, Called: v.CalledAt, Started: v.StartedAt, Ended: v.EndedAt,
			Wait: v.Wait(now), ServiceTime: v.ServiceTime(now),
		}
	}
	return rows
}
