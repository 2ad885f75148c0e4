package flow

import "balcao/internal/qr"

// View is what a state shows, as data: every word is already chosen, so that
// the page only has to draw it. It holds nothing from a card except on the
// screen Greeting.
type View struct {
	Screen   Screen    `json:"screen"`
	Lang     string    `json:"lang"`          // of every word but those that name another
	Locale   string    `json:"locale"`        // the language with its region, for clocks and lang
	RTL      bool      `json:"rtl,omitempty"` // written from right to left
	Branch   string    `json:"branch"`
	Zone     string    `json:"zone,omitempty"`
	Modes    Modes     `json:"modes"`
	Title    string    `json:"title"`
	Subtitle string    `json:"subtitle,omitempty"`
	Mark     string    `json:"mark,omitempty"` // icon beside the title
	Strip    *Strip    `json:"strip,omitempty"`
	Notices  []Notice  `json:"notices,omitempty"`
	Sections []Section `json:"sections,omitempty"`
	Wide     []Choice  `json:"wide,omitempty"` // further ways, below the sections
	Pad      *Pad      `json:"pad,omitempty"`
	Slip     *Slip     `json:"slip,omitempty"`
	Video    *Video    `json:"video,omitempty"`
	Actions  []Button  `json:"actions,omitempty"`
	Tools    []Button  `json:"tools,omitempty"` // languages, modes and help, always at the bottom
	Foot     *Notice   `json:"foot,omitempty"`
	Timer    *Clock    `json:"timer,omitempty"`
	Warning  *Warning  `json:"warning,omitempty"`
	Remind   Reminder  `json:"remind,omitempty"` // of a card in the reader, by sound
	Ear      *Ear      `json:"ear,omitempty"`    // while the spoken guide is on
}

// Mode is a way of showing things that makes the kiosk easier for somebody.
type Mode string

// The modes.
const (
	LargePrint   Mode = "large"
	HighContrast Mode = "contrast"
	LowReach     Mode = "low"
	MoreTime     Mode = "time"
	EasyReading  Mode = "easy" // short sentences, large letters, few things at a time
	SignLanguage Mode = "sign" // the recording of each screen in Portuguese sign language is at hand
)

// Modes are the modes that are on. They end with the session.
type Modes struct {
	LargePrint   bool `json:"large"`
	HighContrast bool `json:"contrast"`
	LowReach     bool `json:"low"`
	MoreTime     bool `json:"time"`
	EasyReading  bool `json:"easy"`
	SignLanguage bool `json:"sign"`
}

func (m Modes) toggled(mode Mode) Modes {
	switch mode {
	case LargePrint:
		m.LargePrint = !m.LargePrint
	case HighContrast:
		m.HighContrast = !m.HighContrast
	case LowReach:
		m.LowReach = !m.LowReach
	case MoreTime:
		m.MoreTime = !m.MoreTime
	case EasyReading:
		m.EasyReading = !m.EasyReading
	case SignLanguage:
		m.SignLanguage = !m.SignLanguage
	}
	return m
}

func (m Modes) on(mode Mode) bool { return m != m.without(mode) }

func (m Modes) without(mode Mode) Modes {
	if t := m.toggled(mode); countOn(t) < countOn(m) {
		return t
	}
	return m
}

func countOn(m Modes) int {
	n := 0
	for _, on := range []bool{m.LargePrint, m.HighContrast, m.LowReach, m.MoreTime, m.EasyReading, m.SignLanguage} {
		if on {
			n++
		}
	}
	return n
}

// Strip is the last calls, shown where nothing can be touched.
type Strip struct {
	Label string     `json:"label"`
	Empty string     `json:"empty,omitempty"`
	Calls []CallLine `json:"calls,omitempty"`
}

// CallLine is one call; the first of a Strip is the newest.
type CallLine struct {
	Number  string `json:"number"`
	Counter string `json:"counter"`
}

// Notice says what is different today, what holds, and what to do.
type Notice struct {
	Kind  string `json:"kind"` // info, warn, ok, take, step
	Icon  string `json:"icon"`
	Title string `json:"title"`
	Text  string `json:"text,omitempty"`
	Code  string `json:"code,omitempty"` // for a technician, in small letters
	Busy  bool   `json:"busy,omitempty"` // it goes on: the icon turns

	Lines   []string `json:"lines,omitempty"` // further lines of text
	Picture *Picture `json:"picture,omitempty"`
}

// Section is a titled group of choices.
type Section struct {
	Title   string   `json:"title,omitempty"`
	Note    string   `json:"note,omitempty"`
	Icon    string   `json:"icon,omitempty"`
	Layout  string   `json:"layout"` // cards, rows
	Choices []Choice `json:"choices"`
}

// Choice is a card that is one button as a whole; without an Action it cannot
// be touched and Next says what to do instead.
type Choice struct {
	Action Action `json:"action,omitempty"`
	Arg    string `json:"arg,omitempty"`
	Icon   string `json:"icon"`
	Title  string `json:"title"`
	Short  string `json:"short,omitempty"` // the title where there is little room
	Help   string `json:"help,omitempty"`
	Wait   string `json:"wait,omitempty"`
	Ahead  string `json:"ahead,omitempty"`
	State  string `json:"state,omitempty"` // sold_out, suspended, closed
	Word   string `json:"word,omitempty"`  // the state in a word
	Next   string `json:"next,omitempty"`
	Busy   string `json:"busy,omitempty"` // «Um momento…» in place of the wait
	Strong bool   `json:"strong,omitempty"`
	Picked *bool  `json:"picked,omitempty"` // of several that can be chosen together: whether this one is
	Nth    string `json:"nth,omitempty"`    // which of those chosen, in place of the wait
	Dark   bool   `json:"dark,omitempty"`   // a collection: told apart without colour
	Lang   string `json:"lang,omitempty"`   // of the title, where it is not that of the view
}

// Slip is the ticket on the screen.
type Slip struct {
	Number  string `json:"number"`
	Service string `json:"service"`
	Lang    string `json:"lang,omitempty"` // of the service's name, where it is not that of the view
	Detail  string `json:"detail,omitempty"`
	Then    string `json:"then,omitempty"` // what follows with the same number
	Valid   string `json:"valid"`
	Facts   []Fact `json:"facts,omitempty"`
	Scan    *Scan  `json:"scan,omitempty"` // where there may be no paper to keep
}

// Scan is a QR code to be read with a telephone: a picture and what it is for.
type Scan struct {
	qr.Code
	Label string `json:"label"`
	Help  string `json:"help"`
}

// Fact is one line of a slip. AtMS, when set, is a moment in Unix
// milliseconds; Text then has {time} where its local time belongs.
type Fact struct {
	Icon  string `json:"icon"`
	Title string `json:"title"`
	Text  string `json:"text,omitempty"`
	AtMS  int64  `json:"at,omitempty"`
}

// Button is something small to touch.
type Button struct {
	Action  Action `json:"action"`
	Arg     string `json:"arg,omitempty"`
	Label   string `json:"label"`
	Icon    string `json:"icon,omitempty"`
	Lang    string `json:"lang,omitempty"` // of the label, when it is another language's name
	Main    bool   `json:"main,omitempty"` // the one main button of the screen
	Pressed *bool  `json:"pressed,omitempty"`
}

// Clock is a time that runs out in sight. ID names one run of it: a View shown
// again with the same ID has not wound it up.
type Clock struct {
	ID     int    `json:"id"`
	Label  string `json:"label"`
	Millis int64  `json:"ms"`
}

// Warning asks whether somebody is still there, over everything else.
type Warning struct {
	Title  string `json:"title"`
	Text   string `json:"text"`
	Button Button `json:"button"`
	Timer  Clock  `json:"timer"`
}

// offers tells whether something with this action and argument can be touched.
func (v View) offers(action Action, arg string) bool {
	for _, s := range v.Sections {
		for _, c := range s.Choices {
			if c.Action != "" && c.Action == action && c.Arg == arg {
				return true
			}
		}
	}
	for _, c := range v.Wide {
		if c.Action != "" && c.Action == action && c.Arg == arg {
			return true
		}
	}
	lists := [][]Button{v.Actions, v.Tools}
	if v.Pad != nil {
		lists = append(append(lists, v.Pad.Keys), v.Pad.Rows...)
	}
	for _, list := range lists {
		for _, b := range list {
			if b.Action == action && b.Arg == arg {
				return true
			}
		}
	}
	return false
}
