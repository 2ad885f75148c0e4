package queue

import "time"

// Place says where a visit that goes on stands in its next queue.
type Place string

// The places of a visit that goes on.
const (
	PlaceArrival Place = ""      // by its first arrival
	PlaceFront   Place = "front" // before all but priority by law
	PlaceAfter   Place = "after" // by its first arrival, but not before some minutes have passed
)

// Delivered counts what was done at a counter, apart from the visit: one visit can deliver several acts.
type Delivered struct {
	Service  ServiceID `json:"svc"`
	Quantity int       `json:"n"`
	Outcome  string    `json:"outcome,omitempty"` // a code of the catalogue, such as done or refused
}

// Forwarded says that a leg of a visit ended and that it waits for another service under the same number.
type Forwarded struct {
	Visit     VisitID     `json:"visit"`
	Number    Number      `json:"tk"`
	Counter   CounterID   `json:"counter"`
	Service   ServiceID   `json:"svc"` // where it goes
	Body      BodyID      `json:"body"`
	Class     ClassID     `json:"class"`
	Place     Place       `json:"place,omitempty"`
	NotBefore time.Time   `json:"not_before,omitzero"`
	Delivered []Delivered `json:"delivered,omitempty"`
	Outcome   string      `json:"outcome,omitempty"` // of the leg that ended; a code
	Planned   bool        `json:"planned,omitempty"` // the number was taken for this service too, or staff had added it
	Stays     bool        `json:"stays,omitempty"`   // it is served on at the same counter, without waiting
}

// Transferred says that a visit was for another service from the beginning; it waits there, by its first arrival.
type Transferred struct {
	Visit   VisitID   `json:"visit"`
	Number  Number    `json:"tk"`
	From    ServiceID `json:"from"`
	Service ServiceID `json:"svc"`
	Body    BodyID    `json:"body"`
	Class   ClassID   `json:"class"`
}

// Held says that service is interrupted and the counter free for others.
type Held struct {
	Visit   VisitID   `json:"visit"`
	Counter CounterID `json:"counter"`
	Reason  string    `json:"reason,omitempty"`
}

// Resumed says that a held visit is served again.
type Resumed struct {
	Visit   VisitID   `json:"visit"`
	Counter CounterID `json:"counter"`
}

// Cancelled says that a visit ended without service.
type Cancelled struct {
	Visit  VisitID `json:"visit"`
	Number Number  `json:"tk"`
	Cause  string  `json:"cause,omitempty"`
	By     string  `json:"by,omitempty"` // a pseudonym
}

// Revived says that a no-show or cancelled visit is back, with its first issue time.
type Revived struct {
	Visit  VisitID `json:"visit"`
	Number Number  `json:"tk"`
	Undo   bool    `json:"undo,omitempty"`  // what ended it was a mistake, taken back at once: it may still be put back once
	State  State   `json:"state,omitempty"` // where it is again, if it does not wait: held or to come back today
}

// Postponed says that the citizen left to come back today, for a document or with one.
type Postponed struct {
	Visit     VisitID     `json:"visit"`
	Counter   CounterID   `json:"counter"`
	Service   ServiceID   `json:"svc"` // for which the citizen comes back
	Body      BodyID      `json:"body"`
	Class     ClassID     `json:"class"`
	Delivered []Delivered `json:"delivered,omitempty"`
}

// Returned says that a postponed visit's citizen is back and waits.
type Returned struct {
	Visit  VisitID `json:"visit"`
	Number Number  `json:"tk"`
}

// Walked says that a citizen without a ticket is served at a counter; the number is only for the record, and nobody
// calls it.
type Walked struct {
	Visit   VisitID   `json:"visit"`
	Number  Number    `json:"tk"`
	Counter CounterID `json:"counter"`
}

// InaccurateSet says whether the times of a visit are to be left out of statistics.
type InaccurateSet struct {
	Visit      VisitID `json:"visit"`
	Inaccurate bool    `json:"inaccurate"`
}

// BreakDue says that a counter pauses once the service in progress has ended.
type BreakDue struct {
	Counter CounterID `json:"counter"`
	Reason  string    `json:"reason"`
	Planned bool      `json:"planned,omitempty"`
}

// BreakStarted says that a counter pauses.
type BreakStarted struct {
	Counter CounterID `json:"counter"`
	Reason  string    `json:"reason"`
	Planned bool      `json:"planned,omitempty"`
}

// BreakEnded says that a counter is back, or that a break that was due is not taken.
type BreakEnded struct {
	Counter CounterID `json:"counter"`
}

// ServiceSuspended says that no more tickets are given for a service.
type ServiceSuspended struct {
	Service ServiceID `json:"svc"`
	Cause   string    `json:"cause,omitempty"`
	Until   time.Time `json:"until,omitzero"` // it reopens by itself then
	By      string    `json:"by,omitempty"`   // a pseudonym
}

// ServiceReopened says that tickets are given for a service again. Cause is "time" where its end was set before.
type ServiceReopened struct {
	Service ServiceID `json:"svc"`
	Cause   string    `json:"cause,omitempty"`
	By      string    `json:"by,omitempty"` // a pseudonym
}

func (e Forwarded) about() VisitID      { return e.Visit }
func (e Transferred) about() VisitID    { return e.Visit }
func (e Held) about() VisitID           { return e.Visit }
func (e Resumed) about() VisitID        { return e.Visit }
func (e Cancelled) about() VisitID      { return e.Visit }
func (e Revived) about() VisitID        { return e.Visit }
func (e Postponed) about() VisitID      { return e.Visit }
func (e Returned) about() VisitID       { return e.Visit }
func (e Walked) about() VisitID         { return e.Visit }
func (e InaccurateSet) about() VisitID  { return e.Visit }
func (BreakDue) about() VisitID         { return 0 }
func (BreakStarted) about() VisitID     { return 0 }
func (BreakEnded) about() VisitID       { return 0 }
func (ServiceSuspended) about() VisitID { return 0 }
func (ServiceReopened) about() VisitID  { return 0 }
