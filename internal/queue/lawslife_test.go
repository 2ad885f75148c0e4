package queue_test

import (
	"balcao/internal/queue"
)

// sumsHold: every number taken is in exactly one place, and the totals say so.
func (r *randomDay) sumsHold() {
	states := map[queue.State]int{}
	all := r.day.Visits()
	for _, v := range all {
		states[v.State]++
	}
	t := r.day.Totals()
	ended := t.Finished + t.NoShows + t.Cancelled + t.Open
	if t.Reserved != len(all) || t.Reserved != states[queue.StateReserved]+t.Voided+ended {
		r.t.Fatalf("%d numbers: %d reserved, %d void, %d others: %+v", len(all), states[queue.StateReserved], t.Voided, ended, t)
	}
	if t.Issued != ended {
		r.t.Fatalf("%d issued, %d ended or still here: %+v", t.Issued, ended, t)
	}
	if n := len(r.day.Waiting()); n != states[queue.StateWaiting] {
		r.t.Fatalf("%d stand in queues, %d wait", n, states[queue.StateWaiting])
	}
	busy := 0
	for _, c := range []queue.CounterID{"1", "2", "3"} {
		if r.day.Counter(c).Visit != nil {
			busy++
		}
	}
	if n := states[queue.StateCalled] + states[queue.StateServing]; n != busy {
		r.t.Fatalf("%d called or served, %d counters busy", n, busy)
	}
}

// lives checks what a fact did to its visit: which steps a life can take, and what never changes in it.
func (r *randomDay) lives(e queue.Entry) {
	id := queue.VisitOf(e.Event)
	v, known := r.shadow.Visit(id)
	if !known {
		return
	}
	was, before := r.last[id]
	r.last[id] = v
	if !before {
		return
	}
	_, undone := e.Event.(queue.TakenBack) // what happened by mistake did not happen
	if back, is := e.Event.(queue.Revived); is && back.Undo {
		if undone = was.State == queue.StateNoShow; !undone && (len(v.Legs) != len(was.Legs) || v.Revived != was.Revived) {
			r.t.Fatalf("%s: a cancellation undone at once left a trace", v.Number)
		}
	}
	if _, is := e.Event.(queue.PaperCorrected); is { // what was entered of paper was not so
		was.Legs, was.State = nil, v.State
	}
	switch {
	case v.Number != was.Number || v.Request != was.Request || !v.Asked.Equal(was.Asked) || v.Division != was.Division:
		r.t.Fatalf("%s became %s, asked %s for %s", was.Number, v.Number, v.Asked, v.Request)
	case !was.CalledAt.IsZero() && !v.CalledAt.Equal(was.CalledAt):
		r.t.Fatalf("%s: its first call moved from %s to %s", v.Number, was.CalledAt, v.CalledAt)
	case !was.IssuedAt.IsZero() && !v.IssuedAt.Equal(was.IssuedAt):
		r.t.Fatalf("%s: its first issue moved from %s to %s", v.Number, was.IssuedAt, v.IssuedAt)
	case len(v.Legs) < len(was.Legs) && !undone, undone && len(v.Legs) != len(was.Legs)-1:
		r.t.Fatalf("%s forgot a leg: %d, before %d", v.Number, len(v.Legs), len(was.Legs))
	case was.State == queue.StateFinished && v.State != queue.StateFinished && !undone:
		r.t.Fatalf("%s was finished and is %s", v.Number, v.State)
	case was.Walked && v.State == queue.StateWaiting && len(v.Legs) == 0 && !v.Revived:
		r.t.Fatalf("%s came without a ticket and waits", v.Number)
	case v.HeldFor < 0 || v.Wait(r.at) < 0 || v.ServiceTime(r.at) < 0:
		r.t.Fatalf("%s: a time below zero: held %s, wait %s, service %s", v.Number, v.HeldFor, v.Wait(r.at), v.ServiceTime(r.at))
	}
	r.mayHappen(e.Event, was)
}

// mayHappen checks a fact against what its visit was before: only a held visit is resumed, only who waits is called.
func (r *randomDay) mayHappen(e queue.Event, was queue.Visit) {
	from := map[queue.State]bool{}
	switch ev := e.(type) {
	case queue.Called:
		from[queue.StateWaiting] = true
		if was.NotBefore.After(r.at) {
			r.t.Fatalf("%s called before %s", was.Number, was.NotBefore)
		}
		r.passedRightly(ev)
	case queue.Started, queue.Recalled, queue.NotShown:
		from[queue.StateCalled] = true
	case queue.Finished, queue.Held, queue.Forwarded, queue.Postponed:
		from[queue.StateServing] = true
	case queue.Resumed:
		from[queue.StateHeld] = true
	case queue.TakenBack:
		from[queue.StateFinished], from[queue.StateWaiting], from[queue.StatePostponed] = true, true, true
		from[queue.StateServing] = stayed(was)
	case queue.Returned:
		from[queue.StatePostponed] = true
	case queue.Transferred:
		from[queue.StateWaiting], from[queue.StateCalled] = true, true
	case queue.Cancelled:
		from[queue.StateWaiting], from[queue.StateCalled], from[queue.StateHeld], from[queue.StatePostponed] = true, true, true, true
	case queue.Revived:
		from[queue.StateNoShow], from[queue.StateCancelled] = true, true
		if was.Revived && !ev.Undo {
			r.t.Fatalf("%s was put back twice", was.Number)
		}
	default:
		return
	}
	if !from[was.State] {
		r.t.Fatalf("%T of %s, which was %s", e, was.Number, was.State)
	}
}

// passedRightly: who is named as passed over waited longer, and the counter could have called it.
func (r *randomDay) passedRightly(ev queue.Called) {
	if s := r.shadow.Counter(ev.Counter); !s.Open || s.OnBreak {
		r.t.Fatalf("%s called to counter %s, where nobody serves", ev.Number, ev.Counter)
	}
	if ev.Why.Passed == 0 {
		return
	}
	called, _ := r.shadow.Visit(ev.Visit)
	passed, known := r.shadow.Visit(ev.Why.Passed)
	if !known || passed.Since.After(called.Since) || passed.Number.String() != ev.Why.PassedTkt {
		r.t.Fatalf("%s is said to have passed %s, which came later or is not there", ev.Number, ev.Why.PassedTkt)
	}
}
