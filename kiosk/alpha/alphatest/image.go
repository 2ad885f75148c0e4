package alphatest

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"unicode/utf8"

	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// Measures of the picture: a letter in LEDs, and a LED with its frame in pixels.
const (
	letterWide = 8
	letterHigh = 16
	pitch      = 6
	frame      = 10
)

var (
	caseColor = color.RGBA{0x14, 0x12, 0x12, 0xFF}
	darkLED   = color.RGBA{0x2B, 0x24, 0x22, 0xFF}
	litLED    = color.RGBA{0xFF, 0x6A, 0x1F, 0xFF}
)

// WritePNG draws one page of what the sign shows; a page that there is not is dark. Without lit, letters that flash are
// dark, as they are half of the time.
func (s *Sign) WritePNG(w io.Writer, page int, lit bool) error {
	columns, lines := max(s.cfg.Columns, 1), max(s.cfg.Lines, 1)
	leds := image.NewGray(image.Rect(0, 0, columns*letterWide, lines*letterHigh))
	pages, all := s.pages()
	if page >= 0 && page < len(pages) {
		s.light(leds, pages[page], all, lit)
	}
	return png.Encode(w, photograph(leds))
}

// light switches on the LEDs of a page: lines from the top, each in the middle, as a sign that fills its face does.
func (s *Sign) light(leds *image.Gray, page [][]Cell, all, lit bool) {
	columns := leds.Rect.Dx() / letterWide
	for y, line := range page {
		if y*letterHigh >= leds.Rect.Dy() {
			return // more lines than the sign has
		}
		if len(line) > columns {
			line = line[:columns]
		}
		left := (columns - len(line)) * letterWide / 2
		for x, c := range line {
			if (all || c.Flashing) && !lit {
				continue
			}
			letter(leds, left+x*letterWide, y*letterHigh, c.Letter)
		}
	}
}

// letter lights one letter, and its accent above or below.
func letter(leds *image.Gray, left, top int, r rune) {
	face := basicfont.Face7x13
	base, marks := r, ""
	if whole := norm.NFKD.String(string(r)); whole != string(r) {
		first, n := utf8.DecodeRuneInString(whole)
		base, marks = first, whole[n:]
	}
	dr, mask, at, _, known := face.Glyph(fixed.P(left, top+2+face.Ascent), base)
	if !known {
		dr, mask, at, _, _ = face.Glyph(fixed.P(left, top+2+face.Ascent), '?')
	}
	for y := dr.Min.Y; y < dr.Max.Y; y++ {
		for x := dr.Min.X; x < dr.Max.X; x++ {
			if _, _, _, a := mask.At(at.X+x-dr.Min.X, at.Y+y-dr.Min.Y).RGBA(); a > 0 {
				leds.SetGray(x, y, color.Gray{Y: 0xFF})
			}
		}
	}
	for _, m := range marks {
		for _, dot := range accents[m] {
			leds.SetGray(left+dot.X, top+dot.Y, color.Gray{Y: 0xFF})
		}
	}
}

// accents are the dots of an accent in the frame of a letter.
var accents = map[rune][]image.Point{
	'\u0300': {{2, 1}, {3, 2}},
	'\u0301': {{4, 1}, {3, 2}},
	'\u0302': {{3, 1}, {2, 2}, {4, 2}},
	'\u0303': {{2, 2}, {3, 1}, {4, 2}, {5, 1}},
	'\u0308': {{2, 2}, {4, 2}},
	'\u0327': {{3, 14}, {2, 15}},
}

// photograph draws every LED as a round dot.
func photograph(leds *image.Gray) image.Image {
	size := leds.Rect.Size().Mul(pitch).Add(image.Pt(2*frame, 2*frame))
	out := image.NewPaletted(image.Rectangle{Max: size}, color.Palette{caseColor, darkLED, litLED})
	for y := range leds.Rect.Dy() {
		for x := range leds.Rect.Dx() {
			index := uint8(1)
			if leds.GrayAt(x, y).Y > 0 {
				index = 2
			}
			for dy := range pitch - 1 {
				for dx := range pitch - 1 {
					if corner := (dx == 0 || dx == pitch-2) && (dy == 0 || dy == pitch-2); !corner {
						out.SetColorIndex(frame+x*pitch+dx, frame+y*pitch+dy, index)
					}
				}
			}
		}
	}
	return out
}
