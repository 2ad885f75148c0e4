package rollup

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"balcao/hq/visit"
	"balcao/internal/queue"
)

// Line is what the visits of one service of one Day come to. The line without a service is of the counters.
type Line struct {
	Service queue.ServiceID
	Body    queue.BodyID
	Sum
}

// Day follows the facts of one Day of a branch. It has one owner.
type Day struct {
	zone   *time.Location
	visits *visit.Branch
	seats  map[queue.CounterID]seat
	places Line // the counters
	last   time.Time
}

// seat is how a counter is, and since when.
type seat struct {
	since              time.Time
	open, paused, busy bool
}

// NewDay returns a Day of which nothing is known yet. Half hours are told in the zone.
func NewDay(zone *time.Location) *Day {
	d := &Day{zone: zone, visits: visit.NewBranch(zone)}
	d.clear()
	return d
}

func (d *Day) clear() {
	d.seats, d.places = map[queue.CounterID]seat{}, Line{Sum: Sum{Halves: new([HalfHours]Half)}}
}

// Apply records a fact. Facts come in the order of the log. One that opens another Day ends this one: take its lines
// before.
func (d *Day) Apply(e queue.Entry) {
	if _, opens := e.Event.(queue.DayOpened); opens {
		d.clear()
	}
	d.visits.Apply(e)
	if !e.At.IsZero() {
		d.last = e.At
	}
	d.visits.Seats(func(id queue.CounterID, open, paused, busy bool) {
		was, known := d.seats[id]
		if known && was.open == open && was.paused == paused && was.busy == busy {
			return
		}
		sat(&d.places, d.zone, was, d.last)
		d.seats[id] = seat{d.last, open, paused, busy}
	})
}

// Date returns the local date of the Day; empty before one was opened.
func (d *Day) Date() queue.Date {
	date, _ := d.visits.Day()
	return date
}

// sat counts the time that a counter was as it was.
func sat(to *Line, zone *time.Location, s seat, until time.Time) {
	if !s.open || s.since.IsZero() || !until.After(s.since) || until.Sub(s.since) > 24*time.Hour {
		return
	}
	for at := s.since; at.Before(until); {
		local := at.In(zone)
		into := time.Duration(local.Minute()%30)*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
		next := at.Add(30*time.Minute - into)
		if next.After(until) {
			next = until
		}
		seconds := next.Unix() - at.Unix() // whole ones, so that the parts of a stretch are no more than the whole
		half := &to.Halves[halfOf(local)]
		half.OpenSeconds += seconds
		to.OpenSeconds += seconds
		if s.paused {
			to.PausedSeconds += seconds
		} else if s.busy {
			to.BusySeconds += seconds
			half.Busy += seconds
		}
		at = next
	}
}

func halfOf(local time.Time) int { return local.Hour()*2 + local.Minute()/30 }

// Lines returns what the Day comes to up to its last fact, by body and service.
func (d *Day) Lines() []Line {
	lines := map[queue.ServiceID]*Line{}
	of := func(service queue.ServiceID, body queue.BodyID) *Line {
		l, known := lines[service]
		if !known {
			l = &Line{Service: service, Body: body, Sum: Sum{Halves: new([HalfHours]Half)}}
			lines[service] = l
		}
		return l
	}
	for _, v := range d.visits.Visits() {
		if v.IssuedAt.IsZero() || v.State == queue.StateVoid || v.State == queue.StateReserved {
			continue
		}
		first, body := v.Service, v.Body
		if len(v.Legs) > 0 {
			first, body = v.Legs[0].Service, v.Legs[0].Body
		}
		l := of(first, body)
		d.count(l, v)
		for _, leg := range v.Legs {
			if v.Inaccurate || leg.StartedAt.IsZero() || leg.Outcome == queue.StateNoShow {
				continue
			}
			served := of(leg.Service, leg.Body)
			walk, took := max(0, leg.StartedAt.Sub(leg.CalledAt)), leg.ServiceTime()
			if leg.CalledAt.IsZero() {
				walk = 0
			}
			served.Served++
			served.WalkSeconds += int64(walk.Seconds())
			served.ServiceSeconds += int64(took.Seconds())
			served.Walk.Add(walk)
			served.Serving.Add(took)
		}
	}
	all := make([]Line, 0, len(lines)+1)
	for l := range maps.Values(lines) {
		all = append(all, *l)
	}
	places := Line{Sum: Sum{Halves: new([HalfHours]Half)}}
	places.Merge(&d.places.Sum)
	for _, s := range d.seats { // what lasts
		sat(&places, d.zone, s, d.last)
	}
	if places.OpenSeconds > 0 {
		all = append(all, places)
	}
	slices.SortFunc(all, func(a, b Line) int { return cmp.Or(cmp.Compare(a.Body, b.Body), cmp.Compare(a.Service, b.Service)) })
	return all
}

func (d *Day) count(l *Line, v queue.Visit) {
	l.Issued++
	l.Halves[d.half(v.IssuedAt)].Issued++
	switch v.State {
	case queue.StateFinished:
		l.Finished++
	case queue.StateNoShow:
		l.NoShows++
	case queue.StateCancelled:
		l.Cancelled++
	default: // it goes on
	}
	if v.Inaccurate {
		l.Inaccurate++
		return
	}
	if v.CalledAt.IsZero() {
		return
	}
	wait := v.Wait(v.CalledAt)
	half := &l.Halves[d.half(v.CalledAt)]
	l.Called++
	l.WaitSeconds += int64(wait.Seconds())
	l.Wait.Add(wait)
	half.Called++
	half.Wait.Add(wait)
}

func (d *Day) half(at time.Time) int { return halfOf(at.In(d.zone)) }
