package queue

import (
	"slices"
	"time"
)

// State is where a visit stands.
type State string

// The states of a visit.
const (
	StateReserved State = "reserved"
	StateVoid     State = "void"
	StateWaiting  State = "waiting"
	StateCalled   State = "called"
	StateServing  State = "serving"
	StateFinished State = "finished"
	StateNoShow   State = "no_show"

	StateHeld      State = "held"           // service interrupted, counter free
	StateCancelled State = "cancelled"      // ended without service
	StatePostponed State = "pickup_pending" // served for now; the citizen comes back today
)

// Visit is one citizen's stay under one number. Times are UTC; a zero time has not happened.
type Visit struct {
	ID       VisitID
	Number   Number
	Division DivisionID
	Service  ServiceID
	Body     BodyID
	Class    ClassID
	Lang     string
	Request  RequestID
	Kiosk    KioskID
	Boot     string
	By       string // pseudonym of whoever gave the number by hand; empty for a kiosk's
	Override string // code of the reason, where supply did not allow the number
	Despite  string // what stood against it then

	State     State
	Print     PrintState
	PrintDue  time.Time // when a reservation is settled if no news comes
	Asked     time.Time // the number was reserved
	Since     time.Time // the key of arrival: Asked, or the return of a postponed visit
	Joined    time.Time // it waits for the present service since
	Slot      time.Time // booked time; zero for a walk-in
	IssuedAt  time.Time // it waits since
	CalledAt  time.Time // first call of the visit
	Recalled  int
	LegCall   time.Time // first call for the present service
	LastCall  time.Time
	StartedAt time.Time
	EndedAt   time.Time
	Counter   CounterID
	Why       Why // of the last call

	HeldAt     time.Time     // held since
	HeldCode   string        // why it is held; a code, may be empty
	HeldFor    time.Duration // held in all since StartedAt
	Front      bool          // placed before all but priority by law
	NotBefore  time.Time     // not called before; zero is at once
	Revived    bool          // was put back once after a no-show
	Walked     bool          // served without a ticket
	Slip       string        // its citizen holds a slip of this name, without a number
	Alone      bool          // the kiosk gave the number by itself; see ReserveAlone
	Inaccurate bool          // left out of statistics
	Then       []ServiceID   // services still to come after the present one, in order; never changed in place
	Told       *Told         // what the citizen was told of the wait; never changed; nil if nothing
	Corrected  bool          // what was entered of it from paper was put right
	Legs       []Leg         // what ended at counters, in order; never changed once it is there

	booked bool        // its number was for a booking
	aside  State       // what it was when it was cancelled, if it was set aside then; empty otherwise
	chosen []ServiceID // what the number was taken for beside its first service
	missed int         // first calls of the division when it ended
}

// Leg is one service of a visit at one counter, from its call to its end.
type Leg struct {
	Service   ServiceID
	Body      BodyID
	Class     ClassID
	Slot      time.Time // booked time; zero for a walk-in
	Counter   CounterID
	CalledAt  time.Time
	StartedAt time.Time // zero if nobody came
	EndedAt   time.Time
	HeldFor   time.Duration
	Why       Why
	Outcome   State // finished, no_show or pickup_pending
	Delivered []Delivered

	then []ServiceID // that were still to come when it ended
}

func (v *Visit) leg(outcome State, done []Delivered, at time.Time) Leg {
	return Leg{
		Service: v.Service, Body: v.Body, Class: v.Class, Slot: v.Slot, Counter: v.Counter, CalledAt: v.LegCall, StartedAt: v.StartedAt,
		EndedAt: at, HeldFor: v.HeldFor, Why: v.Why, Outcome: outcome, Delivered: slices.Clone(done),
		then: v.Then,
	}
}

// ServiceTime returns how long the leg was served, holds excluded; zero if nobody came. It is never negative.
func (l Leg) ServiceTime() time.Duration {
	if l.StartedAt.IsZero() {
		return 0
	}
	return max(0, l.EndedAt.Sub(l.StartedAt)-l.HeldFor)
}

// ready reports whether a waiting visit may be called.
func (v *Visit) ready(at time.Time) bool { return v.NotBefore.IsZero() || !v.NotBefore.After(at) }

// Wait returns how long the visit waited until its first call, or until now while it waits. It is never negative.
func (v Visit) Wait(now time.Time) time.Duration {
	if v.IssuedAt.IsZero() {
		return 0
	}
	until := now
	if !v.CalledAt.IsZero() {
		until = v.CalledAt
	}
	return max(0, until.Sub(v.IssuedAt))
}

// ServiceTime returns how long a visit was served since it last started: to its end, or to now while it lasts, holds
// excluded. It is never negative.
func (v Visit) ServiceTime(now time.Time) time.Duration {
	if v.StartedAt.IsZero() {
		return 0
	}
	until := now
	if !v.EndedAt.IsZero() {
		until = v.EndedAt
	}
	if v.State == StateHeld {
		until = v.HeldAt
	}
	return max(0, until.Sub(v.StartedAt)-v.HeldFor)
}

// unproven reports whether a visit waits for its first call and nobody knows whether its paper exists.
func (v *Visit) unproven() bool {
	return v.State == StateWaiting && v.Print == PrintUnknown && v.CalledAt.IsZero()
}
