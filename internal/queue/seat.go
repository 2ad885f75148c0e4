package queue

import (
	"slices"
	"time"
)

// TakeBack undoes what a counter has just done to a visit: it was finished, forwarded or told to come back by mistake.
// The visit is served at that counter again, as if it had never left; it is refused once some seconds have passed, or
// somebody else has the visit.
type TakeBack struct {
	Counter CounterID
	Visit   VisitID
}

// RaiseAlarm says that the clerk at a counter needs somebody at once, without the citizen noticing.
type RaiseAlarm struct{ Counter CounterID }

// AnswerAlarm says that somebody saw a counter's alarm and goes there. By is the counter they come from; empty is the
// coordination. A counter that answers its own alarm withdraws it.
type AnswerAlarm struct {
	Counter CounterID
	By      CounterID
}

// TakenBack says that a visit is served again where it was, because what ended it there was a mistake.
type TakenBack struct {
	Visit   VisitID   `json:"visit"`
	Counter CounterID `json:"counter"`
	Service ServiceID `json:"svc"` // that it is served for, as before
	Body    BodyID    `json:"body"`
}

// AlarmRaised says that a clerk needs somebody at once. It says nothing of any person.
type AlarmRaised struct {
	Counter CounterID `json:"counter"`
}

// AlarmAnswered says that somebody goes there.
type AlarmAnswered struct {
	Counter CounterID `json:"counter"`
	By      CounterID `json:"by,omitempty"` // empty is the coordination
}

func (TakeBack) command()    {}
func (RaiseAlarm) command()  {}
func (AnswerAlarm) command() {}

func (e TakenBack) about() VisitID   { return e.Visit }
func (AlarmRaised) about() VisitID   { return 0 }
func (AlarmAnswered) about() VisitID { return 0 }

// Alarm is the silent alert of a counter. A zero Raised means that there was none since the counter opened.
type Alarm struct {
	Raised   time.Time
	Answered time.Time // zero while nobody has seen it
	By       CounterID // who answered; empty is the coordination
}

// Ringing reports whether nobody has answered yet.
func (a Alarm) Ringing() bool { return !a.Raised.IsZero() && a.Answered.IsZero() }

// takeBackWithin is how long what ended a visit at a counter can be undone: the ten seconds that a screen offers, and
// the time that a press takes on a bad line.
const takeBackWithin = 20 * time.Second

func (d *Day) takeBack(c TakeBack, at time.Time) ([]Event, error) {
	v := d.visit(c.Visit)
	stayed := d.stayed(v, c.Counter)
	if err := d.free(c.Counter); err != nil && !stayed {
		return nil, err
	}
	switch {
	case v == nil:
		return nil, ErrUnknownVisit
	case !stayed && v.State != StateFinished && v.State != StateWaiting && v.State != StatePostponed:
		return nil, ErrTooLate
	case len(v.Legs) == 0:
		return nil, ErrTooLate
	}
	leg := v.Legs[len(v.Legs)-1]
	if leg.Counter != c.Counter || leg.StartedAt.IsZero() || at.Sub(leg.EndedAt) > takeBackWithin || v.LastCall.After(leg.EndedAt) {
		return nil, ErrTooLate
	}
	return []Event{TakenBack{Visit: v.ID, Counter: c.Counter, Service: leg.Service, Body: leg.Body}}, nil
}

func (d *Day) applyTakenBack(v *Visit, ev TakenBack) {
	d.unwait(v)
	if n := len(v.Legs); n > 0 {
		leg := v.Legs[n-1]
		v.StartedAt, v.HeldFor, v.Why = leg.StartedAt, leg.HeldFor, leg.Why
		v.Legs = slices.Clip(v.Legs[:n-1])
		v.unreach(leg)
		if v.Slot = leg.Slot; !v.Slot.IsZero() && v.Class == ClassWalkIn {
			v.Class = leg.Class // the booking holds again
		}
	}
	v.Service, v.Body = ev.Service, ev.Body
	v.State, v.Counter, v.EndedAt, v.HeldAt = StateServing, ev.Counter, time.Time{}, time.Time{}
	v.Front, v.NotBefore = false, time.Time{}
	d.counter(ev.Counter).visit = v
}

func (d *Day) raiseAlarm(c RaiseAlarm) ([]Event, error) {
	p, err := d.post(c.Counter)
	switch {
	case err != nil:
		return nil, err
	case p.alarm.Ringing():
		return nil, nil
	}
	return []Event{AlarmRaised(c)}, nil
}

func (d *Day) answerAlarm(c AnswerAlarm) ([]Event, error) {
	if _, known := d.index.counters[c.Counter]; !known {
		return nil, ErrUnknownCounter
	}
	if p, known := d.counters[c.Counter]; !known || !p.alarm.Ringing() {
		return nil, nil
	}
	return []Event{AlarmAnswered(c)}, nil
}

// applySeat records what happens to a counter and the clerk who sits there.
func (d *Day) applySeat(e Entry) {
	switch ev := e.Event.(type) {
	case CounterOpened:
		p := d.counter(ev.Counter)
		if !p.open {
			p.since, p.free, p.alarm = e.At, e.At, Alarm{}
		}
		p.open, p.skills = true, ev.Skills
		if ev.By != "" {
			p.by = ev.By
		}
	case CounterClosed:
		p := d.counter(ev.Counter)
		p.open, p.since, p.skills, p.alarm, p.by = false, e.At, nil, Alarm{}, ""
		p.breakDue, p.onBreak, p.reason, p.planned = false, false, "", false
	case AlarmRaised:
		d.counter(ev.Counter).alarm = Alarm{Raised: e.At}
	case AlarmAnswered:
		p := d.counter(ev.Counter)
		p.alarm.Answered, p.alarm.By = e.At, ev.By
	default: // not of this kind
	}
}

// openCounter opens a counter, or changes what the clerk at an open one serves. A chosen service that the counter does
// not have today is left out.
func (d *Day) openCounter(c OpenCounter) ([]Event, error) {
	k, known := d.desk(c.Counter)
	if !known {
		return nil, ErrUnknownCounter
	}
	skills := among(slices.Concat(k.Primary, k.Secondary), c.Skills)
	if p, known := d.counters[c.Counter]; known && p.open && slices.Equal(p.skills, skills) && (c.By == "" || c.By == p.by) {
		return nil, ErrCounterOpen
	}
	return []Event{CounterOpened{Counter: c.Counter, Skills: skills, By: c.By}}, nil
}

// staffed returns a counter as its clerk serves it now: the skills that they chose of those that it has. A choice of
// which nothing is left, because the branch was set up anew, counts as none.
func (d *Day) staffed(id CounterID) (Counter, bool) {
	k, known := d.desk(id)
	p, seen := d.counters[id]
	if !known || !seen || len(p.skills) == 0 {
		return k, known
	}
	chosen := k
	chosen.Primary, chosen.Secondary = among(k.Primary, p.skills), among(k.Secondary, p.skills)
	if len(chosen.Primary)+len(chosen.Secondary) == 0 {
		return k, known
	}
	return chosen, known
}

func among(all, some []ServiceID) []ServiceID {
	var both []ServiceID
	for _, s := range all {
		if slices.Contains(some, s) {
			both = append(both, s)
		}
	}
	return both
}
