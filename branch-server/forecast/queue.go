package forecast

import (
	"slices"
	"time"

	"balcao/internal/queue"
)

// Queue is the QL estimate of queueing theory with the branch's own rule: the work of those before somebody, shared
// among the counters that really serve (open, not on a break, of the right skills and classes), in the order in which
// the calling rule would take them, with what is left of the services in progress. Nobody who comes later is foreseen,
// so a rush of priority makes waits longer than it said. It belongs to one goroutine at a time.
type Queue struct {
	// Usual is a service's configured time at the counter; the day is learned on top of it.
	Usual func(queue.ServiceID) time.Duration
	// Services and Classes are whom newcomers are foreseen for.
	Services func() []queue.ServiceID
	// Spread is the ratio of standard deviation to mean of a service's time; 0 takes services as exponential.
	Spread float64

	learned struct {
		day  queue.Date
		at   time.Time
		pace pace
	}
}

// UsualSpread is the Spread of services at counters of the State: between half and nearly the whole of the mean.
const UsualSpread = 0.7

// relearn is how often the day's pace is read again: it moves slowly, and reading it looks at every visit.
const relearn = 30 * time.Second

// Ask implements Forecast.
func (q *Queue) Ask(d *queue.Day, at time.Time, more ...queue.Newcomer) Answer {
	if l := &q.learned; l.day != d.Date() || l.pace.usual == nil || at.Before(l.at) || at.Sub(l.at) >= relearn {
		l.day, l.at, l.pace = d.Date(), at, learn(d, q.Usual)
	}
	p := q.learned.pace
	who := slices.Clone(more)
	for _, s := range q.Services() {
		for _, c := range []queue.ClassID{queue.ClassWalkIn, queue.ClassLaw} {
			who = append(who, queue.Newcomer{Service: s, Class: c})
		}
	}
	out := d.Outlook(at, queue.Pace{
		Call: p.call,
		Left: func(v queue.Visit) time.Duration { return p.left(v, at, q.Spread) },
	}, who)
	a := Answer{
		At:        at,
		Newcomers: make(map[queue.Newcomer]Estimate, len(out.Newcomers)),
		Visits:    make(map[queue.VisitID]Estimate, len(out.Visits)),
	}
	for n, f := range out.Newcomers {
		a.Newcomers[n] = estimate(f)
	}
	for id, f := range out.Visits {
		a.Visits[id] = estimate(f)
	}
	return a
}

func estimate(f queue.Foreseen) Estimate {
	return Estimate{Known: true, Next: f.Before == 0, Mid: f.Wait}
}
