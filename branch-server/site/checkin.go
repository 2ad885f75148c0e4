package site

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"balcao/branch-server/arrivals"
	"balcao/internal/citizen"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Arrivals receives those who booked; arrivals.Desk does.
type Arrivals interface {
	CheckIn(ctx context.Context, claim arrivals.Claim, request queue.RequestID, take arrivals.Taking) (arrivals.Outcome, error)
	Key(day queue.Date) (citizen.DayKey, error)
	Today() queue.Date
}

// dayKey hands the key of the present day to a node, sealed for whoever asked.
func (s *Site) dayKey(node wire.NodeID, r wire.Request) json.RawMessage {
	var q wire.KeyRequest
	out := wire.KeyReply{Request: r.ID}
	if err := json.Unmarshal(r.Data, &q); err != nil || q.Request != r.ID || s.cfg.Arrivals == nil {
		out.Refused = wire.RefusedInvalid
		return encoded(out)
	}
	day := s.cfg.Arrivals.Today()
	key, err := s.cfg.Arrivals.Key(day)
	if err != nil {
		s.cfg.Log.Error("take the key of the day", "node", string(node), "err", err)
		return nil // the kiosk asks again
	}
	defer key.Wipe()
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	defer clear(random[:])
	h, err := key.HandOver(q.Public, random[:], wire.KeyPurpose(node, string(day)))
	if err != nil {
		s.cfg.Log.Warn("key of the day not handed over", "node", string(node), "err", err)
		out.Refused = wire.RefusedInvalid
		return encoded(out)
	}
	out.Day, out.Public, out.Sealed = string(day), h.Public, h.Sealed
	return encoded(out)
}

func encoded(what any) json.RawMessage {
	data, err := json.Marshal(what)
	if err != nil {
		return nil
	}
	return data
}

// checkIn receives the citizen of a booking at a kiosk; false means that nothing can be said now.
func (s *Site) checkIn(ctx context.Context, node wire.NodeID, q wire.TicketRequest) (wire.TicketReply, bool) {
	r := wire.TicketReply{Request: q.Request}
	claim := arrivals.Claim{}
	var digest citizen.Digest
	switch {
	case s.cfg.Arrivals == nil, len(q.CheckIn.Digest) != len(digest):
		r.Refused = wire.RefusedInvalid
		return r, true
	case q.CheckIn.Day != string(s.cfg.Arrivals.Today()):
		r.Refused = wire.RefusedStaleKey
		return r, true
	}
	copy(digest[:], q.CheckIn.Digest)
	switch q.CheckIn.By {
	case wire.ByCode:
		claim.Code = &digest
	case wire.ByCard:
		claim.Card = &digest
	default:
		r.Refused = wire.RefusedInvalid
		return r, true
	}
	request := queue.RequestID(q.Request)
	out, err := s.cfg.Arrivals.CheckIn(ctx, claim, request, func(service queue.ServiceID, class queue.ClassID, slot time.Time) queue.Command {
		wish := queue.Reserve{
			Request: request, Kiosk: queue.KioskID(node), Boot: q.Boot, Service: service, Class: class, Slot: slot, Lang: wire.Language(q.Lang),
		}
		// A wait that cannot be foretold is not told; the check-in goes on.
		_ = s.cfg.Commands.Read(ctx, func(d *queue.Day, at time.Time) { wish.Told = s.cfg.Waits.Told(d, at, service, class, slot) })
		return wish
	})
	if err != nil {
		s.cfg.Log.Error("receive a booking", "node", string(node), "err", err)
		return wire.TicketReply{}, false
	}
	return s.received(ctx, r, out)
}

// received turns what became of a check-in into the reply, with the ticket where there is one.
func (s *Site) received(ctx context.Context, r wire.TicketReply, out arrivals.Outcome) (wire.TicketReply, bool) {
	if !out.Slot.IsZero() {
		r.Booked = &wire.Booked{
			SlotMS: out.Slot.UnixMilli(), Service: string(out.Service),
			Late: out.Verdict == arrivals.WalkIn, Again: out.Verdict == arrivals.Again,
		}
		if !out.From.IsZero() {
			r.Booked.FromMS = out.From.UnixMilli()
		}
	}
	switch out.Verdict {
	case arrivals.NotFound:
		r.Refused = wire.RefusedNoBooking
	case arrivals.TooEarly:
		r.Refused = wire.RefusedTooEarly
	case arrivals.OtherDay:
		r.Refused = wire.RefusedOtherDay
	case arrivals.Withdrawn:
		r.Refused = wire.RefusedWithdrawn
	case arrivals.Over:
		r.Refused = wire.RefusedOver
	case arrivals.Refused:
		r.Refused = refusalCode(out.Refusal)
	case arrivals.Received, arrivals.WalkIn, arrivals.Again:
		return s.paint(ctx, r, out.Request)
	}
	return r, true
}

// paint puts the ticket of a request into a reply.
func (s *Site) paint(ctx context.Context, r wire.TicketReply, request queue.RequestID) (wire.TicketReply, bool) {
	err := s.cfg.Commands.Read(ctx, func(d *queue.Day, _ time.Time) {
		v, known := d.Requested(request)
		if !known || v.State == queue.StateVoid {
			r.Refused = wire.RefusedSettled
			return
		}
		t := s.cfg.Branch().Ticket(d, v)
		r.Ticket = &t
	})
	return r, err == nil
}
