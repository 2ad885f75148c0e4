package forecast

import (
	"math"
	"time"

	"balcao/internal/queue"
)

// pace is how long things take today.
type pace struct {
	usual  func(queue.ServiceID) time.Duration
	called map[queue.ServiceID]tally // from call to end, no-shows included
	served map[queue.ServiceID]tally // the same without no-shows
}

type tally struct {
	n   int
	sum time.Duration
}

// weight is how many visits of today weigh as much as the service's usual time: after so many the two count the same.
const weight = 12

// shrunk returns the mean of today drawn towards the usual one.
func (t tally) shrunk(usual time.Duration) time.Duration {
	return (weight*usual + t.sum) / time.Duration(weight+t.n)
}

// longest is how many usual times one visit may count for: a clerk who forgot to press the key says nothing of the
// service.
const longest = 5

// learn reads today's pace from what ended at counters.
func learn(d *queue.Day, usual func(queue.ServiceID) time.Duration) pace {
	p := pace{usual: usual, called: map[queue.ServiceID]tally{}, served: map[queue.ServiceID]tally{}}
	for _, v := range d.Visits() {
		if v.Inaccurate || v.Walked {
			continue
		}
		for _, leg := range v.Legs {
			if leg.CalledAt.IsZero() {
				continue
			}
			took := min(longest*usual(leg.Service), max(0, leg.EndedAt.Sub(leg.CalledAt)-leg.HeldFor))
			p.called[leg.Service] = p.called[leg.Service].plus(took)
			if leg.Outcome != queue.StateNoShow {
				p.served[leg.Service] = p.served[leg.Service].plus(took)
			}
		}
	}
	return p
}

func (t tally) plus(took time.Duration) tally { return tally{t.n + 1, t.sum + took} }

// call is how long a call of a service takes its counter, be it answered or not.
func (p pace) call(s queue.ServiceID) time.Duration { return p.called[s].shrunk(p.usual(s)) }

// left is how much longer a visit at a counter is likely to stay.
func (p pace) left(v queue.Visit, at time.Time, spread float64) time.Duration {
	mean := p.served[v.Service].shrunk(p.usual(v.Service))
	if v.LastCall.IsZero() && v.StartedAt.IsZero() {
		return mean
	}
	begun := v.LastCall
	if begun.IsZero() {
		begun = v.StartedAt
	}
	if v.LegCall.After(begun) {
		begun = v.LegCall // it went on to another service at the same counter
	}
	return remaining(mean, at.Sub(begun)-v.HeldFor, spread)
}

// remaining returns the mean time left of a service that has lasted so long already: E[X - e | X > e] of a log-normal
// X with that mean and that ratio of standard deviation to mean (Whitt 1999). A spread of 0 knows nothing of the shape:
// what is left is the mean, as of an exponential service.
func remaining(mean, elapsed time.Duration, spread float64) time.Duration {
	if spread <= 0 || elapsed <= 0 || mean <= 0 {
		return mean
	}
	s2 := math.Log(1 + spread*spread)
	s := math.Sqrt(s2)
	x := math.Log(elapsed.Seconds() / mean.Seconds()) // in units of the mean, whose logarithm's mean is -s2/2
	above := upper((x + s2/2) / s)
	if above < 1e-9 {
		return 2 * mean // far out in the tail: the longer it lasts, the longer still
	}
	left := mean.Seconds()*upper((x-s2/2)/s)/above - elapsed.Seconds()
	return time.Duration(max(0, min(left, 2*mean.Seconds())) * float64(time.Second))
}

// upper is the share of a standard normal distribution above z.
func upper(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }
