package queue

import (
	"maps"
	"slices"
	"time"
)

// BlockNumbers sets numbers of a division aside for a pad of paper tickets, which is used when everything is down: the
// central sequence never gives them, on this Day and on the following ones, until the pad is released. First 0 takes the
// highest range that is free.
type BlockNumbers struct {
	Division DivisionID
	First    int
	Count    int
	By       string // a pseudonym
}

// ReleaseNumbers gives the numbers of a pad back from the next Day on: until then some of them may be in somebody's hand.
type ReleaseNumbers struct {
	Division DivisionID
	First    int
	By       string
}

// EnterPaper records afterwards what happened to a ticket of a pad.
type EnterPaper struct {
	Request   RequestID
	Division  DivisionID
	N         int // the number on the paper
	Service   ServiceID
	Class     ClassID
	Came      time.Time // when its citizen came, as far as is known; zero is now
	Outcome   State     // finished, no_show, or waiting
	Counter   CounterID // where it was served; may be empty
	Delivered []Delivered
	By        string
}

// NumbersBlocked says that the central sequence does not use some numbers of a division: a pad of paper tickets holds
// them. A new Day says so again itself.
type NumbersBlocked struct {
	Division DivisionID `json:"div"`
	First    int        `json:"first"`
	Last     int        `json:"last"`
	By       string     `json:"by,omitempty"`
}

// NumbersReleased says that a pad is gone: from the next Day on its numbers are like others.
type NumbersReleased struct {
	Division DivisionID `json:"div"`
	First    int        `json:"first"`
	By       string     `json:"by,omitempty"`
}

// PaperEntered says what had happened to a ticket of a pad, recorded afterwards. Its times are not known and belong in no
// statistics.
type PaperEntered struct {
	Visit     VisitID     `json:"visit"`
	Number    Number      `json:"tk"`
	Counter   CounterID   `json:"counter,omitempty"`
	Outcome   State       `json:"outcome"` // finished or no_show
	Delivered []Delivered `json:"delivered,omitempty"`
	By        string      `json:"by,omitempty"`
}

func (BlockNumbers) command()          {}
func (ReleaseNumbers) command()        {}
func (EnterPaper) command()            {}
func (NumbersBlocked) about() VisitID  { return 0 }
func (NumbersReleased) about() VisitID { return 0 }
func (e PaperEntered) about() VisitID  { return e.Visit }

// PrintPad is the paper of a visit whose ticket came from a pad.
const PrintPad PrintState = "pad"

// Pad is a range of numbers that is set aside for paper tickets.
type Pad struct {
	Division DivisionID
	First    int
	Last     int
	Released bool // it is gone from the next Day on
}

func (p Pad) holds(n int) bool { return p.First <= n && n <= p.Last }

// maxPad is the most numbers of one pad.
const maxPad = 200

// Pads returns the ranges set aside for paper tickets, in order of division and number.
func (d *Day) Pads() []Pad {
	var all []Pad
	for _, id := range slices.Sorted(maps.Keys(d.pads)) {
		all = append(all, d.pads[id]...)
	}
	return all
}

// padOf returns the pad that holds a number of a division.
func (d *Day) padOf(id DivisionID, n int) (Pad, bool) {
	for _, p := range d.pads[id] {
		if p.holds(n) {
			return p, true
		}
	}
	return Pad{}, false
}

// unpadded returns the first number from n on that no pad holds.
func (d *Day) unpadded(id DivisionID, n int) int {
	for {
		p, held := d.padOf(id, n)
		if !held {
			return n
		}
		n = p.Last + 1
	}
}

// padded counts the numbers of a division, from one to another, that pads hold.
func (d *Day) padded(id DivisionID, from, to int) int {
	n := 0
	for _, p := range d.pads[id] {
		n += max(0, min(p.Last, to)-max(p.First, from)+1)
	}
	return n
}

// setAside reports whether a pad, or the lease of a kiosk on this or a later Day, holds some of the numbers.
func (d *Day) setAside(id DivisionID, first, last int) bool {
	return d.padded(id, first, last) > 0 || slices.ContainsFunc(d.leases, func(l Leased) bool {
		return l.Division == id && l.From <= last && first <= l.To
	})
}

func (d *Day) blockNumbers(c BlockNumbers) ([]Event, error) {
	div, known := d.index.divisions[c.Division]
	switch {
	case d.date == "":
		return nil, ErrDayNotOpen
	case !known:
		return nil, ErrUnknownDivision
	case c.Count < 1 || c.Count > maxPad:
		return nil, ErrBadPad
	}
	first := c.First
	if first == 0 {
		first = maxNumber - c.Count + 1
		for first > 0 && d.setAside(div.ID, first, first+c.Count-1) {
			first--
		}
	}
	last := first + c.Count - 1
	switch {
	case first < 1 || last > maxNumber || d.setAside(div.ID, first, last):
		return nil, ErrBadPad
	case first <= d.issued[div.ID]:
		return nil, ErrNumbersUsed
	}
	return []Event{NumbersBlocked{Division: div.ID, First: first, Last: last, By: c.By}}, nil
}

func (d *Day) releaseNumbers(c ReleaseNumbers) ([]Event, error) {
	for _, p := range d.pads[c.Division] {
		if p.First != c.First {
			continue
		}
		if p.Released {
			return nil, nil
		}
		return []Event{NumbersReleased(c)}, nil
	}
	return nil, ErrBadPad
}

// padsAgain is what a new Day says of the pads that are still there.
func (d *Day) padsAgain() []Event {
	var events []Event
	for _, p := range d.Pads() {
		if !p.Released {
			events = append(events, NumbersBlocked{Division: p.Division, First: p.First, Last: p.Last})
		}
	}
	return events
}

// enterPaper records a ticket of a pad, also when the Day is closed: what was served was served. Quotas and suspensions do
// not matter any more.
func (d *Day) enterPaper(c EnterPaper, at time.Time) ([]Event, error) {
	if c.Request == "" {
		return nil, ErrNoRequest
	}
	if _, asked := d.byRequest[c.Request]; asked {
		return nil, nil
	}
	s, known := d.index.services[c.Service]
	div := d.index.divisions[c.Division]
	_, held := d.padOf(c.Division, c.N)
	_, counter := d.index.counters[c.Counter]
	_, class := d.index.calling(s.Body).class(c.Class)
	switch {
	case d.date == "":
		return nil, ErrDayNotOpen
	case !known || s.Division != c.Division:
		return nil, ErrUnknownService
	case !held:
		return nil, ErrNotOnPad
	case !class:
		return nil, ErrUnknownClass
	case c.Counter != "" && !counter:
		return nil, ErrUnknownCounter
	case c.Outcome != StateFinished && c.Outcome != StateNoShow && c.Outcome != StateWaiting:
		return nil, ErrNotServing
	case slices.ContainsFunc(d.visits, func(v *Visit) bool { return v.Division == div.ID && v.Number.N == c.N }):
		return nil, ErrNumbersUsed
	}
	if err := deliveredRefusal(c.Delivered); err != nil {
		return nil, err
	}
	number := Number{Prefix: div.Prefix, N: c.N}
	taken := Reserved{
		Visit: VisitID(len(d.visits) + 1), Number: number, Division: div.ID, Service: s.ID, Body: s.Body, Class: c.Class,
		Request: c.Request, Day: d.date, By: c.By,
	}
	if !c.Came.IsZero() && c.Came.Before(at) {
		taken.Came = c.Came.UTC().Truncate(time.Millisecond)
	}
	if c.Outcome == StateWaiting {
		return []Event{taken, Issued{Visit: taken.Visit, Number: number, Print: PrintPad}}, nil
	}
	return []Event{taken, PaperEntered{
		Visit: taken.Visit, Number: number, Counter: c.Counter, Outcome: c.Outcome, Delivered: c.Delivered, By: c.By,
	}}, nil
}

func (d *Day) applyNumbersBlocked(ev NumbersBlocked) {
	pads := append(d.pads[ev.Division], Pad{Division: ev.Division, First: ev.First, Last: ev.Last})
	slices.SortFunc(pads, func(a, b Pad) int { return a.First - b.First })
	d.pads[ev.Division] = pads
}

func (d *Day) applyNumbersReleased(ev NumbersReleased) {
	for i, p := range d.pads[ev.Division] {
		if p.First == ev.First {
			d.pads[ev.Division][i].Released = true
		}
	}
}

func (d *Day) applyPaperEntered(v *Visit, ev PaperEntered, at time.Time) {
	delete(d.pending, v.ID)
	v.Print, v.IssuedAt, v.Inaccurate = PrintPad, at, true
	v.Counter = ev.Counter
	v.State, v.EndedAt, v.missed = ev.Outcome, at, d.called[v.Division]
	v.Legs = append(slices.Clip(v.Legs), Leg{
		Service: v.Service, Body: v.Body, Counter: ev.Counter, EndedAt: at, Outcome: ev.Outcome, Delivered: slices.Clone(ev.Delivered),
	})
}
