package flow

import "strconv"

// CardNumber is the screen on which somebody types the six digits on the front
// of a card that lies on the reader, without which it tells nothing.
const CardNumber Screen = "cardnumber"

// ActOpen says that the digits are typed: the card may be opened with them.
const ActOpen Action = "open"

// CardClosed is a card that was not opened in three tries.
const CardClosed = "closed"

const (
	numberLength = 6
	numberTries  = 3
)

// CardWantsNumber says that a card on the reader tells nothing without its
// number; Wrong, that the one typed was not it.
type CardWantsNumber struct {
	Card  int
	Wrong bool
}

func (CardWantsNumber) input() {}

// TypeNumber keeps one more digit of the card's number, which the path itself
// never knows.
type TypeNumber struct{ Digit string }

// EraseNumber drops the last digit.
type EraseNumber struct{}

// OpenCard reads the card on the reader by the number that was typed, which is
// gone after that.
type OpenCard struct{ CheckIn bool }

func (TypeNumber) effect()  {}
func (EraseNumber) effect() {}
func (OpenCard) effect()    {}

// wantsNumber asks for the number of a card, again if it was wrong, until the
// tries are used up.
func (s State) wantsNumber(in CardWantsNumber) State {
	if !s.awaitsCard() || in.Card != s.world.card {
		return s
	}
	s.session.wrong = in.Wrong
	if in.Wrong {
		s.session.tries++
	}
	s.session.reading, s.session.digits = false, 0
	if s.session.tries >= numberTries {
		s = s.at(CardProblem)
		s.session.trouble = CardClosed
		return s
	}
	return s.at(CardNumber)
}

// number carries out the touches of its screen.
func (s State) number(t Tap) (State, []Effect) {
	switch t.Action {
	case ActKey:
		s.session.digits++
		return s, []Effect{TypeNumber{Digit: t.Arg}}
	case ActErase:
		s.session.digits--
		return s, []Effect{EraseNumber{}}
	default: // ActOpen
		s = s.at(Card)
		s.session.digits, s.session.trouble, s.session.reading = 0, "", true
		s.session.cardKey = t.Key // what was asked for by its token is another request
		return s, []Effect{OpenCard{CheckIn: s.session.byCard}}
	}
}

// tidyNumber forgets what was typed when its screen is left in any way but by
// opening the card; out is what is done about this step.
func (s State) tidyNumber(before State, out []Effect) (State, []Effect) {
	if s.session.base() == CardNumber || before.session.base() != CardNumber {
		return s, out
	}
	s.session.digits, s.session.wrong = 0, false
	if s.session.screen == Card && s.session.reading {
		return s, out
	}
	return s, append([]Effect{WipeCard{}}, out...) // first: what follows may read another card
}

func (s State) showNumber(v *View) {
	v.Title, v.Subtitle = s.say("number.title"), s.say("number.sub")
	where := Notice{Kind: "info", Icon: "b-id-card", Title: s.say("number.where"), Text: s.say("number.where.do")}
	if s.session.wrong {
		left := numberTries - s.session.tries
		where = Notice{
			Kind: "warn", Icon: "alert-triangle", Title: s.say("number.wrong"), Text: s.say("number.wrong.do", "n", strconv.Itoa(left)),
		}
	}
	v.Notices = []Notice{where}
	pad := &Pad{Label: s.say("number.label"), Digits: true}
	for i := range numberLength {
		cell := ""
		if i < s.session.digits {
			cell = "•" // the digits are elsewhere, where they can be wiped
		}
		pad.Cells = append(pad.Cells, cell)
	}
	whole := s.session.digits == numberLength
	for _, d := range "1234567890" {
		key := Button{Label: string(d)}
		if !whole {
			key.Action, key.Arg = ActKey, string(d)
		}
		pad.Keys = append(pad.Keys, key)
	}
	v.Pad = pad
	v.Actions = []Button{{Action: ActBack, Label: s.say("card.skip"), Icon: "list"}}
	if s.session.digits > 0 {
		v.Actions = append(v.Actions, Button{Action: ActErase, Label: s.say("booking.erase"), Icon: "chevron-left"})
	}
	if whole {
		v.Actions = append(v.Actions, Button{Action: ActOpen, Label: s.say("number.open"), Icon: "check", Main: true})
	}
	if s.session.byCard {
		s.typeInstead(v)
	}
}
