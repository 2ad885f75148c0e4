package queue

import (
	"slices"
	"time"
)

// CorrectPaper puts right what was entered of a ticket of a pad, on the same Day. What was said before stays in the
// journal.
type CorrectPaper struct {
	Visit     VisitID
	Service   ServiceID // of the ticket's division; empty is as it was
	Outcome   State     // finished, no_show, waiting, or void: the number was never used
	Counter   CounterID // where it was served; may be empty
	Delivered []Delivered
	By        string // a pseudonym
}

// PaperCorrected says that what was entered of a ticket of a pad was wrong, and what had happened to it. Its times are
// not known either.
type PaperCorrected struct {
	Visit     VisitID     `json:"visit"`
	Number    Number      `json:"tk"`
	Was       State       `json:"was"`
	Outcome   State       `json:"outcome"`
	Service   ServiceID   `json:"svc"`
	Body      BodyID      `json:"body"`
	Counter   CounterID   `json:"counter,omitempty"`
	Delivered []Delivered `json:"delivered,omitempty"`
	By        string      `json:"by,omitempty"`
}

func (CorrectPaper) command()           {}
func (e PaperCorrected) about() VisitID { return e.Visit }

// entered reports whether all that is known of a visit was entered from a pad: nobody called or served it here.
func (v *Visit) entered() bool {
	if v.Print != PrintPad || !v.CalledAt.IsZero() {
		return false
	}
	switch v.State {
	case StateWaiting, StateVoid, StateFinished, StateNoShow:
		return len(v.Legs) <= 1
	case StateReserved, StateCalled, StateServing, StateHeld, StateCancelled, StatePostponed:
	}
	return false
}

// CanCorrect reports whether what was entered of a visit can still be put right.
func (v Visit) CanCorrect() bool { return v.entered() }

func (d *Day) correctPaper(c CorrectPaper) ([]Event, error) {
	v := d.visit(c.Visit)
	switch {
	case v == nil:
		return nil, ErrUnknownVisit
	case !v.entered():
		return nil, ErrNotEntered
	}
	id := c.Service
	if id == "" {
		id = v.Service
	}
	s, known := d.index.services[id]
	_, counter := d.index.counters[c.Counter]
	switch {
	case !known || s.Division != v.Division:
		return nil, ErrUnknownService
	case c.Counter != "" && !counter:
		return nil, ErrUnknownCounter
	case c.Outcome != StateFinished && c.Outcome != StateNoShow && c.Outcome != StateWaiting && c.Outcome != StateVoid:
		return nil, ErrNotServing
	case c.Outcome == v.State && s.ID == v.Service && (c.Outcome == StateWaiting || c.Outcome == StateVoid || c.Counter == v.Counter) && len(c.Delivered) == 0:
		return nil, nil
	}
	e := PaperCorrected{
		Visit: v.ID, Number: v.Number, Was: v.State, Outcome: c.Outcome, Service: s.ID, Body: s.Body, Delivered: c.Delivered, By: c.By,
	}
	if c.Outcome == StateFinished || c.Outcome == StateNoShow {
		e.Counter = c.Counter
	}
	return []Event{e}, deliveredRefusal(c.Delivered)
}

func (d *Day) applyPaperCorrected(v *Visit, ev PaperCorrected, at time.Time) {
	d.unwait(v)
	v.Service, v.Body, v.Counter = ev.Service, ev.Body, ev.Counter
	v.Inaccurate, v.Corrected = true, true
	v.Legs, v.EndedAt = nil, time.Time{}
	switch ev.Outcome {
	case StateWaiting:
		d.wait(v, at)
	case StateFinished, StateNoShow:
		v.State, v.EndedAt, v.missed = ev.Outcome, at, d.called[v.Division]
		v.Legs = []Leg{{
			Service: v.Service, Body: v.Body, Counter: ev.Counter, EndedAt: at, Outcome: ev.Outcome, Delivered: slices.Clone(ev.Delivered),
		}}
	case StateVoid:
		v.State, v.EndedAt = StateVoid, at
	case StateReserved, StateCalled, StateServing, StateHeld, StateCancelled, StatePostponed:
	}
}
