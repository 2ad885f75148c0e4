package flow

import (
	"slices"
	"strconv"
	"strings"
)

// stop is something on the screen that the keys lead to: what it does and what is said of it.
type stop struct {
	id     string
	action Action
	arg    string
	lines  []Line
}

// stopID names what can be touched or read, as the page marks it too.
func stopID(action Action, arg, title string) string {
	if action == "" {
		return "- " + title
	}
	return strings.TrimSpace(string(action) + " " + arg)
}

// stops are what the keys lead to, in the order in which it is seen.
func (s State) stops(v View) []stop {
	var list []stop
	seen := map[string]bool{}
	add := func(action Action, arg, title string, lines ...Line) {
		id := stopID(action, arg, title)
		if title != "" && !seen[id] {
			seen[id] = true
			list = append(list, stop{id: id, action: action, arg: arg, lines: lines})
		}
	}
	button := func(b Button) {
		if b.Action != "" {
			add(b.Action, b.Arg, b.Label, s.buttonLines(b)...)
		}
	}
	if v.Warning != nil {
		button(v.Warning.Button)
		return list
	}
	for _, sec := range v.Sections {
		for _, c := range sec.Choices {
			add(c.Action, c.Arg, c.Title, s.choiceLines(c)...)
		}
	}
	for _, c := range v.Wide {
		add(c.Action, c.Arg, c.Title, s.choiceLines(c)...)
	}
	if v.Pad != nil {
		for _, b := range slices.Concat(append(v.Pad.Rows, v.Pad.Keys)...) {
			button(b)
		}
	}
	for _, b := range slices.Concat(v.Actions, v.Tools) {
		button(b)
	}
	return list
}

// stands tells whether a stop is on the screen.
func (s State) stands(v View, id string) bool {
	return id == "" || slices.ContainsFunc(s.stops(v), func(st stop) bool { return st.id == id })
}

// mainStop is the main button of a screen, or the screen itself.
func mainStop(v View) string {
	for _, b := range v.Actions {
		if b.Main && b.Action != "" {
			return stopID(b.Action, b.Arg, b.Label)
		}
	}
	return ""
}

// here is what is said of the stop that has the focus, and which of how many it is.
func (s State) here(v View) []Line {
	list := s.stops(v)
	for i, st := range list {
		if st.id == s.session.ear.at {
			if v.Pad != nil && st.action == ActKey {
				return st.lines // a letter among letters: quickly
			}
			return append(slices.Clone(st.lines), s.line("ear.nth", "n", itoa(i+1), "of", itoa(len(list))))
		}
	}
	return s.announced(v)
}

func (s State) line(key string, pairs ...string) Line {
	return Line{Lang: languageOf(s.session.lang).Code, Text: s.say(key, pairs...)}
}

func (s State) text(text string) Line {
	return Line{Lang: languageOf(s.session.lang).Code, Text: sentence(text)}
}

// name is a name that may stand in another language, and is then read by that one's own voice.
func (s State) name(name, lang string) Line {
	l := s.text(name)
	if lang != "" {
		l.Lang = lang
	}
	return l
}

// sentence ends a text, so that a voice ends it too.
func sentence(text string) string {
	text = strings.TrimSpace(unmarked(text))
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?:") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}

func (s State) texts(all ...string) []Line {
	var list []Line
	for _, t := range all {
		if l := s.text(t); l.Text != "" {
			list = append(list, l)
		}
	}
	return list
}

func (s State) choiceLines(c Choice) []Line {
	list := append([]Line{s.name(c.Title, c.Lang)}, s.texts(c.Nth, c.Word)...)
	if c.Wait != "" {
		list = append(list, s.text(s.say("ear.wait", "wait", c.Wait)))
	}
	list = append(list, s.texts(c.Busy, c.Ahead, c.Help)...)
	if c.Next != c.Help {
		list = append(list, s.texts(c.Next)...)
	}
	return append(list, s.pressed(c.Picked)...)
}

func (s State) buttonLines(b Button) []Line {
	if b.Action == ActKey && len([]rune(b.Label)) == 1 {
		return []Line{{Lang: languageOf(s.session.lang).Code, Text: b.Label, Spell: true}}
	}
	label := s.name(b.Label, b.Lang)
	if b.Action == ActListen {
		return []Line{label} // that it is on is heard
	}
	return append([]Line{label}, s.pressed(b.Pressed)...)
}

func (s State) pressed(on *bool) []Line {
	switch {
	case on == nil:
		return nil
	case *on:
		return []Line{s.line("ear.yes")}
	}
	return []Line{s.line("ear.no")}
}

// announced is what a screen says when it comes: what it is, what is to be known, and how many things can be done.
func (s State) announced(v View) []Line {
	var list []Line
	if !s.session.ear.welcomed {
		list = append(list, s.line("ear.welcome"), s.line("ear.keys.do"))
	}
	list = append(append(list, s.standing(v)...), s.padLines(v.Pad)...)
	if n := len(s.stops(v)); n > 0 {
		list = append(list, s.line("ear.choices", "n", strconv.Itoa(n)))
	}
	return list
}

// standing are the words of a screen that are nothing to choose.
func (s State) standing(v View) []Line {
	if w := v.Warning; w != nil {
		return append(s.texts(w.Title, w.Text+" "+s.say("ear.seconds", "n", itoa(int(w.Timer.Millis/1000)))), s.line("ear.stay"))
	}
	title := v.Title
	if v.Screen == Greeting {
		title = s.say("ear.greeting") // a name goes no further than the screen
	}
	if v.Screen == TicketReady {
		title = "" // the number says as much
	}
	list := s.texts(title, v.Subtitle)
	if v.Slip != nil {
		list = append(list, s.slipLines(*v.Slip)...)
	}
	for _, n := range v.Notices {
		list = append(list, s.texts(append([]string{n.Title, n.Text}, n.Lines...)...)...)
	}
	for _, sec := range v.Sections {
		for _, c := range sec.Choices {
			list = append(list, s.texts(c.Busy)...)
		}
	}
	if v.Foot != nil {
		list = append(list, s.texts(v.Foot.Title, v.Foot.Text)...)
	}
	for _, b := range v.Actions {
		if b.Action == "" {
			list = append(list, s.texts(b.Label)...)
		}
	}
	return list
}

// slipLines are a ticket as it is said: the number first, and once more at the end.
func (s State) slipLines(slip Slip) []Line {
	number := s.text(s.say("ear.number", "number", slip.Number))
	list := append([]Line{number, s.name(slip.Service, slip.Lang)}, s.texts(slip.Detail, slip.Then)...)
	for _, f := range slip.Facts {
		list = append(list, s.texts(f.Title)...)
		if f.AtMS == 0 || !strings.Contains(f.Text, "{time}") {
			list = append(list, s.texts(f.Text)...)
		}
	}
	return append(list, number)
}

// padLines are what was typed.
func (s State) padLines(p *Pad) []Line {
	if p == nil {
		return nil
	}
	typed := p.Text
	if !p.Typing {
		typed = strings.Join(p.Cells, "")
	}
	switch {
	case typed == "":
		return nil
	case p.Digits:
		return []Line{s.line("ear.typed", "n", itoa(filled(p)), "of", itoa(len(p.Cells)))}
	}
	return []Line{s.text(p.Label + ":"), {Lang: languageOf(s.session.lang).Code, Text: typed, Spell: true}}
}

// filled counts the characters of a code that were typed.
func filled(p *Pad) int {
	n := 0
	for _, c := range p.Cells {
		if c != "" {
			n++
		}
	}
	return n
}

// newly are the words of a screen that were not there before the step.
func (s State) newly(was, now View) []Line {
	old := s.standing(was)
	var list []Line
	for _, l := range s.standing(now) {
		if !slices.Contains(old, l) {
			list = append(list, l)
		}
	}
	list = append(list, s.typedLines(was.Pad, now.Pad)...)
	if at := s.session.ear.at; at != "" {
		list = append(list, s.changed(was, now, at)...)
	}
	return list
}

// typedLines are what was typed last: of a code, which of its characters it is; of a word, the whole.
func (s State) typedLines(was, now *Pad) []Line {
	if was == nil || now == nil {
		return nil
	}
	old, typed := was.Text+strings.Join(was.Cells, ""), now.Text+strings.Join(now.Cells, "")
	switch {
	case old == typed:
		return nil
	case now.Typing || typed == "" || now.Digits:
		return s.padLines(now) // of a card's number nobody keeps a digit: how many there are
	}
	last := Line{Lang: languageOf(s.session.lang).Code, Text: typed[len(typed)-1:], Spell: true}
	return []Line{last, s.line("ear.typed", "n", itoa(len(typed)), "of", itoa(len(now.Cells)))}
}

// changed is what is new of the stop that has the focus: a mode that is on now.
func (s State) changed(was, now View, at string) []Line {
	find := func(v View) []Line {
		for _, st := range s.stops(v) {
			if st.id == at {
				return st.lines
			}
		}
		return nil
	}
	yes := []Line{s.line("ear.yes"), s.line("ear.no")}
	before, after := find(was), find(now)
	for _, l := range after {
		if slices.Contains(yes, l) && !slices.Contains(before, l) {
			return after
		}
	}
	return nil
}

// unmarked is a text without the marks that stand for a name: see kiosk/screen.
func unmarked(text string) string {
	for {
		before, rest, found := strings.Cut(text, "\uE000")
		if !found {
			return text
		}
		_, after, closed := strings.Cut(rest, "\uE001")
		if !closed {
			return before
		}
		text = before + after
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
