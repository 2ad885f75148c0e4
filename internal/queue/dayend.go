package queue

import "time"

// EndDay ends the Day for good: nobody is left waiting. Left is how many visits its asker saw that still wait, are held or
// are to come back; they are cancelled. If it is another number by now, nothing happens, so that nobody is sent home unseen.
type EndDay struct {
	Left int
	By   string // a pseudonym
}

// ReopenDay lets a Day that was closed by mistake give numbers again.
type ReopenDay struct{ By string }

// DayReopened says that a closed Day gives numbers again.
type DayReopened struct {
	Day Date   `json:"day"`
	By  string `json:"by,omitempty"`
}

func (EndDay) command()            {}
func (ReopenDay) command()         {}
func (DayReopened) about() VisitID { return 0 }

// CauseDayEnd is why visits are cancelled that still waited at the end of a Day.
const CauseDayEnd = "day_end"

// unfinished returns the visits that are not done: how many are at counters, and those that wait, are held or are to come
// back.
func (d *Day) unfinished() (atCounters int, left []*Visit) {
	for _, v := range d.visits {
		switch v.State {
		case StateCalled, StateServing:
			atCounters++
		case StateWaiting, StateHeld, StatePostponed:
			left = append(left, v)
		case StateReserved, StateVoid, StateFinished, StateNoShow, StateCancelled:
		}
	}
	return atCounters, left
}

// Unfinished counts the visits at counters, and those that wait, are held or are to come back.
func (d *Day) Unfinished() (atCounters, left int) {
	n, others := d.unfinished()
	return n, len(others)
}

// endDay cancels who is left and closes the Day, so that its totals hold nobody open. A number whose slip is just being
// printed becomes void.
func (d *Day) endDay(c EndDay) ([]Event, error) {
	if d.date == "" {
		return nil, ErrDayNotOpen
	}
	busy, left := d.unfinished()
	switch {
	case busy > 0:
		return nil, ErrBeingServed
	case len(left) != c.Left:
		return nil, ErrLeftChanged
	case !d.open && len(left)+len(d.pending) == 0:
		return nil, nil
	}
	t := d.Totals()
	var events []Event
	for _, v := range left {
		events = append(events, Cancelled{Visit: v.ID, Number: v.Number, Cause: CauseDayEnd, By: c.By})
		t.Open--
		t.Cancelled++
	}
	for _, v := range d.visits {
		if v.State == StateReserved {
			events = append(events, Voided{Visit: v.ID, Number: v.Number, Cause: CauseDayEnd})
			t.Voided++
		}
	}
	return append(events, DayClosed{Day: d.date, Totals: t}), nil
}

// Reopened returns when a Day that had closed was last opened again by hand; zero if it never was.
func (d *Day) Reopened() time.Time { return d.reopened }

func (d *Day) reopenDay(c ReopenDay) ([]Event, error) {
	switch {
	case d.date == "":
		return nil, ErrDayNotOpen
	case d.open:
		return nil, nil
	}
	return []Event{DayReopened{Day: d.date, By: c.By}}, nil
}
