package queue

import "time"

// Entry is one fact with its place in the branch's journal. Seq counts without gaps over all Days of a journal;
// At is UTC in whole milliseconds.
type Entry struct {
	Seq   uint64
	At    time.Time
	Event Event
}

// Event is a fact. It holds no personal data: no name, no document number, no ground for priority.
//
//sumtype:decl
type Event interface{ about() VisitID }

// VisitOf returns the visit that a fact is about, 0 for none.
func VisitOf(e Event) VisitID { return e.about() }

// DayOpened begins a Day.
type DayOpened struct {
	Day    Date     `json:"day"`
	Leases []Leased `json:"leases,omitempty"` // given before, for this Day or later ones
}

// DayClosed ends a Day with its totals, for reconciliation.
type DayClosed struct {
	Day    Date   `json:"day"`
	Totals Totals `json:"totals"`
}

// Totals counts what became of the visits of a Day.
type Totals struct {
	Reserved int `json:"reserved"` // numbers taken in all
	Issued   int `json:"issued"`   // visits that waited
	Voided   int `json:"voided"`   // numbers void at the end
	Finished int `json:"finished"`
	NoShows  int `json:"no_shows"`
	Open     int `json:"open"` // waiting, called, served, held or to come back at the end

	Cancelled int `json:"cancelled,omitempty"`
}

// Reserved says that a number is taken for a request. Nobody waits under it yet.
type Reserved struct {
	Visit    VisitID    `json:"visit"`
	Number   Number     `json:"tk"`
	Division DivisionID `json:"div"`
	Service  ServiceID  `json:"svc"`
	Body     BodyID     `json:"body"`
	Class    ClassID    `json:"class"`
	Slot     time.Time  `json:"slot,omitzero"` // booked time of a check-in
	Lang     string     `json:"lang,omitempty"`
	Request  RequestID  `json:"req"`
	Kiosk    KioskID    `json:"kiosk,omitempty"`
	Boot     string     `json:"boot,omitempty"`
	Override string     `json:"ovr,omitempty"`  // code of the reason for a number that supply did not allow
	Despite  string     `json:"desp,omitempty"` // what stood against it then: not_open, closed, suspended, sold_out or full
	By       string     `json:"by,omitempty"`   // pseudonym of whoever gave it by hand
	Came     time.Time  `json:"came,omitzero"`  // when its citizen came, if it was recorded afterwards
	Day      Date       `json:"day"`
	Told     *Told      `json:"told,omitempty"` // what the citizen was told of the wait

	Then []ServiceID `json:"then,omitempty"` // services the visit goes on to, in order, after the first

	Slip  string    `json:"slip,omitempty"`  // its citizen holds a slip of this name without a number
	Alone bool      `json:"alone,omitempty"` // given by the kiosk from its lease; see ReserveAlone
	Asked time.Time `json:"asked,omitzero"`  // when the citizen asked, where that was before this fact
}

// PrintState is what is known of a visit's paper.
type PrintState string

// What can be known of paper.
const (
	PrintPending   PrintState = "pending"   // no news yet
	PrintConfirmed PrintState = "printed"   // the printer said that it came out
	PrintUnknown   PrintState = "unknown"   // nobody knows; the visit waits, marked
	PrintAccepted  PrintState = "accepted"  // none, and the citizen agreed
	PrintNone      PrintState = "reception" // none was due: given out by reception
	PrintFailed    PrintState = "failed"    // known not to have come out
)

// Issued says that a visit waits from now on.
type Issued struct {
	Visit   VisitID    `json:"visit"`
	Number  Number     `json:"tk"`
	Print   PrintState `json:"print"`
	Revived bool       `json:"revived,omitempty"` // it was void before
}

// PrintKnown says that paper reported as unknown did come out, or was accepted.
type PrintKnown struct {
	Visit VisitID    `json:"visit"`
	Print PrintState `json:"print"`
}

// PrintFailure says that the slip of a reservation did not come out; it may be printed or accepted until Until.
type PrintFailure struct {
	Visit VisitID   `json:"visit"`
	Cause string    `json:"cause"`
	Until time.Time `json:"until"`
}

// Voided says that a number is nobody's.
type Voided struct {
	Visit  VisitID `json:"visit"`
	Number Number  `json:"tk"`
	Cause  string  `json:"cause"` // print_failed, abandoned or superseded
}

// RequestClosed says that a request ended at its kiosk before the branch ever heard of it; it is refused for ever.
type RequestClosed struct {
	Request RequestID `json:"req"`
}

// Rule says which rule decided a call.
type Rule string

// The rules that can decide a call.
const (
	RuleLaw     Rule = "law"     // priority by law
	RuleGuard   Rule = "guard"   // waited the guard time
	RuleArrival Rule = "arrival" // longest waiting
	RuleBooked  Rule = "booked"  // a booking that is due
	RuleClass   Rule = "class"   // a class of the body's own list
	RuleFront   Rule = "front"   // forwarded to the front
	RuleChosen  Rule = "chosen"  // by hand, with a reason
)

// Why explains a call: the triple that decided it and the oldest visit that was passed over for it.
type Why struct {
	Rule      Rule          `json:"rule"`
	Tier      int           `json:"tier"`
	Penalty   int           `json:"pen"`
	Key       time.Time     `json:"key"`
	Waited    time.Duration `json:"waited_ns"`
	Others    int           `json:"others"`           // visits that this counter could have called instead
	Passed    VisitID       `json:"passed,omitempty"` // the oldest of them that waited longer; 0 if none
	PassedTkt string        `json:"passed_tk,omitempty"`
	Secondary bool          `json:"secondary,omitempty"` // a secondary skill of the counter
	Basis     string        `json:"basis,omitempty"`     // code of the ground of the class: a law or a rule, never a person's
	Reason    string        `json:"reason,omitempty"`    // code of a call by hand
	Unlawful  bool          `json:"unlawful,omitempty"`  // priority by law waited for it, by a ratio of the branch
}

// Called says that a visit was asked to a counter, and why that one.
type Called struct {
	Visit   VisitID   `json:"visit"`
	Number  Number    `json:"tk"`
	Service ServiceID `json:"svc"`
	Counter CounterID `json:"counter"`
	Why     Why       `json:"why"`
}

// Recalled says that the same call was made again; Count is 1 for the first time.
type Recalled struct {
	Visit   VisitID   `json:"visit"`
	Counter CounterID `json:"counter"`
	Count   int       `json:"count"`
}

// Started says that service began.
type Started struct {
	Visit   VisitID   `json:"visit"`
	Counter CounterID `json:"counter"`
}

// Finished says that service ended.
type Finished struct {
	Visit     VisitID     `json:"visit"`
	Counter   CounterID   `json:"counter"`
	Delivered []Delivered `json:"delivered,omitempty"`
	Outcome   string      `json:"outcome,omitempty"` // a code, such as done or sent_away
	Left      []ServiceID `json:"left,omitempty"`    // services the visit did not go on to, although it was taken for them
}

// NotShown says that nobody came to a call.
type NotShown struct {
	Visit   VisitID   `json:"visit"`
	Counter CounterID `json:"counter"`
}

// PrioritySet says that priority by law was granted or withdrawn by staff.
type PrioritySet struct {
	Visit  VisitID `json:"visit"`
	Class  ClassID `json:"class"`
	Reason string  `json:"reason,omitempty"` // a code of procedure, never of a person's condition
}

// CounterOpened says that a counter takes visits, or that its clerk serves other services from now on.
type CounterOpened struct {
	Counter CounterID   `json:"counter"`
	Skills  []ServiceID `json:"svcs,omitempty"` // that the clerk serves; none is all of the counter's
	By      string      `json:"by,omitempty"`   // pseudonym of the clerk, only where the branch reports by person
}

// CounterClosed says that a counter takes no more visits.
type CounterClosed struct {
	Counter CounterID `json:"counter"`
}

// Noted is a fact that the queue carries in order and does not act on: of a device, of a node, or of a type that
// this version does not know. Data is JSON.
type Noted struct {
	Type    string
	Version int
	Data    []byte
	From    Origin
}

// Origin is where a fact was first written down: a node's log, its epoch and sequence. The zero Origin is this branch.
type Origin struct {
	Node  string
	Epoch uint64
	Seq   uint64
}

func (DayOpened) about() VisitID      { return 0 }
func (DayClosed) about() VisitID      { return 0 }
func (e Reserved) about() VisitID     { return e.Visit }
func (e Issued) about() VisitID       { return e.Visit }
func (e PrintKnown) about() VisitID   { return e.Visit }
func (e PrintFailure) about() VisitID { return e.Visit }
func (e Voided) about() VisitID       { return e.Visit }
func (RequestClosed) about() VisitID  { return 0 }
func (e Called) about() VisitID       { return e.Visit }
func (e Recalled) about() VisitID     { return e.Visit }
func (e Started) about() VisitID      { return e.Visit }
func (e Finished) about() VisitID     { return e.Visit }
func (e NotShown) about() VisitID     { return e.Visit }
func (e PrioritySet) about() VisitID  { return e.Visit }
func (CounterOpened) about() VisitID  { return 0 }
func (CounterClosed) about() VisitID  { return 0 }
func (Noted) about() VisitID          { return 0 }
