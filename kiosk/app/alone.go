package app

import (
	"context"
	"errors"
	"time"

	"balcao/internal/machine"
	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// How long the branch may be silent until a kiosk gives a number by itself (sync-protocol §7.2): as long as nobody
// minds while the branch is there, and hardly at all once it is known to be gone.
const (
	silence     = 700 * time.Millisecond
	goneSilence = 150 * time.Millisecond
)

// patience is how long this question to the branch may take before the kiosk helps itself. What a slow disk has taken
// since the press is part of it, because nobody at the screen can tell the one from the other.
func (t *tickets) patience(pressed time.Time) time.Duration {
	if t.app.uplink.Reachable() {
		return max(goneSilence, silence-t.app.clock.Now().Sub(pressed))
	}
	return goneSilence
}

// shut reports whether the branch, when it was last heard, gave no numbers for a service at this hour. What it said
// holds while it is silent.
func (t *tickets) shut(service string) bool {
	now := t.app.time.now()
	s, _, known := t.app.offers.offered(service, now)
	return known && s.LastMS > 0 && now.UnixMilli() >= s.LastMS
}

// alone gives a request a number of the kiosk's own lease. It reports whether it could.
func (t *tickets) alone(ctx context.Context, j *job, asked wire.TicketFact) bool {
	if t.app.time.lost() {
		return false
	}
	now := t.app.time.now()
	service, day, known := t.app.offers.offered(asked.Service, now)
	if !known || service.Div == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	r, err := t.app.store.Alone(ctx, asked.Request, service.Div, day, func(prefix string, n int) wire.Ticket {
		return wire.Ticket{
			Number: wire.NumberText(prefix, n), Day: day, Service: service.ID, Body: service.Body, Class: asked.Class,
			Place: service.Place, IssuedMS: now.UnixMilli(), Ahead: -1, Alone: true,
			Then: asked.Then,
		}
	}, t.app.clock.Now())
	if err != nil {
		if !errors.Is(err, store.ErrNoNumbers) {
			t.app.log.Error("number not given alone", "err", err)
		}
		return false
	}
	j.ticket = r.Ticket
	t.app.log.Info("number given alone", "ticket", j.ticket.Number)
	t.app.lender.again()
	return true
}

// lender keeps enough numbers at hand for the time when the branch is silent.
type lender struct {
	app  *App
	wish chan struct{}
}

func newLender(a *App) *lender { return &lender{app: a, wish: make(chan struct{}, 1)} }

// lendEvery is how often the branch is asked for numbers when nothing happens; lendWait is how long it may take.
const (
	lendEvery = time.Minute
	lendWait  = 5 * time.Second
)

// again wishes for a look at what is left soon. It never blocks.
func (l *lender) again() {
	select {
	case l.wish <- struct{}{}:
	default:
	}
}

func (l *lender) run(ctx context.Context) error {
	tick := time.NewTicker(lendEvery)
	defer tick.Stop()
	for {
		if l.app.uplink.Reachable() {
			if err := l.fill(ctx); err != nil && ctx.Err() == nil {
				l.app.log.Warn("no numbers lent", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.wish:
		case <-tick.C:
		}
	}
}

func (l *lender) fill(ctx context.Context) error {
	hold, err := l.app.store.Lent(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, lendWait)
	defer cancel()
	ranges, err := l.app.uplink.Lease(ctx, "lease-"+machine.NewBoot(), hold)
	if err != nil {
		return err
	}
	return l.app.store.Lend(ctx, ranges, l.app.offers.today(l.app.time.now()))
}
