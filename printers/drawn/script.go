package drawn

import (
	"bytes"
	_ "embed"
	"fmt"
	"image"
	"image/draw"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"balcao/printers"
)

//go:embed letters/NotoSansArabic-Regular.ttf
var arabic []byte

//go:embed letters/NotoSansDevanagari-Regular.ttf
var devanagari []byte

//go:embed letters/NotoSansBengali-Regular.ttf
var bengali []byte

// shaped are the scripts whose letters change with their neighbours, stand
// above and below one another, run from the right, or are too many for a table.
var shaped = []*unicode.RangeTable{unicode.Arabic, unicode.Devanagari, unicode.Bengali, unicode.Han}

// isShaped tells whether a line holds such a script.
func isShaped(l printers.Line) bool {
	return slices.ContainsFunc(l.Spans, func(s printers.Span) bool {
		return strings.ContainsFunc(s.Text, func(r rune) bool { return unicode.In(r, shaped...) })
	})
}

// CheckFont tells whether a file holds letters that can be drawn: a TrueType or
// OpenType font, or a collection of them.
func CheckFont(file []byte) error {
	if _, err := facesOf(file); err != nil {
		return fmt.Errorf("read a font: %w", err)
	}
	return nil
}

func facesOf(file []byte) ([]*font.Face, error) {
	if bytes.HasPrefix(file, []byte("ttcf")) {
		return font.ParseTTC(bytes.NewReader(file))
	}
	face, err := font.ParseTTF(bytes.NewReader(file))
	return []*font.Face{face}, err
}

// book chooses the font for each letter. It belongs to one line.
type book struct {
	faces   []*font.Face
	lacking []rune
}

// open reads the fonts that the letters of a line need, the plain one first.
func (l *Letters) open(line printers.Line) *book {
	plain := goregular.TTF
	var words strings.Builder
	for _, s := range line.Spans {
		words.WriteString(s.Text)
		if s.Bold {
			plain = gobold.TTF
		}
	}
	text, files := words.String(), [][]byte{plain}
	for _, one := range []struct {
		script *unicode.RangeTable
		file   []byte
	}{{unicode.Arabic, arabic}, {unicode.Devanagari, devanagari}, {unicode.Bengali, bengali}, {unicode.Han, l.han}} {
		if len(one.file) > 0 && strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(one.script, r) }) {
			files = append(files, one.file)
		}
	}
	b := &book{}
	for _, file := range files {
		if faces, err := facesOf(file); err == nil && len(faces) > 0 { // those of ours are tested, the other was checked
			b.faces = append(b.faces, faces[0])
		}
	}
	return b
}

// ResolveFace implements shaping.Fontmap.
func (b *book) ResolveFace(r rune) *font.Face {
	for _, f := range b.faces {
		if _, has := f.NominalGlyph(r); has {
			return f
		}
	}
	if !unicode.In(r, unicode.Mn, unicode.Cf, unicode.Zs) && !slices.Contains(b.lacking, r) {
		b.lacking = append(b.lacking, r)
	}
	return b.faces[0]
}

// em is the size at which text is measured; it is drawn smaller.
const em = 1024

// run is a piece of text in one direction and one font, in the order in which it
// is read on paper from left to right.
type run struct {
	shaping.Output
	face   *font.Face
	number bool // no letter is in it: it stands among those from the right, and is read from the left
}

// runs shapes a text and puts its pieces into the order of the paper. What begins
// with a letter from the right is from the right as a whole.
func (b *book) runs(text string) (all []run, fromRight bool) {
	runes := []rune(text)
	direction := di.DirectionLTR
	if i := slices.IndexFunc(runes, unicode.IsLetter); i >= 0 && unicode.Is(unicode.Arabic, runes[i]) {
		direction, fromRight = di.DirectionRTL, true
	}
	var cut shaping.Segmenter
	var shaper shaping.HarfbuzzShaper
	for _, piece := range cut.Split(shaping.Input{Text: runes, RunEnd: len(runes), Direction: direction, Size: fixed.I(em)}, b) {
		number := !slices.ContainsFunc(runes[piece.RunStart:piece.RunEnd], unicode.IsLetter)
		all = append(all, run{Output: shaper.Shape(piece), face: piece.Face, number: number})
	}
	if fromRight {
		slices.Reverse(all)
	}
	// Pieces that run against the whole keep their own order among themselves, and
	// so do numbers between two of them that are from the right.
	against := func(i int) bool { return (all[i].Direction == di.DirectionRTL) != fromRight }
	for i := 0; i < len(all); i++ {
		end := i
		for j := i; j < len(all) && (against(j) || !fromRight && all[j].number && end > i); j++ {
			if against(j) {
				end = j + 1
			}
		}
		slices.Reverse(all[i:end])
		i = max(i, end)
	}
	return all, fromRight
}

// paintShaped draws a line whose letters are joined. Each span stands where its
// cells begin, one from the right where they end; it is made narrower, and then
// smaller, until it fits.
func (l *Letters) paintShaped(line printers.Line, m printers.Media) (printers.Picture, []rune) {
	b := l.open(line)
	high := 1
	for _, s := range line.Spans {
		high = max(high, s.Height)
	}
	p := printers.Picture{Columns: m.Dots / 8, Rows: high * m.CellHeight}
	p.Bits = make([]byte, p.Columns*p.Rows)
	if line.Inverse {
		for i := range p.Bits {
			p.Bits[i] = 0xff
		}
	}
	cells := 0
	for i, s := range line.Spans {
		cells += s.Blank
		from := cells * m.CellWidth
		cells += len([]rune(s.Text)) * s.Width
		to := p.Columns * 8
		if i+1 < len(line.Spans) {
			to = min(to, (cells+line.Spans[i+1].Blank)*m.CellWidth)
		}
		text := strings.Trim(s.Text, " ")
		if text == "" || from >= to {
			continue
		}
		if s.Blank > 0 && !line.Centred { // at the right edge: what does not fit begins earlier
			from = min(from, to/2)
		}
		b.draw(p, text, place{from: from, to: to, centred: line.Centred || line.Inverse, right: s.Blank > 0, bold: s.Bold, inverse: line.Inverse})
	}
	return p, b.lacking
}

// place is where a text goes on a line.
type place struct {
	from, to                      int // dots
	centred, right, bold, inverse bool
}

// draw shapes a text and sets its dots.
func (b *book) draw(p printers.Picture, text string, at place) {
	all, fromRight := b.runs(text)
	advance, ascent, descent := float32(0), float32(0.82*em), float32(-0.24*em) // no larger than Latin letters
	for _, r := range all {
		advance += float32(r.Advance) / 64
		ascent, descent = max(ascent, float32(r.GlyphBounds.Ascent)/64), min(descent, float32(r.GlyphBounds.Descent)/64)
	}
	if advance <= 0 {
		return
	}
	const narrowest = 0.62 // of its height; beyond that letters are made smaller
	tall := float32(p.Rows) / (ascent - descent)
	wide, room := tall, float32(at.to-at.from)
	if advance*wide > room {
		wide = room / advance
	}
	tall = min(tall, wide/narrowest)
	left := float32(at.from)
	switch {
	case at.centred:
		left += (room - advance*wide) / 2
	case at.right || fromRight:
		left += room - advance*wide
	}
	shape := vector.NewRasterizer(8*p.Columns, p.Rows)
	shape.DrawOp = draw.Src
	base := (float32(p.Rows)-tall*(ascent-descent))/2 + tall*ascent
	for _, r := range all {
		for _, g := range r.Glyphs {
			outline(shape, r.face, g, left, base, wide, tall)
			left += float32(g.Advance) / 64 * wide
		}
	}
	mask := image.NewAlpha(image.Rect(0, 0, 8*p.Columns, p.Rows))
	shape.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	for y := range p.Rows {
		for x := range 8 * p.Columns {
			ink := mask.AlphaAt(x, y).A >= 0x70 || at.bold && x > 0 && mask.AlphaAt(x-1, y).A >= 0x70
			switch bit := byte(0x80 >> (x % 8)); {
			case ink && at.inverse:
				p.Bits[y*p.Columns+x/8] &^= bit
			case ink:
				p.Bits[y*p.Columns+x/8] |= bit
			}
		}
	}
}

// outline adds a letter to a shape.
func outline(shape *vector.Rasterizer, face *font.Face, g shaping.Glyph, left, base, wide, tall float32) {
	data, drawn := face.GlyphData(g.GlyphID).(font.GlyphOutline)
	if !drawn {
		return
	}
	unit := float32(em) / float32(face.Upem())
	dx, dy := float32(g.XOffset)/64, float32(g.YOffset)/64
	at := func(p opentype.SegmentPoint) (x, y float32) {
		return left + (p.X*unit+dx)*wide, base - (p.Y*unit+dy)*tall
	}
	for _, s := range data.Segments {
		x, y := at(s.Args[0])
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			shape.ClosePath()
			shape.MoveTo(x, y)
		case opentype.SegmentOpLineTo:
			shape.LineTo(x, y)
		case opentype.SegmentOpQuadTo:
			x1, y1 := at(s.Args[1])
			shape.QuadTo(x, y, x1, y1)
		case opentype.SegmentOpCubeTo:
			x1, y1 := at(s.Args[1])
			x2, y2 := at(s.Args[2])
			shape.CubeTo(x, y, x1, y1, x2, y2)
		}
	}
	shape.ClosePath()
}
