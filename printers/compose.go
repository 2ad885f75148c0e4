package printers

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Style is how letters are printed from here on. The zero value with Width and
// Height 1 is a printer after its reset.
type Style struct {
	// Width and Height say how many times the cell of font A, 1 to 8.
	Width, Height int
	// Bold, Inverse, Ruled and Centred are as in [Span] and [Line].
	Bold, Inverse, Ruled, Centred bool
}

// Hand writes blocks in the commands of one printer. Each method appends to
// out and returns it. Methods only compute; a value may be used by several
// goroutines.
type Hand interface {
	// Open begins a slip: a reset, after which the style is plain, and the
	// page of letters.
	Open(out []byte, page CodePage) []byte
	// Plain makes # $ @ [ \ ] ^ ` { | } ~ be what ASCII says, whatever national
	// variant is set in the printer; it is written for slips that hold one.
	Plain(out []byte) []byte
	// Turn changes the style.
	Turn(out []byte, from, to Style) []byte
	// Move goes on at so many dots from the left edge.
	Move(out []byte, dots int) []byte
	// Feed advances white paper by some dots.
	Feed(out []byte, dots int) []byte
	// Code prints a QR code; the style is centred.
	Code(out []byte, c Code) []byte
	// Picture prints a drawn line from the left edge; the style is not centred.
	Picture(out []byte, p Picture) []byte
	// Logo prints a picture that the printer keeps; the style is centred. It
	// writes nothing for a printer that keeps none.
	Logo(out []byte, number int) []byte
	// Fence is written before the last line: a question that is answered in the
	// order of the stream, where that helps to tell what a printer that stopped
	// had done; see [Fenced].
	Fence(out []byte) []byte
	// Close ends a slip: feed, cut, and what asks for the confirmation of id.
	Close(out []byte, id JobID) []byte
}

// Spanning is a hand of a printer whose lines stand at the same place, aligned
// or centred, when they fill the paper with a [Hand.Move] in them: the way moved
// counts as a part of the line. Of lines without such a move that is true
// everywhere.
type Spanning interface {
	// Spans tells whether it is so.
	Spans() bool
}

// Composer makes jobs out of slips, for all dialects alike: it lays a slip
// out, chooses the page of letters and keeps in mind which style is set, so
// that a slip holds no command that changes nothing.
type Composer struct {
	media  Media
	hand   Hand
	pages  []CodePage
	tables []*charmap.Charmap
}

// NewComposer returns a composer for a printer with these pages of letters, the
// preferred one first. Paper too narrow for a slip and a page that is not known
// are errors.
func NewComposer(m Media, pages []CodePage, h Hand) (*Composer, error) {
	if m.CellWidth <= 0 || m.CellHeight <= 0 || m.Dots < 16*m.CellWidth || m.Dots > len(blanks)*m.CellWidth {
		return nil, fmt.Errorf("paper of %d dots with letters of %d by %d dots", m.Dots, m.CellWidth, m.CellHeight)
	}
	if len(pages) == 0 {
		return nil, fmt.Errorf("no code page")
	}
	c := &Composer{media: m, hand: h, pages: slices.Clone(pages)}
	for _, page := range pages {
		table, err := page.Table()
		if err != nil {
			return nil, fmt.Errorf("code page %d: %w", page.Number, err)
		}
		c.tables = append(c.tables, table)
	}
	return c, nil
}

// Compose makes the job for a slip, in the first page that has all its letters,
// or else in the one that lacks fewest. The error is about the slip.
func (c *Composer) Compose(s Slip, id JobID) (Job, error) {
	if err := s.Check(); err != nil {
		return Job{}, fmt.Errorf("encode slip: %w", err)
	}
	blocks := Layout(s, c.media)
	best, page := Job{}, 0
	for i := range c.tables {
		job := c.in(i, blocks, s.Kept, id, nil)
		if i == 0 || len(job.Unprintable) < len(best.Unprintable) {
			best, page = job, i
		}
		if len(best.Unprintable) == 0 {
			return best, nil
		}
	}
	if c.media.Painter != nil {
		best = c.in(page, blocks, s.Kept, id, c.media.Painter)
	}
	return best, nil
}

// jobRoom is what nearly every job fits in.
const jobRoom = 768

// in makes the job in the i-th page; with a painter, lines that the page lacks
// letters of are drawn.
func (c *Composer) in(i int, blocks []Block, kept map[string]int, id JobID, painter Painter) Job {
	w := writer{
		out: c.hand.Open(make([]byte, 0, jobRoom), c.pages[i]), hand: c.hand, table: c.tables[i],
		media: c.media, painter: painter, kept: kept, style: Style{Width: 1, Height: 1},
	}
	last, whole := lastLine(blocks), 0
	for i, b := range blocks {
		if i == last {
			w.out = w.hand.Fence(w.out)
			whole = len(w.out)
		}
		w.block(b)
	}
	return Job{Bytes: c.hand.Close(w.out, id), Whole: whole, Unprintable: w.lacking}
}

// lastLine is the index of the last line that says something.
func lastLine(blocks []Block) int {
	for i, b := range slices.Backward(blocks) {
		if l, ok := b.(Line); ok && !l.Inverse && !l.Ruled {
			return i
		}
	}
	return 0
}

// writer gathers the bytes of a job.
type writer struct {
	out     []byte
	hand    Hand
	table   *charmap.Charmap
	media   Media
	painter Painter        // nil where no line is to be drawn
	kept    map[string]int // pictures in the printer's memory
	lacking []rune

	style Style // as the printer has it
	plain bool  // national variants are off for sure
}

func (w *writer) block(b Block) {
	switch b := b.(type) {
	case Line:
		w.line(b)
	case Gap:
		w.out = w.hand.Feed(w.out, b.Dots)
	case Code:
		w.centre()
		w.out = w.hand.Code(w.out, b)
	case Logo:
		w.logo(b)
	}
}

// logo prints a picture: from the memory where the printer is known to keep it,
// else dot by dot, which takes seconds on a slow cable.
func (w *writer) logo(l Logo) {
	number, kept := l.Number, l.Picture == nil
	if !kept {
		number, kept = w.kept[l.Picture.Key]
	}
	if kept {
		w.centre()
		w.out = w.hand.Logo(w.out, number)
		return
	}
	if picture, fits := l.Picture.Centred(w.media.Dots); fits {
		to := w.style
		to.Centred = false
		w.turn(to)
		w.out = w.hand.Picture(w.out, picture)
	}
}

func (w *writer) centre() {
	to := w.style
	to.Centred = true
	w.turn(to)
}

func (w *writer) turn(to Style) {
	if to != w.style {
		w.out = w.hand.Turn(w.out, w.style, to)
		w.style = to
	}
}

// drawn writes a line as a picture, if it must be one and can.
func (w *writer) drawn(l Line) bool {
	if w.painter == nil || !lacks(w.table, l) {
		return false
	}
	picture, lacking := w.painter.Paint(l, w.media)
	if len(lacking) > 0 {
		return false
	}
	to := w.style
	to.Centred = false
	w.turn(to)
	w.out = w.hand.Picture(w.out, picture)
	return true
}

func (w *writer) line(l Line) {
	if w.drawn(l) {
		return
	}
	if w.full(l) {
		l.Centred = w.style.Centred // it stands where it stands: no command for it
	}
	columns := 0
	for _, s := range l.Spans {
		columns += s.Blank
		if s.Blank > 0 {
			w.out = w.hand.Move(w.out, columns*w.media.CellWidth)
		}
		if s.Text == "" {
			continue
		}
		to := Style{Width: s.Width, Height: s.Height, Bold: s.Bold, Inverse: l.Inverse, Ruled: l.Ruled, Centred: l.Centred}
		if strings.Trim(s.Text, " ") == "" {
			to.Bold = w.style.Bold // nothing of a letter is to be seen
		}
		w.turn(to)
		w.text(s.Text)
		columns += utf8.RuneCountInString(s.Text) * s.Width
	}
	w.out = append(w.out, '\n')
}

// full tells whether a line fills the paper from edge to edge.
func (w *writer) full(l Line) bool {
	cells := 0
	for _, s := range l.Spans {
		if spanning, ok := w.hand.(Spanning); s.Blank > 0 && (!ok || !spanning.Spans()) {
			return false
		}
		cells += s.Blank + utf8.RuneCountInString(s.Text)*s.Width
	}
	return cells*w.media.CellWidth == w.media.Dots
}

func (w *writer) text(text string) {
	if !w.plain && variant(text) {
		w.plain = true
		w.out = w.hand.Plain(w.out)
	}
	var lacking []rune
	w.out, lacking = Letters(w.out, w.table, text)
	w.lacking = append(w.lacking, lacking...)
}

// variant tells whether text holds a sign that national variants replace.
func variant(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case '#', '$', '@', '[', '\\', ']', '^', '`', '{', '|', '}', '~':
			return true
		}
	}
	return false
}
