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
	servers, free := 0, false
	shared := map[queue.ServiceID]bool{}
	for _, k := range b.Counters {
		state := d.Counter(queue.CounterID(k.ID))
		if !state.Open || !slices.Contains(k.Primary, string(service)) {
			continue
		}
		servers++
		free = free || state.Visit == nil
		for _, id := range k.Primary {
			shared[queue.ServiceID(id)] = true
		}
	}
	if servers == 0 {
		return wire.Range{}
	}
	var work time.Duration
	ahead := 0
	for id := range shared {
		n := d.WaitingCount(id)
		ahead += n
		work += time.Duration(n) * b.mean(id)
	}
	if ahead == 0 && free {
		return wire.Range{Low: 0, High: 5}
	}
	work += b.mean(service) / 2 // what is left of the service in progress
	return rangeOf(work / time.Duration(servers))
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
