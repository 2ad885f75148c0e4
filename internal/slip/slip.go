// Package slip is the layout of a slip as data: which parts stand on it, in
// which order, and the branch's own words among them. A branch writes and
// publishes one, a kiosk prints by it, and a file may hold one; so its rules
// are said here once. How a part looks is a matter of package printers.
package slip

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"balcao/internal/config"
)

// Layout says what stands on a slip. The zero value is the standard layout.
type Layout struct {
	// Parts stand from top to bottom; none at all means the standard ones.
	Parts []Part `yaml:"parts" json:"parts,omitempty"`
}

// Part is one thing on a slip. Fields that its kind does not use are zero.
type Part struct {
	// ID names the part, so that it can be told from others of its kind; empty
	// in files, where the place in the list is enough.
	ID string `yaml:"id" json:"id,omitempty"`
	// Kind is one of those of [Kinds].
	Kind string `yaml:"part" json:"part"`
	// Text are the words of a text, by language; Portuguese is needed.
	Text map[string]string `yaml:"text" json:"text,omitempty"`
	// Bold, Centred and Strong are the style of a text; strong letters are
	// twice as wide.
	Bold    bool `yaml:"bold" json:"bold,omitempty"`
	Centred bool `yaml:"centred" json:"centred,omitempty"`
	Strong  bool `yaml:"strong" json:"strong,omitempty"`
	// Dots is the height of a gap.
	Dots int `yaml:"dots" json:"dots,omitempty"`
	// Module is the side of a square of the QR code in dots; 0 is as the
	// printer has it.
	Module int `yaml:"module" json:"module,omitempty"`
	// Logo is the number of a picture that somebody put into the printer's
	// memory by hand; 0 where Picture is given.
	Logo int `yaml:"logo" json:"logo,omitempty"`
	// Picture is a PNG in base64, see [ReadPicture]: kiosks put it into the
	// printer's memory themselves, and draw it where a printer has none.
	Picture string `yaml:"picture" json:"picture,omitempty"`
}

// The kinds that may stand on a slip more than once, and that have words or
// numbers of their own.
const (
	KindText = "text"
	KindRule = "rule"
	KindGap  = "gap"
	KindLogo = "logo"
	KindQR   = "qr"
)

// Kinds lists all kinds of parts: those of the standard layout in its order,
// and then those that are added.
func Kinds() []string {
	return []string{
		"header", "service", "body", "copy", "number", "priority", "place", "ahead", "wait", KindQR, "validity", "ticket",
		KindText, KindRule, KindGap, KindLogo,
	}
}

// Needed are the kinds without which a slip is none.
func Needed() []string { return []string{"number", "service", "copy", "priority", "validity"} }

// Repeatable tells whether parts of a kind may stand on a slip more than once.
func Repeatable(kind string) bool {
	return slices.Contains([]string{KindText, KindRule, KindGap, KindLogo}, kind)
}

// Standard returns the parts of the standard layout, each with its kind as id.
func Standard() []Part {
	var all []Part
	for _, kind := range Kinds()[:12] {
		all = append(all, Part{ID: kind, Kind: kind})
	}
	return all
}

// In returns the parts, those of the standard layout where there are none.
func (l Layout) In() []Part {
	if len(l.Parts) == 0 {
		return Standard()
	}
	return l.Parts
}

// Hash names the layout: SHA-256 of its parts as JSON, in hexadecimal. A
// layout without parts has the hash of the standard one.
func (l Layout) Hash() string {
	text, _ := json.Marshal(l.In()) // strings, numbers and booleans
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

const (
	// mostParts and mostText keep a slip shorter than a citizen's arm.
	mostParts = 40
	mostText  = 300
)

// Check names every fault under path, the key of the layout; an empty path is
// the document itself.
func (l Layout) Check(path string, faults *config.Faults) {
	if len(l.Parts) == 0 {
		return
	}
	at := strings.TrimPrefix(path+".parts", ".")
	if len(l.Parts) > mostParts {
		faults.Add(at, "%d parts are more than %d", len(l.Parts), mostParts)
	}
	seen, ids := map[string]bool{}, map[string]bool{}
	for i, p := range l.Parts {
		key := config.Index(at, i)
		p.check(key, faults)
		if seen[p.Kind] && !Repeatable(p.Kind) {
			faults.Add(key+".part", "%q stands on the slip already", p.Kind)
		}
		if p.ID != "" && ids[p.ID] {
			faults.Add(key+".id", "%q stands twice", p.ID)
		}
		seen[p.Kind], ids[p.ID] = true, true
	}
	pictures := 0
	for i, p := range l.Parts {
		if p.Picture != "" {
			pictures++
		}
		if pictures > MostPictures {
			faults.Add(config.Index(at, i)+".picture", "more than %d pictures", MostPictures)
			break
		}
	}
	for _, kind := range Needed() {
		if !seen[kind] {
			faults.Add(at, "there is no part %q", kind)
		}
	}
}

func (p Part) check(at string, faults *config.Faults) {
	if !slices.Contains(Kinds(), p.Kind) {
		faults.Add(at+".part", "%q is none of %s", p.Kind, strings.Join(Kinds(), ", "))
		return
	}
	only := func(key string, set bool, of string) {
		if set && p.Kind != of {
			faults.Add(at+"."+key, "belongs to a part %q, not to %q", of, p.Kind)
		}
	}
	only("text", len(p.Text) > 0, KindText)
	only("bold", p.Bold, KindText)
	only("centred", p.Centred, KindText)
	only("strong", p.Strong, KindText)
	only("dots", p.Dots != 0, KindGap)
	only("module", p.Module != 0, KindQR)
	only("logo", p.Logo != 0, KindLogo)
	only("picture", p.Picture != "", KindLogo)
	within := func(key string, n, least, most int) {
		if n < least || n > most {
			faults.Add(at+"."+key, "%d is outside %d to %d", n, least, most)
		}
	}
	switch p.Kind {
	case KindGap:
		within("dots", p.Dots, 1, 400)
	case KindLogo:
		p.checkLogo(at, faults, within)
	case KindQR:
		if p.Module != 0 {
			within("module", p.Module, 4, 8)
		}
	case KindText:
		if strings.TrimSpace(p.Text["pt"]) == "" {
			faults.Add(at+".text.pt", "has no words")
		}
		for _, words := range p.Text {
			if utf8.RuneCountInString(words) > mostText {
				faults.Add(at+".text", "is longer than %d letters", mostText)
				break
			}
		}
	}
}

func (p Part) checkLogo(at string, faults *config.Faults, within func(key string, n, least, most int)) {
	if p.Picture == "" {
		within("logo", p.Logo, 1, 99)
		return
	}
	if p.Logo != 0 {
		faults.Add(at+".logo", "is for a picture that is in the printer already; there is a picture here")
	}
	if _, err := ReadPicture(p.Picture); err != nil {
		faults.Add(at+".picture", "%v; wanted is a PNG of at most %d by %d dots", err, PictureWidth, PictureHeight)
	}
}

// Fresh returns a part of a kind with an id that no other part of the layout
// has, and with what it needs to stand on a slip.
func (l Layout) Fresh(kind string) Part {
	p := Part{ID: kind, Kind: kind}
	for n := 2; slices.ContainsFunc(l.In(), func(o Part) bool { return o.ID == p.ID }); n++ {
		p.ID = kind + "-" + strconv.Itoa(n)
	}
	switch kind {
	case KindGap:
		p.Dots = 24
	case KindLogo:
		p.Logo = 1
	}
	return p
}

// Move returns the parts with one of them so many places further down, up
// where by is negative; it stops at the ends. An unknown id changes nothing.
func Move(parts []Part, id string, by int) []Part {
	i := slices.IndexFunc(parts, func(p Part) bool { return p.ID == id })
	if i < 0 {
		return parts
	}
	p := parts[i]
	out := slices.Delete(slices.Clone(parts), i, i+1)
	return slices.Insert(out, max(0, min(len(out), i+by)), p)
}
