package flow

import "strconv"

// Several is the screen on which a citizen chooses all that they came for, to be served under one number, in turn.
const Several Screen = "several"

// What can be touched there.
const (
	ActSeveral Action = "several" // choose several services for one number
	ActPick    Action = "pick"    // one more of them, or one less; Arg is the service
	ActTake    Action = "take"    // the number for what was chosen
)

// mostPicked is how many services a visit takes; a branch that takes fewer refuses.
const mostPicked = 5

// picked is what was chosen, in order. It is an array so that sessions can be compared.
type picked [mostPicked]string

func (p picked) list() []string {
	var all []string
	for _, s := range p {
		if s != "" {
			all = append(all, s)
		}
	}
	return all
}

func (p picked) toggled(service string) picked {
	list := p.list()
	p = picked{}
	n, had := 0, false
	for _, s := range list {
		if s == service {
			had = true
			continue
		}
		p[n], n = s, n+1
	}
	if !had && n < mostPicked {
		p[n] = service
	}
	return p
}

// nth is the place of a service among those chosen, from 1; 0 if it is not.
func (p picked) nth(service string) int {
	for i, s := range p {
		if s == service && s != "" {
			return i + 1
		}
	}
	return 0
}

// hasSeveral tells whether this screen, or the way to it, takes room among the choices shown.
func (s State) hasSeveral() bool {
	switch s.session.screen {
	case Bodies, Priority, Several:
		return len(s.world.offer.Services) > 1
	default:
		return false
	}
}

// severalChoice is the way to this screen; it is there while there is something to choose among.
func (s State) severalChoice() []Choice {
	if s.session.asking || !s.hasSeveral() {
		return nil
	}
	return []Choice{{Action: ActSeveral, Icon: "check-all", Title: s.say("several"), Help: s.say("several.help")}}
}

// several carries out a touch on the way of several services.
func (s State) several(t Tap) (State, []Effect) {
	switch t.Action {
	case ActPick:
		s.session.picked = s.session.picked.toggled(t.Arg)
		return s, nil
	case ActTake:
		list := s.session.picked.list()
		if len(list) == 0 {
			return s, nil
		}
		s.session.request, s.session.service, s.session.asking = t.Key, list[0], true
		s.session.checkIn, s.session.byCard = false, false
		return s, []Effect{s.request()}
	default: // ActSeveral
		s = s.at(Several)
		s.session.picked = picked{}
		return s, nil
	}
}

// then is what follows the first service of what is asked for.
func (se session) then() []string {
	list := se.picked.list()
	if len(list) < 2 || list[0] != se.service {
		return nil
	}
	return list[1:]
}

func (s State) showSeveral(v *View) {
	v.Title, v.Subtitle = s.say("several.title"), s.say("several.sub")
	if s.session.priority {
		v.Title = s.say("priority")
	}
	s.showTroubles(v)
	list, more := pageOf(s, s.world.offer.Services)
	choices := s.serviceChoices(list)
	n := len(s.session.picked.list())
	for i, c := range choices {
		nth := s.session.picked.nth(c.Arg)
		if c.Action == ActService {
			choices[i].Action = ActPick
			choices[i].Picked = new(nth > 0)
			if nth == 0 && n == mostPicked {
				choices[i].Action = ""
			}
		}
		if nth > 0 && c.Busy == "" {
			choices[i].Nth = s.say("several.nth", "n", strconv.Itoa(nth))
			if !s.session.asking {
				choices[i].Action, choices[i].Picked = ActPick, new(true) // also where it has just closed: it can be left out
			}
		}
	}
	v.Sections = []Section{{Layout: "rows", Choices: choices}}
	v.Wide = s.moreChoice(more)
	// The button has its place from the beginning, so that nothing jumps under the finger.
	take := Button{Action: ActTake, Label: s.say("several.take", "n", strconv.Itoa(n)), Icon: "b-ticket", Main: true}
	switch {
	case s.session.asking:
		take.Action, take.Label = "", s.say("moment")
	case n == 0:
		take.Action, take.Label = "", s.say("several.none")
	case n == 1:
		take.Label = s.say("several.one")
	}
	v.Actions = []Button{take}
}

// thenWords names what follows with the same number; empty for a visit of one service.
func (s State) thenWords(t Ticket) string {
	words := ""
	for _, id := range t.Then {
		svc, ok := s.world.offer.service(id)
		if !ok {
			continue
		}
		if words != "" {
			words += ", "
		}
		words += svc.Name.In(s.session.lang)
	}
	if words == "" {
		return ""
	}
	return s.say("several.then", "services", words)
}

// severalWords are the words of this way.
var severalWords = map[string]Text{
	"several":       {"pt": "Tenho vários assuntos", "en": "Several matters"},
	"several.help":  {"pt": "Uma só senha para todos", "en": "One ticket for all of them"},
	"several.title": {"pt": "Os seus assuntos", "en": "What you came for"},
	"several.sub":   {"pt": "Toque em cada um, pela ordem que quiser.", "en": "Touch each one, in the order you wish."},
	"several.none":  {"pt": "Ainda não escolheu nenhum", "en": "Nothing chosen yet"},
	"several.nth":   {"pt": "{n}.º assunto", "en": "No. {n}"},
	"several.one":   {"pt": "Tirar senha", "en": "Take ticket"},
	"several.take":  {"pt": "Tirar senha para {n} assuntos", "en": "Take one ticket for {n}"},
	"several.then":  {"pt": "Depois, com a mesma senha: {services}", "en": "Then, with the same ticket: {services}"},
}
