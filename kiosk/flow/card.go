package flow

// Troubles that the screen Card itself speaks of.
const (
	cardForgotten = "forgotten" // somebody else's card is still in the slot
	cardSwapped   = "swapped"   // another card came while a name was shown
	cardPulled    = "pulled"    // the card left before it was read; it may come again
)

// startCard asks for a card. A card that was forgotten in the slot is not
// read: it must be somebody's who has gone.
func (s State) startCard() (State, []Effect) {
	asked := s.session.trouble == cardSwapped
	s = s.at(Card)
	s.session.trouble, s.session.reading = "", false
	if s.world.cardIn && !asked {
		s.session.trouble = cardForgotten
		return s, nil
	}
	s.world.watching = true
	return s, []Effect{StartCard{CheckIn: s.session.byCard}}
}

func (s State) card(in Input) (State, []Effect) {
	switch in := in.(type) {
	case CardInserted:
		s.world.cardIn, s.world.card = s.world.watching, in.Card
		switch {
		case s.awaitsCard():
			s.session.reading = true
		case s.session.screen == Greeting, s.session.base() == CardNumber:
			// Whose name is shown may not be who stands here now.
			s = s.at(Card)
			s.session.trouble = cardSwapped
		}
	case CardGone:
		return s.cardGone()
	case CardRead:
		s.world.cardIn = s.world.watching
		if !s.awaitsCard() || s.session.byCard || in.Card != s.world.card || in.Given == "" {
			return s, []Effect{WipeCard{}}
		}
		s = s.at(Greeting)
		s.session.reading, s.session.trouble = false, ""
		s.session.holder = holder{given: in.Given, initial: in.Initial}
		s.session.check = check{checking: in.Checking}
	case CardChecked:
		if s.session.check.checking && in.Card == s.world.card {
			s.session.check = check{code: in.Reason, verified: in.Verified, expired: in.Expired}
		}
	case CardWantsNumber:
		return s.wantsNumber(in), nil
	case CardClaimed:
		return s.claimed(in)
	case CardFailed:
		return s.cardFailed(in), nil
	default:
	}
	return s, nil
}

// awaitsCard tells whether a card that is put in now is to be read.
func (s State) awaitsCard() bool {
	return s.session.screen == Card && !s.session.asking && (s.session.trouble == "" || s.session.trouble == cardPulled)
}

// cardGone is an empty slot: what waited for that goes on by itself.
func (s State) cardGone() (State, []Effect) {
	torn := s.session.screen == Card && s.session.reading || s.session.base() == CardNumber
	s.world.cardIn, s.session.reading = false, false
	s = s.uncheck(checkRemoved)
	gone := noReader(s.session.trouble)
	switch {
	case torn:
		next, out := s.startCard()
		next.session.trouble = cardPulled
		return next, out
	case s.session.screen == Card && (s.session.trouble == cardForgotten || s.session.trouble == cardSwapped),
		s.session.screen == CardProblem && !gone:
		return s.startCard()
	}
	return s, nil
}

// cardFailed is a card that was not read. Once its name is shown only the
// check has failed.
func (s State) cardFailed(in CardFailed) State {
	switch {
	case in.Card != 0 && in.Card != s.world.card:
	case s.awaitsCard(), s.session.screen == CardProblem, s.session.base() == CardNumber, s.session.screen == Card && noReader(in.Code):
		s = s.at(CardProblem)
		s.session.trouble, s.session.reading, s.session.why = in.Code, false, in.Reason
	default:
		s = s.uncheck(checkFailed)
	}
	return s
}

// noReader reports whether a code is about the reader and not about a card.
func noReader(code string) bool { return code == CardNoReader || code == CardNoService }

// uncheck ends a check of which nothing more will be heard.
func (s State) uncheck(code string) State {
	if s.session.check.checking {
		s.session.check = check{code: code}
	}
	return s
}

// readerBack goes on where a reader that had gone was waited for.
func (s State) readerBack() (State, []Effect) {
	if s.session.screen == CardProblem && noReader(s.session.trouble) {
		return s.startCard()
	}
	return s, nil
}

// tidyCard keeps two promises after every step: what the card said is gone as
// soon as its screen is left, and the reader is left alone when nobody needs
// it. A card still in the slot is watched until it is taken, so that the
// screen can go on reminding of it, and while a name is shown any other card
// ends that.
func (s State) tidyCard(before State) (State, []Effect) {
	var out []Effect
	if before.session.holder != (holder{}) && (s.session.screen != Greeting || s.session.holder != before.session.holder) {
		out = append(out, WipeCard{})
	}
	// The screens of help lie over the greeting; they leave it all the same.
	if s.session.screen != Greeting {
		s.session.holder, s.session.check = holder{}, check{}
		if s.session.under == Greeting {
			s.session.under = Home
		}
	}
	onCard := s.session.screen == Card || s.session.base() == CardNumber || s.session.screen == CardProblem || s.session.screen == Greeting
	if s.world.watching && !onCard && !s.world.cardIn {
		s.world.watching = false
		out = append(out, StopCard{})
	}
	return s, out
}

// Codes of a check that came to no end.
const (
	checkRemoved = "card-removed"
	checkFailed  = "card-failed"
)

// check is what is known of the signature of the card whose name is shown. Its
// zero value says that nobody looks.
type check struct {
	checking bool
	code     string // the reason, as kiosk/card names it
	verified bool
	expired  bool // the card itself, by a date that was verified
}

// showCheck says whether the State signed what the card says, and why if not:
// a signer that has expired and an impostor are different answers.
func (s State) showCheck(v *View) {
	c := s.session.check
	switch {
	case c.checking:
		v.Notices = append(v.Notices, Notice{Kind: "info", Icon: "refresh-ccw", Title: s.say("check.busy"), Text: s.say("check.busy.do"), Busy: true})
	case c.code == "":
	case c.verified:
		n := Notice{Kind: "ok", Icon: "check", Title: s.say("check." + c.code), Text: s.say("check." + c.code + ".do")}
		if c.expired {
			n = Notice{Kind: "warn", Icon: "alert-triangle", Title: s.say("check.expired"), Text: s.say("check.expired.do")}
		}
		v.Notices = append(v.Notices, n)
	default:
		why := c.code
		if _, known := words["check."+why]; !known {
			why = checkFailed
		}
		v.Notices = append(v.Notices, Notice{
			Kind: "warn", Icon: "alert-triangle", Title: s.say("check.not"), Text: s.say("check." + why), Code: c.code,
		})
	}
}

// KnowsCheck reports whether the path has words of its own for a reason why a
// card is, or is not, verified.
func KnowsCheck(code string) bool { return words["check."+code] != nil }

func (s State) showCard(v *View) {
	if s.session.screen == CardProblem {
		s.showCardProblem(v)
		return
	}
	v.Title, v.Subtitle = s.say("card.title"), s.say("card.sub")
	step := Notice{Kind: "step", Icon: "b-id-card", Title: s.say("card.insert"), Text: s.say("card.insert.help")}
	if s.cfg.Contactless {
		step.Text = s.say("card.insert.near")
	}
	private := Notice{Kind: "info", Icon: "lock", Title: s.say("card.privacy"), Text: s.say("card.privacy.help")}
	v.Actions = []Button{{Action: ActBack, Label: s.say("card.skip"), Icon: "list"}}
	switch trouble := s.session.trouble; {
	case trouble == cardForgotten:
		step = Notice{Kind: "warn", Icon: "b-id-card", Title: s.say("card.forgotten"), Text: s.say("card.forgotten.help")}
	case trouble == cardSwapped:
		v.Title, v.Subtitle = s.say("card.swapped.title"), s.say("card.swapped.sub")
		step = Notice{Kind: "warn", Icon: "b-id-card", Title: s.say("card.swapped"), Text: s.say("card.swapped.help")}
		v.Actions = append([]Button{{Action: ActGreet, Label: s.say("card.read"), Icon: "b-id-card", Main: true}}, v.Actions...)
	case s.session.reading:
		step = Notice{Kind: "step", Icon: "refresh-ccw", Title: s.say("card.reading"), Text: s.say("card.reading.help"), Busy: true}
	case trouble == cardPulled:
		step = Notice{Kind: "warn", Icon: "b-id-card", Title: s.say("card.pulled"), Text: s.say("card.pulled.help")}
	}
	v.Notices = []Notice{step, private}
	if s.session.byCard {
		s.showCardForBooking(v)
	}
}

// showCardProblem says what is wrong and what to do next. While the card is
// still in, taking it out is what to do, and leads on by itself.
func (s State) showCardProblem(v *View) {
	code := s.session.trouble
	if _, known := words["card."+code+".do"]; !known {
		code = CardUnreadable
	}
	v.Title, v.Subtitle = s.say("card.bad.title"), s.say("card.bad.sub")
	icon := "b-id-card"
	if noReader(code) {
		icon = "alert-triangle"
	}
	v.Notices = []Notice{{Kind: "warn", Icon: icon, Title: s.say("card." + code), Text: s.say("card." + code + ".do")}}
	if noReader(code) {
		v.Notices = append(v.Notices, Notice{Kind: "info", Icon: "refresh-ccw", Title: s.say("card.waiting"), Text: s.say("card.waiting.do")})
	} else if !s.world.cardIn {
		v.Actions = []Button{{Action: ActGreet, Label: s.say("card.again"), Icon: "refresh-ccw"}}
	}
	v.Actions = append(v.Actions, Button{Action: ActBack, Label: s.say("card.skip"), Icon: "list", Main: true})
	if s.session.byCard {
		v.Subtitle = s.say("bookcard.bad")
		s.typeInstead(v)
	}
	if code == CardUnverified {
		if _, known := words["check."+s.session.why]; known {
			v.Notices[0].Text = s.say("check." + s.session.why)
		}
		v.Notices[0].Code = s.session.why
	}
}

// Reminder says how the kiosk reminds of a card in its reader, beside words.
type Reminder string

// The reminders.
const (
	RemindOnce  Reminder = "once"  // the card is not needed any more
	RemindAgain Reminder = "again" // its owner is about to leave, or has left
)

// remind is how loudly the card wants to be taken.
func (s State) remind() Reminder {
	switch {
	case !s.world.cardIn, s.session.base() == CardNumber, s.session.reading, s.session.check.checking, s.session.screen == Card && s.session.trouble == "":
		return ""
	case s.session.base() == TicketReady, s.session.base() == OnScreen, s.session.base() == NoPaper, s.resting(),
		s.session.screen == CardProblem && s.session.trouble == CardSilent:
		return RemindAgain
	default:
		return RemindOnce
	}
}
