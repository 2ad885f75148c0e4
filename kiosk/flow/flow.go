// Package flow is the citizen's path at the touch screen: what each touch,
// answer and fault leads to, and what is shown. It is pure: a State hears an
// Input and becomes the next State, with Effects for somebody else to carry
// out. It reads no clock, opens nothing and remembers nothing about the person
// who left.
package flow

import (
	"slices"
	"time"
)

// Times are the delays of the path. A zero value means the default.
type Times struct {
	Idle  time.Duration // without a touch until the screen asks «ainda está aí?»
	Warn  time.Duration // from asking until the session ends
	Slow  time.Duration // without an answer until the screen says so
	Give  time.Duration // without an answer until the request is withdrawn
	Print time.Duration // without a word from the printer until its outcome counts as unknown
	Close time.Duration // a finished ticket stays on the screen
	Hold  time.Duration // a number without paper stays reserved; shorter than the branch's two minutes
}

func (t Times) withDefaults() Times {
	or := func(d, def time.Duration) time.Duration {
		if d > 0 {
			return d
		}
		return def
	}
	return Times{
		Idle: or(t.Idle, 40*time.Second), Warn: or(t.Warn, 20*time.Second),
		Slow: or(t.Slow, 2500*time.Millisecond), Give: or(t.Give, 90*time.Second),
		Print: or(t.Print, 60*time.Second), Close: or(t.Close, 20*time.Second),
		Hold: or(t.Hold, 108*time.Second),
	}
}

// Config says how a kiosk begins and how patient it is.
type Config struct {
	Lang      string   // language of the first screen, "pt" when empty
	Languages []string // those that are offered, in this order; empty means all
	Few       bool     // the screen is small for its viewers: fewer things at a time
	Times     Times
	// Contactless says that a card may also be held against the reader, and its
	// number typed.
	Contactless bool
	Listen      bool // there is an output for headphones, so that the screen can be heard
}

// Screen names what is shown. A touch is only heard on the screen it was made
// on.
type Screen string

// The screens, in the order a citizen may meet them.
const (
	Starting    Screen = "starting"    // the branch has not said yet what it offers
	Home        Screen = "home"        // the services most asked for
	Bodies      Screen = "bodies"      // all bodies of the branch
	Services    Screen = "services"    // the services of one body
	Priority    Screen = "priority"    // the services, for somebody with priority by law
	Card        Screen = "card"        // insert your card
	CardProblem Screen = "cardproblem" // the card could not be read
	Greeting    Screen = "greeting"    // the services, under the citizen's first name
	Working     Screen = "working"     // the branch has not answered yet
	TicketReady Screen = "ticket"      // the number, being printed or printed
	NoPaper     Screen = "nopaper"     // the number, which the printer could not print
	OnScreen    Screen = "onscreen"    // the number, accepted without paper
	Refused     Screen = "refused"     // no number, why, and what to do instead
	Access      Screen = "access"      // ways to make the kiosk easier to use
	Help        Screen = "help"        // who can help
	Tongues     Screen = "languages"   // the languages, each by its own name
	Search      Screen = "search"      // find a service by what people call it
	Sign        Screen = "sign"        // the screen below, in sign language
)

// State is everything the path knows. The zero value is not ready; use New.
// Its owner is the kiosk's loop, one goroutine.
type State struct {
	cfg     Config
	world   world
	session session
	timer   timer
	serial  int // of the last timer started
}

// world is what stays true when one citizen leaves and the next arrives. It
// holds nothing about any of them; cardIn is a fact about the reader's slot.
type world struct {
	offer    Offer
	hasOffer bool
	calls    []Call
	linkUp   bool
	printer  PrinterStatus
	reader   bool
	cardIn   bool
	card     int  // the one that was put in last, by its number of this run
	watching bool // the reader was asked to read or to tell when the card leaves
	jack     jack // the plug of the headphones
}

// session is what belongs to the person in front of the screen. It is replaced
// as a whole when they leave.
type session struct {
	screen   Screen
	under    Screen // where Help and Access lead back to
	lang     string
	modes    Modes
	body     string
	page     int
	request  string // of the tap that asked for a number; empty when none is under way
	service  string
	priority bool
	picked   picked // of several services
	asking   bool
	ticket   *Ticket
	print    printing
	refusal  string
	trouble  string // why the card could not be read
	why      string // of a card that is not verified
	byCard   bool   // the card is to find a booking
	cardKey  string // the touch that asked for that
	reading  bool
	digits   int  // of a card's number that are typed; the path never knows which
	tries    int  // to open a card that were wrong
	wrong    bool // the last one was, on this card
	token    bool // the card was claimed by its token alone
	holder   holder
	check    check
	warned   bool
	code     string // of a booking, as far as it is typed
	checkIn  bool   // what is asked for is the ticket of a booking
	booked   Booked
	query    string // what is looked for, as far as it is typed
	called   Staff  // who was asked to come to the kiosk
	ear      ear    // the spoken guide
}

// holder is what a card said for the greeting. It lives on the screen Greeting
// and nowhere else.
type holder struct{ given, initial string }

type printing int

const (
	notPrinting printing = iota
	underWay
	printed
	outcomeUnknown
	slipTaken
	slipRetracted
)

// New is a kiosk that has just been switched on: it has no offer yet and takes
// the branch for reachable until told otherwise.
func New(cfg Config) State {
	cfg.Times = cfg.Times.withDefaults()
	if cfg.Lang == "" {
		cfg.Lang = "pt"
	}
	s := State{cfg: cfg, world: world{linkUp: true, printer: PrinterReady}}
	s.session = s.fresh()
	return s
}

func (s State) fresh() session {
	first := Home
	if !s.world.hasOffer {
		first = Starting
	}
	return session{screen: first, lang: s.cfg.Lang}
}

// Next is the whole path: what the state becomes when it hears the input, and
// what has to be done about it, in this order. An input that makes no sense in
// this state changes nothing.
func Next(s State, in Input) (State, []Effect) {
	before := s
	var out []Effect
	touched := false
	in = plugged(in)
	switch in := in.(type) {
	case Tap:
		if !s.hears(in) {
			return s, nil
		}
		touched = true
		s, out = s.touched(in)
	case TicketReply:
		s, out = s.reply(in)
	case PrintOutcome:
		s = s.outcome(in)
	case SlipTaken:
		s = s.mouth(in.Request, slipTaken)
	case SlipRetracted:
		s = s.mouth(in.Request, slipRetracted)
	case TimerFired:
		s, out = s.fired(in)
	case JackChanged:
		s, out = s.jacked(in)
	default:
		s, out = s.news(in)
	}
	s, more := s.tidyCard(before)
	out = append(out, more...)
	s, out = s.tidyNumber(before, out)
	s, more = s.wind(touched)
	out = append(out, more...)
	s, more = s.speaking(before, in)
	return s, append(out, more...)
}

// touched is a touch or a key. Whatever it is, somebody is there.
func (s State) touched(in Tap) (State, []Effect) {
	if s.session.ear.unplugged && in.Action != ActPress {
		s.session.ear = ear{} // they go on by eye
	}
	asked := s.session.warned
	s.session.warned, s.session.ear.unplugged = false, false
	if asked && in.Action == ActPress {
		return s, nil // it answers the question and does nothing else
	}
	return s.tap(in)
}

// hears tells whether the tap was made on what is shown now, on something that
// can be touched there.
func (s State) hears(t Tap) bool {
	if t.Action == ActExtend && s.session.warned {
		return true
	}
	if t.Action == ActPress {
		return slices.Contains(Keys(), Key(t.Arg))
	}
	if t.Screen != "" && t.Screen != s.session.screen {
		return s.wasRestarted(t)
	}
	if t.Action == ActScan {
		return s.scans()
	}
	if s.session.asking && t.Action != ActLanguage && t.Action != ActMode {
		return false // what is under way comes first
	}
	return s.View().offers(t.Action, t.Arg)
}

// wasRestarted tells a touch on a list of services that reaches a kiosk which
// has come back to its first screen meanwhile, because the program was
// restarted between the touch and its arrival. The wish is plain, so it holds.
func (s State) wasRestarted(t Tap) bool {
	if t.Action != ActService || !s.resting() || !s.world.offer.Open {
		return false
	}
	switch t.Screen {
	case Services, Priority, Greeting:
		svc, ok := s.world.offer.service(t.Arg)
		return ok && svc.State == Open
	default:
		return false
	}
}

// news is what arrives whether or not somebody stands there.
func (s State) news(in Input) (State, []Effect) {
	switch in := in.(type) {
	case OfferChanged:
		s.world.offer, s.world.hasOffer = in.Offer, true
		if s.session.screen == Starting {
			s.session.screen = Home
		}
		if s.session.under == Starting {
			s.session.under = Home
		}
	case BoardChanged:
		s.world.calls = in.Calls
	case LinkChanged:
		s.world.linkUp = in.Up
	case PrinterChanged:
		s.world.printer = in.Status
	case ReaderChanged:
		s.world.reader = in.Ready
		if in.Ready {
			return s.readerBack()
		}
		s.world.cardIn = false // nobody can tell any longer
		s = s.uncheck(checkRemoved)
	default:
		return s.card(in)
	}
	return s, nil
}

// end forgets the person who was here. A number still being asked for is
// withdrawn; one that was reserved without paper is given up.
func (s State) end() (State, []Effect) {
	var out []Effect
	switch {
	case s.session.asking || s.session.base() == Working:
		out = append(out, Withdraw{Request: s.session.request})
	case s.session.base() == NoPaper:
		out = append(out, Abandon{Request: s.session.request})
	}
	s.session = s.fresh()
	return s, out
}

// base is the screen below one that lies over it, or the screen itself.
func (se session) base() Screen {
	if se.screen.over() {
		return se.under
	}
	return se.screen
}

// over tells the screens that lie over another and lead back to it.
func (sc Screen) over() bool {
	return sc == Help || sc == Access || sc == Tongues || sc == Sign || sc == Listen
}

// at begins a screen of the same session.
func (s State) at(screen Screen) State {
	s.session.screen, s.session.page = screen, 0
	return s
}
