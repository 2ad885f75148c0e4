package flow

import "strconv"

// How many choices a screen holds: at most nine a level, and fewer where they
// are larger.
const (
	popularShown      = 6
	popularShownLarge = 4
	rowsShown         = 8
	rowsShownLarge    = 5
	rowsShownLow      = 6
)

// few says that fewer things fit: they are larger, or the screen is small.
func (s State) few() bool { return s.roomy() || s.cfg.Few }

// roomy says that somebody asked for larger letters.
func (s State) roomy() bool { return s.session.modes.LargePrint || s.session.modes.EasyReading }

// showHome is the services most asked for: on the first screen, under the
// citizen's name, or for somebody with priority.
func (s State) showHome(v *View) {
	switch s.session.screen {
	case Greeting:
		h := s.session.holder
		name := h.given
		if h.initial != "" {
			name += " " + h.initial + "."
		}
		v.Title, v.Subtitle = s.say("greeting.title", "name", name), s.say("greeting.sub")
		s.showCheck(v)
	case Priority:
		v.Title, v.Subtitle, v.Mark = s.say("priority"), s.say("priority.sub"), "hand-heart"
	default:
		v.Title, v.Subtitle = s.say("home.title"), s.say("home.sub")
	}
	if s.session.screen != Priority && !s.session.modes.EasyReading {
		v.Strip = s.strip()
	}
	s.showTroubles(v)
	if !s.world.offer.Open {
		s.showClosed(v)
		return
	}
	if s.world.offer.Door.State == string(Full) {
		v.Notices = append(v.Notices, Notice{Kind: "warn", Icon: "user-group", Title: s.say("full.title"), Text: s.world.offer.Door.Next.In(s.session.lang)})
	}
	if s.session.screen == Priority {
		// All services are here: priority by law holds for each of them.
		list, more := pageOf(s, s.world.offer.Services)
		v.Sections = []Section{{Layout: "rows", Choices: s.serviceChoices(list)}}
		v.Wide = append(s.moreChoice(more), s.severalChoice()...)
		return
	}
	list := s.world.offer.popular()
	room := s.popularRoom(v)
	booking, has := s.bookingChoice()
	if has && room > 1 {
		room-- // it takes the place of one, so that there are never more than nine choices
	}
	choices := s.serviceChoices(list[:min(len(list), room)])
	if has {
		choices = append([]Choice{booking}, choices...)
	}
	v.Sections = []Section{{Title: s.say("home.popular"), Note: s.say("home.waits"), Layout: "cards", Choices: brief(choices)}}
	s.showWays(v)
}

// popularRoom is how many services fit: in large print each notice takes the
// place of one.
func (s State) popularRoom(v *View) int {
	if !s.few() {
		switch {
		case s.session.modes.LowReach, s.session.screen == Greeting && len(v.Notices) > 0:
			return popularShown - 2
		case s.greets() && s.session.screen == Home:
			return popularShown - 1 // with search, all, priority and the card there are nine
		}
		return popularShown
	}
	if s.session.modes.LowReach {
		return popularShownLarge - 2 // the notices are above, where nothing is touched
	}
	notices := len(v.Notices)
	if s.world.cardIn {
		notices++
	}
	return max(popularShownLarge-notices, 1)
}

// showWays are the ways to everything that is not on the first screen.
func (s State) showWays(v *View) {
	v.Wide = append(v.Wide,
		Choice{Action: ActSearch, Icon: "search", Title: s.say("search"), Short: s.say("search.short"), Help: s.say("search.help")},
		Choice{Action: ActBodies, Icon: "list", Title: s.say("bodies"), Help: s.say("bodies.count", "n", strconv.Itoa(len(s.world.offer.Bodies)))})
	if s.greets() && s.session.screen == Home {
		v.Wide = append(v.Wide, Choice{Action: ActGreet, Icon: "b-id-card", Title: s.say("greet.short"), Help: s.say("greet.help")})
	}
	if s.session.screen == Greeting {
		v.Wide = append(v.Wide, Choice{Action: ActFinish, Icon: "log-out", Title: s.say("greeting.leave"), Help: s.say("greeting.leave.help")})
	}
	v.Wide = append(v.Wide, Choice{Action: ActPriority, Icon: "hand-heart", Title: s.say("priority"), Short: s.say("priority.short"), Help: s.say("priority.help"), Strong: true})
	if s.session.asking {
		for i := range v.Wide {
			v.Wide[i].Action = ""
		}
	}
}

// greets tells whether the card may be used to be greeted.
func (s State) greets() bool {
	return s.world.offer.Greeting && s.world.reader && !s.session.modes.EasyReading
}

// showTroubles says what does not work today and what holds all the same.
func (s State) showTroubles(v *View) {
	if !s.world.linkUp {
		v.Notices = append(v.Notices, Notice{Kind: "warn", Icon: "b-offline", Title: s.say("offline"), Text: s.say("offline.home")})
	}
	if s.world.printer != PrinterReady && s.world.printer != PrinterNearEnd {
		v.Notices = append(v.Notices, Notice{Kind: "warn", Icon: "b-no-paper", Title: s.say("nopaper.home"), Text: s.sayPaper("nopaper.home.help")})
	}
}

func (s State) strip() *Strip {
	st := &Strip{Label: s.say("home.calls")}
	if s.session.modes.LowReach {
		st.Label = s.say("home.calls.now")
	}
	shown := 3
	if s.few() {
		shown = 2
	}
	for i, c := range s.world.calls {
		if i == shown {
			break
		}
		st.Calls = append(st.Calls, CallLine(c))
	}
	if len(st.Calls) == 0 {
		st.Empty = s.say("home.nocalls")
	}
	return st
}

func (s State) showBodies(v *View) {
	v.Title, v.Subtitle = s.say("bodies.title"), s.say("bodies.sub")
	bodies, more := pageOf(s, s.world.offer.Bodies)
	sec := Section{Layout: "rows"}
	for _, b := range bodies {
		n := len(s.world.offer.of(b.ID))
		count := s.say("body.count", "n", strconv.Itoa(n))
		if b.Short != "" && b.Short != b.Name["pt"] {
			count = b.Short + " · " + count
		}
		sec.Choices = append(sec.Choices, Choice{
			Action: ActBody, Arg: b.ID, Icon: orIcon(b.Icon, "buildings"),
			Title: b.Name.In(s.session.lang), Help: count, Lang: b.Name.foreign(languageOf(s.session.lang).Code),
		})
	}
	v.Sections = []Section{sec}
	v.Wide = append(s.moreChoice(more), s.severalChoice()...)
}

func (s State) showServices(v *View) {
	body, _ := s.world.offer.body(s.session.body)
	v.Title, v.Subtitle = body.Name.In(s.session.lang), body.Short
	if v.Subtitle == body.Name["pt"] {
		v.Subtitle = ""
	}
	s.showTroubles(v)
	list, more := pageOf(s, s.world.offer.of(body.ID))
	if len(list) == 0 {
		v.Notices = append(v.Notices, Notice{Kind: "info", Icon: "info-mark", Title: s.say("services.none")})
	}
	var request, collect []Service
	for _, svc := range list {
		if svc.Collection {
			collect = append(collect, svc)
		} else {
			request = append(request, svc)
		}
	}
	if len(request) > 0 {
		sec := Section{Layout: "rows", Choices: s.serviceChoices(request)}
		if len(collect) > 0 {
			sec.Title, sec.Note, sec.Icon = s.say("services.request"), s.say("services.reqnote"), "edit"
		}
		v.Sections = append(v.Sections, sec)
	}
	if len(collect) > 0 {
		v.Sections = append(v.Sections, Section{
			Title: s.say("services.collect"), Note: s.say("services.colnote"), Icon: "package",
			Layout: "rows", Choices: s.serviceChoices(collect),
		})
	}
	v.Wide = s.moreChoice(more)
}

// serviceChoices are cards of services. While one of them is being asked for
// it says so, and none can be touched.
func (s State) serviceChoices(list []Service) []Choice {
	choices := make([]Choice, 0, len(list))
	for _, svc := range list {
		c := Choice{
			Action: ActService, Arg: svc.ID, Icon: orIcon(svc.Icon, "file"),
			Title: svc.Name.In(s.session.lang), Help: svc.Help.In(s.session.lang), Lang: svc.Name.foreign(languageOf(s.session.lang).Code),
			Wait: s.wait(svc.Wait), Ahead: s.waiting(svc), Dark: svc.Collection,
		}
		if svc.State != Open && svc.State != "" {
			s.off(&c, svc)
		}
		if s.session.asking {
			c.Action = ""
			if svc.ID == s.session.service {
				c.Busy = s.say("moment")
			}
		}
		choices = append(choices, c)
	}
	return choices
}

func (s State) waiting(svc Service) string {
	switch {
	case svc.Waiting < 0 || !s.world.linkUp:
		return ""
	default:
		return s.say("ahead", "n", strconv.Itoa(svc.Waiting))
	}
}

func orIcon(icon, otherwise string) string {
	if icon == "" {
		return otherwise
	}
	return icon
}

func (s State) moreChoice(more bool) []Choice {
	if !more || s.session.asking {
		return nil
	}
	return []Choice{{Action: ActMore, Icon: "chevron-down", Title: s.say("more")}}
}

// paging cuts a list into pages, and starts over after the last.
func paging(total, page, size int) (from, to int, more bool) {
	if total <= size {
		return 0, total, false
	}
	pages := (total + size - 1) / size
	from = page % pages * size
	return from, min(from+size, total), true
}

// pageOf is the page of a list that is shown, and whether there are others.
func pageOf[T any](s State, list []T) ([]T, bool) {
	size := rowsShown
	switch {
	case s.few():
		size = rowsShownLarge
	case s.session.modes.LowReach:
		size = rowsShownLow
	}
	if s.hasSeveral() && s.session.modes.LowReach {
		size-- // its way takes a place, or its button
	}
	if len(list) > size {
		size-- // «Ver mais» takes a place
	}
	from, to, more := paging(len(list), s.session.page, size)
	return list[from:to], more
}
