package screen

import (
	"bytes"
	"strconv"
	"sync"
	"unicode/utf8"
)

// Marks stand for a citizen's name in a View: private use characters around
// the number of the card and the letter of the part.
const (
	markBegin   = "\uE000"
	markEnd     = "\uE001"
	markGiven   = 'g'
	markInitial = 'i'
)

// Marks returns what stands in a View for the first name and the initial that
// a card of this number said. The names themselves are in no View and in no
// string, which nobody could wipe: each page's stream puts them in place of
// the marks while it is written, if Name has told them, and leaves nothing in
// their place otherwise.
func Marks(card int) (given, initial string) {
	n := markBegin + strconv.Itoa(card)
	return n + string(markGiven) + markEnd, n + string(markInitial) + markEnd
}

// maxNamePart bounds a part of a name; the name field of a card has 120 bytes,
// which accents may double.
const maxNamePart = 256

// name is the only place of the program where a name is while it is on the
// screen. Its bytes never move, so that zeroing them is the end of the name.
type name struct {
	mu      sync.Mutex
	card    int // 0 for nobody
	given   [maxNamePart]byte
	initial [maxNamePart]byte
	sizes   [2]int
}

// Name tells the name that the marks of a card stand for, until Forget. What
// is longer than any name of a card is cut. The arguments are not kept.
func (s *Screen) Name(card int, given, initial []byte) {
	n := &s.name
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wipe()
	n.card = card
	n.sizes = [2]int{copy(n.given[:], whole(given)), copy(n.initial[:], whole(initial))}
}

// whole cuts text that is too long between two characters.
func whole(text []byte) []byte {
	if len(text) <= maxNamePart {
		return text
	}
	end := maxNamePart
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// wipe is called with the lock held.
func (n *name) wipe() {
	clear(n.given[:])
	clear(n.initial[:])
	n.card, n.sizes = 0, [2]int{}
}

func (n *name) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wipe()
}

// fill copies what goes to a page and puts the name in place of its marks. The
// copy is made in one piece that the caller wipes.
func (n *name) fill(frame []byte) []byte {
	marks := bytes.Count(frame, []byte(markBegin))
	out := make([]byte, 0, len(frame)+marks*6*maxNamePart) // a byte takes six at most when it is escaped
	n.mu.Lock()
	defer n.mu.Unlock()
	for {
		before, rest, found := bytes.Cut(frame, []byte(markBegin))
		out = append(out, before...)
		if !found {
			return out
		}
		mark, after, closed := bytes.Cut(rest, []byte(markEnd))
		if !closed {
			return append(out, rest...) // some other text with such a character
		}
		out = n.part(out, mark)
		frame = after
	}
}

// part appends what a mark stands for.
func (n *name) part(out, mark []byte) []byte {
	if len(mark) < 2 || string(mark[:len(mark)-1]) != strconv.Itoa(n.card) {
		return out
	}
	switch mark[len(mark)-1] {
	case markGiven:
		return appendJSON(out, n.given[:n.sizes[0]])
	case markInitial:
		return appendJSON(out, n.initial[:n.sizes[1]])
	default:
		return out
	}
}

// appendJSON appends UTF-8 as it stands inside a JSON string that may stand in
// HTML. It goes byte by byte: encoding/json would keep copies of its own, and
// the wide registers of one long copy a piece of the name.
func appendJSON(out, text []byte) []byte {
	const hex = "0123456789abcdef"
	for _, b := range text {
		switch {
		case b < ' ', b == '"', b == '\\', b == '<', b == '>', b == '&', b == 0x7F:
			out = append(out, '\\', 'u', '0', '0', hex[b>>4], hex[b&0xF])
		default:
			out = append(out, b)
		}
	}
	return out
}
