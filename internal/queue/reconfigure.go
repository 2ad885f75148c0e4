package queue

import (
	"cmp"
	"slices"
)

// Recatalogue replaces the catalogue. What was numbered and called stays as it is; what a reservation still waits for
// is reckoned anew, so that a Day replayed under the new catalogue is this Day.
func (d *Day) Recatalogue(c Catalogue) {
	before := d.index.policy.Silence
	d.index = newIndex(c)
	for _, v := range d.visits {
		if v.Print != PrintFailed && v.PrintDue.Equal(v.Asked.Add(before)) {
			v.PrintDue = v.Asked.Add(d.index.policy.Silence)
		}
	}
}

// Left is what a new catalogue would leave behind on a running Day: nobody may be lost by it.
type Left struct {
	Visits   map[ServiceID][]Number // visits of services that are gone, or that no counter could call any more
	Counters []CounterID            // counters that are gone, and are open
	Letters  []DivisionID           // divisions given a letter under which another one gave numbers today
}

// Nothing reports whether the new catalogue leaves nothing behind.
func (l Left) Nothing() bool { return len(l.Visits)+len(l.Counters)+len(l.Letters) == 0 }

// Tickets returns how many visits would be left behind.
func (l Left) Tickets() int {
	n := 0
	for _, all := range l.Visits {
		n += len(all)
	}
	return n
}

// LeftBy says what a catalogue would leave behind if it replaced the present one now.
func (d *Day) LeftBy(c Catalogue) Left {
	l := Left{Visits: map[ServiceID][]Number{}}
	x := newIndex(c)
	given := map[string]DivisionID{}
	for _, v := range d.visits {
		given[d.bodyOf(v.Division)+" "+v.Number.Prefix] = v.Division
		if v.ended() {
			continue
		}
		if _, known := x.services[v.Service]; !known || !x.callable(v) {
			l.Visits[v.Service] = append(l.Visits[v.Service], v.Number)
		}
		for _, s := range v.Then {
			if _, known := x.services[s]; !known {
				l.Visits[s] = append(l.Visits[s], v.Number)
			}
		}
	}
	for id, p := range d.counters {
		if _, known := x.counters[id]; !known && (p.open || p.visit != nil) {
			l.Counters = append(l.Counters, id)
		}
	}
	slices.SortFunc(l.Counters, cmp.Compare)
	for _, div := range c.Divisions {
		for _, body := range []string{string(div.Body), anyBody} {
			if by, used := given[body+" "+div.Prefix]; used && by != div.ID {
				l.Letters = append(l.Letters, div.ID)
			}
		}
	}
	return l
}

// anyBody stands for the body of a division that an earlier description of the Day had.
const anyBody = "?"

func (d *Day) bodyOf(id DivisionID) string {
	if div, known := d.index.divisions[id]; known {
		return string(div.Body)
	}
	return anyBody
}

// ended reports whether nothing more is to happen to a visit by itself.
func (v *Visit) ended() bool {
	switch v.State {
	case StateFinished, StateNoShow, StateCancelled, StateVoid:
		return true
	case StateReserved, StateWaiting, StateCalled, StateServing, StateHeld, StatePostponed:
	}
	return false
}

// callable reports whether some counter of the catalogue could be given a visit.
func (x *index) callable(v *Visit) bool {
	for _, k := range x.counters {
		if known, _ := k.serves(v.Service); known && k.takes(v.Class) {
			return true
		}
	}
	return false
}

// Under returns the Day as it would be under another catalogue, to look at only: it shares everything with this Day, so
// nothing may be applied to it, and it must not be kept.
func (d *Day) Under(c Catalogue) *Day {
	other := *d
	other.index = newIndex(c)
	return &other
}
