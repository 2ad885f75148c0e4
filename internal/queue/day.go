package queue

import (
	"slices"
	"time"
)

// Day is all the state there is of one branch's local day. It has one owner, who calls it from one goroutine at a
// time; everything that leaves it is a copy.
type Day struct {
	index index
	date  Date
	open  bool
	seq   uint64
	last  time.Time

	visits    []*Visit // visits[i] has ID i+1
	byRequest map[RequestID]*Visit
	closed    map[RequestID]bool     // requests that ended before the branch heard of them
	waiting   map[ServiceID][]*Visit // by Asked, then ID
	pending   map[VisitID]*Visit     // reserved, not settled
	issued    map[DivisionID]int     // last number used
	counters  map[CounterID]*post
	calls     []Call // newest first
}

// post is a counter's part of the Day.
type post struct {
	open  bool
	visit *Visit
	since time.Time // open since, or closed since
	free  time.Time // last visit ended
}

// Call is one line of a callboard.
type Call struct {
	Seq     uint64 // of the entry that called or recalled
	Visit   VisitID
	Number  Number
	Body    BodyID
	Service ServiceID
	Counter CounterID
	Lang    string
	At      time.Time
	Count   int // 1 is the first call
}

// maxCalls is how many calls a Day remembers for boards.
const maxCalls = 12

// NewDay returns an empty Day that follows the journal entry numbered after. Replay fills it through Apply.
func NewDay(c Catalogue, after uint64) *Day {
	d := &Day{index: newIndex(c), seq: after}
	d.clear()
	return d
}

func (d *Day) clear() {
	d.visits = nil
	d.byRequest = map[RequestID]*Visit{}
	d.closed = map[RequestID]bool{}
	d.waiting = map[ServiceID][]*Visit{}
	d.pending = map[VisitID]*Visit{}
	d.issued = map[DivisionID]int{}
	d.counters = map[CounterID]*post{}
	d.calls = nil
}

// Handle decides a wish at a moment. It returns the facts that follow, numbered and already applied, or a Refusal
// that has changed nothing. A repeated request, or a fact that is already known, yields no entries.
func (d *Day) Handle(cmd Command, at time.Time) ([]Entry, error) {
	at = at.UTC().Truncate(time.Millisecond)
	events, err := d.decide(cmd, at)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(events))
	for i, e := range events {
		entries[i] = Entry{Seq: d.seq + 1, At: at, Event: e}
		d.Apply(entries[i])
	}
	return entries, nil
}

// Seq returns the sequence number of the last entry applied.
func (d *Day) Seq() uint64 { return d.seq }

// Date returns the Day's date; empty before the first was opened.
func (d *Day) Date() Date { return d.date }

// Open reports whether numbers can be taken.
func (d *Day) Open() bool { return d.open }

// Last returns the moment of the last entry applied.
func (d *Day) Last() time.Time { return d.last }

// Visit returns a copy of a visit.
func (d *Day) Visit(id VisitID) (Visit, bool) {
	v := d.visit(id)
	if v == nil {
		return Visit{}, false
	}
	return *v, true
}

func (d *Day) visit(id VisitID) *Visit {
	if id < 1 || int(id) > len(d.visits) {
		return nil
	}
	return d.visits[id-1]
}

// Requested returns a copy of the visit that a request led to.
func (d *Day) Requested(r RequestID) (Visit, bool) {
	v, known := d.byRequest[r]
	if !known {
		return Visit{}, false
	}
	return *v, true
}

// Visits returns copies of all visits of the Day, in the order of their numbers being taken.
func (d *Day) Visits() []Visit {
	all := make([]Visit, len(d.visits))
	for i, v := range d.visits {
		all[i] = *v
	}
	return all
}

// Waiting returns copies of the visits waiting for some services, in order of arrival; for all if none are named.
func (d *Day) Waiting(services ...ServiceID) []Visit {
	var all []Visit
	if len(services) == 0 {
		for _, q := range d.waiting {
			for _, v := range q {
				all = append(all, *v)
			}
		}
	}
	for _, s := range services {
		for _, v := range d.waiting[s] {
			all = append(all, *v)
		}
	}
	slices.SortFunc(all, func(a, b Visit) int { return byArrival(&a, &b) })
	return all
}

// WaitingCount returns how many visits wait for a service.
func (d *Day) WaitingCount(s ServiceID) int { return len(d.waiting[s]) }

// Calls returns the last calls, newest first; a repeated call stands once, where it was last made.
func (d *Day) Calls() []Call { return slices.Clone(d.calls) }

// CounterState is a copy of what happens at a counter.
type CounterState struct {
	ID    CounterID
	Open  bool
	Since time.Time // open or closed since
	Free  time.Time // the last visit ended then
	Visit *Visit    // a copy; nil if nobody is called or served there
}

// Counter returns what happens at a counter.
func (d *Day) Counter(id CounterID) CounterState {
	s := CounterState{ID: id}
	if p, known := d.counters[id]; known {
		s.Open, s.Since, s.Free = p.open, p.since, p.free
		if p.visit != nil {
			v := *p.visit
			s.Visit = &v
		}
	}
	return s
}

// Order returns copies of the visits that a counter can call, in the order in which it would call them now.
func (d *Day) Order(id CounterID, at time.Time) []Visit {
	k, known := d.index.counters[id]
	if !known {
		return nil
	}
	type ranked struct {
		visit *Visit
		rank  rank
	}
	var all []ranked
	add := func(services []ServiceID, secondary bool) {
		for _, s := range services {
			for _, v := range d.waiting[s] {
				r, _ := d.index.policy.rankOf(v, secondary, at)
				all = append(all, ranked{v, r})
			}
		}
	}
	add(k.Primary, false)
	add(k.Secondary, true)
	slices.SortFunc(all, func(a, b ranked) int {
		switch {
		case a.rank.before(b.rank):
			return -1
		case b.rank.before(a.rank):
			return 1
		}
		return 0
	})
	visits := make([]Visit, len(all))
	for i, r := range all {
		visits[i] = *r.visit
	}
	return visits
}

// Totals counts what became of the Day's visits so far.
func (d *Day) Totals() Totals {
	t := Totals{Reserved: len(d.visits)}
	for _, v := range d.visits {
		if !v.IssuedAt.IsZero() && v.State != StateVoid {
			t.Issued++
		}
		switch v.State {
		case StateVoid:
			t.Voided++
		case StateFinished:
			t.Finished++
		case StateNoShow:
			t.NoShows++
		case StateWaiting, StateCalled, StateServing:
			t.Open++
		case StateReserved:
		}
	}
	return t
}

// Left returns how many numbers a division still has today.
func (d *Day) Left(id DivisionID) int {
	div, known := d.index.divisions[id]
	if !known {
		return 0
	}
	used, taken := d.issued[id]
	if !taken {
		used = div.First - 1
	}
	return max(0, div.Last()-used)
}

// Due returns the earliest moment at which Tick has something to settle; zero if nothing is due.
func (d *Day) Due() time.Time {
	var due time.Time
	for _, v := range d.pending {
		if due.IsZero() || v.PrintDue.Before(due) {
			due = v.PrintDue
		}
	}
	return due
}

// Recatalogue replaces the catalogue. What was numbered and called stays as it is.
func (d *Day) Recatalogue(c Catalogue) { d.index = newIndex(c) }

func byArrival(a, b *Visit) int {
	if c := a.Asked.Compare(b.Asked); c != 0 {
		return c
	}
	return int(a.ID) - int(b.ID)
}
