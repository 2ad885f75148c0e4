package printers

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Media is what a layout must know of paper and head.
type Media struct {
	// Dots is the width that can be printed on, in dots; never counted in
	// columns, since heads differ.
	Dots int
	// CellWidth and CellHeight are the size of a letter of font A, in dots.
	CellWidth, CellHeight int
	// QRModule is the side of one square of a QR code, in dots.
	QRModule int
	// Scale is how many times a letter can be widened and heightened; 0 means 8.
	Scale int
	// Painter draws lines whose letters the printer lacks; nil prints "?" for
	// those letters.
	Painter Painter
	// Form says what stands on a slip and in which order; nil is the
	// standard form.
	Form *Form
}

// Block is one thing on the paper, from top to bottom: a [Line], a [Code] or
// a [Gap].
type Block interface{ block() }

// Line is one printed line. It never needs wrapping.
type Line struct {
	// Spans stand beside one another; all of a line have the same height.
	Spans []Span
	// Centred puts the line in the middle; else it starts at the left.
	Centred bool
	// Inverse prints white on black.
	Inverse bool
	// Ruled draws a line under it, spaces included.
	Ruled bool
}

// Span is a piece of a line in one style.
type Span struct {
	// Text holds one rune for each cell.
	Text string
	// Width and Height say how many times the cell of font A, 1 to 8.
	Width, Height int
	// Bold prints it twice as dark.
	Bold bool
	// Blank is how many cells of the paper stay white before the text.
	Blank int
}

// Code is a QR code in the middle of the paper.
type Code struct {
	// Text is what it holds, ASCII.
	Text string
	// Module is the side of one square, in dots.
	Module int
}

// Gap is white paper.
type Gap struct {
	// Dots is its height.
	Dots int
}

func (Line) block() {}
func (Code) block() {}
func (Gap) block()  {}

// Check tells what makes a slip impossible on any printer, or returns nil.
func (s Slip) Check() error {
	switch {
	case strings.TrimSpace(s.Number) == "":
		return fmt.Errorf("the slip has no number")
	case utf8.RuneCountInString(s.Number) > 8:
		return fmt.Errorf("number %q is longer than 8 letters", s.Number)
	case len(s.QR) > MaxQR:
		return fmt.Errorf("QR text of %d bytes is longer than %d", len(s.QR), MaxQR)
	}
	for _, r := range s.QR {
		if r < 0x21 || r > 0x7e {
			return fmt.Errorf("QR text holds %q; plain ASCII without spaces is wanted", r)
		}
	}
	return nil
}

// Layout arranges a slip for the given paper, as the media's form says. In the
// standard form the number is the largest thing on it; what a citizen needs
// next, the place, is a black bar below it.
func Layout(s Slip, m Media) []Block {
	p := page{
		media: m, columns: m.Dots / m.CellWidth, scale: cmp.Or(m.Scale, 8), language: PaperLanguage(s.Language), body: style{1, 2}, strong: style{2, 2},
		blocks: make([]Block, 0, 32), spans: make([]Span, 0, 32),
	}
	if s.Large {
		p.body = p.strong
	}
	form := standard
	switch {
	case s.Form != nil:
		form = s.Form.Parts
	case m.Form != nil:
		form = m.Form.Parts
	}
	for _, part := range form {
		p.part(part, s)
	}
	return p.blocks
}

// style is a letter size: times the cell's width and height.
type style struct{ width, height int }

type page struct {
	media        Media
	columns      int
	scale        int
	language     string // of the second lines; empty and pt have none
	body, strong style
	blocks       []Block
	spans        []Span // those of all lines, so that each needs no memory of its own
}

// line adds a line of these spans.
func (p *page) line(l Line, spans ...Span) {
	from := len(p.spans)
	p.spans = append(p.spans, spans...)
	l.Spans = p.spans[from:len(p.spans):len(p.spans)]
	p.blocks = append(p.blocks, l)
}

func (p *page) header(s Slip) {
	branch, issued := clean(s.Branch), clean(s.Issued)
	p.pair(Span{Text: branch, Bold: true, Width: p.body.width, Height: p.body.height},
		Span{Text: issued, Width: p.body.width, Height: p.body.height})
	p.underline()
	p.gap(breath)
}

// then prints what the citizen goes on to with the same number.
func (p *page) then(s Slip) {
	for _, service := range s.Then {
		p.say(p.body, true, false, "Depois: "+service)
	}
	if words := p.second("Then, with the same number"); len(s.Then) > 0 && words != "" {
		p.say(style{1, 2}, false, false, words)
	}
}

func (p *page) again(s Slip) {
	if s.Copy > 1 {
		p.gap(breath)
		p.say(p.strong, true, true, fmt.Sprintf("%d.ª via", s.Copy))
		p.translate("Printed again: the same number")
	}
}

func (p *page) number(s Slip) {
	p.gap(2 * breath)
	number := clean(s.Number)
	size := min(p.scale, max(1, p.columns/max(1, utf8.RuneCountInString(number))))
	p.line(Line{Centred: true}, Span{Text: number, Width: size, Height: size, Bold: true}) // its cell ends with white
}

func (p *page) priority(s Slip) {
	if s.Booked != "" {
		p.say(p.fitting("Marcação "+s.Booked), true, true, "Marcação "+s.Booked)
		p.translate("Booked for", s.Booked)
		p.gap(breath)
	}
	if s.Class != "" {
		p.say(p.fitting(s.Class), true, true, s.Class)
		p.gap(breath)
	}
	if s.Priority {
		p.say(p.fitting("Atendimento prioritário"), true, true, "Atendimento prioritário")
		p.translate("Priority service")
		p.gap(breath)
	}
}

func (p *page) place(s Slip) {
	if place := clean(s.Place); place != "" {
		p.bar(place)
		p.gap(breath)
	}
}

func (p *page) ahead(s Slip) {
	people := "sem informação"
	switch {
	case s.Ahead == 0:
		people = "ninguém"
	case s.Ahead == 1:
		people = "1 pessoa"
	case s.Ahead > 1:
		people = strconv.Itoa(s.Ahead) + " pessoas"
	}
	p.fact("À sua frente", people, "Ahead of you")
}

func (p *page) wait(s Slip) {
	label, wait := "Espera", "sem informação"
	switch {
	case !s.Wait.Known():
	case s.Wait.Next:
		wait = "a seguir"
	case s.Wait.Over:
		wait = "mais de " + hours(s.Wait.From)
	case s.Wait.From == 0 || s.Wait.From == s.Wait.To:
		wait = "até " + strconv.Itoa(s.Wait.To) + " min"
	default:
		label, wait = "Espera, cerca de", strconv.Itoa(s.Wait.From)+" a "+strconv.Itoa(s.Wait.To)+" min"
	}
	p.fact(label, wait, "Estimated wait")
}

// hours writes minutes as people say them: 45 min, 1 h, 1 h 30.
func hours(minutes int) string {
	switch {
	case minutes < 60:
		return fmt.Sprintf("%d min", minutes)
	case minutes%60 == 0:
		return fmt.Sprintf("%d h", minutes/60)
	}
	return fmt.Sprintf("%d h %d", minutes/60, minutes%60)
}

func (p *page) code(s Slip, module int) {
	if s.QR == "" || s.Large {
		return
	}
	p.rule()
	if s.QRFor == QRFeedback {
		p.say(p.body, true, true, "Reclamar, elogiar ou sugerir")
		p.translate("Complain, praise or suggest")
	} else {
		p.say(p.body, true, true, "Siga a vez no telemóvel")
		p.translate("Follow your turn on your phone")
	}
	p.gap(2 * breath)
	p.blocks = append(p.blocks, Code{Text: s.QR, Module: module})
	p.gap(breath)
}

func (p *page) validity(s Slip) {
	p.rule()
	p.say(p.body, false, !p.large(), s.Validity)
	p.translate("Valid today only.")
}

func (p *page) ticketID(s Slip) {
	if id := clean(s.TicketID); id != "" {
		p.gap(breath)
		p.line(Line{Centred: true}, Span{Text: id, Width: 1, Height: 1})
	}
}

func (p *page) large() bool { return p.body == p.strong }

// breath is the white between things that stand apart, in dots: half a letter's cell, so that a printer can be told with
// an empty line, one byte, where its lines are set to be as high.
const breath = 12

func (p *page) gap(dots int) {
	if n := len(p.blocks); n > 0 {
		if before, ok := p.blocks[n-1].(Gap); ok {
			p.blocks[n-1] = Gap{Dots: before.Dots + dots}
			return
		}
	}
	p.blocks = append(p.blocks, Gap{Dots: dots})
}

// strip adds a line of spaces over the whole width, as wide ones as there are:
// ruled or inverse they draw a line or a bar, and cost fewer bytes on a slow
// cable than a picture of it.
func (p *page) strip(l Line) {
	n, rest := p.columns/p.scale, p.columns%p.scale
	wide := Span{Text: blanks[:n], Width: p.scale, Height: 1}
	if rest == 0 {
		p.line(l, wide)
		return
	}
	p.line(l, wide, Span{Text: blanks[:1], Width: rest, Height: 1})
}

// blanks is longer than any line has cells.
var blanks = strings.Repeat(" ", 256)

// underline draws a solid line over the whole width.
func (p *page) underline() { p.strip(Line{Ruled: true}) }

// rule draws a dashed line, of dashes as wide as there are: they stand in the
// middle of their cells, so that white is below them already.
func (p *page) rule() {
	if n := len(p.blocks); n == 0 || !wideGap(p.blocks[n-1]) {
		p.gap(breath)
	}
	p.line(Line{Centred: true}, Span{Text: dashes[:p.columns/p.scale], Width: p.scale, Height: 1, Bold: true})
}

func wideGap(b Block) bool {
	g, ok := b.(Gap)
	return ok && g.Dots >= breath
}

var dashes = strings.Repeat("-", 64)

// say prints words in as many lines as they need.
func (p *page) say(st style, bold, centred bool, words string) {
	for _, text := range balanced(clean(words), p.columns/st.width) {
		p.line(Line{Centred: centred}, Span{Text: text, Width: st.width, Height: st.height, Bold: bold})
	}
}

// translate adds a second line for those who asked for another language; more
// is what follows the label, such as an hour.
func (p *page) translate(english string, more ...string) {
	if words := p.second(english); words != "" {
		p.say(style{1, 2}, false, true, strings.Join(append([]string{words}, more...), " "))
	}
}

// fitting is the strong style if the words fit one line in it, else the body's.
func (p *page) fitting(words string) style {
	if utf8.RuneCountInString(words)*p.strong.width <= p.columns {
		return p.strong
	}
	return style{1, 2}
}

// fact prints a label at the left and its value at the right.
func (p *page) fact(label, value, english string) {
	p.pair(Span{Text: label, Width: p.body.width, Height: p.body.height},
		Span{Text: value, Width: p.strong.width, Height: p.strong.height, Bold: true})
	if words := p.second(english); words != "" {
		p.say(style{1, 2}, false, false, words)
	}
	p.gap(breath)
}

// pair puts two spans at the two edges, or below each other if they would
// touch.
func (p *page) pair(left, right Span) {
	used := cells(left) + cells(right)
	room := p.columns - used
	switch {
	case left.Text == "" && right.Text == "":
	case room >= 1 && left.Text != "" && right.Text != "":
		right.Blank = room
		p.line(Line{}, left, right)
	default:
		p.say(style{left.Width, left.Height}, left.Bold, false, left.Text)
		p.say(style{right.Width, right.Height}, right.Bold, false, right.Text)
	}
}

func cells(s Span) int { return utf8.RuneCountInString(s.Text) * s.Width }

// bar prints white words on black over the whole width, with a black margin
// above and below.
func (p *page) bar(words string) {
	p.strip(Line{Inverse: true})
	for _, text := range p.places(words) {
		spare := p.columns - utf8.RuneCountInString(text)*p.strong.width
		left, right := spare/2, spare-spare/2
		// As far as it goes the edges are spaces of the same size as the text.
		wide := blanks[:left/p.strong.width] + text + blanks[:right/p.strong.width]
		spans := [3]Span{
			{Text: blanks[:left%p.strong.width], Width: 1, Height: p.strong.height},
			{Text: wide, Width: p.strong.width, Height: p.strong.height, Bold: true},
			{Text: blanks[:right%p.strong.width], Width: 1, Height: p.strong.height},
		}
		p.line(Line{Inverse: true}, spans[:]...)
	}
	p.strip(Line{Inverse: true})
}

// places breaks the words of the bar at their "·" first: "Piso 0" and
// "Balcões 1 a 6" are read better than a line with a lone "6" below it.
func (p *page) places(words string) []string {
	width := p.columns/p.strong.width - 1
	if utf8.RuneCountInString(words) <= width {
		return []string{words}
	}
	var lines []string
	for part := range strings.SplitSeq(words, "·") {
		lines = append(lines, balanced(part, width)...)
	}
	return lines
}

// clean makes text safe to send: composed letters, one cell each, and no
// control characters, which a printer would obey.
func clean(text string) string {
	if tidy(text) {
		return text
	}
	text = norm.NFC.String(text)
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Devanagari, unicode.Bengali):
			return r // their vowels are marks, and are drawn
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// tidy tells whether clean would change nothing, for what most texts are: Latin
// letters, composed, with single spaces.
func tidy(text string) bool {
	space := true // a space now would be one too many
	for _, r := range text {
		switch {
		case r == ' ' && space, r < ' ', r >= 0x7f && r <= 0xa0, r == 0xad, r >= 0x300:
			return false
		}
		space = r == ' '
	}
	return !space || text == ""
}
