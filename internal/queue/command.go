package queue

import "time"

// Command is a wish. The Day may refuse it; then nothing has changed.
//
//sumtype:decl
type Command interface{ command() }

// OpenDay begins a new Day of the branch. It is refused for a date that is not after the present one.
type OpenDay struct{ Day Date }

// CloseDay ends the Day: no more numbers; the totals are stored.
type CloseDay struct{}

// Reserve asks for the next number of a service's division. The visit does not wait yet: paper comes first.
type Reserve struct {
	Request RequestID
	Kiosk   KioskID
	Boot    string // the kiosk's process; see Abandon
	Service ServiceID
	Then    []ServiceID // that the visit goes on to, in order; at most MaxThen
	Class   ClassID
	Slot    time.Time // booked time, of a check-in
	Lang    string    // language of the citizen's screen, for the spoken call
	Told    *Told     // what the citizen is told of the wait; nil if nothing
}

// Issue gives a number that reception hands out. It waits at once, unless a kiosk is to print its slip: then it waits as
// every number that is printed, once the slip came out.
type Issue struct {
	Request RequestID
	Service ServiceID
	Then    []ServiceID // that the visit goes on to, in order; at most MaxThen
	Class   ClassID
	Slot    time.Time // booked time, of a check-in
	Lang    string
	Told    *Told // what the citizen is told of the wait; nil if nothing

	Override string  // code of the reason for a number that supply does not allow; empty asks for none
	Despite  string  // what stood against it, as the offer says it, such as sold_out; with an override
	By       string  // pseudonym of whoever gave it, where it matters
	Kiosk    KioskID // that prints its slip; empty is none
}

// ConfirmPrint says that the slip of a request came out.
type ConfirmPrint struct{ Request RequestID }

// FailPrint says that the slip of a request is known not to have come out.
type FailPrint struct {
	Request RequestID
	Cause   string // a printer's reason code, such as paper_out
}

// DoubtPrint says that nobody knows whether the slip of a request came out.
type DoubtPrint struct{ Request RequestID }

// Accept says that the citizen took the number from the screen or phone, without paper.
type Accept struct{ Request RequestID }

// Abandon says that a request ended at the kiosk before any paper moved: its reservation is void.
type Abandon struct{ Request RequestID }

// Tick lets time pass: reservations without news are settled.
type Tick struct{}

// OpenCounter says that a clerk sits at a counter and can be given visits; for an open counter, that they now serve
// other services of it.
type OpenCounter struct {
	Counter CounterID
	Skills  []ServiceID // of the counter's, that the clerk serves now; none is all
	By      string      // pseudonym of the clerk, where the branch reports by person; empty says nothing of who sits there
}

// CloseCounter says that nobody serves at a counter any more.
type CloseCounter struct{ Counter CounterID }

// CallNext asks for the next visit for a free counter.
type CallNext struct{ Counter CounterID }

// Recall calls the visit at a counter again. Visit guards against a stale screen; 0 means whichever is there.
type Recall struct {
	Counter CounterID
	Visit   VisitID
}

// Start says that the citizen called arrived and is being served.
type Start struct {
	Counter CounterID
	Visit   VisitID
}

// Finish says that the citizen at a counter was served, and what was done. A visit that has services still to come goes
// on to the next of them.
type Finish struct {
	Counter   CounterID
	Visit     VisitID
	Delivered []Delivered
	Outcome   string // a code, may be empty
	Whole     bool   // the visit ends, whatever was still to come
}

// NoShow says that nobody came to a call.
type NoShow struct {
	Counter CounterID
	Visit   VisitID
}

// SetPriority grants or withdraws priority by law for a visit that is waiting.
type SetPriority struct {
	Visit   VisitID
	Granted bool
	Reason  string // a code of procedure, may be empty
}

// Note carries a fact that the queue only numbers and keeps in order, such as the state of a printer.
type Note struct{ Fact Noted }

func (OpenDay) command()      {}
func (CloseDay) command()     {}
func (Reserve) command()      {}
func (Issue) command()        {}
func (ConfirmPrint) command() {}
func (FailPrint) command()    {}
func (DoubtPrint) command()   {}
func (Accept) command()       {}
func (Abandon) command()      {}
func (Tick) command()         {}
func (OpenCounter) command()  {}
func (CloseCounter) command() {}
func (CallNext) command()     {}
func (Recall) command()       {}
func (Start) command()        {}
func (Finish) command()       {}
func (NoShow) command()       {}
func (SetPriority) command()  {}
func (Note) command()         {}
