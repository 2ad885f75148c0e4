package visit

import (
	"slices"
	"time"

	"balcao/internal/queue"
)

// FiguresOf returns the figures of some bodies together at a moment of the branch's clock.
func (b *Branch) FiguresOf(serves func(queue.BodyID) bool, now time.Time) Figures {
	var some []*tally
	var waits, serving sample
	var services []queue.ServiceID
	for id, t := range b.services {
		if serves(t.body) {
			some, services = append(some, t), append(services, id)
			waits.merge(&t.waits)
			serving.merge(&t.serving)
		}
	}
	f := counted(some)
	f.Wait, f.ServiceTime = waits.spread(), serving.spread()
	if len(services) > 0 { // of no service would be of all
		f.addWaiting(b.day.Waiting(services...), now)
	}
	return f
}

// HalvesOf returns the visits of some bodies issued and first called in each half hour of the Day, from midnight on.
func (b *Branch) HalvesOf(serves func(queue.BodyID) bool) [48]Slot {
	var all [slots]Slot
	for _, t := range b.services {
		if !serves(t.body) {
			continue
		}
		for i, s := range t.half {
			all[i].Issued += int(s.issued)
			all[i].Called += int(s.called)
		}
	}
	return all
}

// RowsOf returns the visits of some bodies, as Rows does.
func (b *Branch) RowsOf(serves func(queue.BodyID) bool, now time.Time) []Row {
	return slices.DeleteFunc(b.Rows(now), func(r Row) bool { return !serves(r.Body) })
}

// CountersOf returns the counters as Counters does, but of visits of other bodies only that there is one: it has a state and no
// number, and what the clerk serves is left out.
func (b *Branch) CountersOf(serves func(queue.BodyID) bool) []queue.CounterState {
	all := b.Counters()
	for i := range all {
		c := &all[i]
		c.Skills = nil
		if c.Visit != nil && !serves(c.Visit.Body) {
			c.Visit = &queue.Visit{State: c.Visit.State}
		}
	}
	return all
}

// RecentOf returns the last facts, as Recent does, of visits of some bodies and of no visit at all: that the Day and counters
// opened, and what devices said. Facts that sum a Day up, or are about services, are not among them.
func (b *Branch) RecentOf(serves func(queue.BodyID) bool) []Fact {
	return slices.DeleteFunc(b.Recent(), func(f Fact) bool { return !f.Of(serves) })
}

// Of says whether a fact may be told to somebody who sees some bodies alone.
func (f Fact) Of(serves func(queue.BodyID) bool) bool {
	switch f.Event.(type) {
	case queue.DayOpened, queue.CounterOpened, queue.CounterClosed, queue.Noted:
		return true
	default:
		return f.Service != "" && serves(f.Body)
	}
}
