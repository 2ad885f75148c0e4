package queue

import (
	"slices"
	"time"
)

// AddService lets a visit go on to one more service when those before it are done, under the same number. It is one
// that staff add; the citizen chooses at the start, by Reserve or Issue.
type AddService struct {
	Visit   VisitID
	Service ServiceID
	By      string // a pseudonym, where it matters
}

// DropService takes a service that a visit was still to go on to away from it.
type DropService struct {
	Visit   VisitID
	Service ServiceID
	By      string // a pseudonym, where it matters
}

// ThenSet says which services a visit is still to go on to, in order, after the present one.
type ThenSet struct {
	Visit VisitID     `json:"visit"`
	Then  []ServiceID `json:"then,omitempty"`
	By    string      `json:"by,omitempty"` // a pseudonym
}

func (AddService) command()  {}
func (DropService) command() {}

func (e ThenSet) about() VisitID { return e.Visit }

// MaxThen is the most services that a visit can have before it beside the present one: more are another visit.
const MaxThen = 4

// plan checks the services that somebody chose beside the first one.
func (d *Day) plan(first ServiceID, then []ServiceID, override string) error {
	if len(then) > MaxThen {
		return ErrTooManyServices
	}
	for i, s := range then {
		if _, known := d.index.services[s]; !known {
			return ErrUnknownService
		}
		if s == first || slices.Contains(then[:i], s) {
			return ErrServiceTwice
		}
		if err := d.permits(s, false, override); err != nil {
			return err
		}
	}
	return nil
}

// adopted returns of the services that a kiosk took by itself those that make sense: what has happened is not refused.
func (d *Day) adopted(first ServiceID, then []ServiceID) []ServiceID {
	var kept []ServiceID
	for _, s := range then {
		if _, known := d.index.services[s]; known && s != first && !slices.Contains(kept, s) && len(kept) < MaxThen {
			kept = append(kept, s)
		}
	}
	return kept
}

func (d *Day) addService(c AddService) ([]Event, error) {
	v, err := d.underWay(c.Visit)
	if err != nil {
		return nil, err
	}
	if _, known := d.index.services[c.Service]; !known {
		return nil, ErrUnknownService
	}
	switch {
	case c.Service == v.Service || slices.Contains(v.Then, c.Service):
		return nil, ErrServiceTwice
	case len(v.Then) >= MaxThen:
		return nil, ErrTooManyServices
	}
	return []Event{ThenSet{Visit: v.ID, Then: append(slices.Clone(v.Then), c.Service), By: c.By}}, nil
}

func (d *Day) dropService(c DropService) ([]Event, error) {
	v, err := d.underWay(c.Visit)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(v.Then, c.Service) {
		return nil, ErrNoSuchThen
	}
	return []Event{ThenSet{Visit: v.ID, Then: without(v.Then, c.Service), By: c.By}}, nil
}

// underWay returns a visit that has begun and has not ended.
func (d *Day) underWay(id VisitID) (*Visit, error) {
	v := d.visit(id)
	switch {
	case v == nil:
		return nil, ErrUnknownVisit
	case v.State == StateReserved:
		return nil, ErrNotIssued
	case v.ended():
		return nil, ErrVisitOver
	}
	return v, nil
}

// following returns the service that a visit goes on to when the present one is done. One that the branch does not have
// any more is passed over.
func (d *Day) following(v *Visit) (ServiceID, bool) {
	for _, s := range v.Then {
		if _, known := d.index.services[s]; known {
			return s, true
		}
	}
	return "", false
}

// goesOn is the end of a service after which the visit waits for the next one it was taken for, by its first arrival.
func (d *Day) goesOn(v *Visit, c Finish, to ServiceID) ([]Event, error) {
	s, class, err := d.onwards(v, to)
	if err != nil {
		return nil, err
	}
	return []Event{Forwarded{
		Visit: v.ID, Number: v.Number, Counter: c.Counter, Service: s.ID, Body: s.Body, Class: class,
		Delivered: c.Delivered, Outcome: c.Outcome, Planned: true,
	}}, nil
}

// staysFor lets a visit go on at the counter where it is, which must have the service.
func (d *Day) staysFor(e Forwarded) ([]Event, error) {
	k, _ := d.desk(e.Counter)
	if known, _ := k.serves(e.Service); !known {
		return nil, ErrNotServed
	}
	e.Place = PlaceArrival
	return []Event{e}, deliveredRefusal(e.Delivered)
}

// stayed reports whether a visit is at a counter for a service to which it went on there, without waiting.
func (d *Day) stayed(v *Visit, counter CounterID) bool {
	if v == nil || v.State != StateServing || v.Counter != counter || len(v.Legs) == 0 {
		return false
	}
	p, known := d.counters[counter]
	return known && p.visit == v && v.Legs[len(v.Legs)-1].EndedAt.Equal(v.StartedAt)
}

// reach takes the service that a visit has come to out of those it is still to go on to. On its planned way those before
// it were passed over.
func (v *Visit) reach(s ServiceID, planned bool) {
	i := slices.Index(v.Then, s)
	switch {
	case i < 0:
	case planned:
		v.Then = slices.Clone(v.Then[i+1:])
	default:
		v.Then = without(v.Then, s)
	}
	if len(v.Then) == 0 {
		v.Then = nil
	}
}

// unreach puts back what a leg that was ended by mistake had before it; what was added since stays.
func (v *Visit) unreach(leg Leg) {
	back := slices.Clone(leg.then)
	for _, s := range v.Then {
		if s != leg.Service && !slices.Contains(back, s) {
			back = append(back, s)
		}
	}
	v.Then = back
}

// stay lets a visit be served on at the counter where it is.
func (d *Day) stay(v *Visit, at time.Time) {
	v.State, v.Joined, v.LegCall, v.StartedAt = StateServing, at, at, at
}

func without(all []ServiceID, s ServiceID) []ServiceID {
	var rest []ServiceID
	for _, x := range all {
		if x != s {
			rest = append(rest, x)
		}
	}
	return rest
}
