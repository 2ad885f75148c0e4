package flow

import "strings"

// Door says why a branch gives no numbers at all. The zero Door is a branch that does.
type Door struct {
	State     string // closed, not_open or full
	Why       Text   // such as «Encerrado: feriado municipal»
	Next      Text   // when there are numbers again: «Abre amanhã às 09:00.»
	Hours     []Text // the week's hours, a line each
	Elsewhere Text   // the nearest branch
	Book      Text   // how to book
}

// Reasons for a Door, beside those of a service.
const (
	NotOpen ServiceState = "not_open" // later today
	Full    ServiceState = "full"     // too many people inside
)

// showClosed is the first screen of a branch that gives no numbers now: when it opens, why it is closed, what to do
// until then.
func (s State) showClosed(v *View) {
	d := s.world.offer.Door
	v.Title, v.Subtitle = s.say("closed.title"), s.say("closed.sub")
	if d.State == string(NotOpen) {
		v.Title, v.Subtitle = s.say("notopen.title"), s.say("closed.title")
	}
	next := Notice{Kind: "info", Icon: "clock", Title: s.say("closed.next")}
	if text := d.Next.In(s.session.lang); text != "" {
		next.Title = strings.TrimSuffix(text, ".")
		next.Text = d.Why.In(s.session.lang)
		if d.State == string(NotOpen) {
			next.Text = s.say("notopen.help")
		}
	}
	v.Notices = append(v.Notices, next)
	if len(d.Hours) > 0 {
		lines := make([]string, len(d.Hours))
		for i, line := range d.Hours {
			lines[i] = line.In(s.session.lang)
		}
		v.Notices = append(v.Notices, Notice{Kind: "info", Icon: "calendar", Title: s.say("closed.hours"), Lines: lines})
	}
	for _, n := range []struct {
		icon, title string
		text        Text
	}{{"map-pin", "closed.elsewhere", d.Elsewhere}, {"globe", "closed.book", d.Book}} {
		if text := n.text.In(s.session.lang); text != "" {
			v.Notices = append(v.Notices, Notice{Kind: "info", Icon: n.icon, Title: s.say(n.title), Text: text})
		}
	}
	v.Notices = append(v.Notices, Notice{Kind: "info", Icon: "b-ticket", Title: s.say("closed.have"), Text: s.say("closed.nexthelp")})
}

// off turns a choice into one that cannot be touched, with the reason and the next step.
func (s State) off(c *Choice, svc Service) {
	c.Action, c.Wait, c.Ahead = "", "", ""
	state := string(svc.State)
	if _, known := words[state]; !known {
		state = string(Closed) // a branch newer than this kiosk
	}
	c.State, c.Word, c.Next = state, s.say(state), s.say(state+".do")
	if next := svc.Next.In(s.session.lang); next != "" {
		c.Next = next
	}
	// The word says the rest: why it is sold out needs no second sentence.
	if why := svc.Why.In(s.session.lang); why != "" && (svc.State == Closed || svc.State == Suspended) {
		c.Help = why
	}
}

// brief puts the first thing to know of what cannot be touched where there is one line.
func brief(choices []Choice) []Choice {
	for i, c := range choices {
		if c.Next != "" {
			first, _, _ := strings.Cut(c.Next, ". ")
			choices[i].Help = strings.TrimSuffix(first, ".")
		}
	}
	return choices
}

// instead is what a citizen who got no number can do: what the branch says of the service, else our own words.
func (s State) instead(code string) string {
	svc, known := s.world.offer.service(s.session.service)
	if next := svc.Next.In(s.session.lang); known && next != "" {
		switch code {
		case RefusedClosed, RefusedSuspended, RefusedSoldOut, RefusedFull:
			return next
		}
	}
	return s.say("refused." + code + ".do")
}
