package branch

import (
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"balcao/internal/config"
	"balcao/internal/hours"
	"balcao/internal/wire"
)

// Callboard is what the screens of one part of the hall show: the calls of some places and bodies. A branch without
// any has one board with everything.
type Callboard struct {
	ID       string        `yaml:"id"`       // in the address of a television's page: /painel?zona=piso-0
	Name     string        `yaml:"name"`     // shown on the board: Piso 0
	Places   []string      `yaml:"places"`   // places of divisions; empty is all
	Bodies   []string      `yaml:"bodies"`   // ids; empty is all
	Boxes    []string      `yaml:"boxes"`    // callboard boxes that show it: L901-D01
	Earlier  int           `yaml:"earlier"`  // earlier calls beside the present one, 3 to 8; 0 is five
	Takeover time.Duration `yaml:"takeover"` // how long a new call stays yellow, 8s to 60s; 15s and more where calls are silent
	Messages []wire.Text   `yaml:"messages"` // shown in turn when nothing is called
	Video    string        `yaml:"video"`    // file in the folder of videos, shown beside the calls while none is new; empty is none
}

// Bounds of what boards say beside calls. A longer message cannot be read from the hall.
const (
	MaxMessage   = 120
	mostMessages = 12
)

const wrongVideo = "must be a name of small letters, digits and dashes that ends in .webm or .mp4"

var videoName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}\.(webm|mp4)$`)

// zones returns the callboards as boards are told them. The one without an id is that of every board that is none of the
// others: it has all the calls, and the branch's video.
func (b *Branch) zones() []wire.BoardZone {
	var all []wire.BoardZone
	for _, c := range b.Callboards {
		all = append(all, wire.BoardZone{
			ID: c.ID, Name: c.Name, Places: c.Places, Bodies: c.Bodies, Boxes: c.Boxes, Earlier: c.Earlier,
			Takeover: int(c.Takeover / time.Second),
		})
		if c.Video != "" {
			all[len(all)-1].Video = &wire.BoardVideo{File: c.Video}
		}
	}
	if b.Video != "" {
		all = append(all, wire.BoardZone{Video: &wire.BoardVideo{File: b.Video}})
	}
	return all
}

// Message is something that every callboard of the branch says, such as what headquarters tells the whole country.
type Message struct {
	ID    string     `yaml:"id"`
	Text  wire.Text  `yaml:"text"`
	Until hours.Date `yaml:"until"` // the last date on which it is shown; without one, for ever
}

// notes returns the messages of the configuration, and those typed in that have not ended.
func (b *Branch) notes(typed []wire.BoardNote, at time.Time) []wire.BoardNote {
	var all []wire.BoardNote
	for _, n := range typed {
		if n.UntilMS == 0 || n.UntilMS > at.UnixMilli() {
			all = append(all, n)
		}
	}
	for _, m := range b.Messages {
		n := wire.BoardNote{Text: m.Text}
		if m.Until != (hours.Date{}) {
			n.UntilMS = m.Until.Plus(1).Moment(0, at.Location()).UnixMilli()
		}
		if n.UntilMS == 0 || n.UntilMS > at.UnixMilli() {
			all = append(all, n)
		}
	}
	for _, c := range b.Callboards {
		for _, text := range c.Messages {
			all = append(all, wire.BoardNote{Text: text, Zones: []string{c.ID}})
		}
	}
	return all
}

// messages names the faults of what every callboard says.
func (c checker) messages() {
	if len(c.b.Messages) > mostMessages {
		c.add("messages", "at most %d", mostMessages)
	}
	seen := map[string]bool{}
	for i, m := range c.b.Messages {
		at := config.Index("messages", i)
		c.once(seen, "messages", i, m.ID)
		c.said(at+".text", m.Text)
	}
}

// said names the faults of a text for the hall.
func (c checker) said(at string, m wire.Text) {
	if m["pt"] == "" {
		c.add(at, "needs a Portuguese text (pt)")
	}
	for lang, text := range m {
		if utf8.RuneCountInString(text) > MaxMessage {
			c.add(at, "%s is longer than %d letters", lang, MaxMessage)
		}
	}
}

func (c checker) callboards() {
	if c.b.Video != "" && !videoName.MatchString(c.b.Video) {
		c.add("video", wrongVideo)
	}
	seen, boxes := map[string]bool{}, map[string]string{}
	places := map[string]bool{}
	for _, d := range c.b.Divisions {
		places[d.Place] = true
	}
	for i, k := range c.b.Callboards {
		at := config.Index("callboards", i)
		c.once(seen, "callboards", i, k.ID)
		if k.ID != "" && !validZone(k.ID) {
			c.add(at+".id", "%q is not made of small letters, digits and dashes", k.ID)
		}
		if k.Name == "" {
			c.add(at+".name", "missing")
		}
		for j, p := range k.Places {
			if !places[p] {
				c.add(config.Index(at+".places", j), "no division waits at %q", p)
			}
		}
		for j, id := range k.Bodies {
			if !slices.ContainsFunc(c.b.Bodies, func(b Body) bool { return b.ID == id }) {
				c.add(config.Index(at+".bodies", j), "unknown body %q", id)
			}
		}
		for j, box := range k.Boxes {
			if other, used := boxes[box]; used {
				c.add(config.Index(at+".boxes", j), "%s shows %s already", box, other)
			}
			boxes[box] = k.ID
			if id, err := wire.ParseNodeID(box); err != nil || string(id.Branch()) != c.b.ID {
				c.add(config.Index(at+".boxes", j), "%q is not a box of this branch, such as %s-D01", box, c.b.ID)
			}
		}
		c.callboardRules(at, k)
	}
	c.uncalled()
}

func (c checker) callboardRules(at string, k Callboard) {
	if k.Earlier != 0 && (k.Earlier < 3 || k.Earlier > 8) {
		c.add(at+".earlier", "must be between 3 and 8")
	}
	if k.Takeover != 0 && (k.Takeover < 8*time.Second || k.Takeover > time.Minute) {
		c.add(at+".takeover", "must be between 8s and 60s")
	}
	if k.Video != "" && !videoName.MatchString(k.Video) {
		c.add(at+".video", wrongVideo)
	}
	if len(k.Messages) > mostMessages {
		c.add(at+".messages", "at most %d", mostMessages)
	}
	for j, m := range k.Messages {
		c.said(config.Index(at+".messages", j), m)
	}
}

// uncalled names the divisions that no callboard shows: their citizens would wait for ever.
func (c checker) uncalled() {
	if len(c.b.Callboards) == 0 {
		return
	}
	zones := c.b.zones()
	for _, d := range c.b.Divisions {
		if !slices.ContainsFunc(zones, func(z wire.BoardZone) bool { return z.Shows(d.Body, d.Place) }) {
			c.add("callboards", "none shows division %s (%s, %q)", d.ID, d.Body, d.Place)
		}
	}
}

func validZone(id string) bool {
	return len(id) <= 40 && !slices.ContainsFunc([]byte(id), func(b byte) bool {
		return b != '-' && (b < '0' || b > '9') && (b < 'a' || b > 'z')
	})
}
