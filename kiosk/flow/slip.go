package flow

import "strconv"

// showTicket is the number, the largest thing on the screen, with or without
// paper.
func (s State) showTicket(v *View) {
	t := s.session.ticket
	if t == nil {
		return
	}
	v.Slip = s.slip(*t)
	if s.session.screen != TicketReady || s.session.print == outcomeUnknown || s.session.print == slipRetracted {
		v.Slip.Scan = s.scan(*t)
	}
	switch s.session.screen {
	case NoPaper:
		s.showNoPaper(v, t.Number)
		return
	case OnScreen:
		v.Title, v.Subtitle, v.Mark = s.say("onscreen.title"), s.say("onscreen.sub"), "solid-check-circle"
		v.Foot = &Notice{Kind: "keep", Icon: "edit", Title: s.say("ticket.keep"), Text: s.say("ticket.keep.help")}
	default:
		v.Title, v.Mark = s.say("ticket.title"), "solid-check-circle"
	}
	if t.Nameless {
		v.Title, v.Subtitle = s.say("nameless.title"), s.say("nameless.sub")
		v.Notices = append(v.Notices, Notice{Kind: "step", Icon: "ticket", Title: s.say("nameless.do"), Text: s.say("nameless.do.help")})
	}
	if s.session.booked.Late {
		v.Notices = append(v.Notices, Notice{Kind: "warn", Icon: "clock", Title: s.say("booked.late"), Text: s.say("booked.late.do", "hour", s.session.booked.Hour)})
	}
	if (t.Alone || !s.world.linkUp) && !t.Nameless {
		v.Notices = append(v.Notices, Notice{Kind: "warn", Icon: "b-offline", Title: s.say("offline"), Text: s.say("offline.valid")})
	}
	switch s.session.print {
	case underWay:
		v.Foot = &Notice{Kind: "printing", Icon: "print", Title: s.say("ticket.printing"), Text: s.say("ticket.print.help")}
		return // the buttons come when it is known whether there is a slip
	case printed:
		v.Foot = &Notice{Kind: "take", Icon: "arrow-down-thick", Title: s.say("ticket.take"), Text: s.say("ticket.take.help")}
	case outcomeUnknown:
		v.Notices = append(v.Notices, Notice{Kind: "warn", Icon: "b-no-paper", Title: s.say("ticket.unknown"), Text: s.say("ticket.unknown.do")})
		v.Foot = &Notice{Kind: "keep", Icon: "edit", Title: s.say("ticket.keep"), Text: s.say("ticket.keep.help")}
	case slipTaken:
		v.Foot = &Notice{Kind: "keep", Icon: "check", Title: s.say("ticket.taken"), Text: s.say("ticket.take.help")}
	case slipRetracted:
		v.Notices = append(v.Notices, Notice{Kind: "warn", Icon: "ticket", Title: s.say("ticket.back"), Text: s.say("ticket.unknown.do")})
		v.Foot = &Notice{Kind: "keep", Icon: "edit", Title: s.say("ticket.keep"), Text: s.say("ticket.keep.help")}
	case notPrinting:
	}
	v.Actions = []Button{
		{Action: ActAgain, Label: s.say("ticket.again"), Icon: "plus-circle"},
		{Action: ActFinish, Label: s.say("ticket.finish"), Icon: "check", Main: true},
		{Action: ActHelp, Label: s.say("help.short"), Icon: "help-support"},
		{Action: ActExtend, Label: s.say("extend"), Icon: "clock"},
	}
	v.Timer = s.clock("ticket.closes")
}

func (s State) showNoPaper(v *View, number string) {
	v.Title, v.Subtitle = s.say("nopaper.title"), s.sayPaper("nopaper.sub")
	v.Notices = append(v.Notices,
		Notice{Kind: "step", Icon: "ticket", Title: s.say("nopaper.held"), Text: s.say("nopaper.held.help")},
		Notice{Kind: "info", Icon: "edit", Title: s.say("nopaper.write"), Text: s.say("nopaper.write.do", "number", number)})
	v.Actions = []Button{
		{Action: ActAccept, Label: s.say("nopaper.accept"), Icon: "check", Main: true},
		{Action: ActHelp, Label: s.say("help.short"), Icon: "help-support"},
		{Action: ActReprint, Label: s.say("nopaper.reprint"), Icon: "print"},
		{Action: ActAbandon, Label: s.say("nopaper.abandon"), Icon: "x"},
	}
	v.Timer = s.clock("nopaper.reserved")
}

func (s State) clock(label string) *Clock {
	return &Clock{ID: s.timer.id, Label: s.say(label), Millis: s.timer.after.Milliseconds()}
}

func (s State) slip(t Ticket) *Slip {
	slip := &Slip{Number: t.Number, Valid: s.say("ticket.valid")}
	if t.Nameless {
		slip.Valid = s.say("nameless.valid")
	}
	if svc, ok := s.world.offer.service(t.Service); ok {
		slip.Service, slip.Lang = svc.Name.In(s.session.lang), svc.Name.foreign(languageOf(s.session.lang).Code)
		kind := s.say("ticket.request")
		if svc.Collection {
			kind = s.say("ticket.collect")
		}
		slip.Detail = kind
		if body, ok := s.world.offer.body(svc.Body); ok {
			slip.Detail += " · " + body.full(s.session.lang)
		}
	}
	if class := t.Class.In(s.session.lang); class != "" {
		slip.Detail = class
	}
	if t.Slot != "" {
		slip.Detail = s.say("booked", "hour", t.Slot)
	}
	if s.session.priority {
		slip.Detail = s.say("ticket.priority")
	}
	if then := s.thenWords(t); then != "" {
		slip.Then = then
	}
	if t.Nameless {
		return slip
	}
	if t.Place != "" {
		slip.Facts = append(slip.Facts, Fact{Icon: "map-pin", Title: t.Place, Text: s.say("ticket.place.help")})
	}
	slip.Facts = append(slip.Facts, s.waitFact(t))
	if t.Ahead >= 0 && !t.Alone && t.Slot == "" { // a booking is called by its hour
		slip.Facts = append(slip.Facts, Fact{Icon: "user-group", Title: s.say("ticket.ahead", "n", strconv.Itoa(t.Ahead)), Text: s.say("ticket.ahead.help")})
	}
	return slip
}

// waitFact is the estimate with the moment it was made, so that it stays true
// while it is on the screen.
func (s State) waitFact(t Ticket) Fact {
	if t.Slot != "" {
		return Fact{Icon: "clock", Title: s.say("booked.at", "hour", t.Slot), Text: s.say("booked.at.help")}
	}
	if t.Wait.High <= 0 && !t.Wait.Next || t.Alone {
		return Fact{Icon: "clock", Title: s.say("ticket.nowait"), Text: s.say("ticket.nowait.do")}
	}
	wait := s.say("wait.upto", "hi", strconv.Itoa(t.Wait.High))
	switch {
	case t.Wait.Next:
		return Fact{Icon: "clock", Title: s.say("ticket.next"), Text: s.say("ticket.nowait.do"), AtMS: t.AtMS}
	case t.Wait.Over:
		wait = s.say("wait.over", "lo", hours(t.Wait.Low))
	case t.Wait.Low > 0:
		wait = s.say("wait.range", "lo", strconv.Itoa(t.Wait.Low), "hi", strconv.Itoa(t.Wait.High))
		wait = s.say("ticket.about", "wait", wait)
	}
	return Fact{Icon: "clock", Title: upperFirst(wait), Text: s.say("ticket.about.help"), AtMS: t.AtMS}
}

func upperFirst(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
