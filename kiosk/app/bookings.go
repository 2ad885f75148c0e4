package app

import (
	"context"
	"sync"
	"time"

	"balcao/internal/citizen"
	"balcao/internal/queue"
	"balcao/internal/wire"
	"balcao/kiosk/flow"
)

// bookingKey is the key of the day, which makes digests of codes and document numbers. It is asked of the branch when
// it is first needed, is never on disk, and is wiped when the day or the program ends.
type bookingKey struct {
	app *App

	mu  sync.Mutex // not held while the branch is asked
	day string     // of the key; empty without one
	key citizen.DayKey
}

// keepOnly wipes the key unless it is that of a day.
func (k *bookingKey) keepOnly(day string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.day != "" && k.day != day {
		k.day = ""
		k.key.Wipe()
	}
}

// claim makes a digest under the key of the day. Digest is given the key and keeps nothing of it.
func (k *bookingKey) claim(ctx context.Context, by string, digest func(citizen.DayKey) (citizen.Digest, error)) (*wire.CheckIn, error) {
	for {
		k.mu.Lock()
		if day := k.day; day != "" {
			d, err := digest(k.key)
			k.mu.Unlock()
			if err != nil {
				return nil, err
			}
			return &wire.CheckIn{Day: day, By: by, Digest: d[:]}, nil
		}
		k.mu.Unlock()
		day, key, err := k.app.uplink.DayKey(ctx)
		if err != nil {
			return nil, err
		}
		k.mu.Lock()
		k.day, k.key = day, key
		k.mu.Unlock()
		key.Wipe()
	}
}

// checkIn begins the request for the ticket of a booking, or takes it up again when it is known. Neither the code nor
// its digest is logged: a request that the program's end interrupts is given up, and the citizen types again.
func (t *tickets) checkIn(e flow.CheckIn) {
	if e.Card {
		t.request(bookingFact(e.Request, e.Lang), t.app.cards.asClaimed())
		return
	}
	t.request(bookingFact(e.Request, e.Lang), func(ctx context.Context) (*wire.CheckIn, error) {
		return t.app.key.claim(ctx, wire.ByCode, func(key citizen.DayKey) (citizen.Digest, error) { return key.CodeDigest(e.Code) })
	})
}

func bookingFact(request, lang string) wire.TicketFact {
	return wire.TicketFact{Request: request, Class: string(queue.ClassBooked), Lang: lang}
}

// pose asks the branch once. The digest of a day that is over is made anew under the key of the next.
func (t *tickets) pose(ctx context.Context, j *job, q wire.TicketRequest) (wire.TicketReply, error) {
	if j.claim == nil {
		return t.app.uplink.Reserve(ctx, q)
	}
	c, err := j.claim(ctx)
	if err != nil {
		return wire.TicketReply{}, err
	}
	q.CheckIn, q.Class = c, ""
	reply, err := t.app.uplink.Reserve(ctx, q)
	if err == nil && reply.Refused == wire.RefusedStaleKey {
		t.app.key.keepOnly("")
		if c, err = j.claim(ctx); err != nil {
			return wire.TicketReply{}, err
		}
		q.CheckIn = c
		reply, err = t.app.uplink.Reserve(ctx, q)
	}
	return reply, err
}

// bookedFor is what a reply says of a booking as the path shows it.
func bookedFor(b *wire.Booked, zone string) flow.Booked {
	if b == nil {
		return flow.Booked{}
	}
	return flow.Booked{
		Hour: hourOf(b.SlotMS, zone), Day: time.UnixMilli(b.SlotMS).In(zoneOf(zone)).Format("02-01-2006"),
		From: hourOf(b.FromMS, zone), Service: b.Service, Late: b.Late, Again: b.Again,
	}
}
