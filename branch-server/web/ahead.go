package web

import (
	"time"

	"balcao/internal/queue"
)

const (
	lookAhead   = 10 * time.Second // between two looks: each plays the whole queue forward
	aheadHolds  = 5 * time.Minute  // a breach must be ahead for so long before anybody is told
	aheadShare  = 20               // per cent of those waiting
	usualMean   = 10 * time.Minute // of a service that states none
	leastRemain = 3                // a service that lasts longer than usual is taken to last this part of it more
)

// outlook says which queues will pass their target with the counters of now. The hub's goroutine owns it.
type outlook struct {
	at     time.Time
	share  map[string]int // of each division, per cent
	since  map[string]time.Time
	ofDate queue.Date
}

// renewed plays the queue forward from time to time.
func (o outlook) renewed(w *Web, d *queue.Day, at time.Time) outlook {
	if o.ofDate == d.Date() && at.Sub(o.at) < lookAhead && !at.Before(o.at) {
		return o
	}
	n := outlook{at: at, share: map[string]int{}, since: map[string]time.Time{}, ofDate: d.Date()}
	mean := func(s queue.ServiceID) time.Duration {
		if m := w.names().services[s].mean; m > 0 {
			return m
		}
		return usualMean
	}
	foreseen := d.Outlook(at, queue.Pace{
		Call: mean,
		Left: func(v queue.Visit) time.Duration {
			usual := mean(v.Service)
			return max(usual-v.ServiceTime(at), usual/leastRemain)
		},
	}, nil)
	waiting, late := map[string]int{}, map[string]int{}
	for id, f := range foreseen.Visits {
		v, known := d.Visit(id)
		s := w.names().services[v.Service]
		if !known || s.target <= 0 {
			continue
		}
		waiting[s.division]++
		if v.Wait(at)+f.Wait > s.target {
			late[s.division]++
		}
	}
	for division, all := range waiting {
		n.share[division] = 100 * late[division] / all
		if n.share[division] <= aheadShare {
			continue
		}
		n.since[division] = at
		if before, known := o.since[division]; known && o.ofDate == n.ofDate {
			n.since[division] = before
		}
	}
	return n
}

// percent returns the share of those waiting who will pass their target; 0 while that is not so for long enough.
func (o outlook) percent(division string, at time.Time) int {
	since, ahead := o.since[division]
	if !ahead || at.Sub(since) < aheadHolds {
		return 0
	}
	return o.share[division]
}
