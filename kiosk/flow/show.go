package flow

import "strconv"

// View is what this state shows.
func (s State) View() View {
	lang := languageOf(s.session.lang)
	v := View{
		Screen: s.session.screen, Lang: lang.Code, Locale: lang.Full, RTL: lang.RTL, Modes: s.session.modes,
		Branch: s.world.offer.Branch, Zone: s.world.offer.Zone,
	}
	switch s.session.screen {
	case Starting:
		s.showStarting(&v)
	case Home, Greeting, Priority:
		s.showHome(&v)
	case Bodies:
		s.showBodies(&v)
	case Services:
		s.showServices(&v)
	case Several:
		s.showSeveral(&v)
	case Card, CardProblem:
		s.showCard(&v)
	case CardNumber:
		s.showNumber(&v)
	case Working:
		s.showWorking(&v)
	case TicketReady, OnScreen, NoPaper:
		s.showTicket(&v)
	case Refused:
		s.showRefused(&v)
	case Access:
		s.showAccess(&v)
	case Tongues:
		s.showTongues(&v)
	case Search:
		s.showSearch(&v)
	case Sign:
		s.showSign(&v)
	case Listen:
		s.showListen(&v)
	case Help:
		s.showHelp(&v)
	case Booking:
		s.showBooking(&v)
	case BookingProblem:
		s.showBookingProblem(&v)
	case BookingHere:
		s.showBookingHere(&v)
	}
	s.showReminder(&v)
	s.showTools(&v)
	s.withSign(&v)
	v.Remind = s.remind()
	if s.session.warned {
		v.Warning = &Warning{
			Title: s.say("warn.title"), Text: s.say("warn.text"),
			Button: Button{Action: ActExtend, Label: s.say("warn.stay"), Icon: "clock", Main: true},
			Timer:  Clock{ID: s.timer.id, Millis: s.timer.after.Milliseconds()},
		}
		if s.session.ear.unplugged {
			v.Warning.Title, v.Warning.Button.Label = s.say("ear.gone"), s.say("ear.goon")
		}
	}
	s.showEar(&v)
	return v
}

func (s State) showStarting(v *View) {
	v.Title, v.Subtitle = s.say("starting.title"), s.say("starting.sub")
	v.Notices = []Notice{{Kind: "info", Icon: "help-support", Title: s.say("starting.next")}}
}

// showReminder speaks of a card in the slot before everything else.
func (s State) showReminder(v *View) {
	if !s.world.cardIn || s.session.base() == CardNumber || v.Screen == Card || v.Screen == CardProblem || s.session.check.checking {
		return // or it still has something to say
	}
	n := Notice{Kind: "take", Icon: "b-id-card", Title: s.say("card.take"), Text: s.say("card.take.help")}
	switch {
	case v.Screen == TicketReady || v.Screen == NoPaper || v.Screen == OnScreen:
		n.Title = s.say("card.take.first")
	case s.resting():
		n.Title, n.Text = s.say("card.left"), s.say("card.left.help")
	}
	v.Notices = append([]Notice{n}, v.Notices...)
}

func (s State) showWorking(v *View) {
	v.Title, v.Subtitle, v.Mark = s.say("working.title"), s.say("working.sub"), "loader"
	v.Notices = []Notice{
		{Kind: "info", Icon: "refresh-ccw", Title: s.say("working.try"), Text: s.say("working.tryhow")},
		{Kind: "warn", Icon: "help-support", Title: s.say("working.else"), Text: s.say("working.elsedo")},
	}
	v.Actions = []Button{{Action: ActAbandon, Label: s.say("working.stop"), Icon: "x"}}
}

func (s State) showRefused(v *View) {
	code := s.session.refusal
	if _, known := words["refused."+code]; !known {
		code = RefusedInvalid
	}
	v.Title = s.say("refused.title")
	if svc, ok := s.world.offer.service(s.session.service); ok {
		v.Subtitle = svc.Name.In(s.session.lang)
	}
	v.Notices = []Notice{{Kind: "warn", Icon: "info-mark", Title: s.say("refused." + code), Text: s.instead(code)}}
	if code == RefusedUnavailable {
		v.Actions = append(v.Actions, Button{Action: ActRetry, Label: s.say("refused.retry"), Icon: "refresh-ccw", Main: true})
	}
	v.Actions = append(v.Actions,
		Button{Action: ActAgain, Label: s.say("refused.other"), Icon: "list", Main: code != RefusedUnavailable},
		Button{Action: ActFinish, Label: s.say("ticket.finish"), Icon: "check"})
}

func (s State) showHelp(v *View) {
	v.Title, v.Subtitle = s.say("help.title"), s.say("help.sub")
	for _, n := range []struct{ key, icon string }{{"help.people", "help-support"}, {"help.how", "info-mark"}, {"help.first", "hand-heart"}} {
		v.Notices = append(v.Notices, Notice{Kind: "info", Icon: n.icon, Title: s.say(n.key), Text: s.say(n.key + ".do")})
	}
	s.showFeedback(v)
	s.showCalled(v, Helper)
}

// wait is a range in words; not known is said, and so it is while the branch
// is silent: an old estimate is never shown as new.
func (s State) wait(r Range) string {
	switch {
	case !s.world.linkUp:
		return s.say("wait.unknown")
	case r.Next:
		return s.say("wait.next")
	case r.High <= 0:
		return s.say("wait.unknown")
	case r.Over:
		return s.say("wait.over", "lo", hours(r.Low))
	case r.Low <= 0:
		return s.say("wait.upto", "hi", strconv.Itoa(r.High))
	default:
		return s.say("wait.range", "lo", strconv.Itoa(r.Low), "hi", strconv.Itoa(r.High))
	}
}

// hours writes minutes as people say them: 45 min, 1 h, 1 h 30.
func hours(minutes int) string {
	switch {
	case minutes < 60:
		return strconv.Itoa(minutes) + " min"
	case minutes%60 == 0:
		return strconv.Itoa(minutes/60) + " h"
	}
	return strconv.Itoa(minutes/60) + " h " + strconv.Itoa(minutes%60)
}
