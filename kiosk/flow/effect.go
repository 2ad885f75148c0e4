package flow

import "time"

// Effect is something the kiosk has to do. Effects of one step are done in
// their order.
//
//sumtype:decl
type Effect interface{ effect() }

// RequestTicket asks the branch for a number, again and again under the same
// Request until there is a TicketReply. Asking a second time for the same
// Request is harmless.
type RequestTicket struct {
	Request  string
	Service  string
	Then     []string // further services of the same visit, in order
	Priority bool     // by law; no reason is ever asked or known
	Lang     string
}

// Withdraw stops asking for a number. A number that was reserved meanwhile is
// given up.
type Withdraw struct{ Request string }

// Print puts a reserved number on paper. Its end is a PrintOutcome.
type Print struct {
	Request string
	Ticket  Ticket
	Lang    string
	Large   bool // large letters, for the mode of that name
}

// RetryPrint prints the same number again after a failure.
type RetryPrint struct{ Request string }

// AcceptOnScreen says that the citizen keeps the number without paper: it is
// then issued.
type AcceptOnScreen struct{ Request string }

// Abandon gives a reserved number up.
type Abandon struct{ Request string }

// StartCard begins to read a card, and to tell when it leaves the slot. Said
// again, it begins anew. It is read for the greeting, or for a booking.
type StartCard struct{ CheckIn bool }

// StopCard ends what StartCard began.
type StopCard struct{}

// WipeCard says that nothing a card told may be kept any longer, anywhere.
type WipeCard struct{}

// Timer names what a time is for.
type Timer string

// The timers. At most one runs.
const (
	TimerIdle  Timer = "idle"
	TimerWarn  Timer = "warn"
	TimerSlow  Timer = "slow"
	TimerGive  Timer = "give"
	TimerPrint Timer = "print"
	TimerClose Timer = "close"
	TimerHold  Timer = "hold"
)

// StartTimer starts a timer in place of any that runs; when it runs out there
// is a TimerFired with its Name and ID.
type StartTimer struct {
	Name  Timer
	ID    int
	After time.Duration
}

// StopTimer stops the timer that runs.
type StopTimer struct{}

// Staff is who can be asked to come to the kiosk.
type Staff string

// Those who can be asked.
const (
	Helper      Staff = "help"        // somebody of the reception
	Interpreter Staff = "interpreter" // an interpreter of Portuguese sign language
)

// CallStaff asks somebody of the branch to come to the kiosk.
type CallStaff struct{ Who Staff }

func (CallStaff) effect()      {}
func (RequestTicket) effect()  {}
func (Withdraw) effect()       {}
func (Print) effect()          {}
func (RetryPrint) effect()     {}
func (AcceptOnScreen) effect() {}
func (Abandon) effect()        {}
func (StartCard) effect()      {}
func (StopCard) effect()       {}
func (WipeCard) effect()       {}
func (StartTimer) effect()     {}
func (StopTimer) effect()      {}
