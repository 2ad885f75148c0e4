package web

import (
	"time"

	"balcao/internal/queue"
)

// thenView is a service that a visit is still to go on to.
type thenView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Body string `json:"body"`
	Here bool   `json:"here"` // the counter where the visit is, or the asker's own, has it
}

// then lists what a visit is still to go on to, as a counter sees it.
func (p painter) then(v queue.Visit, at queue.CounterID) []thenView {
	all := make([]thenView, len(v.Then))
	serves := p.serves(at)
	for i, id := range v.Then {
		s := p.w.names().services[id]
		all[i] = thenView{ID: string(id), Name: s.name, Body: s.body, Here: serves[id]}
	}
	return all
}

func (p painter) thenNames(v queue.Visit) []string {
	names := make([]string, len(v.Then))
	for i, id := range v.Then {
		names[i] = p.w.names().services[id].name
	}
	return names
}

// mayGoOn reports whether a further service can be added to a visit.
func (p painter) mayGoOn(v queue.Visit) bool {
	switch v.State {
	case queue.StateWaiting, queue.StateCalled, queue.StateServing, queue.StateHeld, queue.StatePostponed:
		return len(v.Then) < queue.MaxThen
	case queue.StateReserved, queue.StateVoid, queue.StateFinished, queue.StateNoShow, queue.StateCancelled:
	}
	return false
}

// several says which of how many services of its visit the present one is; zero of zero for a visit of one.
func several(v queue.Visit) (nth, of int) {
	nth = 1
	for _, leg := range v.Legs {
		if leg.Outcome == queue.StateFinished {
			nth++
		}
	}
	if v.State == queue.StateFinished && nth > 1 {
		nth-- // the last leg is the present one
	}
	if of = nth + len(v.Then); of == 1 {
		return 0, 0
	}
	return nth, of
}

// cameOn says, after why a visit was called, that it came from another service and counts from its first arrival; empty
// if it did not, or if its arrival was not what decided.
func (w *Web) cameOn(v queue.Visit) string {
	n := len(v.Legs)
	if n == 0 || v.Legs[n-1].Outcome != queue.StateFinished || v.Why.Rule == queue.RuleFront || v.Why.Rule == queue.RuleChosen {
		return ""
	}
	return " Vinha de outro assunto da mesma visita (" + w.names().services[v.Legs[n-1].Service].name +
		"): conta a hora da primeira chegada, " + w.clock(v.Since) + "."
}

// legsBefore returns the services of a visit that had ended by a moment.
func legsBefore(legs []queue.Leg, at time.Time) []queue.Leg {
	n := 0
	for n < len(legs) && !legs[n].EndedAt.After(at) {
		n++
	}
	return legs[:n]
}
