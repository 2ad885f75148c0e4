package flow

// Input is anything the path hears.
//
//sumtype:decl
type Input interface{ input() }

// Action names what a touched thing is for.
type Action string

// What can be touched.
const (
	ActService  Action = "service"  // take a number; Arg is the service
	ActBody     Action = "body"     // see the services of a body; Arg is the body
	ActBodies   Action = "bodies"   // see all bodies
	ActMore     Action = "more"     // the next page of a list
	ActPriority Action = "priority" // choose as somebody with priority by law
	ActGreet    Action = "greet"    // be greeted by the card
	ActBack     Action = "back"     // one screen back
	ActFinish   Action = "finish"   // done: forget me
	ActAgain    Action = "again"    // another ticket, same person
	ActAccept   Action = "accept"   // the number on the screen is enough
	ActReprint  Action = "reprint"  // try the printer once more
	ActAbandon  Action = "abandon"  // give the number back
	ActRetry    Action = "retry"    // ask again, with the same request
	ActExtend   Action = "extend"   // more time, please
	ActLanguage Action = "language" // Arg is the language
	ActMode     Action = "mode"     // Arg is the mode, switched on or off
	ActAccess   Action = "access"   // ways to make it easier
	ActHelp     Action = "help"     // who can help

	ActLanguages Action = "languages" // see all languages
	ActSearch    Action = "search"    // find a service by what people call it
	ActSign      Action = "sign"      // this screen in sign language
	ActCall      Action = "call"      // ask somebody to come; Arg is who, as Staff has it
)

// Tap is one touch. Key is made once per touch and identifies what it asks
// for: a touch on a service makes Key the id of the ticket request, so that a
// touch sent twice is one ticket. Screen is the screen it was made on; empty
// means the present one.
type Tap struct {
	Key    string
	Screen Screen
	Action Action
	Arg    string
}

// TicketReply answers RequestTicket. Refused is a code of Refusal, empty when
// Ticket holds a number that is reserved on disk at the branch.
type TicketReply struct {
	Request string
	Refused string
	Ticket  Ticket
	Booked  Booked // of a check-in
}

// Why there is no number, as TicketReply says it.
const (
	RefusedSoldOut        = "sold_out"
	RefusedClosed         = "closed"
	RefusedSuspended      = "suspended"
	RefusedFull           = "full"
	RefusedUnknownService = "unknown_service"
	RefusedInvalid        = "invalid"
	RefusedSettled        = "settled"
	RefusedUnable         = "unable"      // the kiosk or the branch can give none now; whoever keeps them knows
	RefusedUnavailable    = "unavailable" // nobody answered in all the time there was
)

// Ticket is a number and what the slip says about it.
type Ticket struct {
	Number  string
	Service string
	Then    []string // further services of the same visit, in order
	Place   string   // where to wait; may be empty
	AtMS    int64    // Unix milliseconds of the estimate
	Ahead   int      // people before; negative when unknown
	Wait    Range
	Alone   bool // given by the kiosk itself, without the branch
	// Nameless means a slip without a number: Number is the name of the slip, which reception turns into a number.
	Nameless bool
	Slot     string // the booked hour, 10:45; empty for a walk-in
	Class    Text   // what the class is called that a body made; empty for the usual ones
	Link     string // where a telephone follows it; empty for nowhere
}

// Range is an estimate in minutes. High zero means that nobody knows.
type Range struct {
	Low, High int
	Next      bool // nobody stands before them
	Over      bool // it may be longer than is told: more than Low
}

// PrintResult is how printing ended.
type PrintResult string

// The results of printing.
const (
	PrintDone    PrintResult = "printed"
	PrintFailed  PrintResult = "failed"
	PrintUnknown PrintResult = "unknown"
)

// PrintOutcome tells how the printing of a request's slip ended.
type PrintOutcome struct {
	Request string
	Result  PrintResult
}

// SlipTaken says that somebody took the slip of a request out of the printer's
// mouth.
type SlipTaken struct{ Request string }

// SlipRetracted says that nobody took it, and that the printer drew it back.
type SlipRetracted struct{ Request string }

// CardInserted says that something was put into the reader. Card numbers the
// cards of this run, so that what is still said of one is never taken for
// another's.
type CardInserted struct{ Card int }

// CardRead is a card that was read for the greeting: the first given name and
// the initial of the last surname, and nothing else. Checking says that its
// signature is still being looked at; a CardChecked follows.
type CardRead struct {
	Card           int
	Given, Initial string
	Checking       bool
}

// CardChecked says whether the State signed what the card says. Reason is the
// code that kiosk/card gives; Expired says that the card itself is out of date.
type CardChecked struct {
	Card     int
	Reason   string
	Verified bool
	Expired  bool
}

// CardGone says that the slot of the reader is empty.
type CardGone struct{}

// Why a card could not be read.
const (
	CardUnreadable = "unreadable" // no answer that makes sense
	CardForeign    = "foreign"    // some other card: of a bank, for the bus
	CardDocument   = "document"   // a passport, or another country's identity card
	// CardContactless is a card that was held against a reader and not put in.
	CardContactless = "contactless"

	CardReverse   = "reverse"   // put in the wrong way round
	CardSilent    = "silent"    // it stopped answering and must be taken out
	CardBusy      = "busy"      // another program does not let go of it
	CardReset     = "reset"     // another program reset it
	CardTwo       = "two"       // there are cards in two readers
	CardOther     = "other"     // of two cards the one that was there before is left
	CardNoReader  = "noreader"  // the reader has gone
	CardNoService = "noservice" // the program that speaks to readers has gone
)

// CardFailed says why a card was not read, by one of the codes above; another
// code counts as CardUnreadable. Card is zero when it is about no card alone.
type CardFailed struct {
	Card   int
	Code   string
	Reason string // of CardUnverified, as kiosk/card names it
}

// OfferChanged carries what the branch offers now; it replaces what was known.
type OfferChanged struct{ Offer Offer }

// BoardChanged carries the last calls, newest first.
type BoardChanged struct{ Calls []Call }

// Call is one number called to a counter, such as Balcão 5.
type Call struct{ Number, Counter string }

// LinkChanged says whether the branch answers.
type LinkChanged struct{ Up bool }

// PrinterStatus is what the printer says of itself.
type PrinterStatus string

// The states of the printer that change what is shown. Any other counts as
// PrinterAbsent.
const (
	PrinterReady   PrinterStatus = "ready"
	PrinterNearEnd PrinterStatus = "near_end"
	PrinterNoPaper PrinterStatus = "paper_out"
	PrinterOpen    PrinterStatus = "cover_open"
	PrinterAbsent  PrinterStatus = "absent"
)

// PrinterChanged says how the printer is.
type PrinterChanged struct{ Status PrinterStatus }

// ReaderChanged says whether a card could be read.
type ReaderChanged struct{ Ready bool }

// TimerFired says that the timer of a StartTimer has run out. Only the timer
// started last is listened to.
type TimerFired struct {
	Name Timer
	ID   int
}

func (Tap) input()            {}
func (TicketReply) input()    {}
func (PrintOutcome) input()   {}
func (SlipTaken) input()      {}
func (SlipRetracted) input()  {}
func (CardInserted) input()   {}
func (CardRead) input()       {}
func (CardChecked) input()    {}
func (CardGone) input()       {}
func (CardFailed) input()     {}
func (OfferChanged) input()   {}
func (BoardChanged) input()   {}
func (LinkChanged) input()    {}
func (PrinterChanged) input() {}
func (ReaderChanged) input()  {}
func (TimerFired) input()     {}
