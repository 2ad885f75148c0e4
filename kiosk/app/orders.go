package app

import (
	"context"
	"slices"
	"time"

	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// heardOrder takes what the branch asks of this kiosk. Without a printer it has no way to follow, and the branch hears
// nothing: to it the slip is one of which nobody knows.
func (a *App) heardOrder(o wire.Order) {
	if o.Restart != "" {
		a.restarts.ask(o)
		return
	}
	if o.Test != nil && a.tickets != nil {
		a.layouts.test(o)
		return
	}
	if o.Print == nil || a.tickets == nil {
		a.log.Warn("an order that this kiosk cannot follow", "order", o.ID)
		return
	}
	a.tickets.follow(o)
}

// follow prints the slip of a number that reception gave. From the kiosk's log on it is a request like any other, except
// that nobody stands at the screen: whoever gave the number sees what became of it, and orders again or not.
func (t *tickets) follow(o wire.Order) {
	due := t.app.clock.Now().Add(time.Duration(o.TTL) * time.Millisecond)
	p := *o.Print
	if !t.first(o.ID) {
		t.app.uplink.Nudge() // the branch may not have heard yet
		return
	}
	t.takeUp(p.Request)
	t.jobs.do(p.Request, func(ctx context.Context, j *job) {
		asked := wire.TicketFact{Request: p.Request, Service: p.Ticket.Service, Class: p.Ticket.Class, Lang: p.Lang, Boot: t.app.boot}
		known, err := t.app.store.Ask(ctx, asked, t.app.clock.Now())
		if err != nil {
			t.app.log.Error("order not logged", "ticket", p.Ticket.Number, "err", err)
			return
		}
		if j.state = known.State; j.state == store.Requested && t.app.clock.Now().After(due) {
			t.end(ctx, j, store.Abandoned, "late", 0)
			return
		}
		if j.state != store.Requested && j.state != store.Failed && j.state != store.Unknown {
			return // it came out, or is nobody's
		}
		j.ticket, j.lang, j.copies = &p.Ticket, p.Lang, max(j.copies, known.Asked.Attempts)
		t.put(ctx, j)
	})
}

// manyOrders bounds how many of the branch's orders are remembered, so that one repeated is not begun twice.
const manyOrders = 64

// first reports whether an order has not been begun yet, and remembers it.
func (t *tickets) first(id string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if slices.Contains(t.orders, id) {
		return false
	}
	t.orders = append(t.orders, id)
	if len(t.orders) > manyOrders {
		t.orders = t.orders[1:]
	}
	return true
}
