package queue

import "time"

// onwards checks where a visit goes on, and returns the class it has there: a booking was for the first service.
func (d *Day) onwards(v *Visit, to ServiceID) (Service, ClassID, error) {
	s, known := d.index.services[to]
	if !known {
		return Service{}, "", ErrUnknownService
	}
	rules := d.index.calling(s.Body)
	class, known := rules.class(v.Class)
	if !known || class.Order == OrderSlot {
		return s, ClassWalkIn, nil
	}
	return s, v.Class, nil
}

func (d *Day) forward(c Forward, at time.Time) ([]Event, error) {
	v, err := d.at(c.Counter, c.Visit, ErrNotServing, StateServing)
	if err != nil {
		return nil, err
	}
	s, class, err := d.onwards(v, c.Service)
	if err != nil {
		return nil, err
	}
	e := Forwarded{
		Visit: v.ID, Number: v.Number, Counter: c.Counter, Service: s.ID, Body: s.Body, Class: class,
		Place: c.Place, Delivered: c.Delivered, Stays: c.Stay,
	}
	if next, goes := d.following(v); goes && next == s.ID {
		e.Planned = true
	}
	if c.Stay {
		return d.staysFor(e)
	}
	switch c.Place {
	case PlaceArrival, PlaceFront:
	case PlaceAfter:
		e.NotBefore = at.Add(max(0, c.After)).Truncate(time.Millisecond)
	default:
		return nil, ErrUnknownPlace
	}
	return []Event{e}, deliveredRefusal(c.Delivered)
}

// deliveredRefusal refuses counts that nobody can have meant.
func deliveredRefusal(done []Delivered) error {
	if len(done) > maxDelivered {
		return ErrBadQuantity
	}
	for _, x := range done {
		if x.Quantity < 1 || x.Quantity > maxQuantity || x.Service == "" {
			return ErrBadQuantity
		}
	}
	return nil
}

// Bounds of what one visit delivers.
const (
	maxDelivered = 50
	maxQuantity  = 999
)

func (d *Day) transfer(c Transfer) ([]Event, error) {
	v := d.visit(c.Visit)
	switch {
	case v == nil:
		return nil, ErrUnknownVisit
	case v.State == StateServing || v.State == StateHeld:
		return nil, ErrBeingServed
	case v.State != StateWaiting && v.State != StateCalled:
		return nil, ErrNotWaiting
	case v.Service == c.Service:
		return nil, nil
	}
	s, class, err := d.onwards(v, c.Service)
	if err != nil {
		return nil, err
	}
	return []Event{Transferred{
		Visit: v.ID, Number: v.Number, From: v.Service, Service: s.ID, Body: s.Body, Class: class,
	}}, nil
}

func (d *Day) hold(c Hold) ([]Event, error) {
	v, err := d.at(c.Counter, c.Visit, ErrNotServing, StateServing)
	if err != nil {
		return nil, err
	}
	return []Event{Held{Visit: v.ID, Counter: c.Counter, Reason: c.Reason}}, nil
}

func (d *Day) resume(c Resume) ([]Event, error) {
	if err := d.free(c.Counter); err != nil {
		return nil, err
	}
	v := d.visit(c.Visit)
	switch {
	case v == nil:
		return nil, ErrUnknownVisit
	case v.State != StateHeld:
		return nil, ErrNotHeld
	}
	return []Event{Resumed(c.fact())}, nil
}

func (c Resume) fact() Resumed { return Resumed{Visit: c.Visit, Counter: c.Counter} }

func (d *Day) cancel(c Cancel) ([]Event, error) {
	v := d.visit(c.Visit)
	if v == nil {
		return nil, ErrUnknownVisit
	}
	switch v.State {
	case StateWaiting, StateCalled, StateHeld, StatePostponed:
		return []Event{Cancelled{Visit: v.ID, Number: v.Number, Cause: c.Cause}}, nil
	case StateServing:
		return nil, ErrBeingServed
	case StateReserved, StateVoid, StateFinished, StateNoShow, StateCancelled:
	}
	return nil, ErrNotWaiting
}

func (d *Day) revive(c Revive, at time.Time) ([]Event, error) {
	v := d.visit(c.Visit)
	switch {
	case v == nil:
		return nil, ErrUnknownVisit
	case v.State != StateNoShow && v.State != StateCancelled:
		return nil, ErrNotMissed
	case d.mistaken(v, c.Counter, at):
		return []Event{Revived{Visit: v.ID, Number: v.Number, Undo: true}}, nil
	case c.Undo && v.State == StateCancelled && at.Sub(v.EndedAt) <= takeBackWithin:
		return []Event{Revived{Visit: v.ID, Number: v.Number, Undo: true, State: v.aside}}, nil
	case v.Revived:
		return nil, ErrRevivedBefore
	}
	p := d.index.policy
	soon := p.ReviveWithin > 0 && at.Sub(v.EndedAt) <= p.ReviveWithin
	near := p.ReviveCalls > 0 && d.called[v.Division]-v.missed <= p.ReviveCalls
	if !soon && !near {
		return nil, ErrTooLate
	}
	return []Event{Revived{Visit: v.ID, Number: v.Number}}, nil
}

// mistaken reports whether a counter takes back the no-show that it has just said by mistake.
func (d *Day) mistaken(v *Visit, by CounterID, at time.Time) bool {
	return by != "" && v.State == StateNoShow && v.Counter == by && at.Sub(v.EndedAt) <= takeBackWithin
}

// CanRevive reports whether a visit that missed its call, or was cancelled, may be put back at a moment.
func (d *Day) CanRevive(id VisitID, at time.Time) bool {
	_, err := d.revive(Revive{Visit: id}, at.UTC().Truncate(time.Millisecond))
	return err == nil
}

func (d *Day) postpone(c Postpone) ([]Event, error) {
	v, err := d.at(c.Counter, c.Visit, ErrNotServing, StateServing)
	if err != nil {
		return nil, err
	}
	to := c.Service
	if to == "" {
		to = v.Service
	}
	s, class, err := d.onwards(v, to)
	if err != nil {
		return nil, err
	}
	return []Event{Postponed{
		Visit: v.ID, Counter: c.Counter, Service: s.ID, Body: s.Body, Class: class, Delivered: c.Delivered,
	}}, deliveredRefusal(c.Delivered)
}

func (d *Day) comeBack(c Return) ([]Event, error) {
	v := d.visit(c.Visit)
	switch {
	case v == nil:
		return nil, ErrUnknownVisit
	case v.State != StatePostponed:
		return nil, ErrNotPostponed
	}
	return []Event{Returned{Visit: v.ID, Number: v.Number}}, nil
}

func (d *Day) walk(c Walk) ([]Event, error) {
	if _, asked := d.byRequest[c.Request]; asked {
		return nil, nil
	}
	if err := d.free(c.Counter); err != nil {
		return nil, err
	}
	e, err := d.take(c.Request, c.Service, nil, c.Class, false, "")
	if err != nil {
		return nil, err
	}
	k, _ := d.desk(c.Counter)
	if known, _ := k.serves(c.Service); !known {
		return nil, ErrNotServed
	}
	return []Event{e, Walked{Visit: e.Visit, Number: e.Number, Counter: c.Counter}}, nil
}

func (d *Day) markInaccurate(c MarkInaccurate) ([]Event, error) {
	v := d.visit(c.Visit)
	switch {
	case v == nil:
		return nil, ErrUnknownVisit
	case v.IssuedAt.IsZero() || v.State == StateVoid:
		return nil, ErrNotIssued
	case v.Inaccurate == c.Inaccurate:
		return nil, nil
	}
	return []Event{InaccurateSet(c)}, nil
}
