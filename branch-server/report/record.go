// Package report turns the journal of a branch's Days into the figures that a coordinator answers for: how many came,
// how long they waited, what was done, and whether everybody was called in turn. It folds entries into one record a
// Day, visit by visit, and adds records up into figures, so that a median over a month is the median of its visits
// and not of its Days. It is pure: entries and records in, figures out. The definitions are those of the field, and
// stand beside each figure.
package report

import (
	"time"

	"balcao/internal/queue"
)

// Version names the form of a Record. A stored record of another version is made again from the journal.
const Version = 3

// Milli is a moment in Unix milliseconds; 0 has not happened. Records hold thousands of moments, and time.Time would
// make them five times as long.
type Milli int64

// At returns the moment in UTC; the zero time for 0.
func (m Milli) At() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

func milli(t time.Time) Milli {
	if t.IsZero() {
		return 0
	}
	return Milli(t.UnixMilli())
}

// Record is one Day, visit by visit. It holds no personal data, as the journal does not.
type Record struct {
	Date     queue.Date         `json:"day"`
	Ended    bool               `json:"ended"` // the next Day was opened: nothing more comes
	Until    Milli              `json:"until"` // what is still going on is measured up to here
	Visits   []Visit            `json:"visits"`
	Counters []Counter          `json:"counters"`
	Voided   int                `json:"voided,omitempty"` // numbers that became nobody's
	Slips    map[queue.Rule]int `json:"slips,omitempty"`  // times that a visit was passed by a later one, by the rule of that call
}

// Visit is one citizen's stay under one number, as reports see it.
type Visit struct {
	ID         queue.VisitID `json:"id"`
	Number     string        `json:"tk"`
	Issued     Milli         `json:"at"`
	Walked     bool          `json:"walked,omitempty"`     // served without a ticket: never waited
	Inaccurate bool          `json:"inaccurate,omitempty"` // its times count nowhere
	Override   string        `json:"ovr,omitempty"`        // code of the reason for a number although none was given
	Despite    string        `json:"desp,omitempty"`       // what stood against it
	Told       *Told         `json:"told,omitempty"`       // nil if nothing was said, or another service after all
	Legs       []Leg         `json:"legs"`
}

// Told is the wait that a citizen was told with the number.
type Told struct {
	Low, High int   // minutes; High 0 says only that it is not known
	MidMS     int64 // before it was rounded
}

// Leg is one service of a visit, from the moment it waits for it to its end.
type Leg struct {
	Service   queue.ServiceID `json:"s"`
	Body      queue.BodyID    `json:"b,omitempty"`
	Counter   queue.CounterID `json:"c,omitempty"` // where it was last called
	Staff     string          `json:"u,omitempty"` // pseudonym of who sat there, where the branch reports by person
	Class     queue.ClassID   `json:"k,omitempty"`
	Rule      queue.Rule      `json:"r,omitempty"`  // that decided the first call
	Reason    string          `json:"rc,omitempty"` // code of a call by hand
	Unlawful  bool            `json:"x,omitempty"`  // called while priority by law had to wait, by a ratio
	From      Milli           `json:"f,omitempty"`  // waits since: issue, or the later of check-in and booked time
	Called    Milli           `json:"d,omitempty"`  // first call
	Ended     Milli           `json:"e,omitempty"`
	WalkMS    int64           `json:"w,omitempty"`  // call to start
	ServiceMS int64           `json:"v,omitempty"`  // start to end, holds excluded
	Started   bool            `json:"st,omitempty"` // somebody came
	Outcome   Outcome         `json:"o"`
	Delivered int             `json:"n,omitempty"`  // acts done
	Holds     int             `json:"h,omitempty"`  // times set aside
	Slips     int             `json:"sl,omitempty"` // later arrivals of the same service called before it
	Skips     int             `json:"sk,omitempty"` // earlier arrivals of the same service that it passed
}

// Outcome says how a leg ended, or where it stands.
type Outcome string

// The outcomes of a leg.
const (
	Finished  Outcome = "finished"  // served to the end
	PassedOn  Outcome = "passed_on" // served, and goes on elsewhere or comes back today
	NoShow    Outcome = "no_show"
	Cancelled Outcome = "cancelled"
	Open      Outcome = "open" // waiting, called, served, held or to come back
)

// Counter is what one counter did in a Day. Times are in milliseconds.
type Counter struct {
	ID        queue.CounterID `json:"id"`
	OpenMS    int64           `json:"open"`
	BreakMS   int64           `json:"break,omitempty"`
	BusyMS    int64           `json:"busy,omitempty"` // with somebody called or served
	LeftOpen  bool            `json:"left_open,omitempty"`
	ServiceMS int64           `json:"service,omitempty"`
}

// Wait returns how long the leg waited until its first call, and whether it was called.
func (l Leg) Wait() (time.Duration, bool) {
	if l.Called == 0 || l.From == 0 {
		return 0, false
	}
	return max(0, time.Duration(l.Called-l.From)*time.Millisecond), true
}

// ServiceTime returns how long the leg was served, and whether it was and is over.
func (l Leg) ServiceTime() (time.Duration, bool) {
	return time.Duration(l.ServiceMS) * time.Millisecond, l.Started && (l.Outcome == Finished || l.Outcome == PassedOn)
}

// Walk returns how long the citizen took from the call to the start of service, and whether they came.
func (l Leg) Walk() (time.Duration, bool) {
	return time.Duration(l.WalkMS) * time.Millisecond, l.Started
}
