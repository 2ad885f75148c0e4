package flow

import "balcao/internal/wire"

// The screens of somebody who booked.
const (
	Booking        Screen = "booking"        // type the code of your booking
	BookingProblem Screen = "bookingproblem" // no check-in, why, and what to do instead
	BookingHere    Screen = "bookinghere"    // checked in before: the number of then
)

// What can be touched for a booking.
const (
	ActBooking Action = "booking" // I have a booking
	ActKey     Action = "key"     // one character of the code; Arg is the character
	ActErase   Action = "erase"   // take the last character back
	ActCheckIn Action = "checkin" // the code is whole: I am here
	ActScan    Action = "scan"    // a scanner typed; Arg is what it read
)

// Why a check-in gave no ticket, as TicketReply says it beside its other codes.
const (
	RefusedNoBooking   = "no_booking"
	RefusedTooEarly    = "too_early"
	RefusedOtherDay    = "other_day"
	RefusedWithdrawn   = "withdrawn"
	RefusedOver        = "over"
	RefusedOtherBranch = "other_branch" // said by the kiosk itself, of a code that names its branch
)

// Booked is what the branch says of a booking, in local times of the branch.
type Booked struct {
	Hour    string // 10:45
	Day     string // 23-11-2026
	From    string // 10:15, when it is too early
	Service string
	Late    bool // an ordinary ticket was given
	Again   bool // the ticket is the one given before
}

// CheckIn asks the branch for the ticket of a booking, again and again under
// the same Request until there is a TicketReply. The code goes no further than
// its digest.
type CheckIn struct {
	Request string
	Code    string
	Card    bool // by what the card said that was claimed last
	Lang    string
}

func (CheckIn) effect() {}

// booking carries out the touches of the screens of a booking.
func (s State) booking(t Tap) (State, []Effect) {
	switch t.Action {
	case ActBookCard:
		return s.bookByCard(t)
	case ActBooking:
		s = s.at(Booking)
		s.session.byCard, s.session.trouble = false, ""
		s.session.code, s.session.refusal, s.session.service, s.session.booked = "", "", "", Booked{}
	case ActKey:
		s.session.code += t.Arg
	case ActErase:
		s.session.code = s.session.code[:len(s.session.code)-1]
	case ActScan:
		return s.scanned(t)
	default: // ActCheckIn
		return s.checkIn(t.Key)
	}
	return s, nil
}

func (s State) checkIn(request string) (State, []Effect) {
	s.session.request, s.session.checkIn, s.session.asking = request, true, true
	return s, []Effect{s.request()}
}

// scanned takes the text of a QR code, on any screen where somebody might show
// one. What is no code of a booking is told like one that is not found.
func (s State) scanned(t Tap) (State, []Effect) {
	branch, code, ok := wire.ParseBookingScan(t.Arg)
	switch {
	case !ok:
		return s.turnedAway(RefusedNoBooking), nil
	case branch != "" && branch != s.world.offer.ID:
		return s.turnedAway(RefusedOtherBranch), nil
	}
	s = s.at(Booking)
	s.session.code, s.session.byCard = code, false
	return s.checkIn(t.Key)
}

// scans tells whether a scanned code is listened to.
func (s State) scans() bool {
	if !s.world.offer.Bookings || !s.world.offer.Open || s.session.asking {
		return false
	}
	switch s.session.screen {
	case Home, Booking, BookingProblem:
		return true
	default:
		return false
	}
}

func (s State) turnedAway(code string) State {
	s = s.at(BookingProblem)
	s.session.refusal, s.session.code, s.session.checkIn = code, "", false
	return s
}

// checkedIn is the branch's answer to a check-in.
func (s State) checkedIn(in TicketReply) (State, []Effect) {
	s.session.booked = in.Booked
	if in.Booked.Service != "" {
		s.session.service = in.Booked.Service
	}
	switch {
	case in.Refused == "" && in.Booked.Again:
		ticket := in.Ticket
		s = s.at(BookingHere)
		s.session.ticket, s.session.code, s.session.checkIn, s.session.request = &ticket, "", false, ""
		return s, nil
	case in.Refused == "":
		s.session.code, s.session.checkIn = "", false
		return s.numbered(in)
	case in.Refused == RefusedNoBooking && s.session.token && s.world.cardIn:
		s.session.token, s.session.checkIn, s.session.request = false, false, ""
		return s.at(CardNumber), nil // most bookings are known by the document, which wants the number
	case in.Refused == RefusedUnavailable:
		s.session.refusal = in.Refused
		return s.at(Refused), nil // the code stays: the same request may be tried again
	}
	if _, known := words["booking."+in.Refused]; known {
		return s.turnedAway(in.Refused), nil
	}
	s.session.code, s.session.checkIn, s.session.refusal = "", false, in.Refused
	return s.at(Refused), nil
}

// Pad is a keyboard on the screen and what was typed on it.
type Pad struct {
	Cells []string `json:"cells,omitempty"` // one a character, empty until typed
	Label string   `json:"label"`           // what is typed, for those who do not see it
	Keys  []Button `json:"keys,omitempty"`

	Digits bool `json:"digits,omitempty"` // the keys are the ten digits

	Typing bool       `json:"typing,omitempty"` // a word is typed, and not a code
	Text   string     `json:"text,omitempty"`   // that word, as far as it is typed
	Rows   [][]Button `json:"rows,omitempty"`   // its keys, row by row
}

func (s State) showBooking(v *View) {
	v.Title, v.Subtitle = s.say("booking.title"), s.say("booking.sub")
	s.showTroubles(v)
	v.Notices = append(v.Notices, Notice{Kind: "info", Icon: "calendar", Title: s.say("booking.where"), Text: s.say("booking.where.do")})
	pad := &Pad{Label: s.say("booking.label")}
	for i := range wire.BookingCodeLength {
		cell := ""
		if i < len(s.session.code) {
			cell = s.session.code[i : i+1]
		}
		pad.Cells = append(pad.Cells, cell)
	}
	whole := len(s.session.code) == wire.BookingCodeLength
	for _, c := range wire.BookingCodeAlphabet {
		key := Button{Label: string(c)}
		if !whole && !s.session.asking {
			key.Action, key.Arg = ActKey, string(c)
		}
		pad.Keys = append(pad.Keys, key)
	}
	v.Pad = pad
	if s.session.asking {
		v.Actions = []Button{{Label: s.say("moment"), Icon: "refresh-ccw", Main: true}}
		return
	}
	if s.session.code == "" && s.world.reader {
		v.Actions = append(v.Actions, Button{Action: ActBookCard, Label: s.say("bookcard"), Icon: "b-id-card"})
	}
	if s.session.code != "" {
		v.Actions = append(v.Actions, Button{Action: ActErase, Label: s.say("booking.erase"), Icon: "chevron-left"})
	}
	if whole {
		v.Actions = append(v.Actions, Button{Action: ActCheckIn, Label: s.say("booking.confirm"), Icon: "check", Main: true})
	}
}

func (s State) showBookingProblem(v *View) {
	code := s.session.refusal
	if code == RefusedNoBooking && s.session.byCard {
		code = "no_card"
	}
	b := s.session.booked
	v.Title = s.say("booking." + code)
	if svc, ok := s.world.offer.service(s.session.service); ok {
		v.Subtitle = svc.Name.In(s.session.lang)
	}
	text := s.say("booking."+code+".do", "hour", b.Hour, "day", b.Day, "from", b.From)
	first := s.say("booking."+code+".what", "hour", b.Hour, "day", b.Day, "from", b.From)
	v.Notices = []Notice{{Kind: "warn", Icon: "calendar", Title: first, Text: text}}
	switch code {
	case RefusedTooEarly:
		if svc, ok := s.world.offer.service(s.session.service); ok && svc.State == Open {
			v.Actions = append(v.Actions, Button{Action: ActService, Arg: svc.ID, Label: s.say("booking.walkin"), Icon: "ticket"})
		}
		v.Actions = append(v.Actions, Button{Action: ActFinish, Label: s.say("ticket.finish"), Icon: "check", Main: true})
	case RefusedNoBooking, "no_card":
		again := s.say("booking.again")
		if s.session.byCard {
			again = s.say("bookcard.type")
		}
		v.Actions = []Button{
			{Action: ActBooking, Label: again, Icon: "refresh-ccw", Main: true},
			{Action: ActAgain, Label: s.say("booking.service"), Icon: "list"},
		}
	default:
		v.Actions = []Button{
			{Action: ActAgain, Label: s.say("booking.service"), Icon: "list"},
			{Action: ActFinish, Label: s.say("ticket.finish"), Icon: "check", Main: true},
		}
	}
	if s.session.asking {
		v.Actions = []Button{{Label: s.say("moment"), Icon: "refresh-ccw", Main: true}}
	}
}

func (s State) showBookingHere(v *View) {
	v.Title, v.Subtitle, v.Mark = s.say("booking.here"), s.say("booking.here.sub"), "solid-check-circle"
	if s.session.ticket != nil {
		v.Slip = s.slip(*s.session.ticket)
	}
	v.Foot = &Notice{Kind: "keep", Icon: "edit", Title: s.say("ticket.keep"), Text: s.say("booking.here.keep")}
	v.Actions = []Button{
		{Action: ActExtend, Label: s.say("extend"), Icon: "clock"},
		{Action: ActFinish, Label: s.say("ticket.finish"), Icon: "check", Main: true},
		{Action: ActHelp, Label: s.say("help.short"), Icon: "help-support"},
	}
	v.Timer = s.clock("ticket.closes")
}

// bookingChoice is the way to the check-in on the first screen.
func (s State) bookingChoice() (Choice, bool) {
	if !s.world.offer.Bookings || s.session.screen == Priority {
		return Choice{}, false
	}
	c := Choice{Action: ActBooking, Icon: "calendar", Title: s.say("booking"), Help: s.say("booking.help"), Strong: true}
	if s.session.asking {
		c.Action = ""
	}
	return c, true
}
