package booking

import "time"

// Window says when the citizen of a booking may come.
type Window struct {
	From time.Duration // so long before the slot a check-in is taken
	Late time.Duration // so long after it the booking still holds; later, its citizen is a walk-in from then on
}

// Arrival is what an arrival means.
type Arrival string

// What an arrival can mean.
const (
	OnTime Arrival = "on_time"
	Early  Arrival = "early" // to come back later, or to take an ordinary ticket
	Late   Arrival = "late"  // an ordinary ticket from now on
)

// Judge says what it means to come for a slot at a moment.
func (w Window) Judge(slot, at time.Time) Arrival {
	switch {
	case at.Before(slot.Add(-w.From)):
		return Early
	case at.After(slot.Add(w.Late)):
		return Late
	}
	return OnTime
}

// Opens is when a check-in for a slot is taken.
func (w Window) Opens(slot time.Time) time.Time { return slot.Add(-w.From) }
