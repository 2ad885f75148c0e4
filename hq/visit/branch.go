package visit

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"balcao/internal/queue"
)

// Slot counts the visits issued and first called in one half hour of the local Day.
type Slot struct {
	Issued int
	Called int
}

// slots is how many half hours a Day has; the longest Day of the year only fills the last one twice.
const slots = 48

// maxRecent is how many facts of a branch are remembered for its page.
const maxRecent = 24

// Bounds of what one Day may make headquarters remember, far above any branch there is.
const (
	maxVisits   = 50_000
	maxNames    = 500 // services, and counters
	maxNoted    = 512 // bytes of a fact that only pages look at
	maxNameSize = 64
)

// Branch is one branch's Day as headquarters follows it. It has one owner, who calls it from one goroutine at a time;
// everything that leaves it is a copy.
type Branch struct {
	zone     *time.Location
	day      *queue.Day
	services map[queue.ServiceID]*tally
	all      tally // the waits and service times of all services together
	counters map[queue.CounterID]bool
	half     [slots]Slot
	reserved int
	pads     int    // ranges of paper tickets that the Day names
	recent   []Fact // a ring once it is full
	next     int
}

// tally is what has become of the visits of one service today.
type tally struct {
	body    queue.BodyID
	prefix  string
	states  map[queue.State]int
	waits   sample
	serving sample
	half    [slots]slot
}

// slot is a Slot in little room: there is one for each half hour of each service, and maxVisits fits.
type slot struct{ issued, called uint16 }

// Move says in which zone the branch's half hours are told from now on.
func (b *Branch) Move(zone *time.Location) { b.zone = zone }

// NewBranch returns a branch of which nothing is known yet. The zone is the branch's own: half hours are told in it.
func NewBranch(zone *time.Location) *Branch {
	b := &Branch{zone: zone, counters: map[queue.CounterID]bool{}}
	b.day = queue.NewDay(queue.Catalogue{}, 0)
	b.clear()
	return b
}

func (b *Branch) clear() {
	b.services = map[queue.ServiceID]*tally{}
	b.all = tally{}
	b.half = [slots]Slot{}
}

// Apply records a fact of the branch's journal. Facts come in the order of the journal.
func (b *Branch) Apply(e queue.Entry) {
	if b.exceeds(e.Event) {
		return
	}
	id := queue.VisitOf(e.Event)
	before, was := b.day.Visit(id)
	b.day.Apply(e)
	if after, is := b.day.Visit(id); is {
		b.count(before, was, after, e.At)
	}
	b.remember(e, id)
}

// exceeds notes what a fact names, and reports whether it would make the Day larger than any Day is.
func (b *Branch) exceeds(e queue.Event) bool {
	switch ev := e.(type) {
	case queue.DayOpened:
		b.clear()
		b.reserved, b.pads = 0, 0
	case queue.Reserved:
		_, known := b.services[ev.Service]
		if b.reserved >= maxVisits || tooMany(ev.Then) || len(ev.Service) > maxNameSize || !known && len(b.services) >= maxNames {
			return true
		}
		b.reserved++
	case queue.CounterOpened:
		return b.exceedsCounter(ev.Counter)
	case queue.CounterClosed:
		return b.exceedsCounter(ev.Counter)
	case queue.Called:
		return b.exceedsCounter(ev.Counter)
	case queue.Walked:
		return b.exceedsCounter(ev.Counter)
	case queue.Resumed:
		return b.exceedsCounter(ev.Counter)
	case queue.TakenBack:
		return b.exceedsCounter(ev.Counter)
	case queue.AlarmRaised:
		return b.exceedsCounter(ev.Counter)
	case queue.AlarmAnswered:
		return b.exceedsCounter(ev.Counter)
	case queue.BreakDue:
		return b.exceedsCounter(ev.Counter)
	case queue.BreakStarted:
		return b.exceedsCounter(ev.Counter)
	case queue.BreakEnded:
		return b.exceedsCounter(ev.Counter)
	case queue.Forwarded:
		return b.exceedsService(ev.Service)
	case queue.Transferred:
		return b.exceedsService(ev.Service)
	case queue.Postponed:
		return b.exceedsService(ev.Service)
	case queue.ThenSet:
		return tooMany(ev.Then)
	case queue.ServiceSuspended:
		return b.exceedsService(ev.Service)
	case queue.QuotaSet:
		return ev.Service != "" && b.exceedsService(ev.Service)
	case queue.NumbersBlocked:
		b.pads++
		return b.pads > maxNames || len(ev.Division) > maxNameSize
	case queue.PaperEntered:
		return ev.Counter != "" && b.exceedsCounter(ev.Counter)
	case queue.PaperCorrected:
		return b.exceedsService(ev.Service) || ev.Counter != "" && b.exceedsCounter(ev.Counter)
	default:
	}
	return false
}

// exceedsService bounds the services that a visit may move to; one that nobody took a number for yet counts as new.
func (b *Branch) exceedsService(id queue.ServiceID) bool {
	_, known := b.services[id]
	return len(id) > maxNameSize || !known && len(b.services) >= maxNames
}

// tooMany reports whether a visit is said to go on to more than any visit does.
func tooMany(then []queue.ServiceID) bool {
	return len(then) > queue.MaxThen || slices.ContainsFunc(then, func(s queue.ServiceID) bool { return len(s) > maxNameSize })
}

func (b *Branch) exceedsCounter(id queue.CounterID) bool {
	if !b.counters[id] && (len(b.counters) >= maxNames || len(id) > maxNameSize) {
		return true
	}
	b.counters[id] = true
	return false
}

// count moves a visit from the state it was in to the one it is in now.
func (b *Branch) count(before queue.Visit, was bool, after queue.Visit, at time.Time) {
	t := b.of(after)
	t.prefix = after.Number.Prefix
	if was {
		b.of(before).states[before.State]--
	}
	t.states[after.State]++
	if before.IssuedAt.IsZero() && !after.IssuedAt.IsZero() {
		b.slot(at).Issued++
		t.half[b.halfOf(at)].issued++
	}
	if before.CalledAt.IsZero() && !after.CalledAt.IsZero() {
		t.waits.add(after.Wait(at))
		b.all.waits.add(after.Wait(at))
		b.slot(at).Called++
		t.half[b.halfOf(at)].called++
	}
	if n := len(after.Legs); n > len(before.Legs) {
		if leg := after.Legs[n-1]; leg.Outcome != queue.StateNoShow && !leg.StartedAt.IsZero() {
			b.of(queue.Visit{Service: leg.Service, Body: leg.Body}).serving.add(leg.ServiceTime())
			b.all.serving.add(leg.ServiceTime())
		}
	}
}

// of returns the tally of the service that a visit is for.
func (b *Branch) of(v queue.Visit) *tally {
	t, known := b.services[v.Service]
	if !known {
		t = &tally{body: v.Body, states: map[queue.State]int{}}
		b.services[v.Service] = t
	}
	return t
}

func (b *Branch) slot(at time.Time) *Slot { return &b.half[b.halfOf(at)] }

// halfOf is the local half hour of a moment.
func (b *Branch) halfOf(at time.Time) int {
	local := at.In(b.zone)
	return local.Hour()*2 + local.Minute()/30
}

// Day returns the local date of the branch's Day, empty before one was opened, and whether it takes visits.
func (b *Branch) Day() (date queue.Date, open bool) { return b.day.Date(), b.day.Open() }

// Halves returns the visits issued and first called in each half hour of the Day, from midnight on.
func (b *Branch) Halves() [48]Slot { return b.half }

// Counters returns what happens at each counter that took part in a fact, open ones and closed ones, by name.
func (b *Branch) Counters() []queue.CounterState {
	all := make([]queue.CounterState, 0, len(b.counters))
	for _, id := range slices.SortedFunc(maps.Keys(b.counters), naturally) {
		all = append(all, b.day.Counter(id))
	}
	return all
}

// naturally orders names so that 9 stands before 10.
func naturally(a, b queue.CounterID) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// OpenCounters returns how many counters take visits.
func (b *Branch) OpenCounters() int {
	n := 0
	for id := range b.counters {
		if b.day.Counter(id).Open {
			n++
		}
	}
	return n
}

// Visits returns the visits of the Day, in the order in which their numbers were taken.
func (b *Branch) Visits() []queue.Visit { return b.day.Visits() }

// Seats yields each counter that took part in a fact: whether it is open, on a break, and has somebody called or served.
func (b *Branch) Seats(yield func(id queue.CounterID, open, paused, busy bool)) {
	for id := range b.counters {
		s := b.day.Counter(id)
		yield(id, s.Open, s.OnBreak, s.Visit != nil)
	}
}
