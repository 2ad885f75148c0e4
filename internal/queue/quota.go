package queue

import (
	"maps"
	"slices"
	"time"
)

// SetQuota says how many numbers a service or a division gives on this Day. By is a pseudonym of whoever decided.
type SetQuota struct {
	Service  ServiceID  // one of service and division
	Division DivisionID // as above
	Quota    int        // most numbers of the Day; 0 is none more, QuotaAsConfigured withdraws what was set
	By       string
}

// QuotaAsConfigured is the quota of whoever wants the branch's own number back.
const QuotaAsConfigured = -1

// QuotaSet says how many numbers a service or a division gives on this Day.
type QuotaSet struct {
	Service  ServiceID  `json:"svc,omitempty"`
	Division DivisionID `json:"div,omitempty"`
	Quota    int        `json:"quota"`
	By       string     `json:"by,omitempty"`
}

func (SetQuota) command()       {}
func (QuotaSet) about() VisitID { return 0 }

// Suspension is that no tickets are given for a service at present.
type Suspension struct {
	Since time.Time
	Until time.Time // zero: until somebody reopens it
	Cause string    // a code
	By    string    // a pseudonym; empty if the branch did it by itself
}

// quotas is what was set for this Day by hand.
type quotas struct {
	services  map[ServiceID]int
	divisions map[DivisionID]int
}

func newQuotas() quotas {
	return quotas{services: map[ServiceID]int{}, divisions: map[DivisionID]int{}}
}

func (d *Day) setQuota(c SetQuota) ([]Event, error) {
	if c.Quota < QuotaAsConfigured || c.Quota > maxQuota {
		return nil, ErrBadQuota
	}
	_, service := d.index.services[c.Service]
	_, division := d.index.divisions[c.Division]
	before, set := 0, false
	switch {
	case c.Service != "" && !service:
		return nil, ErrUnknownService
	case c.Service != "":
		before, set = d.today.services[c.Service], has(d.today.services, c.Service)
	case !division:
		return nil, ErrUnknownDivision
	default:
		before, set = d.today.divisions[c.Division], has(d.today.divisions, c.Division)
	}
	if set && before == c.Quota || !set && c.Quota == QuotaAsConfigured {
		return nil, nil
	}
	return []Event{QuotaSet(c)}, nil
}

// maxQuota bounds a quota that somebody types.
const maxQuota = 9999

func has[K comparable, V any](m map[K]V, k K) bool {
	_, known := m[k]
	return known
}

func (d *Day) applyQuotaSet(ev QuotaSet) {
	switch {
	case ev.Service != "" && ev.Quota == QuotaAsConfigured:
		delete(d.today.services, ev.Service)
	case ev.Service != "":
		d.today.services[ev.Service] = ev.Quota
	case ev.Quota == QuotaAsConfigured:
		delete(d.today.divisions, ev.Division)
	default:
		d.today.divisions[ev.Division] = ev.Quota
	}
}

// Quota is how a service stands with its numbers of this Day.
type Quota struct {
	Limited bool // it has a quota of its own
	Quota   int  // meaningless if it has none
	Given   int  // numbers without a booking, void ones not counted
	Back    int  // of those, no-shows and cancelled ones whose places are given again
	Left    int  // numbers that can still be had, the division's included
	Set     bool // the quota was set for this Day by hand
}

// Quota returns how a service stands with its numbers.
func (d *Day) Quota(id ServiceID) Quota {
	s := d.index.services[id]
	q := Quota{Quota: s.Quota, Limited: s.Quota > 0, Left: d.Free(s.Division)}
	if set, by := d.today.services[id]; by {
		q.Quota, q.Limited, q.Set = set, true, true
	}
	for _, v := range d.visits {
		if v.State == StateVoid || (v.booked || v.first() != id) && !slices.Contains(v.chosen, id) {
			continue
		}
		q.Given++
		if s.GiveBack && (v.State == StateNoShow || v.State == StateCancelled) {
			q.Back++
		}
	}
	if q.Limited {
		q.Left = max(0, min(q.Left, q.Quota-q.Given+q.Back))
	}
	return q
}

// Rest returns how many numbers of a service somebody without a booking can still have today.
func (d *Day) Rest(id ServiceID) int {
	if s := d.index.services[id]; s.Quota == 0 && !has(d.today.services, id) {
		return d.Free(s.Division)
	}
	return d.Quota(id).Left
}

// first returns the service that a visit's number was for; forwarding does not change it, the correction of a wrong
// subject does.
func (v *Visit) first() ServiceID {
	if len(v.Legs) > 0 {
		return v.Legs[0].Service
	}
	return v.Service
}

// DivisionNumbers returns how a division stands with its numbers: Given are all that were taken from its sequence, those
// of bookings and void ones too, since no number is given twice. Quota is the most there can be, or what was set for this
// Day by hand.
func (d *Day) DivisionNumbers(id DivisionID) Quota {
	div, known := d.index.divisions[id]
	if !known {
		return Quota{}
	}
	q := Quota{Limited: true, Quota: div.Last() - div.First + 1, Left: d.Free(id)}
	if used, taken := d.issued[id]; taken {
		q.Given = d.given(div, used)
	}
	if set, by := d.today.divisions[id]; by {
		q.Quota, q.Set = set, true
	}
	return q
}

// DivisionQuota returns the quota that was set for a division by hand for this Day; false if none was.
func (d *Day) DivisionQuota(id DivisionID) (int, bool) {
	q, set := d.today.divisions[id]
	return q, set
}

// Inside counts the citizens in the branch: whose number is taken and whose stay has not ended.
func (d *Day) Inside() int {
	n := 0
	for _, v := range d.visits {
		switch v.State {
		case StateReserved, StateWaiting, StateCalled, StateServing, StateHeld:
			n++
		case StateVoid, StateFinished, StateNoShow, StateCancelled, StatePostponed:
		}
	}
	return n
}

// Full reports whether nobody more may come in without a booking.
func (d *Day) Full() bool {
	most := d.index.policy.Occupancy
	return most > 0 && d.Inside() >= most
}

// permits refuses a number that supply does not allow. Who has a booking has a place already; somebody with permission
// may override all but the end of the numbers themselves.
func (d *Day) permits(id ServiceID, booked bool, override string) error {
	switch s := d.index.services[id]; {
	case override != "":
		return nil
	case has(d.suspended, id):
		return ErrSuspended
	case booked:
		return nil
	case (s.Quota > 0 || has(d.today.services, id)) && d.Quota(id).Left == 0:
		return ErrSoldOut
	case d.Full():
		return ErrFull
	}
	return nil
}

// dueReopenings returns the services whose suspension has reached its end, in the order of their names.
func (d *Day) dueReopenings(at time.Time) []Event {
	var events []Event
	for _, id := range slices.Sorted(maps.Keys(d.suspended)) {
		if until := d.suspended[id].Until; !until.IsZero() && !until.After(at) {
			events = append(events, ServiceReopened{Service: id, Cause: "time"})
		}
	}
	return events
}
