package arrivals

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"

	"balcao/branch-server/booking"
	"balcao/internal/branch"
	"balcao/internal/citizen"
	"balcao/internal/queue"
)

// Verdict says what became of somebody who came.
type Verdict string

// The verdicts. Only with the first three there is a ticket.
const (
	Received  Verdict = "received"  // a ticket of the booking
	WalkIn    Verdict = "walk_in"   // too late: an ordinary ticket from now on
	Again     Verdict = "again"     // here already: the ticket is the one they have
	NotFound  Verdict = "not_found" // no booking of this branch
	TooEarly  Verdict = "too_early" // come back at From, or take an ordinary ticket
	OtherDay  Verdict = "other_day" // booked for another day
	Over      Verdict = "over"      // called, and over: nobody waits under the ticket any more
	Withdrawn Verdict = "withdrawn" // the booking was cancelled
	Refused   Verdict = "refused"   // the queue gave no ticket; Refusal says why
)

// Outcome is what a check-in led to. Slot and Service are those of the booking, if one was found.
type Outcome struct {
	Verdict Verdict
	Refusal queue.Refusal
	Request queue.RequestID // of the visit, where there is a ticket
	Service queue.ServiceID
	Slot    time.Time
	From    time.Time // when a check-in is taken, if it is too early
}

// Claim says whose check-in it is: by a digest made under the key of the day, or by the id of the booking.
type Claim struct {
	Code   *citizen.Digest // of the code
	Card   *citizen.Digest // of the document number or of the MultiPass token: their labels differ, so one is never the other
	ID     string
	Source string // for the log: code, card or reception
}

// Taking makes the command that takes a number for a service, a class and a slot: a kiosk reserves one, reception
// issues it at once.
type Taking func(queue.ServiceID, queue.ClassID, time.Time) queue.Command

// CheckIn receives the citizen of a booking. Take makes the command that takes a
// number. The same request again leads to the
// same ticket, and so does any other request for the same booking.
func (k *Desk) CheckIn(ctx context.Context, claim Claim, request queue.RequestID, take Taking) (Outcome, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all, err := k.cfg.Table.Bookings(ctx, k.today())
	if err != nil {
		return Outcome{}, err
	}
	found, err := k.find(all, claim)
	if err != nil {
		return Outcome{}, err
	}
	now := k.cfg.Now()
	one, ok := best(found, now, k.today())
	if !ok {
		return Outcome{Verdict: NotFound}, nil
	}
	out := Outcome{Service: one.Service, Slot: one.Slot}
	day, visits, err := k.here(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if v, came := visits[one.Request]; came && one.Request != "" {
		out.Request = one.Request
		if v.State == queue.StateNoShow || v.State == queue.StateFinished {
			out.Verdict, out.Request = Over, ""
			return out, nil
		}
		if out.Verdict = Again; one.Request == request {
			out.Verdict = Received // its first answer was lost
		}
		return out, nil
	}
	b := k.cfg.Branch()
	window := k.window(b, one.Service)
	arrival := window.Judge(one.Slot, now)
	switch {
	case one.State == booking.Cancelled:
		out.Verdict = Withdrawn
		return out, nil
	case one.Day != k.today() || day != k.today():
		out.Verdict = OtherDay
		return out, nil
	case arrival == booking.Early:
		out.Verdict, out.From = TooEarly, window.Opens(one.Slot)
		return out, nil
	}
	return k.receive(ctx, one, out, arrival, request, take)
}

// receive notes first who comes and then takes the number, so that a crash between the two leaves a booking that the
// same request, or after it any other, can take up.
func (k *Desk) receive(ctx context.Context, one booking.Booking, out Outcome, arrival booking.Arrival, request queue.RequestID, take Taking) (Outcome, error) {
	claimed, err := k.cfg.Table.Claim(ctx, one.ID, one.Request, request)
	if err != nil {
		return Outcome{}, err
	}
	if !claimed {
		return Outcome{}, errors.New("note an arrival: the booking changed meanwhile")
	}
	class, slot := queue.ClassBooked, one.Slot
	out.Verdict = Received
	if arrival == booking.Late {
		class, slot, out.Verdict = queue.ClassWalkIn, time.Time{}, WalkIn
	}
	refusal, err := k.cfg.Commands.Do(ctx, string(request), take(one.Service, class, slot))
	if err != nil {
		return Outcome{}, err
	}
	if out.Request = request; refusal != "" {
		out.Verdict, out.Refusal, out.Request = Refused, refusal, ""
	}
	k.wake()
	return out, nil
}

// find returns the bookings that a claim means: by digest those of its day alone, because another day has another key.
func (k *Desk) find(all []booking.Booking, claim Claim) ([]booking.Booking, error) {
	var found []booking.Booking
	keys := map[queue.Date]citizen.DayKey{}
	defer func() {
		for day, key := range keys {
			key.Wipe()
			delete(keys, day)
		}
	}()
	for _, one := range all {
		switch {
		case claim.ID != "":
			if one.ID == claim.ID {
				found = append(found, one)
			}
		case claim.Card != nil:
			if knows(one.Digest, claim.Card) || knows(one.Pass, claim.Card) {
				found = append(found, one)
			}
		case claim.Code != nil:
			// The digest is made under the key of today, of the code of any day, so that one who comes on a wrong day is told.
			key, known := keys[k.today()]
			if !known {
				var err error
				if key, err = k.cfg.Keys.Key(k.today(), true); err != nil {
					return nil, fmt.Errorf("take the key of today: %w", err)
				}
				keys[k.today()] = key
			}
			d, err := key.CodeDigest(string(one.Code))
			if err != nil {
				return nil, fmt.Errorf("digest a code: %w", err)
			}
			if d.Equal(*claim.Code) {
				found = append(found, one)
			}
		}
	}
	return found, nil
}

// knows compares what a booking keeps with what a card led to; nothing kept knows nobody.
func knows(kept []byte, d *citizen.Digest) bool { return kept != nil && hmac.Equal(kept, d[:]) }

// best chooses among several bookings of one person: of today before others, not cancelled before cancelled, one whose
// citizen is not here yet before one who is, then the next slot.
func best(found []booking.Booking, now time.Time, today queue.Date) (booking.Booking, bool) {
	var chosen booking.Booking
	rank := func(b booking.Booking) int {
		r := 0
		if b.Day != today {
			r += 8
		}
		if b.State == booking.Cancelled {
			r += 4
		}
		if b.Request != "" {
			r += 2
		}
		return r
	}
	for i, b := range found {
		if i == 0 || rank(b) < rank(chosen) ||
			rank(b) == rank(chosen) && b.Slot.Sub(now).Abs() < chosen.Slot.Sub(now).Abs() {
			chosen = b
		}
	}
	return chosen, len(found) > 0
}

// Key returns the key of a day for a kiosk that asks for it: today's alone.
func (k *Desk) Key(day queue.Date) (citizen.DayKey, error) {
	if day != k.today() {
		return citizen.DayKey{}, ErrNoKey
	}
	return k.cfg.Keys.Key(day, true)
}

// Today returns the day whose key kiosks may ask for.
func (k *Desk) Today() queue.Date { return k.today() }

// Standing is how a booking of today stands.
type Standing string

// The standings of a booking.
const (
	ToCome Standing = "to_come"
	Here   Standing = "here"
	Called Standing = "called"
	Missed Standing = "missed"
)

// Line is one booking of a day's list, with the ticket it led to.
type Line struct {
	booking.Booking
	Standing Standing
	Number   string
	Opens    time.Time // when a check-in is taken
	Until    time.Time // until when the booking holds
}

// List returns the bookings of a day that are not cancelled, by slot.
func (k *Desk) List(ctx context.Context, day queue.Date) ([]Line, error) {
	all, err := k.cfg.Table.Bookings(ctx, day)
	if err != nil {
		return nil, err
	}
	open, visits, err := k.here(ctx)
	if err != nil {
		return nil, err
	}
	b, now := k.cfg.Branch(), k.cfg.Now()
	var lines []Line
	for _, one := range all {
		if one.Day != day || one.State != booking.Expected {
			continue
		}
		w := k.window(b, one.Service)
		line := Line{Booking: one, Standing: ToCome, Opens: w.Opens(one.Slot), Until: one.Slot.Add(w.Late)}
		if now.After(line.Until) {
			line.Standing = Missed
		}
		if v, came := visits[one.Request]; came && one.Request != "" && day == open {
			line.Number, line.Standing = v.Number.String(), standing(v)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func standing(v queue.Visit) Standing {
	switch v.State {
	case queue.StateReserved, queue.StateWaiting:
		return Here
	case queue.StateNoShow:
		return Missed
	case queue.StateCalled, queue.StateServing, queue.StateFinished, queue.StateHeld, queue.StatePostponed,
		queue.StateVoid, queue.StateCancelled:
	}
	return Called
}

// ServiceName returns what a service is called on screens.
func ServiceName(b *branch.Branch, id queue.ServiceID) string {
	if s, known := b.Service(id); known {
		return s.Name.In("pt")
	}
	return string(id)
}
