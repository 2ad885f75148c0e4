package queue

import (
	"slices"
	"time"
)

// applyLife records the facts of a visit that does more than wait, be called and be served.
func (d *Day) applyLife(e Entry) {
	switch ev := e.Event.(type) {
	case Forwarded:
		d.on(ev.Visit, func(v *Visit) { d.applyForwarded(v, ev, e.At) })
	case Transferred:
		d.on(ev.Visit, func(v *Visit) { d.applyTransferred(v, ev, e.At) })
	case Held:
		d.on(ev.Visit, func(v *Visit) {
			v.State, v.HeldAt, v.HeldCode = StateHeld, e.At, ev.Reason
			d.vacate(v, e.At)
		})
	case Resumed:
		d.on(ev.Visit, func(v *Visit) {
			v.HeldFor += max(0, e.At.Sub(v.HeldAt))
			v.State, v.Counter, v.HeldAt, v.HeldCode = StateServing, ev.Counter, time.Time{}, ""
			d.counter(ev.Counter).visit = v
		})
	case Cancelled:
		d.on(ev.Visit, func(v *Visit) {
			d.unwait(v)
			d.vacate(v, e.At)
			if v.aside = ""; v.State == StateHeld || v.State == StatePostponed {
				v.aside = v.State
			}
			v.State, v.EndedAt, v.missed = StateCancelled, e.At, d.called[v.Division]
		})
	case Revived:
		d.on(ev.Visit, func(v *Visit) {
			d.applyRevived(v, ev, e.At)
		})
	case Postponed:
		d.on(ev.Visit, func(v *Visit) {
			d.endLeg(v, StatePostponed, ev.Delivered, e.At)
			d.vacate(v, e.At)
			v.reach(ev.Service, false)
			d.moveTo(v, ev.Service, ev.Body, ev.Class)
			v.State = StatePostponed
		})
	case Returned:
		d.on(ev.Visit, func(v *Visit) {
			v.Since = e.At
			d.wait(v, e.At)
		})
	case Walked:
		d.on(ev.Visit, func(v *Visit) { d.applyWalked(v, ev, e.At) })
	case PaperEntered:
		d.on(ev.Visit, func(v *Visit) { d.applyPaperEntered(v, ev, e.At) })
	case PaperCorrected:
		d.on(ev.Visit, func(v *Visit) { d.applyPaperCorrected(v, ev, e.At) })
	case InaccurateSet:
		d.on(ev.Visit, func(v *Visit) { v.Inaccurate = ev.Inaccurate })
	default: // not of this kind
	}
}

// applySupply records the facts of counters that pause and services that are suspended.
func (d *Day) applySupply(e Entry) {
	switch ev := e.Event.(type) {
	case BreakDue:
		p := d.counter(ev.Counter)
		p.breakDue, p.reason, p.planned = true, ev.Reason, ev.Planned
	case BreakStarted:
		p := d.counter(ev.Counter)
		p.breakDue, p.onBreak, p.reason, p.planned, p.since = false, true, ev.Reason, ev.Planned, e.At
	case BreakEnded:
		p := d.counter(ev.Counter)
		if p.onBreak {
			p.since, p.free = e.At, e.At
		}
		p.breakDue, p.onBreak, p.reason, p.planned = false, false, "", false
	case ServiceSuspended:
		d.suspended[ev.Service] = Suspension{Since: e.At, Until: ev.Until, Cause: ev.Cause, By: ev.By}
	case ServiceReopened:
		delete(d.suspended, ev.Service)
	case QuotaSet:
		d.applyQuotaSet(ev)
	case NumbersBlocked:
		d.applyNumbersBlocked(ev)
	case NumbersReleased:
		d.applyNumbersReleased(ev)
	default: // not of this kind
	}
}

func (d *Day) applyRevived(v *Visit, ev Revived, at time.Time) {
	v.EndedAt = time.Time{}
	v.Revived = v.Revived || !ev.Undo
	if ev.Undo && v.State == StateCancelled { // it is where it was, since when it was there
		if ev.State != "" {
			v.State = ev.State
			return
		}
		at = v.Joined
	} else if n := len(v.Legs); ev.Undo && n > 0 {
		v.Legs = slices.Clip(v.Legs[:n-1]) // what happened by mistake did not happen
	}
	d.wait(v, at)
}

func (d *Day) applyForwarded(v *Visit, ev Forwarded, at time.Time) {
	d.endLeg(v, StateFinished, ev.Delivered, at)
	v.reach(ev.Service, ev.Planned)
	d.moveTo(v, ev.Service, ev.Body, ev.Class)
	if ev.Stays {
		d.stay(v, at)
		return
	}
	d.vacate(v, at)
	v.Front, v.NotBefore = ev.Place == PlaceFront, ev.NotBefore
	d.wait(v, at)
}

func (d *Day) applyTransferred(v *Visit, ev Transferred, at time.Time) {
	d.unwait(v)
	if v.State == StateCalled {
		d.vacate(v, at)
		v.Recalled = 0
	}
	v.reach(ev.Service, false)
	d.moveTo(v, ev.Service, ev.Body, ev.Class)
	d.wait(v, at)
}

func (d *Day) applyWalked(v *Visit, ev Walked, at time.Time) {
	delete(d.pending, v.ID)
	v.State, v.Print, v.Counter, v.Walked = StateServing, PrintNone, ev.Counter, true
	v.IssuedAt, v.CalledAt, v.LegCall, v.StartedAt = at, at, at, at
	d.counter(ev.Counter).visit = v
}

func (d *Day) moveTo(v *Visit, s ServiceID, b BodyID, c ClassID) {
	v.Service, v.Body, v.Class = s, b, c
	v.Slot = time.Time{}
}

// wait puts a visit into the queue of its service.
func (d *Day) wait(v *Visit, at time.Time) {
	v.State, v.Joined = StateWaiting, at
	q := d.waiting[v.Service]
	i, found := slices.BinarySearchFunc(q, v, byArrival)
	if !found {
		d.waiting[v.Service] = slices.Insert(q, i, v)
	}
}

// vacate frees the counter that a visit is at.
func (d *Day) vacate(v *Visit, at time.Time) {
	if p, known := d.counters[v.Counter]; known && p.visit == v {
		p.visit, p.free = nil, at
	}
}

// endLeg closes what happened at one counter; what comes next begins afresh. Copies of the visit share the legs that
// ended before, which never change.
func (d *Day) endLeg(v *Visit, outcome State, done []Delivered, at time.Time) {
	v.Legs = append(slices.Clip(v.Legs), v.leg(outcome, done, at))
	v.StartedAt, v.HeldAt, v.HeldFor, v.Recalled = time.Time{}, time.Time{}, 0, 0
	v.Front, v.NotBefore = false, time.Time{}
}
