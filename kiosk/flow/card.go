package flow

// cardForgotten is the trouble of somebody who wants to be greeted while
// another card is still in the slot.
const cardForgotten = "forgotten"

// startCard asks for a card. A card that was forgotten in the slot is not
// read: it must be somebody's who has gone.
func (s State) startCard() (State, []Effect) {
	s = s.at(Card)
	s.session.trouble, s.session.reading = "", false
	if s.world.cardIn {
		s.session.trouble = cardForgotten
		return s, nil
	}
	s.world.watching = true
	return s, []Effect{StartCard{}}
}

func (s State) card(in Input) (State, []Effect) {
	wanted := s.session.screen == Card && s.session.trouble == ""
	switch in := in.(type) {
	case CardInserted:
		s.world.cardIn = s.world.watching
		s.session.reading = wanted
	case CardGone:
		s.world.cardIn, s.session.reading = false, false
		if s.session.trouble == cardForgotten || s.session.screen == CardProblem && s.session.trouble != CardNoReader {
			return s.startCard()
		}
	case CardRead:
		s.world.cardIn = s.world.watching
		if !wanted || in.Given == "" {
			return s, []Effect{WipeCard{}}
		}
		s = s.at(Greeting)
		s.session.reading = false
		s.session.holder = holder{given: in.Given, initial: in.Initial}
	case CardFailed:
		if wanted {
			s = s.at(CardProblem)
			s.session.trouble, s.session.reading = in.Code, false
		}
	default:
	}
	return s, nil
}

// tidyCard keeps two promises after every step: what the card said is gone as
// soon as its screen is left, and the reader is left alone when nobody needs
// it. A card still in the slot is watched until it is taken, so that the
// screen can go on reminding of it.
func (s State) tidyCard(before State) (State, []Effect) {
	var out []Effect
	if before.session.holder != (holder{}) && (s.session.screen != Greeting || s.session.holder != before.session.holder) {
		out = append(out, WipeCard{})
	}
	// The screens of help lie over the greeting; they leave it all the same.
	if s.session.screen != Greeting {
		s.session.holder = holder{}
		if s.session.under == Greeting {
			s.session.under = Home
		}
	}
	onCard := s.session.screen == Card || s.session.screen == CardProblem
	if s.world.watching && !onCard && !s.world.cardIn {
		s.world.watching = false
		out = append(out, StopCard{})
	}
	return s, out
}
