package flow

// ActBookCard is touched to find the booking by the Citizen Card.
const ActBookCard Action = "bookcard"

// Why a card finds no booking, beside why it could not be read.
const (
	CardUnverified = "unverified" // it is not known to be what it says; CardFailed.Reason tells why
	CardNoBranch   = "nobranch"   // the branch does not say how to look for a booking
)

// CardClaimed says that a card was read for a booking. What it said is with
// whoever does CheckIn; the path never knows it. Token says that it lay on the
// reader and gave its token alone, by which few bookings are known: if none is,
// its number is asked for.
type CardClaimed struct {
	Card  int
	Token bool
}

func (CardClaimed) input() {}

// bookByCard asks for a card to find the booking by. The touch is the id of the
// request that follows.
func (s State) bookByCard(t Tap) (State, []Effect) {
	s.session.byCard, s.session.cardKey = true, t.Key
	s.session.code, s.session.booked, s.session.refusal, s.session.service = "", Booked{}, "", ""
	return s.startCard()
}

// claimed begins the check-in with what the card has said.
func (s State) claimed(in CardClaimed) (State, []Effect) {
	if !s.awaitsCard() || !s.session.byCard || in.Card != s.world.card {
		return s, []Effect{WipeCard{}}
	}
	s.session.reading, s.session.token = false, in.Token
	return s.checkIn(s.session.cardKey)
}

// showCardForBooking is the screen of a card that is to find a booking.
func (s State) showCardForBooking(v *View) {
	for i := range v.Notices {
		if v.Notices[i].Icon == "lock" {
			v.Notices[i].Text = s.say("bookcard.privacy")
		}
	}
	v.Subtitle = s.say("bookcard.sub")
	if s.session.asking {
		v.Notices[0] = Notice{Kind: "step", Icon: "refresh-ccw", Title: s.say("bookcard.searching"), Text: s.say("bookcard.searching.do"), Busy: true}
		if s.session.token { // it may be needed still
			v.Notices[0].Text = s.say("number.sub")
		}
		v.Actions = []Button{{Label: s.say("moment"), Icon: "refresh-ccw", Main: true}}
		return
	}
	s.typeInstead(v)
}

// typeInstead puts the code of the booking in place of going on without a card.
func (s State) typeInstead(v *View) {
	for i := range v.Actions {
		if v.Actions[i].Action == ActBack {
			v.Actions[i] = Button{Action: ActBooking, Label: s.say("bookcard.type"), Icon: "edit", Main: v.Actions[i].Main}
		}
	}
}
