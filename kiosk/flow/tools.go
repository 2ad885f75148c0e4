package flow

// tonguesShown is how many other languages stand on the first screen by name;
// the rest are behind one button.
const tonguesShown = 4

// showTools is the lower part that every screen has: the way back, languages,
// modes and help, in the same order everywhere.
func (s State) showTools(v *View) {
	back := Button{Action: ActBack, Label: s.say("back"), Icon: "chevron-left"}
	switch v.Screen {
	case Starting, Home, Greeting:
		v.Tools = append(s.tongues(), s.modeButtons()...)
		v.Tools = append(v.Tools, Button{Action: ActHelp, Label: s.say(s.helpLabel()), Icon: "help-support"})
	case Bodies, Services, Several, Priority, Search, Card, CardNumber, CardProblem, Refused, Booking, BookingProblem:
		v.Tools = append([]Button{back}, s.tongue()...)
		v.Tools = append(v.Tools,
			Button{Action: ActAccess, Label: s.say("access"), Icon: "settings"},
			Button{Action: ActHelp, Label: s.say("help.short"), Icon: "help-support"})
	case Access, Help, Sign, Listen:
		v.Tools = append([]Button{back}, s.tongue()...)
	case Tongues:
		v.Tools = []Button{back}
	case Working:
		v.Tools = s.tongues()
	case TicketReady, OnScreen, NoPaper, BookingHere:
		// The ticket's own buttons; the session is as good as over.
	}
}

// offered are the languages that may be chosen here, in their order.
func (s State) offered() []Language {
	if len(s.cfg.Languages) == 0 {
		return Languages()
	}
	var list []Language
	for _, code := range s.cfg.Languages {
		for _, l := range Languages() {
			if l.Code == code {
				list = append(list, l)
			}
		}
	}
	return list
}

// languages are the other languages, each by its own name.
func (s State) languages() []Button {
	var list []Button
	for _, l := range s.offered() {
		if l.Code != s.session.lang {
			list = append(list, Button{Action: ActLanguage, Arg: l.Code, Label: l.Name, Icon: "globe", Lang: l.Code})
		}
	}
	return list
}

// tongues are the languages that stand on the screen by name, and the way to
// the rest.
func (s State) tongues() []Button {
	list := s.languages()
	if len(list) <= tonguesShown {
		return list
	}
	return append(list[:tonguesShown], s.allTongues())
}

// tongue is the way to another language where there is little room: one
// button, and that the language itself where there is only one.
func (s State) tongue() []Button {
	list := s.languages()
	if len(list) > 1 {
		return []Button{s.allTongues()}
	}
	return list
}

func (s State) allTongues() Button {
	return Button{Action: ActLanguages, Label: s.say("languages"), Icon: "globe"}
}

func (s State) showTongues(v *View) {
	v.Title, v.Subtitle = s.say("languages.title"), s.say("languages.sub")
	for _, l := range s.offered() {
		on := l.Code == s.session.lang
		v.Actions = append(v.Actions, Button{Action: ActLanguage, Arg: l.Code, Label: l.Name, Icon: "globe", Lang: l.Code, Pressed: &on})
	}
}

func (s State) modeButtons() []Button {
	var list []Button
	if s.cfg.Listen {
		list = append(list, s.listenButton())
	}
	for _, m := range []struct {
		mode Mode
		icon string
	}{{LargePrint, "Aa"}, {HighContrast, "b-contrast"}, {LowReach, "b-low-reach"}, {EasyReading, "book-open"}, {MoreTime, "clock"}} {
		on := s.session.modes.on(m.mode)
		list = append(list, Button{Action: ActMode, Arg: string(m.mode), Label: s.say("mode." + string(m.mode)), Icon: m.icon, Pressed: &on})
	}
	return append(list, Button{Action: ActSign, Label: s.say("mode.sign"), Icon: "lgp"})
}

func (s State) showAccess(v *View) {
	v.Title, v.Subtitle = s.say("access.title"), s.say("access.sub")
	v.Actions = s.modeButtons()
}

// helpLabel is what the way to help is called on the first screen: shortly where «Ouvir» takes half of its place.
func (s State) helpLabel() string {
	if s.cfg.Listen {
		return "help.short"
	}
	return "help"
}
