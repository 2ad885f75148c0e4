package queue

import (
	"slices"
	"time"
)

// Apply records a fact: it is the only thing that changes a Day. Entries come in the order of the journal; a fact
// about a visit that the Day never saw is counted and otherwise ignored, so that a Day begun later stays sound.
func (d *Day) Apply(e Entry) {
	d.seq, d.last = e.Seq, e.At
	switch ev := e.Event.(type) {
	case DayOpened:
		d.applyOpened(ev)
	case DayClosed:
		d.open = false
	case DayReopened:
		d.open, d.reopened = true, e.At
	case Reserved:
		d.applyReserved(ev, e.At)
	case Issued:
		d.on(ev.Visit, func(v *Visit) { d.applyIssued(v, ev, e.At) })
	case PrintKnown:
		d.on(ev.Visit, func(v *Visit) { v.Print = ev.Print })
	case PrintFailure:
		d.on(ev.Visit, func(v *Visit) { v.Print, v.PrintDue = PrintFailed, ev.Until })
	case Voided:
		d.on(ev.Visit, func(v *Visit) { d.applyVoided(v, e.At) })
	case RequestClosed:
		d.closed[ev.Request] = true
	case Called:
		d.on(ev.Visit, func(v *Visit) { d.applyCalled(v, ev, e) })
	case Recalled:
		d.on(ev.Visit, func(v *Visit) { d.applyRecalled(v, ev, e) })
	case Started:
		d.on(ev.Visit, func(v *Visit) { v.State, v.StartedAt = StateServing, e.At })
	case Finished:
		d.on(ev.Visit, func(v *Visit) { d.leave(v, StateFinished, ev.Delivered, e.At) })
	case NotShown:
		d.on(ev.Visit, func(v *Visit) { d.leave(v, StateNoShow, nil, e.At) })
	case PrioritySet:
		d.on(ev.Visit, func(v *Visit) { v.Class = ev.Class })
	case CounterOpened, CounterClosed, AlarmRaised, AlarmAnswered:
		d.applySeat(e)
	case TakenBack:
		d.on(ev.Visit, func(v *Visit) { d.applyTakenBack(v, ev) })
	case ThenSet:
		d.on(ev.Visit, func(v *Visit) { v.Then = slices.Clone(ev.Then) })
	case Forwarded, Transferred, Held, Resumed, Cancelled, Revived, Postponed, Returned, Walked, InaccurateSet, PaperEntered, PaperCorrected:
		d.applyLife(e)
	case BreakDue, BreakStarted, BreakEnded, ServiceSuspended, ServiceReopened, QuotaSet, NumbersBlocked, NumbersReleased:
		d.applySupply(e)
	case Leased:
		d.leases = append(d.leases, ev)
	case Recovered:
		d.applyRecovered(ev)
	case ShareHeld:
		d.held[ev.Division] = ev.Numbers
	case SkillsSet:
		d.applySkills(ev)
	case Noted, Supervised:
	}
}

func (d *Day) on(id VisitID, change func(*Visit)) {
	if v := d.visit(id); v != nil {
		change(v)
	}
}

func (d *Day) counter(id CounterID) *post {
	p, known := d.counters[id]
	if !known {
		p = &post{}
		d.counters[id] = p
	}
	return p
}

// applyOpened begins with nothing: a Day is all the state there is.
func (d *Day) applyOpened(ev DayOpened) {
	d.clear()
	d.date, d.open, d.leases = ev.Day, true, slices.Clone(ev.Leases)
}

func (d *Day) applyReserved(ev Reserved, at time.Time) {
	if int(ev.Visit) != len(d.visits)+1 {
		return
	}
	v := &Visit{
		ID: ev.Visit, Number: ev.Number, Division: ev.Division, Service: ev.Service, Body: ev.Body, Class: ev.Class,
		Lang: ev.Lang, Request: ev.Request, Kiosk: ev.Kiosk, Boot: ev.Boot,
		State: StateReserved, Print: PrintPending, Asked: at, Since: at, Slot: ev.Slot, booked: !ev.Slot.IsZero(),
		PrintDue: at.Add(d.index.policy.Silence), Told: ev.Told, Slip: ev.Slip, By: ev.By, Override: ev.Override, Despite: ev.Despite,
		Then: slices.Clone(ev.Then), chosen: slices.Clone(ev.Then),
	}
	d.visits = append(d.visits, v)
	d.byRequest[ev.Request] = v
	d.pending[v.ID] = v
	d.useShare(ev)
	if ev.Alone {
		v.Alone, v.Asked, v.Since = true, ev.Asked, ev.Asked
		return // the branch's own sequence goes on where it was
	}
	if _, pad := d.padOf(ev.Division, ev.Number.N); !pad {
		d.issued[ev.Division] = max(d.issued[ev.Division], ev.Number.N)
	}
	if !ev.Came.IsZero() {
		v.Since = ev.Came
	}
}

func (d *Day) applyIssued(v *Visit, ev Issued, at time.Time) {
	delete(d.pending, v.ID)
	v.Print = ev.Print
	v.EndedAt = time.Time{}
	if v.IssuedAt.IsZero() {
		v.IssuedAt = at
		if v.Alone {
			v.IssuedAt = v.Asked // it waited while the branch did not know
		}
	}
	d.wait(v, at)
}

func (d *Day) applyVoided(v *Visit, at time.Time) {
	delete(d.pending, v.ID)
	d.unwait(v)
	v.State, v.EndedAt = StateVoid, at
}

func (d *Day) applyCalled(v *Visit, ev Called, e Entry) {
	d.unwait(v)
	again := !v.CalledAt.IsZero()
	v.State, v.Counter, v.Why = StateCalled, ev.Counter, ev.Why
	v.LegCall, v.LastCall, v.Recalled = e.At, e.At, 0
	if !again {
		v.CalledAt = e.At
	}
	d.called[v.Division]++
	if v.Class == ClassLaw {
		d.sinceLaw = 0
	} else {
		d.sinceLaw++
	}
	d.counter(ev.Counter).visit = v
	d.remember(v, e, 1, again)
}

func (d *Day) applyRecalled(v *Visit, ev Recalled, e Entry) {
	v.Recalled, v.LastCall = ev.Count, e.At
	d.remember(v, e, ev.Count+1, true)
}

// remember notes a call for boards; its older copy goes. Calls stand oldest first, and some more than are told: the
// dozens that boards remember are not moved for each new one.
func (d *Day) remember(v *Visit, e Entry, count int, again bool) {
	if again {
		d.calls = slices.DeleteFunc(d.calls, func(c Call) bool { return c.Visit == v.ID })
	}
	if len(d.calls) >= 2*maxCalls {
		d.calls = append(d.calls[:0], d.calls[maxCalls:]...)
	}
	d.calls = append(d.calls, Call{
		Slip: v.Slip,
		Seq:  e.Seq, Visit: v.ID, Number: v.Number, Body: v.Body, Service: v.Service, Counter: v.Counter,
		Lang: v.Lang, At: e.At, Count: count,
	})
}

func (d *Day) leave(v *Visit, state State, done []Delivered, at time.Time) {
	v.Legs = append(slices.Clip(v.Legs), v.leg(state, done, at))
	v.State, v.EndedAt, v.missed = state, at, d.called[v.Division]
	d.vacate(v, at)
}

func (d *Day) unwait(v *Visit) {
	q := d.waiting[v.Service]
	if i, found := slices.BinarySearchFunc(q, v, byArrival); found {
		d.waiting[v.Service] = slices.Delete(q, i, i+1)
	}
}
