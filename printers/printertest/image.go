package printertest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"github.com/skip2/go-qrcode"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// margin is white paper around what can be printed, in dots: an 80 mm roll has
// 640 dots and a head of 576.
const margin = 32

// Image draws the paper, one bit a dot, 8 dots a millimetre.
func (p Paper) Image() (*image.Paletted, error) {
	fonts, err := loadFonts()
	if err != nil {
		return nil, fmt.Errorf("draw paper: %w", err)
	}
	img := image.NewPaletted(image.Rect(0, 0, p.Dots+2*margin, max(p.Height+margin, 2*margin)),
		color.Palette{color.White, color.Black})
	for _, item := range p.Items {
		at := image.Pt(margin, item.Y+margin)
		switch {
		case item.QR != "":
			if err := drawQR(img, at.Add(image.Pt(item.X, 0)), item); err != nil {
				return nil, fmt.Errorf("draw paper: %w", err)
			}
		case item.Raster != nil:
			drawRaster(img, at.Add(image.Pt(item.X, 0)), item)
		default:
			for _, c := range item.Cells {
				box := image.Rect(0, 0, c.Width, c.Height).Add(at).Add(image.Pt(c.X, item.Height-c.Height))
				fonts.draw(img, box, c)
			}
		}
	}
	return img, nil
}

// PNG returns the image as a file for a browser.
func (p Paper) PNG() ([]byte, error) {
	img, err := p.Image()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("write paper as PNG: %w", err)
	}
	return b.Bytes(), nil
}

const (
	white = 0
	black = 1
)

func fill(img *image.Paletted, r image.Rectangle, ink uint8) {
	r = r.Intersect(img.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := img.Pix[img.PixOffset(r.Min.X, y):img.PixOffset(r.Max.X, y)]
		for x := range row {
			row[x] = ink
		}
	}
}

func drawQR(img *image.Paletted, at image.Point, item Item) error {
	code, err := qrcode.New(item.QR, qrcode.Medium)
	if err != nil {
		return fmt.Errorf("QR code: %w", err)
	}
	code.DisableBorder = true
	for y, row := range code.Bitmap() {
		for x, dark := range row {
			if dark {
				corner := at.Add(image.Pt(x*item.Module, y*item.Module))
				fill(img, image.Rectangle{corner, corner.Add(image.Pt(item.Module, item.Module))}, black)
			}
		}
	}
	return nil
}

// modules returns how many squares a QR code for text has along its side, or
// 0 if it holds too much.
func modules(text string) int {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return 0
	}
	code.DisableBorder = true
	return len(code.Bitmap())
}

func drawRaster(img *image.Paletted, at image.Point, item Item) {
	stride := item.Width / 8
	for y := range item.Height {
		for x := range item.Width {
			if item.Raster[y*stride+x/8]&(0x80>>(x%8)) != 0 {
				fill(img, image.Rect(x, y, x+1, y+1).Add(at), black)
			}
		}
	}
}

// fonts draws letters into cells, as a printer's own font would stand in them.
type fonts struct {
	body, strong *sfnt.Font
	buffer       sfnt.Buffer
	masks        map[glyph]*image.Alpha
}

type glyph struct {
	rune          rune
	bold          bool
	width, height int
}

func loadFonts() (*fonts, error) {
	f := &fonts{masks: map[glyph]*image.Alpha{}}
	for _, one := range []struct {
		to   **sfnt.Font
		data []byte
	}{{&f.body, gomono.TTF}, {&f.strong, gomonobold.TTF}} {
		parsed, err := sfnt.Parse(one.data)
		if err != nil {
			return nil, fmt.Errorf("read font: %w", err)
		}
		*one.to = parsed
	}
	return f, nil
}

func (f *fonts) draw(img *image.Paletted, box image.Rectangle, c Cell) {
	ink := uint8(black)
	if c.Inverse {
		fill(img, box, black)
		ink = white
	}
	if c.Ruled {
		fill(img, image.Rect(box.Min.X, box.Max.Y-3, box.Max.X, box.Max.Y), ink)
	}
	if c.Rune == ' ' {
		return
	}
	mask := f.mask(glyph{c.Rune, c.Bold, c.Width, c.Height})
	for y := range c.Height {
		for x := range c.Width {
			if mask.AlphaAt(x, y).A >= 0x80 {
				fill(img, image.Rect(x, y, x+1, y+1).Add(box.Min), ink)
			}
		}
	}
}

// mask draws a letter into a cell of its own. The letter is stretched to the
// cell, as printers stretch theirs.
func (f *fonts) mask(g glyph) *image.Alpha {
	if m, ok := f.masks[g]; ok {
		return m
	}
	m := image.NewAlpha(image.Rect(0, 0, g.width, g.height))
	f.masks[g] = m
	face, sign := f.body, g.rune
	if g.bold {
		face = f.strong
	}
	if sign == '0' {
		sign = 'O' // the font's own zero is struck through; narrowed, its O reads as one that is not
	}
	index, err := face.GlyphIndex(&f.buffer, sign)
	if err != nil {
		return m
	}
	const em = 1024
	segments, err := face.LoadGlyph(&f.buffer, index, fixed.I(em), nil)
	if err != nil {
		return m
	}
	outline(m, segments, placed(segments, g, em))
	if g.width == column {
		thicken(m)
	}
	return m
}

// thicken makes the lines of small letters a dot wider: a heated dot is larger
// than its square.
func thicken(m *image.Alpha) {
	for y := range m.Rect.Dy() {
		row := m.Pix[y*m.Stride : y*m.Stride+m.Rect.Dx()]
		for x := len(row) - 1; x > 0; x-- {
			row[x] = max(row[x], row[x-1])
		}
	}
}

// place says where a letter's outline goes in its cell.
type place struct{ scaleX, scaleY, left, base float64 }

// placed stretches the em so that a letter of Go Mono, 0.6 em wide, fills the
// cell's width, and letters reach from the top to a base line at five sixths.
func placed(s sfnt.Segments, g glyph, em float64) place {
	p := place{
		scaleX: float64(g.width) / (0.6 * em),
		scaleY: float64(g.height) * 0.96 / em,
		base:   float64(g.height) * 0.80,
	}
	b := s.Bounds()
	if high := -float64(b.Min.Y) / 64; high*p.scaleY > p.base {
		p.scaleY = p.base / high // capitals with an accent are made lower, so that it stays on paper
	}
	if g.rune == '0' {
		wide := float64(b.Max.X-b.Min.X) / 64
		p.scaleX = float64(g.width) * 0.76 / wide
		p.left = float64(g.width)*0.12 - float64(b.Min.X)/64*p.scaleX
	}
	return p
}

func outline(m *image.Alpha, segments sfnt.Segments, p place) {
	r := vector.NewRasterizer(m.Rect.Dx(), m.Rect.Dy())
	r.DrawOp = draw.Src
	at := func(a fixed.Point26_6) (float32, float32) {
		return float32(p.left + float64(a.X)/64*p.scaleX), float32(p.base + float64(a.Y)/64*p.scaleY)
	}
	for _, s := range segments {
		x, y := at(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			r.ClosePath()
			r.MoveTo(x, y)
		case sfnt.SegmentOpLineTo:
			r.LineTo(x, y)
		case sfnt.SegmentOpQuadTo:
			x1, y1 := at(s.Args[1])
			r.QuadTo(x, y, x1, y1)
		case sfnt.SegmentOpCubeTo:
			x1, y1 := at(s.Args[1])
			x2, y2 := at(s.Args[2])
			r.CubeTo(x, y, x1, y1, x2, y2)
		}
	}
	r.ClosePath()
	r.Draw(m, m.Bounds(), image.Opaque, image.Point{})
}
