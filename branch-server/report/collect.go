package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"balcao/internal/queue"
)

// Collector folds the entries of one Day, from its opening on, into a Record. A fact about a visit or counter that
// the Day never saw is ignored, as the Day itself does.
type Collector struct {
	date     queue.Date
	last     time.Time
	visits   []*visit // visits[i] has id i+1; a number that is nobody's is nil or void
	waiting  map[queue.ServiceID][]*visit
	counters map[queue.CounterID]*post
	slips    map[queue.Rule]int
	closed   bool // the Day ended, whether or not the next one began
}

// visit is a visit in the making. The last leg is the present one.
type visit struct {
	Visit
	asked   time.Time // the key of arrival
	since   time.Time // it waited before the branch knew; zero otherwise
	slot    time.Time
	void    bool
	waits   bool
	started time.Time // of the service in progress; zero while held
	called  time.Time // of the last call
	at      queue.CounterID
}

func (v *visit) leg() *Leg { return &v.Legs[len(v.Legs)-1] }

// post is a counter in the making.
type post struct {
	Counter
	opened time.Time // zero while closed
	paused time.Time // zero while not on a break
	since  time.Time // somebody is called or served since; zero while free
	seen   time.Time // last time anything happened there
	by     string    // pseudonym of who sits there; empty where the branch does not report by person
}

// NewCollector returns a Collector for the Day of a date.
func NewCollector(date queue.Date) *Collector {
	return &Collector{
		date: date, waiting: map[queue.ServiceID][]*visit{}, counters: map[queue.CounterID]*post{}, slips: map[queue.Rule]int{},
	}
}

// Add takes in the next entry of the Day.
func (c *Collector) Add(e queue.Entry) {
	c.last = e.At
	switch ev := e.Event.(type) {
	case queue.DayClosed:
		c.closed = true
	case queue.DayReopened:
		c.closed = false
	case queue.Reserved:
		c.reserved(ev, e.At)
	case queue.Issued:
		c.on(ev.Visit, func(v *visit) { c.issued(v, e.At) })
	case queue.Voided:
		c.on(ev.Visit, func(v *visit) {
			c.unwait(v)
			v.void = true
		})
	case queue.Walked:
		c.on(ev.Visit, func(v *visit) { c.walked(v, ev.Counter, e.At) })
	case queue.Called:
		c.on(ev.Visit, func(v *visit) { c.called(v, ev, e.At) })
	case queue.Started:
		c.on(ev.Visit, func(v *visit) {
			v.started = e.At
			l := v.leg()
			l.Started, l.WalkMS = true, ms(v.called, e.At)
		})
	case queue.PrioritySet:
		c.on(ev.Visit, func(v *visit) { v.leg().Class = ev.Class })
	case queue.InaccurateSet:
		c.on(ev.Visit, func(v *visit) { v.Inaccurate = ev.Inaccurate })
	case queue.CounterOpened, queue.CounterClosed, queue.BreakStarted, queue.BreakEnded:
		c.supply(e)
	default:
		c.life(e)
	}
}

// life takes in what happens to a visit between its call and its end.
func (c *Collector) life(e queue.Entry) {
	switch ev := e.Event.(type) {
	case queue.Finished:
		c.on(ev.Visit, func(v *visit) { c.end(v, Finished, ev.Delivered, e.At) })
	case queue.NotShown:
		c.on(ev.Visit, func(v *visit) { c.end(v, NoShow, nil, e.At) })
	case queue.Cancelled:
		c.on(ev.Visit, func(v *visit) {
			c.unwait(v)
			c.end(v, Cancelled, nil, e.At)
		})
	case queue.Revived:
		c.on(ev.Visit, func(v *visit) {
			l := v.leg()
			if l.Outcome, l.Ended = Open, 0; ev.State == "" {
				c.wait(v)
			}
		})
	case queue.Held:
		c.on(ev.Visit, func(v *visit) {
			c.pause(v, e.At)
			v.leg().Holds++
			c.vacate(v, e.At)
		})
	case queue.Resumed:
		c.on(ev.Visit, func(v *visit) {
			v.started = e.At
			c.occupy(v, ev.Counter, e.At)
		})
	case queue.TakenBack:
		c.on(ev.Visit, func(v *visit) { c.takenBack(v, ev.Counter, e.At) })
	case queue.Forwarded:
		c.on(ev.Visit, func(v *visit) {
			c.end(v, PassedOn, ev.Delivered, e.At)
			c.next(v, ev.Service, ev.Body, ev.Class)
			if ev.Stays {
				c.stays(v, ev.Counter, e.At)
				return
			}
			v.leg().From = milli(later(e.At, ev.NotBefore))
			c.wait(v)
		})
	case queue.Postponed:
		c.on(ev.Visit, func(v *visit) {
			c.end(v, PassedOn, ev.Delivered, e.At)
			c.next(v, ev.Service, ev.Body, ev.Class)
		})
	case queue.Returned:
		c.on(ev.Visit, func(v *visit) {
			v.asked = e.At
			v.leg().From = milli(e.At)
			c.wait(v)
		})
	case queue.Transferred:
		c.on(ev.Visit, func(v *visit) {
			c.unwait(v)
			c.vacate(v, e.At)
			l := v.leg()
			l.Service, l.Body, l.Class = ev.Service, ev.Body, ev.Class
			v.Told = nil
			c.wait(v)
		})
	case queue.PaperEntered:
		c.on(ev.Visit, func(v *visit) { c.paper(v, ev, e.At) })
	case queue.PaperCorrected:
		c.on(ev.Visit, func(v *visit) { c.corrected(v, ev, e.At) })
	default: // no part of any figure
	}
}

func (c *Collector) on(id queue.VisitID, change func(*visit)) {
	if id >= 1 && int(id) <= len(c.visits) && c.visits[id-1] != nil {
		change(c.visits[id-1])
	}
}

func (c *Collector) reserved(ev queue.Reserved, at time.Time) {
	if int(ev.Visit) != len(c.visits)+1 {
		return
	}
	c.visits = append(c.visits, &visit{
		Visit: Visit{
			ID: ev.Visit, Number: ev.Number.String(), Override: ev.Override, Despite: ev.Despite,
			Legs: []Leg{{Service: ev.Service, Body: ev.Body, Class: ev.Class, Outcome: Open}},
		},
		asked: at, slot: ev.Slot,
	})
	v := c.visits[len(c.visits)-1]
	switch {
	case ev.Alone: // the kiosk gave it while the branch was silent
		v.asked, v.since = ev.Asked, ev.Asked
	case !ev.Came.IsZero():
		v.asked = ev.Came
	}
	if t := ev.Told; t != nil && t.Service == ev.Service {
		c.visits[len(c.visits)-1].Told = &Told{Low: t.Low, High: t.High, MidMS: t.Mid.Milliseconds()}
	}
}

// paper takes in a ticket of a pad that was recorded afterwards: it counts, its times do not.
func (c *Collector) paper(v *visit, ev queue.PaperEntered, at time.Time) {
	v.Issued, v.Inaccurate = milli(at), true
	v.leg().Counter = ev.Counter
	outcome := Finished
	if ev.Outcome == queue.StateNoShow {
		outcome = NoShow
	}
	c.end(v, outcome, ev.Delivered, at)
}

// corrected takes in what had really happened to a ticket of a pad: it counts as that, and as nothing that was said before.
func (c *Collector) corrected(v *visit, ev queue.PaperCorrected, at time.Time) {
	c.unwait(v)
	v.void, v.Inaccurate = ev.Outcome == queue.StateVoid, true
	l := v.leg()
	*l = Leg{Service: ev.Service, Body: ev.Body, Class: l.Class, Counter: ev.Counter, Outcome: Open, From: l.From}
	switch ev.Outcome { //nolint:exhaustive // the others are not a correction's
	case queue.StateFinished:
		c.end(v, Finished, ev.Delivered, at)
	case queue.StateNoShow:
		c.end(v, NoShow, nil, at)
	case queue.StateWaiting:
		c.wait(v)
	}
}

// issued begins the wait. A booking waits from the later of check-in and its time.
func (c *Collector) issued(v *visit, at time.Time) {
	v.void = false
	if v.Issued == 0 {
		if !v.since.IsZero() {
			at = v.since
		}
		v.Issued = milli(at)
		v.leg().From = milli(later(at, v.slot))
	}
	c.wait(v)
}

func (c *Collector) walked(v *visit, counter queue.CounterID, at time.Time) {
	v.Issued, v.Walked = milli(at), true
	v.started, v.called = at, at
	v.leg().Started = true
	v.leg().Counter = counter
	c.occupy(v, counter, at)
}

// stays begins a leg for which nobody waited and nobody was called: the citizen was at the counter already.
func (c *Collector) stays(v *visit, counter queue.CounterID, at time.Time) {
	v.started = at
	v.leg().Started, v.leg().Counter = true, counter
	c.occupy(v, counter, at)
}

// called counts whom this call passed: earlier arrivals that wait for the same service. A booking before its time, or
// a visit that was forwarded for later, does not wait yet.
func (c *Collector) called(v *visit, ev queue.Called, at time.Time) {
	l := v.leg()
	for _, o := range c.waiting[l.Service] {
		if o != v && before(o, v) && o.leg().From <= milli(at) {
			o.leg().Slips++
			l.Skips++
			c.slips[ev.Why.Rule]++
		}
	}
	c.unwait(v)
	v.called = at
	if l.Called == 0 {
		l.Called, l.Rule = milli(at), ev.Why.Rule
	}
	if ev.Why.Rule == queue.RuleChosen {
		l.Rule, l.Reason = ev.Why.Rule, ev.Why.Reason
	}
	l.Unlawful = l.Unlawful || ev.Why.Unlawful
	l.Counter = ev.Counter
	c.occupy(v, ev.Counter, at)
}

func before(a, b *visit) bool {
	if d := a.asked.Compare(b.asked); d != 0 {
		return d < 0
	}
	return a.ID < b.ID
}

func (c *Collector) wait(v *visit) {
	if !v.waits {
		s := v.leg().Service
		c.waiting[s] = append(c.waiting[s], v)
		v.waits = true
	}
}

func (c *Collector) unwait(v *visit) {
	if !v.waits {
		return
	}
	s := v.leg().Service
	c.waiting[s] = slices.DeleteFunc(c.waiting[s], func(o *visit) bool { return o == v })
	v.waits = false
}

// pause adds the service so far to the leg.
func (c *Collector) pause(v *visit, at time.Time) {
	if v.started.IsZero() {
		return
	}
	spent := ms(v.started, at)
	v.leg().ServiceMS += spent
	if p := c.counters[v.at]; p != nil {
		p.ServiceMS += spent
	}
	v.started = time.Time{}
}

func (c *Collector) end(v *visit, how Outcome, done []queue.Delivered, at time.Time) {
	c.pause(v, at)
	l := v.leg()
	l.Outcome, l.Ended = how, milli(at)
	for _, d := range done {
		l.Delivered += d.Quantity
	}
	c.vacate(v, at)
}

// takenBack undoes the end of a leg: the leg that would have followed never was, and what was delivered is said again.
func (c *Collector) takenBack(v *visit, counter queue.CounterID, at time.Time) {
	c.unwait(v)
	if n := len(v.Legs); n > 1 && v.Legs[n-1].Outcome == Open {
		v.Legs = v.Legs[:n-1]
	}
	l := v.leg()
	l.Outcome, l.Ended, l.Delivered = Open, 0, 0
	v.started = at
	c.occupy(v, counter, at)
}

// next begins another leg of the visit.
func (c *Collector) next(v *visit, s queue.ServiceID, b queue.BodyID, k queue.ClassID) {
	v.Legs = append(v.Legs, Leg{Service: s, Body: b, Class: k, Outcome: Open})
}

func (c *Collector) post(id queue.CounterID) *post {
	p := c.counters[id]
	if p == nil {
		p = &post{Counter: Counter{ID: id}}
		c.counters[id] = p
	}
	return p
}

func (c *Collector) occupy(v *visit, id queue.CounterID, at time.Time) {
	p := c.post(id)
	p.since, p.seen = at, at
	v.at = id
	v.leg().Staff = p.by
}

func (c *Collector) vacate(v *visit, at time.Time) {
	if p := c.counters[v.at]; p != nil && v.at != "" && !p.since.IsZero() {
		p.BusyMS += ms(p.since, at)
		p.since, p.seen = time.Time{}, at
	}
	v.at = ""
}

func (c *Collector) supply(e queue.Entry) {
	switch ev := e.Event.(type) {
	case queue.CounterOpened:
		p := c.post(ev.Counter)
		if p.opened.IsZero() {
			p.opened = e.At
		}
		if ev.By != "" {
			p.by = ev.By
		}
		p.seen = e.At
	case queue.CounterClosed:
		p := c.post(ev.Counter)
		p.rest(e.At)
		p.shut(e.At)
		p.by = ""
	case queue.BreakStarted:
		p := c.post(ev.Counter)
		if p.paused.IsZero() {
			p.paused = e.At
		}
		p.seen = e.At
	case queue.BreakEnded:
		p := c.post(ev.Counter)
		p.rest(e.At)
		p.seen = e.At
	default: // not of a counter
	}
}

// rest ends a break.
func (p *post) rest(at time.Time) {
	if !p.paused.IsZero() {
		p.BreakMS += ms(p.paused, at)
		p.paused = time.Time{}
	}
}

func (p *post) shut(at time.Time) {
	if !p.opened.IsZero() {
		p.OpenMS += ms(p.opened, at)
		p.opened = time.Time{}
	}
}

// Record returns what was collected, with everything that still goes on measured up to a moment. Ended says that the
// next Day was opened: a counter that nobody closed by the end of the Day counts up to its last sign of life, because nobody sat there
// through the night.
func (c *Collector) Record(until time.Time, ended bool) Record {
	r := Record{Date: c.date, Ended: ended, Until: milli(until)}
	if len(c.slips) > 0 {
		r.Slips = maps.Clone(c.slips)
	}
	for _, v := range c.visits {
		switch {
		case v.void:
			r.Voided++
		case v.Issued != 0:
			r.Visits = append(r.Visits, v.Visit)
		}
	}
	for _, p := range c.counters {
		k := *p
		end := until
		if (ended || c.closed) && !k.opened.IsZero() {
			k.LeftOpen, end = true, k.seen
		}
		if !k.since.IsZero() {
			k.BusyMS += ms(k.since, end)
		}
		k.rest(end)
		k.shut(end)
		r.Counters = append(r.Counters, k.Counter)
	}
	slices.SortFunc(r.Counters, func(a, b Counter) int {
		return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID)) // 9 before 10
	})
	return r
}

func ms(from, to time.Time) int64 { return max(0, to.Sub(from).Milliseconds()) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
