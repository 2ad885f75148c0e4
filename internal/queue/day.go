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

	reopened time.Time // by hand, after it had closed
	last     time.Time

	visits    []*Visit // visits[i] has ID i+1
	byRequest map[RequestID]*Visit
	closed    map[RequestID]bool     // requests that ended before the branch heard of them
	waiting   map[ServiceID][]*Visit // by Asked, then ID
	pending   map[VisitID]*Visit     // reserved, not settled
	issued    map[DivisionID]int     // last number used
	called    map[DivisionID]int     // first calls, for the tolerance of no-shows
	suspended map[ServiceID]Suspension
	today     quotas                  // set by hand
	held      map[DivisionID]int      // numbers kept for bookings
	pads      map[DivisionID][]Pad    // numbers set aside for paper tickets
	skills    map[CounterID]SkillsSet // of counters that have others today
	leases    []Leased                // of today and later Days
	sinceLaw  int                     // calls since the last one of priority by law
	counters  map[CounterID]*post
	calls     []Call // oldest first, and more than boards are told
	recovered Recovered
	lentFrom  []int // the blocks of the Day before, which lent numbers of this one
}

// post is a counter's part of the Day.
type post struct {
	open  bool
	visit *Visit
	since time.Time // open since, closed since, or on a break since
	free  time.Time // idle since: the last visit or break ended

	breakDue bool // a break begins once the visit has left
	onBreak  bool
	planned  bool
	reason   string // of the break

	skills []ServiceID // that the clerk serves now; none is all of the counter's
	alarm  Alarm
	by     string // pseudonym of the clerk, where the branch reports by person
}

// Call is one line of a callboard.
type Call struct {
	Seq     uint64 // of the entry that called or recalled
	Visit   VisitID
	Number  Number
	Slip    string // its citizen holds a slip of this name, without a number
	Body    BodyID
	Service ServiceID
	Counter CounterID
	Lang    string
	At      time.Time
	Count   int // 1 is the first call
}

// maxCalls is how many calls a Day remembers for boards: those of a rush of minutes, and of every part of the hall some.
const maxCalls = 96

// NewDay returns an empty Day that follows the journal entry numbered after. Replay fills it through Apply.
func NewDay(c Catalogue, after uint64) *Day {
	d := &Day{index: newIndex(c), seq: after}
	d.clear()
	return d
}

func (d *Day) clear() {
	d.visits = nil
	d.reopened = time.Time{}
	d.byRequest = map[RequestID]*Visit{}
	d.closed = map[RequestID]bool{}
	d.waiting = map[ServiceID][]*Visit{}
	d.pending = map[VisitID]*Visit{}
	d.issued = map[DivisionID]int{}
	d.called = map[DivisionID]int{}
	d.held = map[DivisionID]int{}
	d.pads = map[DivisionID][]Pad{}
	d.suspended = map[ServiceID]Suspension{}
	d.today = newQuotas()
	d.skills = map[CounterID]SkillsSet{}
	d.leases = nil
	d.sinceLaw = 0
	d.counters = map[CounterID]*post{}
	d.calls = nil
	d.recovered, d.lentFrom = Recovered{}, nil
}

// Handle decides a wish at a moment. It returns the facts that follow, numbered and already applied, or a Refusal
// that has changed nothing. A repeated request, or a fact that is already known, yields no entries.
func (d *Day) Handle(cmd Command, at time.Time) ([]Entry, error) {
	at = at.UTC().Truncate(time.Millisecond)
	events, err := d.decide(cmd, at)
	if err != nil {
		return nil, err
	}
	entries := d.record(nil, events, at)
	for {
		events = d.follow(cmd, entries, at)
		if len(events) == 0 {
			return entries, nil
		}
		entries = d.record(entries, events, at)
	}
}

func (d *Day) record(entries []Entry, events []Event, at time.Time) []Entry {
	for _, e := range events {
		entry := Entry{Seq: d.seq + 1, At: at, Event: e}
		d.Apply(entry)
		entries = append(entries, entry)
	}
	return entries
}

// follow returns what the Day does by itself after some facts: a break that was due begins, and an idle counter is
// given the visit that just began to wait. It is asked again until nothing follows.
func (d *Day) follow(cmd Command, entries []Entry, at time.Time) []Event {
	if events := d.dueBreaks(entries); events != nil {
		return events
	}
	if !d.index.policy.AutoCall {
		return nil
	}
	var fresh []VisitID
	for _, e := range entries {
		switch ev := e.Event.(type) {
		case Issued:
			fresh = append(fresh, ev.Visit)
		case Forwarded:
			fresh = append(fresh, ev.Visit)
		case Transferred:
			fresh = append(fresh, ev.Visit)
		case Revived:
			fresh = append(fresh, ev.Visit)
		case Returned:
			fresh = append(fresh, ev.Visit)
		default: // lets nobody wait
		}
	}
	if _, tick := cmd.(Tick); tick {
		fresh = append(fresh, d.delayed(at)...)
	}
	return d.assign(fresh, at)
}

// delayed returns the visits whose forwarding had to wait some minutes, and has.
func (d *Day) delayed(at time.Time) []VisitID {
	var all []VisitID
	for _, v := range d.visits {
		if v.State == StateWaiting && !v.NotBefore.IsZero() && v.ready(at) {
			all = append(all, v.ID)
		}
	}
	return all
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

// WaitingSum returns how many visits wait now, for how long together, and which of them for longest: of those that wait
// equally long the one that came first. It is nothing where nobody waits.
func (d *Day) WaitingSum(now time.Time) (count int, together time.Duration, longest Visit) {
	var most *Visit
	var longestWait time.Duration
	for _, q := range d.waiting {
		for _, v := range q {
			count++
			wait := v.Wait(now)
			together += wait
			if most == nil || wait > longestWait || wait == longestWait && byArrival(v, most) < 0 {
				most, longestWait = v, wait
			}
		}
	}
	if most == nil {
		return 0, 0, Visit{}
	}
	return count, together, *most
}

// WaitingCount returns how many visits wait for a service.
func (d *Day) WaitingCount(s ServiceID) int { return len(d.waiting[s]) }

// Calls returns the last calls, newest first; a repeated call stands once, where it was last made.
func (d *Day) Calls() []Call {
	last := slices.Clone(d.calls[max(0, len(d.calls)-maxCalls):])
	slices.Reverse(last)
	return last
}

// CounterState is a copy of what happens at a counter.
type CounterState struct {
	ID    CounterID
	Open  bool
	Since time.Time // open, closed or on a break since
	Free  time.Time // the last visit or break ended then
	Visit *Visit    // a copy; nil if nobody is called or served there

	BreakDue    bool   // a break begins once the visit has left
	OnBreak     bool   // paused; nobody is called there
	Planned     bool   // the break was planned
	BreakReason string // a code; empty if there is no break

	Skills []ServiceID // that the clerk chose to serve; none is all of the counter's
	Alarm  Alarm       // the clerk's silent alert
}

// Counter returns what happens at a counter.
func (d *Day) Counter(id CounterID) CounterState {
	s := CounterState{ID: id}
	if p, known := d.counters[id]; known {
		s.Open, s.Since, s.Free = p.open, p.since, p.free
		s.BreakDue, s.OnBreak, s.Planned, s.BreakReason = p.breakDue, p.onBreak, p.planned, p.reason
		s.Skills, s.Alarm = slices.Clone(p.skills), p.alarm
		if p.visit != nil {
			v := *p.visit
			s.Visit = &v
		}
	}
	return s
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
		case StateCancelled:
			t.Cancelled++
		case StateWaiting, StateCalled, StateServing, StateHeld, StatePostponed:
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
	_, last := d.central(div)
	left := max(0, last-used-d.padded(id, used+1, last))
	given := d.given(div, used)
	if d.recovered.Block > 0 && !d.recovered.Lends {
		left = max(0, min(left, div.Last()-div.First+1-given))
	}
	if quota, set := d.today.divisions[id]; set {
		left = max(0, min(left, quota-given))
	}
	return left
}

// Due returns the earliest moment at which Tick has something to settle; zero if nothing is due.
func (d *Day) Due() time.Time {
	var due time.Time
	for _, v := range d.pending {
		if due.IsZero() || v.PrintDue.Before(due) {
			due = v.PrintDue
		}
	}
	for _, s := range d.suspended {
		if !s.Until.IsZero() && (due.IsZero() || s.Until.Before(due)) {
			due = s.Until
		}
	}
	if !d.index.policy.AutoCall {
		return due
	}
	for _, q := range d.waiting {
		for _, v := range q {
			if !v.NotBefore.IsZero() && (due.IsZero() || v.NotBefore.Before(due)) {
				due = v.NotBefore
			}
		}
	}
	return due
}

func byArrival(a, b *Visit) int {
	if c := a.Since.Compare(b.Since); c != 0 {
		return c
	}
	return int(a.ID) - int(b.ID)
}
