package branch

import (
	"slices"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Offer paints what kiosks show: every service with its state, how many wait and how long. Rev is the journal's last
// sequence number.
func (b *Branch) Offer(d *queue.Day, waits Waits, at time.Time) wire.Offer {
	o := wire.Offer{
		Revision: d.Seq(), AtMS: at.UnixMilli(),
		Branch: wire.OfferBranch{
			ID: b.ID, Name: b.Name, Zone: b.Zone, Day: string(d.Date()), Open: true, Greeting: b.Greeting,
			Bookings:  b.Bookings.Offer,
			Elsewhere: b.Supply.Elsewhere, Book: b.Supply.Book, Feedback: b.Feedback.offered(),
		},
	}
	b.paintDoor(&o.Branch, d, at)
	for _, body := range b.Bodies {
		o.Bodies = append(o.Bodies, wire.OfferBody(body))
	}
	for _, s := range b.Services {
		div, _ := b.Division(s.Division)
		stand := b.Stand(d, queue.ServiceID(s.ID), at)
		o.Services = append(o.Services, wire.OfferService{
			ID: s.ID, Body: div.Body, Name: s.Name, Help: s.Help, Icon: s.Icon, Also: s.Also, Group: s.Group, Prefix: div.Prefix, Div: div.ID,
			Place: div.Place, Popular: s.Popular, State: stand.State,
			Why: stand.Why, Next: stand.Next, NextMS: unixMilli(stand.At), LastMS: unixMilli(stand.Hours.Last),
			Waiting: d.WaitingCount(queue.ServiceID(s.ID)), Wait: walkIn(d, waits, s.ID, at),
		})
	}
	return o
}

// Ticket paints what a slip or screen says about a visit.
func (b *Branch) Ticket(d *queue.Day, v queue.Visit) wire.Ticket {
	service, _ := b.Service(v.Service)
	div, _ := b.Division(service.Division) // of several services each has its place
	ahead := 0
	for _, w := range d.Waiting(v.Service) {
		if w.ID != v.ID && w.ID < v.ID && (w.Class == queue.ClassLaw || v.Class != queue.ClassLaw) {
			ahead++
		}
	}
	t := wire.Ticket{
		Number: v.Number.String(), Day: string(d.Date()), Service: string(v.Service), Body: string(v.Body),
		Class: string(v.Class), Place: div.Place, IssuedMS: v.Asked.UnixMilli(), Ahead: ahead, Wait: told(v),
		ClassText: b.ClassText(v.Body, v.Class),
	}
	for _, s := range v.Then {
		t.Then = append(t.Then, string(s))
	}
	if !v.Slot.IsZero() {
		t.SlotMS = v.Slot.UnixMilli()
	}
	return t
}

// Live paints the branch's figures of this moment for headquarters.
func (b *Branch) Live(d *queue.Day, at time.Time) wire.Live {
	l := wire.Live{Unlawful: b.Unlawful(), Branch: b.ID, Name: b.Name, AtMS: at.UnixMilli(), Day: string(d.Date()), Open: d.Open(), Seq: d.Seq()}
	if door := b.Door(d, at); door.State == wire.OfferClosed || door.State == wire.OfferNotOpen {
		l.Closed, l.NextMS = true, unixMilli(door.At)
	}
	var waited time.Duration
	called := 0
	lines := map[queue.ServiceID]*wire.LiveLine{}
	for _, s := range b.Services {
		div, _ := b.Division(s.Division)
		l.Queues = append(l.Queues, wire.LiveLine{Service: s.ID, Body: div.Body})
	}
	for i := range l.Queues {
		lines[queue.ServiceID(l.Queues[i].Service)] = &l.Queues[i]
	}
	for _, v := range d.Visits() {
		if !v.IssuedAt.IsZero() && v.State != queue.StateVoid {
			l.Issued++
		}
		if !v.CalledAt.IsZero() {
			waited += v.Wait(at)
			called++
		}
		switch v.State {
		case queue.StateWaiting:
			l.Waiting++
			wait := int64(v.Wait(at) / time.Second)
			l.WaitNow = max(l.WaitNow, wait)
			if line := lines[v.Service]; line != nil {
				line.Waiting++
				line.Longest = max(line.Longest, wait)
			}
		case queue.StateCalled:
			l.Called++
		case queue.StateServing:
			l.Serving++
		case queue.StateFinished:
			l.Finished++
		case queue.StateNoShow:
			l.NoShows++
		case queue.StateReserved, queue.StateVoid, queue.StateHeld, queue.StateCancelled, queue.StatePostponed:
		}
	}
	if called > 0 {
		l.WaitAvg = int64(waited / time.Duration(called) / time.Second)
	}
	l.Counters = len(slices.DeleteFunc(slices.Clone(b.Counters), func(k Counter) bool {
		return !d.Counter(queue.CounterID(k.ID)).Open
	}))
	return l
}
