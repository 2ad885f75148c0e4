package branch

import (
	"slices"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// defaultMean is the time at the counter assumed for a service that states none.
const defaultMean = 10 * time.Minute

// Estimate returns how long somebody who comes now would wait for a service: the work of the visits before them that
// the counters open for it can do, shared among those counters (the QL estimate of queueing theory), as a range
// rounded outward to five minutes. It is unknown, a zero Range, while no open counter serves the service.
func (b *Branch) Estimate(d *queue.Day, service queue.ServiceID) wire.Range {
	w := b.workers(d, service, func(k Counter) []string { return k.Primary })
	if w.counters == 0 {
		w = b.workers(d, service, func(k Counter) []string { return k.Secondary })
	}
	if w.counters == 0 {
		return wire.Range{}
	}
	var work time.Duration
	ahead := 0
	for id := range w.services {
		n := d.WaitingCount(id)
		ahead += n
		work += time.Duration(n) * b.mean(id)
	}
	if ahead == 0 && w.free {
		return wire.Range{Low: 0, High: 5}
	}
	work += b.mean(service) / 2 // what is left of the service in progress
	return rangeOf(work / time.Duration(w.counters))
}

// workers is the open counters that serve a service, and all that they serve before it.
type workers struct {
	counters int
	free     bool // one of them has nobody
	services map[queue.ServiceID]bool
}

// workers counts the open counters that have a service among the skills that of returns.
func (b *Branch) workers(d *queue.Day, service queue.ServiceID, of func(Counter) []string) workers {
	w := workers{services: map[queue.ServiceID]bool{service: true}}
	for _, k := range b.Counters {
		state := d.Counter(queue.CounterID(k.ID))
		if !state.Open || !slices.Contains(of(k), string(service)) {
			continue
		}
		w.counters++
		w.free = w.free || state.Visit == nil
		for _, id := range k.Primary {
			w.services[queue.ServiceID(id)] = true
		}
	}
	return w
}

func (b *Branch) mean(id queue.ServiceID) time.Duration {
	if s, known := b.Service(id); known && s.Mean > 0 {
		return s.Mean
	}
	return defaultMean
}

// rangeOf widens an estimate by a third on both sides and rounds outward to five minutes.
func rangeOf(x time.Duration) wire.Range {
	const five = 5 * time.Minute
	low := (x * 2 / 3) / five * five
	high := (x*4/3 + five - 1) / five * five
	return wire.Range{Low: int(low / time.Minute), High: int(max(high, five) / time.Minute)}
}
