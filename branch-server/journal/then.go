package journal

import (
	"fmt"
	"slices"
	"strings"

	"balcao/internal/queue"
)

// lostServices says which services a visit ended without, although it was taken for them and nobody said that they stay
// undone; or that it goes on to one that it was not for.
func lostServices(v queue.Visit, e queue.Event) string {
	switch ev := e.(type) {
	case queue.Finished:
		if !slices.Equal(ev.Left, v.Then) {
			return fmt.Sprintf("a %s termina com assuntos por tratar %v, e o diário diz %v", v.Number, v.Then, ev.Left)
		}
	case queue.Forwarded:
		if ev.Planned && !slices.Contains(v.Then, ev.Service) {
			return fmt.Sprintf("a %s segue para %s, que não estava entre os seus assuntos %v", v.Number, ev.Service, v.Then)
		}
	default: // ends no service
	}
	return ""
}

// onwards tells where a visit goes after one of its services.
func (s *Story) onwards(ev queue.Forwarded) string {
	to := s.names.service(ev.Service)
	switch {
	case ev.Planned && ev.Stays:
		return "; no mesmo balcão trata do assunto seguinte, " + to
	case ev.Planned:
		return "; espera pelo assunto seguinte, " + to + ", com a hora da primeira chegada"
	case ev.Stays:
		return "; no mesmo balcão trata também de " + to
	}
	return " e encaminhada para " + to
}

// left tells what a visit ended without.
func (s *Story) left(services []queue.ServiceID) string {
	if len(services) == 0 {
		return ""
	}
	return "; ficou por tratar " + s.listed(services)
}

func (s *Story) tellThen(ev queue.ThenSet) string {
	if len(ev.Then) == 0 {
		return "não tem mais assuntos a seguir"
	}
	return "a seguir trata de " + s.listed(ev.Then)
}

func (s *Story) listed(services []queue.ServiceID) string {
	names := make([]string, len(services))
	for i, id := range services {
		names[i] = s.names.service(id)
	}
	return strings.Join(names, ", depois ")
}
