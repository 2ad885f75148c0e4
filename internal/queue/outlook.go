package queue

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Pace says how long things take in an Outlook. Both are means: an Outlook draws nothing.
type Pace struct {
	// Call is how long one call of a service takes its counter, no-shows included.
	Call func(s ServiceID) time.Duration
	// Left is how long a visit that is at a counter stays there from now on.
	Left func(v Visit) time.Duration
}

// Newcomer is somebody who would come now.
type Newcomer struct {
	Service ServiceID
	Class   ClassID
	Slot    time.Time // booked time; zero without a booking
}

// Foreseen is when somebody would be called.
type Foreseen struct {
	Wait   time.Duration // from now to the call
	Before int           // calls that the counters able to serve them make first
}

// Outlook is how the queue would be called from a moment on if nobody else came, no counter opened or closed, and
// everything took its mean time: the real calling rule played forward. Who is not in it would not be called: no
// counter that works now may be given them.
type Outlook struct {
	Newcomers map[Newcomer]Foreseen
	Visits    map[VisitID]Foreseen
}

// farthest bounds an Outlook: beyond a working day nothing is foreseen.
const farthest = 12 * time.Hour

// Outlook plays the present queue forward. Counters on a break, and those whose break begins when their visit leaves,
// call nobody. With one kind of visit and s counters busy it gives the QL estimate of queueing theory, (n+1)/(s·mu).
// A ratio that delays priority by law is left out of it. The Day is not changed.
func (d *Day) Outlook(at time.Time, pace Pace, newcomers []Newcomer) Outlook {
	at = at.UTC()
	p := &play{
		day: d, pace: pace,
		out: Outlook{
			Newcomers: make(map[Newcomer]Foreseen, len(newcomers)), Visits: make(map[VisitID]Foreseen),
		},
		lanes: map[ServiceID][]*lane{},
		came:  map[*Visit]Newcomer{},
		again: map[*Visit]bool{},
		calls: map[ServiceID]int{},
	}
	for s, q := range d.waiting {
		for _, v := range q {
			p.queue(s, v)
		}
	}
	for i, n := range newcomers {
		s, known := d.index.services[n.Service]
		if !known {
			continue
		}
		v := &Visit{
			ID: VisitID(len(d.visits) + 1 + i), Service: n.Service, Body: s.Body, Class: n.Class,
			Asked: at, Since: at, Joined: at, IssuedAt: at, Slot: n.Slot,
		}
		if rule, known := d.index.calling(s.Body).class(n.Class); !known || rule.Order == OrderSlot && n.Slot.IsZero() {
			v.Class = ClassWalkIn
		}
		p.came[v] = n
		p.queue(s.ID, v)
	}
	p.seat(at)
	p.run(at)
	return p.out
}

// play is an Outlook being made.
type play struct {
	day   *Day
	pace  Pace
	out   Outlook
	lanes map[ServiceID][]*lane
	came  map[*Visit]Newcomer
	again map[*Visit]bool   // on the way to a further service of theirs
	calls map[ServiceID]int // calls so far by the counters able to serve a service
	seats []seat
	idle  []seat // that had nobody left to call
}

// lane is visits of one service among which the first to have come is called first, so that only its head counts.
type lane struct {
	class  ClassID
	visits []*Visit
}

// seat is a counter that works, and when it is free.
type seat struct {
	counter Counter
	free    time.Time
	all     []ServiceID
}

// queue puts a visit into the lane of its class, or alone into one if something but its arrival counts.
func (p *play) queue(s ServiceID, v *Visit) {
	if !v.Front && v.NotBefore.IsZero() && v.Slot.IsZero() {
		for _, l := range p.lanes[s] {
			if l.class == v.Class {
				l.visits = append(l.visits, v)
				return
			}
		}
		p.lanes[s] = append(p.lanes[s], &lane{class: v.Class, visits: []*Visit{v}})
		return
	}
	p.lanes[s] = append(p.lanes[s], &lane{visits: []*Visit{v}})
}

// seat finds the counters that work and when each is free. Of some busy ones that share their work the first is free
// well before a mean time has passed and the last after all of it, so they are spread over it in the order in which
// they are likely to end.
func (p *play) seat(at time.Time) {
	type busy struct {
		seat
		left time.Duration
	}
	var all []busy
	for _, id := range slices.SortedFunc(maps.Keys(p.day.counters), compareCounters) {
		post := p.day.counters[id]
		if post.visit != nil {
			p.goesOn(post.visit, at.Add(max(0, p.pace.Left(*post.visit))))
		}
		k, known := p.day.staffed(id)
		if !known || !post.open || post.onBreak || post.breakDue {
			continue
		}
		s := seat{counter: k, free: at, all: append(slices.Clone(k.Primary), k.Secondary...)}
		if post.visit == nil {
			p.seats = append(p.seats, s)
			continue
		}
		all = append(all, busy{s, max(0, p.pace.Left(*post.visit))})
	}
	slices.SortFunc(all, func(a, b busy) int {
		return cmp.Or(cmp.Compare(a.left, b.left), compareCounters(a.counter.ID, b.counter.ID))
	})
	pools := make([]int, len(all)) // pool of each, named by its first member
	for i := range all {
		pools[i] = i
		for j := range i {
			if pools[j] != pools[i] && shares(all[i].counter, all[j].counter) {
				old, pool := max(pools[i], pools[j]), min(pools[i], pools[j])
				for k := range i + 1 {
					if pools[k] == old {
						pools[k] = pool
					}
				}
			}
		}
	}
	for pool := range all {
		size := 0
		for _, q := range pools {
			if q == pool {
				size++
			}
		}
		nth := 0
		for i, q := range pools {
			if q == pool {
				nth++
				all[i].free = at.Add(all[i].left * time.Duration(nth) / time.Duration(size))
			}
		}
	}
	for _, b := range all {
		p.seats = append(p.seats, b.seat)
	}
}

// shares reports whether two counters have own work in common, of the same classes.
func shares(a, b Counter) bool {
	if !slices.Equal(a.Only, b.Only) || !slices.Equal(a.Closed, b.Closed) {
		return false
	}
	return slices.ContainsFunc(a.Primary, func(s ServiceID) bool { return slices.Contains(b.Primary, s) })
}

func compareCounters(a, b CounterID) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) // 9 before 10
}

func (p *play) run(at time.Time) {
	for len(p.seats) > 0 {
		i := p.nextSeat()
		now := p.seats[i].free
		if now.Sub(at) > farthest {
			return
		}
		v, later := p.choose(p.seats[i].counter, now)
		switch {
		case v != nil:
			p.call(i, v, now.Sub(at))
		case !later.IsZero():
			p.seats[i].free = later
		default:
			p.idle = append(p.idle, p.seats[i])
			p.seats = slices.Delete(p.seats, i, i+1)
		}
	}
}

// nextSeat returns the counter that is free first; of several, the one that stands first.
func (p *play) nextSeat() int {
	best := 0
	for i := range p.seats {
		if p.seats[i].free.Before(p.seats[best].free) {
			best = i
		}
	}
	return best
}

func (p *play) call(i int, v *Visit, wait time.Duration) {
	f := Foreseen{Wait: wait, Before: p.calls[v.Service]}
	if n, came := p.came[v]; came {
		p.out.Newcomers[n] = f // takes nobody's place
		return
	}
	if _, called := p.out.Visits[v.ID]; !called && !p.again[v] {
		p.out.Visits[v.ID] = f
	}
	for _, s := range p.seats[i].all {
		p.calls[s]++
	}
	p.seats[i].free = p.seats[i].free.Add(max(time.Second, p.pace.Call(v.Service)))
	p.goesOn(v, p.seats[i].free)
}

// goesOn lets a visit of several services wait for the next of them once the one before is done. Its first call is what
// is foreseen of it; the later ones stand before others. A counter that had nobody left may have somebody again.
func (p *play) goesOn(v *Visit, done time.Time) {
	to, goes := p.day.following(v)
	if !goes {
		return
	}
	next := *v
	next.reach(to, true)
	if s, class, err := p.day.onwards(v, to); err == nil {
		next.Service, next.Body, next.Class = s.ID, s.Body, class
	}
	next.Slot, next.Front, next.NotBefore = time.Time{}, false, done
	p.again[&next] = true
	p.queue(to, &next)
	p.idle = slices.DeleteFunc(p.idle, func(s seat) bool {
		if !slices.Contains(s.all, to) {
			return false
		}
		p.seats = append(p.seats, s)
		return true
	})
}

// choose takes the visit that a counter would call; if there is none, it says when one could be called.
func (p *play) choose(k Counter, at time.Time) (*Visit, time.Time) {
	var (
		best  *lane
		rank0 rank
		later time.Time
		skill int
	)
	consider := func(services []ServiceID, secondary bool) {
		for _, s := range services {
			skill++
			rules := p.day.index.calling(p.day.index.services[s].Body)
			for _, l := range p.lanes[s] {
				if len(l.visits) == 0 || !k.takes(l.visits[0].Class) {
					continue
				}
				v := l.visits[0]
				if !v.ready(at) {
					if later.IsZero() || v.NotBefore.Before(later) {
						later = v.NotBefore
					}
					continue
				}
				r, _ := rules.rank(v, secondary, at)
				r.skill = skill
				if best == nil || r.before(rank0) {
					best, rank0 = l, r
				}
			}
		}
	}
	consider(k.Primary, false)
	consider(k.Secondary, true)
	if best == nil {
		return nil, later
	}
	v := best.visits[0]
	best.visits = best.visits[1:]
	return v, time.Time{}
}
