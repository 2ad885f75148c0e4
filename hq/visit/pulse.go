package visit

import (
	"slices"
	"time"

	"balcao/internal/queue"
)

// Pulse is what of a Day somebody watches for trouble: the last hour rather than the whole Day.
type Pulse struct {
	Waiting []Mark // in the order they will be called
	Serving []Mark // called or at a counter, since their call

	Calls  int // first calls of the last half hour
	Within int // of those, after a wait within the target

	ServiceMean time.Duration // of today, and its 99.5 % quantile; 0 below five services
	ServiceLong time.Duration

	Arrived   int           // issued in the last hour
	LastCalls int           // calls that ended, the last forty at most
	Missed    int           // of those, no-shows
	Usual     float64       // share of no-shows among the calls before those; -1 below a hundred
	Silence   time.Duration // since the last ticket; -1 before the first
	PerHour   float64       // tickets an hour in the two hours up to the last one; 0 below twenty
}

// Mark is a number with a duration that began with it.
type Mark struct {
	Number queue.Number
	For    time.Duration
}

// Numbers of the pulse.
const (
	pulseCalls   = 30 * time.Minute
	pulseArrived = time.Hour
	pulseDemand  = 2 * time.Hour
	pulseLast    = 40
	pulseUsual   = 100
	pulseFew     = 5
	pulseSome    = 20
)

// Pulse looks at the Day at a moment of the branch's clock.
func (b *Branch) Pulse(now time.Time, target time.Duration) Pulse {
	p := Pulse{Usual: -1, Silence: -1}
	for _, v := range b.day.Waiting() {
		p.Waiting = append(p.Waiting, Mark{v.Number, v.Wait(now)})
	}
	if len(b.all.serving.sorted) >= pulseFew {
		p.ServiceMean, p.ServiceLong = b.all.serving.spread().Mean, b.all.serving.quantile(0.995)
	}
	var last time.Time
	var ended []end
	visits := b.day.Visits()
	for _, v := range visits {
		if v.IssuedAt.After(last) {
			last = v.IssuedAt
		}
		if !v.IssuedAt.IsZero() && now.Sub(v.IssuedAt) <= pulseArrived {
			p.Arrived++
		}
		if !v.CalledAt.IsZero() && now.Sub(v.CalledAt) <= pulseCalls {
			p.Calls++
			if v.Wait(now) <= target {
				p.Within++
			}
		}
		switch v.State {
		case queue.StateCalled, queue.StateServing:
			p.Serving = append(p.Serving, Mark{v.Number, now.Sub(v.CalledAt)})
		case queue.StateFinished, queue.StateNoShow:
			ended = append(ended, end{at: v.EndedAt, missed: v.State == queue.StateNoShow})
		default: // its call has not come, or it is in no one's statistics
		}
	}
	p.missed(ended)
	p.demand(visits, last, now)
	return p
}

// end is how a call ended, and when.
type end struct {
	at     time.Time
	missed bool
}

// missed compares the no-shows of the last calls with those before.
func (p *Pulse) missed(ended []end) {
	slices.SortFunc(ended, func(x, y end) int { return x.at.Compare(y.at) })
	cut := max(0, len(ended)-pulseLast)
	count := func(part []end) int {
		n := 0
		for _, e := range part {
			if e.missed {
				n++
			}
		}
		return n
	}
	p.LastCalls, p.Missed = len(ended)-cut, count(ended[cut:])
	if cut >= pulseUsual {
		p.Usual = float64(count(ended[:cut])) / float64(cut)
	}
}

// demand says how fast tickets came up to the last one.
func (p *Pulse) demand(visits []queue.Visit, last, now time.Time) {
	if last.IsZero() {
		return
	}
	p.Silence = max(0, now.Sub(last))
	n := 0
	for _, v := range visits {
		if !v.IssuedAt.IsZero() && last.Sub(v.IssuedAt) <= pulseDemand {
			n++
		}
	}
	if n >= pulseSome {
		p.PerHour = float64(n) / pulseDemand.Hours()
	}
}
