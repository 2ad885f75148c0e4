package queue

import "time"

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

	State     State
	Print     PrintState
	PrintDue  time.Time // when a reservation is settled if no news comes
	Asked     time.Time // the number was reserved; the key of arrival
	IssuedAt  time.Time // it waits since
	CalledAt  time.Time // first call
	Recalled  int
	LastCall  time.Time
	StartedAt time.Time
	EndedAt   time.Time
	Counter   CounterID
	Why       Why
}

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

// ServiceTime returns how long a visit was served: start to finish, or to now while it lasts. It is never negative.
func (v Visit) ServiceTime(now time.Time) time.Duration {
	if v.StartedAt.IsZero() {
		return 0
	}
	until := now
	if !v.EndedAt.IsZero() {
		until = v.EndedAt
	}
	return max(0, until.Sub(v.StartedAt))
}
