package flow

// tap carries out a touch on something that is shown.
func (s State) tap(t Tap) (State, []Effect) {
	switch t.Action {
	case ActService:
		return s.ask(t)
	case ActBody:
		s = s.at(Services)
		s.session.body = t.Arg
	case ActBodies:
		s = s.at(Bodies)
	case ActMore:
		s.session.page++
	case ActPriority:
		s = s.at(Priority)
		s.session.priority = true
	case ActGreet:
		return s.startCard()
	case ActBack:
		return s.back(), nil
	case ActFinish:
		return s.end()
	case ActAgain:
		old := s.session
		s.session = s.fresh()
		s.session.lang, s.session.modes, s.session.ear = old.lang, old.modes, old.ear
	case ActLanguage:
		s.session.lang = t.Arg
		if s.session.screen == Tongues {
			s.session.screen = s.session.under
		}
	case ActMode:
		s.session.modes = s.session.modes.toggled(Mode(t.Arg))
	case ActAccess, ActHelp, ActLanguages, ActSign:
		if !s.session.screen.over() {
			s.session.under = s.session.screen
		}
		if t.Action == ActSign {
			s.session.modes.SignLanguage = true
		}
		s.session.screen = Screen(t.Action)
	case ActListen, ActSound:
		return s.listen(t), nil
	case ActPress:
		return s.press(t)
	case ActSearch:
		s = s.at(Search)
		s.session.query = ""
	case ActCall:
		s.session.called = Staff(t.Arg)
		return s, []Effect{CallStaff{Who: Staff(t.Arg)}}
	case ActExtend: // the touch itself winds the timer up
	case ActAccept, ActReprint, ActAbandon, ActRetry:
		return s.settle(t)
	case ActKey, ActErase:
		switch s.session.screen {
		case Search:
			return s.typed(t), nil
		case CardNumber:
			return s.number(t)
		default: // a code is typed
		}
		return s.booking(t)
	case ActBooking, ActCheckIn, ActScan, ActBookCard:
		return s.booking(t)
	case ActOpen:
		return s.number(t)
	case ActSeveral, ActPick, ActTake:
		return s.several(t)
	}
	return s, nil
}

// settle ends a matter that was left open: a number without paper, or a
// request without an answer.
func (s State) settle(t Tap) (State, []Effect) {
	request := s.session.request
	switch t.Action {
	case ActAccept:
		return s.at(OnScreen), []Effect{AcceptOnScreen{Request: request}}
	case ActReprint:
		s.session.print = underWay
		return s.at(TicketReady), []Effect{RetryPrint{Request: request}}
	case ActRetry:
		s = s.at(Working)
		return s, []Effect{s.request()}
	default: // ActAbandon, on NoPaper and on Working
		return s.end()
	}
}

// ask begins the way of a ticket. The list stays as it is, with the touched
// card saying «Um momento…», so that nothing jumps under the finger.
func (s State) ask(t Tap) (State, []Effect) {
	s.session.request, s.session.service, s.session.asking = t.Key, t.Arg, true
	s.session.priority = s.session.priority || t.Screen == Priority
	s.session.checkIn, s.session.byCard, s.session.picked = false, false, picked{}
	return s, []Effect{s.request()}
}

func (s State) request() Effect {
	se := s.session
	if se.checkIn {
		return CheckIn{Request: se.request, Code: se.code, Card: se.byCard, Lang: se.lang}
	}
	return RequestTicket{Request: se.request, Service: se.service, Then: se.then(), Priority: se.priority, Lang: se.lang}
}

// back is one screen back, as far as the first.
func (s State) back() State {
	switch s.session.screen {
	case Help, Access, Tongues, Sign, Listen:
		s.session.screen = s.session.under
		return s
	case Services:
		return s.at(Bodies)
	case Several:
		s.session.picked = picked{}
		if s.session.priority {
			return s.at(Priority)
		}
		return s.at(Bodies)
	default:
		s.session.priority = false
		s.session.refusal, s.session.trouble, s.session.reading = "", "", false
		s.session.request, s.session.service, s.session.body = "", "", ""
		s.session.picked = picked{}
		s.session.query = ""
		s.session.code, s.session.checkIn, s.session.booked = "", false, Booked{}
		s.session.byCard, s.session.cardKey, s.session.why = false, "", ""
		return s.at(Home)
	}
}

// reply is the branch's answer. An answer that nobody waits for any longer is
// a number nobody would come for: it is given up.
func (s State) reply(in TicketReply) (State, []Effect) {
	waiting := s.session.asking || s.session.base() == Working
	if !waiting || in.Request != s.session.request {
		if in.Refused == "" && in.Request != s.session.request {
			return s, []Effect{Abandon{Request: in.Request}}
		}
		return s, nil
	}
	s.session.asking, s.session.warned = false, false
	if s.session.checkIn {
		return s.checkedIn(in)
	}
	s.session.booked = Booked{}
	if in.Refused != "" {
		s.session.refusal = in.Refused
		return s.at(Refused), nil
	}
	return s.numbered(in)
}

// numbered is a number that is reserved: it is shown and printed.
func (s State) numbered(in TicketReply) (State, []Effect) {
	ticket := in.Ticket
	s.session.ticket, s.session.print = &ticket, underWay
	return s.at(TicketReady), []Effect{Print{
		Request: in.Request, Ticket: ticket, Lang: s.session.lang, Large: s.roomy(),
	}}
}

// outcome is how printing ended. A slip that is known not to exist leads to
// the number on the screen; one that may exist counts as printed, with a word
// about it.
func (s State) outcome(in PrintOutcome) State {
	if in.Request != s.session.request || s.session.print != underWay {
		return s
	}
	switch in.Result {
	case PrintDone:
		s.session.print = printed
	case PrintFailed:
		s.session.print = notPrinting
		s = s.at(NoPaper)
	case PrintUnknown:
		s.session.print = outcomeUnknown
	}
	return s
}

// mouth is what became of a slip that the printer held out. A printer that says
// so at once may be heard before the outcome of printing is.
func (s State) mouth(request string, now printing) State {
	if in := s.session; in.ticket != nil && in.request == request && (in.print == printed || in.print == underWay) {
		s.session.print = now
	}
	return s
}
