package flow

import (
	"slices"
	"strings"
)

// Listen is the screen of the spoken guide: how loud, how fast, and what the keys do.
const Listen Screen = "listen"

// What is touched or pressed for the spoken guide.
const (
	ActListen Action = "listen" // hear what is on the screen
	ActPress  Action = "press"  // a key of the keypad; Arg is a Key
	ActSound  Action = "sound"  // on the screen Listen; Arg is louder, quieter, faster, slower or off
)

// Key is a key of the keypad by what it does.
type Key string

// The keys of a keypad. The first four are enough for everything.
const (
	KeyBack    Key = "back"   // the choice before
	KeyNext    Key = "next"   // the next choice
	KeyOK      Key = "ok"     // take the choice that was read last
	KeyRepeat  Key = "repeat" // read it again; pressed twice, read the whole screen; three times, what the keys do
	KeyLouder  Key = "louder"
	KeyQuieter Key = "quieter"
	KeyFaster  Key = "faster"
	KeySlower  Key = "slower"
	// KeyIn and KeyOut are not keys: some keypads tell the plug of the headphones as if it were one.
	KeyIn  Key = "jackin"
	KeyOut Key = "jackout"
)

// Keys are all there are, for whoever assigns real keys to them.
func Keys() []Key {
	return []Key{KeyBack, KeyNext, KeyOK, KeyRepeat, KeyLouder, KeyQuieter, KeyFaster, KeySlower, KeyIn, KeyOut}
}

// JackChanged says whether headphones are plugged in.
type JackChanged struct{ In bool }

func (JackChanged) input() {}

// Line is one sentence of the guide, in one language.
type Line struct {
	Lang  string
	Text  string
	Spell bool // a code: each character by itself
}

// Speak has lines read in the headphones and nowhere else. It ends what is being read, but for lines that come After it.
type Speak struct {
	Lines  []Line
	After  bool
	Aloud  bool // headphones are plugged in, or nobody can tell
	Secret bool // it tells of a card's number, and stands in no log
	Volume int  // steps around the usual
	Speed  int  // steps around the usual
}

// Hush ends what is being read.
type Hush struct{}

func (Speak) effect() {}
func (Hush) effect()  {}

// jack is what is known of the headphones' plug.
type jack int

const (
	jackUnknown jack = iota // no sensor
	jackOut
	jackIn
)

// ear is the spoken guide of a session. The zero ear is silent.
type ear struct {
	on        bool
	at        string // the stop that was read last; empty is the screen itself
	volume    int
	speed     int
	again     int    // how often in a row the repeat key was pressed
	unplugged bool   // the warning that is shown is about the headphones
	caption   string // what was read last, for the eye
	welcomed  bool
}

// Ear is what a View shows of the spoken guide.
type Ear struct {
	At      string `json:"at"`      // the stop that has the focus; empty is the title
	Caption string `json:"caption"` // what is being read
	Label   string `json:"label"`
	Volume  int    `json:"volume"` // 1 to 7
	Silent  string `json:"silent,omitempty"`
}

// The ends of loudness and speed, in steps; kiosk/voice says what a step is.
const (
	mostVolume, leastVolume = 3, -3
	mostSpeed, leastSpeed   = 3, -1
)

// showEar adds what is shown while the guide is on.
func (s State) showEar(v *View) {
	if !s.session.ear.on {
		return
	}
	e := s.session.ear
	if s.session.warned {
		e.at = "" // the question comes first
	}
	v.Ear = &Ear{At: e.at, Caption: e.caption, Label: s.say("ear"), Volume: e.volume - leastVolume + 1}
	if s.world.jack == jackOut {
		v.Ear.Silent = s.say("ear.unplugged")
	}
}

// jacked is news of the headphones' plug.
func (s State) jacked(in JackChanged) (State, []Effect) {
	before := s.world.jack
	s.world.jack = jackOut
	if in.In {
		s.world.jack = jackIn
		s.session.ear.on = true
		if s.session.ear.unplugged {
			s.session.ear.unplugged, s.session.warned = false, false
		}
		return s, nil
	}
	if before != jackIn || !s.session.ear.on {
		return s, nil
	}
	if s.untouched() {
		return s.end()
	}
	s.session.warned, s.session.ear.unplugged = true, true
	return s, nil
}

// untouched tells that the guide is on and nothing was done with it yet.
func (s State) untouched() bool {
	s.session.ear, s.session.warned = ear{}, false
	return s.resting()
}

// press carries out a key of the keypad. The first key wakes the guide and does nothing else.
func (s State) press(t Tap) (State, []Effect) {
	key := Key(t.Arg)
	e := &s.session.ear
	if key != KeyRepeat {
		e.again = 0
	}
	if !e.on {
		e.on = true
		return s, nil
	}
	switch key {
	case KeyNext, KeyBack:
		e.at = s.neighbour(key == KeyNext)
	case KeyRepeat:
		e.again++
	case KeyOK:
		return s.choose(t)
	case KeyLouder, KeyQuieter, KeyFaster, KeySlower:
		s.session.ear = e.tuned(string(key))
	case KeyIn, KeyOut: // told as JackChanged
	}
	return s, nil
}

// plugged is a key of a keypad that tells the plug of the headphones, as what it means.
func plugged(in Input) Input {
	if t, ok := in.(Tap); ok && t.Action == ActPress && (Key(t.Arg) == KeyIn || Key(t.Arg) == KeyOut) {
		return JackChanged{In: Key(t.Arg) == KeyIn}
	}
	return in
}

// choose takes the stop that was read last, as a touch on it would.
func (s State) choose(t Tap) (State, []Effect) {
	for _, stop := range s.stops(s.View()) {
		touch := Tap{Key: t.Key, Screen: s.session.screen, Action: stop.action, Arg: stop.arg}
		if stop.id == s.session.ear.at && stop.action != "" && s.hears(touch) {
			return s.tap(touch)
		}
	}
	return s, nil
}

// neighbour is the stop after the present one, or before it; behind the last stands the screen itself, so that nobody
// is caught at an end.
func (s State) neighbour(forward bool) string {
	ids := []string{""}
	for _, stop := range s.stops(s.View()) {
		ids = append(ids, stop.id)
	}
	at := max(0, slices.Index(ids, s.session.ear.at))
	if forward {
		return ids[(at+1)%len(ids)]
	}
	return ids[(at+len(ids)-1)%len(ids)]
}

func (e ear) tuned(how string) ear {
	switch how {
	case "louder":
		e.volume = min(mostVolume, e.volume+1)
	case "quieter":
		e.volume = max(leastVolume, e.volume-1)
	case "faster":
		e.speed = min(mostSpeed, e.speed+1)
	case "slower":
		e.speed = max(leastSpeed, e.speed-1)
	case "off":
		return ear{}
	}
	return e
}

// listen is a touch on «Ouvir», or on what stands on its screen.
func (s State) listen(t Tap) State {
	if t.Action == ActSound {
		s.session.ear = s.session.ear.tuned(t.Arg)
		if !s.session.ear.on && s.session.screen == Listen {
			s.session.screen = s.session.under
		}
		return s
	}
	s.session.ear.on = true
	if !s.session.screen.over() {
		s.session.under = s.session.screen
	}
	s.session.screen = Listen
	return s
}

func (s State) showListen(v *View) {
	v.Title, v.Subtitle = s.say("ear.title"), s.say("ear.sub")
	switch s.world.jack {
	case jackOut:
		v.Notices = append(v.Notices, Notice{Kind: "warn", Icon: "alert-triangle", Title: s.say("ear.plug"), Text: s.say("ear.plug.do")})
	case jackIn, jackUnknown:
		v.Notices = append(v.Notices, Notice{Kind: "info", Icon: "volume-max", Title: s.say("ear.private"), Text: s.say("ear.private.do")})
	}
	v.Notices = append(v.Notices, Notice{Kind: "info", Icon: "info-mark", Title: s.say("ear.keys"), Text: s.say("ear.keys.do")})
	for _, b := range []struct{ how, icon string }{{"louder", "plus-circle"}, {"quieter", "minus-circle"}, {"faster", "chevron-right"}, {"slower", "chevron-left"}, {"off", "x"}} {
		v.Actions = append(v.Actions, Button{Action: ActSound, Arg: b.how, Label: s.say("ear." + b.how), Icon: b.icon})
	}
}

// listenButton switches the guide on, and leads to its screen.
func (s State) listenButton() Button {
	on := s.session.ear.on
	return Button{Action: ActListen, Label: s.say("ear"), Icon: "volume-max", Pressed: &on}
}

// speaking adds to a step what the guide says of it.
func (s State) speaking(before State, in Input) (State, []Effect) {
	old, now := before.session.ear, &s.session.ear
	tap, _ := in.(Tap)
	switch {
	case old.on && !now.on && s.untouched() && tap.Action != ActSound && s.world.jack != jackOut:
		s.session.ear = ear{} // the session is over
		return s, []Effect{s.words(old, false, []Line{before.line("ear.bye")})}
	case old.on && !now.on:
		return s, []Effect{Hush{}}
	case !now.on:
		return s, nil
	case now.unplugged && !old.unplugged:
		return s, []Effect{Hush{}}
	}
	lines, after := s.lines(before, tap)
	if len(lines) == 0 {
		return s, nil
	}
	now.welcomed, now.caption = true, caption(lines)
	return s, []Effect{s.words(*now, after, lines)}
}

func (s State) words(e ear, after bool, lines []Line) Speak {
	pad := s.View().Pad
	return Speak{Lines: lines, After: after, Secret: pad != nil && pad.Digits, Aloud: s.world.jack != jackOut, Volume: e.volume, Speed: e.speed}
}

func caption(lines []Line) string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Text)
	}
	text := strings.Join(all, " ")
	if r := []rune(text); len(r) > maxCaption {
		return string(r[:maxCaption]) + "…"
	}
	return text
}

// maxCaption is how much of what is read fits where it is shown.
const maxCaption = 90

// lines are what is to be said after a step, and whether it may wait until what is being read has ended. The focus goes
// where it belongs now.
func (s *State) lines(before State, tap Tap) (lines []Line, after bool) {
	v, e := s.View(), &s.session.ear
	was := before.View()
	pressed := tap.Action == ActPress
	fresh := !before.session.ear.on || v.Screen != was.Screen || v.Lang != was.Lang || before.session.page != s.session.page ||
		(v.Warning == nil) != (was.Warning == nil) || before.world.jack != s.world.jack
	if fresh {
		if v.Warning != nil {
			return s.announced(v), false // behind it everything stays as it is
		}
		e.at = ""
		if v.Screen == was.Screen && v.Lang == was.Lang && was.Warning != nil && before.session.ear.on {
			e.at = before.session.ear.at // it goes on where it was
			return append([]Line{s.line("ear.on")}, s.here(v)...), false
		}
		return s.announced(v), false
	}
	if !s.stands(v, e.at) {
		e.at = mainStop(v) // what was chosen is there no more: what one does next
	}
	news := s.newly(was, v)
	switch {
	case pressed && Key(tap.Arg) == KeyRepeat && e.again == 2:
		return s.announced(v), false
	case pressed && Key(tap.Arg) == KeyRepeat && e.again >= 3:
		e.again = 0
		return []Line{s.line("ear.keys"), s.line("ear.keys.do")}, false
	case e.volume != before.session.ear.volume || e.speed != before.session.ear.speed,
		tap.Action == ActSound, pressed && tuning(Key(tap.Arg)):
		return []Line{s.line("ear.tuned", "volume", itoa(e.volume-leastVolume+1), "speed", itoa(e.speed-leastSpeed+1))}, false
	case pressed && len(news) > 0 && (e.at == before.session.ear.at || s.session.asking):
		return news, false
	case pressed:
		return append(news, s.here(v)...), false
	case tap.Action != "":
		return news, false
	}
	return news, true
}

func tuning(k Key) bool {
	return slices.Contains([]Key{KeyLouder, KeyQuieter, KeyFaster, KeySlower}, k)
}
