package app

import (
	"context"
	"time"

	"balcao/internal/wire"
)

// lastPatience is how long the branch may still be silent when there is no number left to give: hardly at all when it
// is known to be gone, and as long as it takes for a booking, which only the branch can confirm.
func (t *tickets) lastPatience(j *job) time.Duration {
	switch {
	case j.claim != nil:
		return longestAsking
	case !t.app.uplink.Reachable():
		return t.app.cfg.Times.Slip / 10
	}
	return t.app.cfg.Times.Slip
}

// nameless gives a request a slip without a number: nothing else is left, and nobody is sent away without paper. Whoever
// holds it is taken in by its time when the branch is back, or by reception before. It reports whether it could.
func (t *tickets) nameless(ctx context.Context, j *job, asked wire.TicketFact) bool {
	if t.app.time.lost() { // the hour on it is all that it is worth
		return false
	}
	now := t.app.time.now()
	service, day, known := t.app.offers.offered(asked.Service, now)
	if !known {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	r, err := t.app.store.Slip(ctx, asked.Request, t.app.cfg.Node, day, func(name string) wire.Ticket {
		return wire.Ticket{
			Number: name, Day: day, Service: service.ID, Body: service.Body, Class: asked.Class, Place: atReception,
			IssuedMS: now.UnixMilli(), Ahead: -1, Alone: true, Slip: true,
		}
	}, t.app.clock.Now())
	if err != nil {
		t.app.log.Error("slip without a number not given", "err", err)
		return false
	}
	j.ticket = r.Ticket
	t.app.log.Warn("slip without a number given", "slip", j.ticket.Number)
	return true
}

// What a slip without a number says in place of where to wait, and of what it is worth.
const (
	atReception   = "Sem número: mostre este talão na receção"
	validityNoNum = "Não é uma senha: é a prova de que chegou a esta hora. Vale só hoje, pela hora impressa."
)
