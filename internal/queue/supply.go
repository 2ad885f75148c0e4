package queue

import "time"

// takeBreak pauses a counter; a citizen at it is served to the end first.
func (d *Day) takeBreak(c TakeBreak) ([]Event, error) {
	p, err := d.post(c.Counter)
	switch {
	case err != nil:
		return nil, err
	case c.Reason == "":
		return nil, ErrNoReason
	case p.onBreak || p.breakDue:
		return nil, ErrOnBreak
	case p.visit != nil:
		return []Event{BreakDue(c)}, nil
	}
	return []Event{BreakStarted(c)}, nil
}

func (d *Day) endBreak(c EndBreak) ([]Event, error) {
	p, err := d.post(c.Counter)
	switch {
	case err != nil:
		return nil, err
	case !p.onBreak && !p.breakDue:
		return nil, ErrNoBreak
	}
	return []Event{BreakEnded(c)}, nil
}

// dueBreaks starts the breaks of counters that became free.
func (d *Day) dueBreaks(entries []Entry) []Event {
	for _, e := range entries {
		var id CounterID
		switch ev := e.Event.(type) {
		case Finished:
			id = ev.Counter
		case NotShown:
			id = ev.Counter
		case Forwarded:
			id = ev.Counter
		case Held:
			id = ev.Counter
		case Postponed:
			id = ev.Counter
		case Transferred:
			id = d.leftBy(ev.Visit)
		case Cancelled:
			id = d.leftBy(ev.Visit)
		default: // leaves no counter
		}
		if p, known := d.counters[id]; known && p.breakDue && p.visit == nil {
			return []Event{BreakStarted{Counter: id, Reason: p.reason, Planned: p.planned}}
		}
	}
	return nil
}

// leftBy returns the counter that a visit was last at.
func (d *Day) leftBy(id VisitID) CounterID {
	if v := d.visit(id); v != nil {
		return v.Counter
	}
	return ""
}

func (d *Day) suspend(c SuspendService, at time.Time) ([]Event, error) {
	if _, known := d.index.services[c.Service]; !known {
		return nil, ErrUnknownService
	}
	c.Until = slotOf(c.Until)
	if !c.Until.IsZero() && !c.Until.After(at) {
		return nil, ErrPastTime
	}
	if now, is := d.suspended[c.Service]; is && now.Until.Equal(c.Until) && (c.Cause == "" || now.Cause == c.Cause) {
		return nil, nil
	}
	return []Event{ServiceSuspended(c)}, nil
}

func (d *Day) reopen(c ReopenService) ([]Event, error) {
	if _, known := d.index.services[c.Service]; !known {
		return nil, ErrUnknownService
	}
	if !has(d.suspended, c.Service) {
		return nil, nil
	}
	return []Event{ServiceReopened(c)}, nil
}

// Suspended reports whether no tickets are given for a service at present.
func (d *Day) Suspended(s ServiceID) bool { return has(d.suspended, s) }

// Suspension returns since when, until when and why no tickets are given for a service; false if they are.
func (d *Day) Suspension(s ServiceID) (Suspension, bool) {
	now, is := d.suspended[s]
	return now, is
}
