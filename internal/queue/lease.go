package queue

import (
	"slices"
	"time"
)

// Lease asks for a range of numbers that a holder may give out by itself, of today or of a Day to come. Have is the
// last number the holder knows to be its own, so that the same wish leads to one range. Epoch is that of the holder's
// memory: one that lost it has no range of before, because it does not know what it gave out.
type Lease struct {
	Holder   KioskID
	Epoch    uint64
	Day      Date
	Division DivisionID
	Have     int
}

// ReserveAlone says that a kiosk gave a number of its lease while the branch was silent. It has happened: whatever the
// branch had reserved or issued under the same request is closed.
type ReserveAlone struct {
	Request RequestID
	Kiosk   KioskID
	Epoch   uint64 // of its log
	Boot    string
	Service ServiceID
	Then    []ServiceID
	Class   ClassID
	Lang    string
	Number  Number
	Day     Date
	Asked   time.Time // when the citizen asked; zero where the kiosk's clock was not set
	Slip    string    // the name of a slip without a number: the branch gives one now
	// Doubtful says that nobody knows well when they asked: the visit's times are left out of statistics.
	Doubtful bool
	Lost     bool // the branch gave it, and has lost its memory of that: see Recover
}

// Leased says that a holder may give out the numbers From to To of a Day by itself. The branch's own sequence stays
// below all leases of its division.
type Leased struct {
	Holder   KioskID    `json:"holder"`
	Epoch    uint64     `json:"epoch,omitempty"`
	Day      Date       `json:"day"`
	Division DivisionID `json:"div"`
	Prefix   string     `json:"p"`
	From     int        `json:"from"`
	To       int        `json:"to"`
}

func (Lease) command()        {}
func (ReserveAlone) command() {}
func (Leased) about() VisitID { return 0 }

// lastLeased is the greatest number of a lease: four digits fit slips and boards.
const lastLeased = 9999

// superseded is why a number is nobody's: the kiosk gave another one for the same wish.
const superseded = "superseded"

func (d *Day) lease(c Lease) ([]Event, error) {
	div, known := d.index.divisions[c.Division]
	switch {
	case !known:
		return nil, ErrUnknownDivision
	case c.Holder == "":
		return nil, ErrNoRequest
	case div.Lease <= 0:
		return nil, ErrNotLeased
	case c.Day < d.date:
		return nil, ErrOtherDay
	}
	last, most := d.lendable(div, c.Day)
	for _, l := range d.leases {
		if l.Division != c.Division || l.Day != c.Day {
			continue
		}
		if l.Holder == c.Holder && l.Epoch == c.Epoch && l.From > c.Have {
			return nil, nil // given already, and not heard of
		}
		if l.To <= most {
			last = max(last, l.To)
		}
	}
	if last >= most {
		return nil, ErrSoldOut
	}
	from := d.unpadded(div.ID, last+1)
	to := min(most, from+div.Lease-1)
	for _, p := range d.pads[div.ID] {
		if p.First > from {
			to = min(to, p.First-1)
		}
	}
	return []Event{Leased{
		Holder: c.Holder, Epoch: c.Epoch, Day: c.Day, Division: div.ID, Prefix: div.Prefix, From: from, To: to,
	}}, nil
}

// Leases returns the ranges that a holder may give out, of today and of Days to come, oldest first.
func (d *Day) Leases(holder KioskID, epoch uint64) []Leased {
	var all []Leased
	for _, l := range d.leases {
		if l.Holder == holder && l.Epoch == epoch {
			all = append(all, l)
		}
	}
	return all
}

// ahead returns the leases of a Day to come: its opening says them again, because a replay begins with it.
func (d *Day) ahead(day Date) []Leased {
	var all []Leased
	for _, l := range d.leases {
		if l.Day >= day {
			all = append(all, l)
		}
	}
	return all
}

// reserveAlone never refuses a number for what the citizen could not know; only one that is not the kiosk's to give, or
// of another Day, makes no visit.
func (d *Day) reserveAlone(c ReserveAlone, at time.Time) ([]Event, error) {
	old, asked := d.byRequest[c.Request]
	div, leased := d.leaseOf(c.Kiosk, c.Epoch, c.Number)
	s, known := d.index.services[c.Service]
	switch {
	case c.Lost && (d.recovered.Block == 0 || c.Day != d.date):
		return nil, nil // the branch knows what it gave
	case c.Request == "":
		return nil, ErrNoRequest
	case c.Day != d.date:
		return nil, ErrOtherDay
	case !known:
		return nil, ErrUnknownService
	case asked && c.Slip != "" && old.Slip != "":
		return nil, nil
	case c.Slip != "":
		n := d.after(d.index.divisions[s.Division])
		if _, last := d.central(d.index.divisions[s.Division]); n > last {
			return nil, ErrSoldOut
		}
		div, c.Number = s.Division, Number{Prefix: d.index.divisions[s.Division].Prefix, N: n}
	case asked && (old.Alone || c.Lost):
		return nil, nil
	case !leased && d.regained(s.Division, c.Number):
		div = s.Division
	case !leased || s.Division != div || c.Lost:
		return nil, ErrNotLeased
	}
	if slices.ContainsFunc(d.visits, func(v *Visit) bool { return c.Slip == "" && v.Alone && v.Division == div && v.Number == c.Number }) {
		return nil, ErrNumberTaken
	}
	class := c.Class
	if _, known := d.index.calling(s.Body).class(class); !known {
		class = ClassWalkIn
	}
	var events []Event
	if asked {
		events = supersede(old)
	}
	since := slotOf(c.Asked)
	if since.IsZero() || since.After(at) {
		since = at
	}
	taken := Reserved{
		Visit: VisitID(len(d.visits) + 1), Number: c.Number, Division: div, Service: s.ID, Body: s.Body, Class: class,
		Lang: c.Lang, Request: c.Request, Kiosk: c.Kiosk, Boot: c.Boot, Day: d.date, Alone: true, Asked: since,
		Then: d.adopted(s.ID, c.Then),
	}
	if c.Lost || c.Slip != "" {
		taken.Slip = c.Slip
		taken.Alone, taken.Asked, taken.Came = false, time.Time{}, since
	}
	events = append(events, taken)
	if c.Doubtful {
		events = append(events, InaccurateSet{Visit: taken.Visit, Inaccurate: true})
	}
	return events, nil
}

// leaseOf returns the division in which a number of today is a holder's.
func (d *Day) leaseOf(holder KioskID, epoch uint64, n Number) (DivisionID, bool) {
	for _, l := range d.leases {
		if l.Holder == holder && l.Epoch == epoch && l.Day == d.date && l.Prefix == n.Prefix && l.From <= n.N && n.N <= l.To {
			return l.Division, true
		}
	}
	return "", false
}

// supersede closes what the branch did under a request for which the kiosk has given another number. Nobody holds that
// number; only what was served already stays as it is.
func supersede(v *Visit) []Event {
	switch v.State {
	case StateReserved, StateWaiting:
		return []Event{Voided{Visit: v.ID, Number: v.Number, Cause: superseded}}
	case StateCalled, StateHeld, StatePostponed:
		return []Event{
			InaccurateSet{Visit: v.ID, Inaccurate: true},
			Cancelled{Visit: v.ID, Number: v.Number, Cause: superseded},
		}
	case StateNoShow:
		if !v.Inaccurate {
			return []Event{InaccurateSet{Visit: v.ID, Inaccurate: true}}
		}
	case StateServing, StateFinished, StateVoid, StateCancelled:
	}
	return nil
}
