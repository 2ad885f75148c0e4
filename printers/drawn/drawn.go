// Package drawn draws the lines of a slip whose letters no page of a printer
// has: Ukrainian and other Cyrillic, Greek, and the Latin letters of central
// Europe. They are sent as a picture, in cells as wide as those of the
// printer's own letters.
//
// The letters are those of Go Mono, which the Go project gives away with its
// image library. Arabic, Devanagari and Bengali are joined as they are written,
// in Noto Sans, which is given away with this package (see letters). Chinese is
// drawn in a font of the machine, where it has one.
package drawn

import (
	"fmt"
	"image"
	"image/draw"
	"slices"

	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"balcao/printers"
)

// Letters is a [printers.Painter]. It may be used by several goroutines.
type Letters struct {
	plain, bold *sfnt.Font
	han         []byte // a font with Chinese; nil where there is none
}

// New reads the letters. The file of a font with Chinese letters may be given.
func New(han []byte) (*Letters, error) {
	l := Letters{han: han}
	for _, one := range []struct {
		into **sfnt.Font
		data []byte
	}{{&l.plain, gomono.TTF}, {&l.bold, gomonobold.TTF}} {
		font, err := sfnt.Parse(one.data)
		if err != nil {
			return nil, fmt.Errorf("read the letters of pictures: %w", err)
		}
		*one.into = font
	}
	return &l, nil
}

// Paint implements [printers.Painter].
func (l *Letters) Paint(line printers.Line, m printers.Media) (printers.Picture, []rune) {
	if isShaped(line) {
		return l.paintShaped(line, m)
	}
	cells, high := 0, 1
	for _, s := range line.Spans {
		cells += s.Blank + len([]rune(s.Text))*s.Width
		high = max(high, s.Height)
	}
	left := 0
	if line.Centred {
		left = max(0, m.Dots-cells*m.CellWidth) / 2
	}
	width := min(m.Dots, left+cells*m.CellWidth)
	p := printers.Picture{Columns: (width + 7) / 8, Rows: high * m.CellHeight}
	p.Bits = make([]byte, p.Columns*p.Rows)
	var lacking []rune
	x := left
	for _, s := range line.Spans {
		x += s.Blank * m.CellWidth
		for _, r := range s.Text {
			box := image.Rect(x, p.Rows-s.Height*m.CellHeight, x+s.Width*m.CellWidth, p.Rows)
			mask, ok := l.letter(r, box.Dx(), box.Dy(), s.Bold)
			if !ok && !slices.Contains(lacking, r) {
				lacking = append(lacking, r)
			}
			put(p, box, mask, line)
			x = box.Max.X
		}
	}
	return p, lacking
}

// put sets the dots of one cell.
func put(p printers.Picture, box image.Rectangle, mask *image.Alpha, line printers.Line) {
	const rule = 2 // dots of a line below
	for y := range box.Dy() {
		for x := range box.Dx() {
			black := mask != nil && mask.AlphaAt(x, y).A >= 0x80
			black = black != line.Inverse
			black = black || line.Ruled && y >= box.Dy()-rule
			if at := box.Min.X + x; black && at < 8*p.Columns {
				p.Bits[(box.Min.Y+y)*p.Columns+at/8] |= 0x80 >> (at % 8)
			}
		}
	}
}

// letter draws one letter stretched to its cell; a blank has none.
func (l *Letters) letter(r rune, width, height int, bold bool) (*image.Alpha, bool) {
	if r == ' ' {
		return nil, true
	}
	font := l.plain
	if bold {
		font = l.bold
	}
	var buffer sfnt.Buffer
	index, err := font.GlyphIndex(&buffer, r)
	if err != nil || index == 0 {
		return nil, false
	}
	const em = 1024
	segments, err := font.LoadGlyph(&buffer, index, fixed.I(em), nil)
	if err != nil {
		return nil, false
	}
	scaleX, scaleY, base := float32(width)/(0.6*em), float32(height)*0.96/em, float32(height)*0.80
	if top := -float32(segments.Bounds().Min.Y) / 64; top*scaleY > base {
		scaleY = base / top // a capital with an accent is made lower
	}
	shape := vector.NewRasterizer(width, height)
	shape.DrawOp = draw.Src
	at := func(p fixed.Point26_6) (float32, float32) {
		return float32(p.X) / 64 * scaleX, base + float32(p.Y)/64*scaleY
	}
	for _, s := range segments {
		x, y := at(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			shape.ClosePath()
			shape.MoveTo(x, y)
		case sfnt.SegmentOpLineTo:
			shape.LineTo(x, y)
		case sfnt.SegmentOpQuadTo:
			x1, y1 := at(s.Args[1])
			shape.QuadTo(x, y, x1, y1)
		case sfnt.SegmentOpCubeTo:
			x1, y1 := at(s.Args[1])
			x2, y2 := at(s.Args[2])
			shape.CubeTo(x, y, x1, y1, x2, y2)
		}
	}
	shape.ClosePath()
	mask := image.NewAlpha(image.Rect(0, 0, width, height))
	shape.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	return mask, true
}
