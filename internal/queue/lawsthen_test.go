package queue_test

import (
	"slices"

	"balcao/internal/queue"
)

// more is what a citizen has to do beside the first thing: mostly nothing, and now and then what cannot be.
func (r *randomDay) more() []queue.ServiceID {
	var all []queue.ServiceID
	for r.rng.IntN(4) == 0 {
		all = append(all, []queue.ServiceID{"A", "B", "L"}[r.rng.IntN(3)])
	}
	return all
}

// owes: a visit ends well only when everything that it was taken for was done, or its end says what was left; and what
// it still has to do is never more nor less than what the facts say.
func (r *randomDay) owes(e queue.Entry) {
	id := queue.VisitOf(e.Event)
	if id == 0 {
		return
	}
	was := r.owed[id]
	switch ev := e.Event.(type) {
	case queue.Reserved:
		r.owed[id] = ev.Then
		if slices.Contains(ev.Then, ev.Service) {
			r.t.Fatalf("%s taken for %s twice: %v", ev.Number, ev.Service, ev.Then)
		}
	case queue.ThenSet:
		r.owed[id] = ev.Then
		if n := len(ev.Then) - len(was); n != 1 && n != -1 {
			r.t.Fatalf("visit %d went from %v to %v at once", id, was, ev.Then)
		}
	case queue.Forwarded:
		if ev.Planned && (len(was) == 0 || was[0] != ev.Service) {
			r.t.Fatalf("%s went on to %s as planned, and the plan is %v", ev.Number, ev.Service, was)
		}
		r.owed[id] = less(was, ev.Service)
	case queue.Transferred:
		r.owed[id] = less(was, ev.Service)
	case queue.Postponed:
		r.owed[id] = less(was, ev.Service)
	case queue.TakenBack:
		v, _ := r.shadow.Visit(id)
		for _, s := range was {
			if s != v.Service && !slices.Contains(v.Then, s) {
				r.t.Fatalf("%s lost %s when its end was taken back: %v", v.Number, s, v.Then)
			}
		}
		r.owed[id] = v.Then
	case queue.Finished:
		if !slices.Equal(ev.Left, was) {
			r.t.Fatalf("visit %d ended and says that %v is left, and it is %v", id, ev.Left, was)
		}
	default: // changes nothing that is still to do
	}
	v, _ := r.shadow.Visit(id)
	if !slices.Equal(v.Then, r.owed[id]) {
		r.t.Fatalf("%s after %T still has %v to do, want %v", v.Number, e.Event, v.Then, r.owed[id])
	}
	if !v.EndedAt.IsZero() || v.State == queue.StateReserved {
		return
	}
	if slices.Contains(v.Then, v.Service) || len(v.Then) > queue.MaxThen {
		r.t.Fatalf("%s is for %s and goes on to %v", v.Number, v.Service, v.Then)
	}
}

func less(all []queue.ServiceID, s queue.ServiceID) []queue.ServiceID {
	return slices.DeleteFunc(slices.Clone(all), func(x queue.ServiceID) bool { return x == s })
}

// stayed reports whether a visit went on to its present service at the counter where it was.
func stayed(v queue.Visit) bool {
	return len(v.Legs) > 0 && v.Legs[len(v.Legs)-1].EndedAt.Equal(v.StartedAt)
}
