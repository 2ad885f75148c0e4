package queue

import "time"

// CallVisit calls a chosen ticket to a free counter. Reason is a code, stored with the call.
type CallVisit struct {
	Counter CounterID
	Visit   VisitID
	Reason  string
}

// Walk serves a citizen who has no ticket at a free counter.
type Walk struct {
	Request RequestID
	Counter CounterID
	Service ServiceID
	Class   ClassID
}

// Forward ends the service at a counter and lets the visit wait for another service, same number.
type Forward struct {
	Counter   CounterID
	Visit     VisitID
	Service   ServiceID
	Place     Place
	After     time.Duration // with PlaceAfter
	Stay      bool          // served on at this counter, which must have the service; Place does not matter then
	Delivered []Delivered
}

// Transfer corrects the service of a visit that waits or was called, before it is served.
type Transfer struct {
	Visit   VisitID
	Service ServiceID
}

// Hold interrupts the service at a counter; the counter is free, the visit is not called until it is resumed.
type Hold struct {
	Counter CounterID
	Visit   VisitID
	Reason  string // a code, may be empty
}

// Resume serves a held visit at a free counter, the same or another one.
type Resume struct {
	Counter CounterID
	Visit   VisitID
}

// Cancel ends a visit that nobody serves.
type Cancel struct {
	Visit VisitID
	Cause string // a code, may be empty
}

// Revive puts a no-show or cancelled visit back, within the tolerance of the branch, once. Asked by the counter that has
// just missed the visit, within the seconds that any mistake can be taken back, it is no return of somebody who missed
// the call: it counts against nothing.
//
// A cancellation that is undone at once counts against nothing either: the visit is where it was, held or to come back if
// it was that.
type Revive struct {
	Visit   VisitID
	Counter CounterID // that asks; empty for whoever has none
	Undo    bool      // the cancellation was a mistake; once its seconds have passed, this is a return like any other
}

// Postpone ends the service at a counter; the citizen comes back today. An empty Service is the present one.
type Postpone struct {
	Counter   CounterID
	Visit     VisitID
	Service   ServiceID
	Delivered []Delivered
}

// Return says that the citizen of a postponed visit is back: it waits by the moment of the return.
type Return struct{ Visit VisitID }

// MarkInaccurate says whether the times of a visit are wrong and belong in no statistics.
type MarkInaccurate struct {
	Visit      VisitID
	Inaccurate bool
}

// TakeBreak pauses a counter, at once or as soon as the service in progress has ended. Reason is a code.
type TakeBreak struct {
	Counter CounterID
	Reason  string
	Planned bool
}

// EndBreak brings a counter back, or withdraws a break that is due.
type EndBreak struct{ Counter CounterID }

// SuspendService stops tickets for a service until it is reopened or a new Day opens.
type SuspendService struct {
	Service ServiceID
	Cause   string    // a code, may be empty
	Until   time.Time // it reopens by itself then; zero is by hand only
	By      string    // pseudonym of whoever decided
}

// ReopenService gives tickets for a suspended service again.
type ReopenService struct {
	Service ServiceID
	Cause   string // a code, may be empty
	By      string // pseudonym of whoever decided
}

func (CallVisit) command()      {}
func (Walk) command()           {}
func (Forward) command()        {}
func (Transfer) command()       {}
func (Hold) command()           {}
func (Resume) command()         {}
func (Cancel) command()         {}
func (Revive) command()         {}
func (Postpone) command()       {}
func (Return) command()         {}
func (MarkInaccurate) command() {}
func (TakeBreak) command()      {}
func (EndBreak) command()       {}
func (SuspendService) command() {}
func (ReopenService) command()  {}
