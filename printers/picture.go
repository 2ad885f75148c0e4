package printers

import (
	"crypto/sha256"
	"encoding/hex"

	"golang.org/x/text/encoding/charmap"
)

// Picture is a drawn line or a logo, one bit a dot, 1 is black.
type Picture struct {
	// Columns is the width in bytes, eight dots each; Rows is the height in
	// dots.
	Columns, Rows int
	// Bits are the rows from top to bottom.
	Bits []byte
	// Key names what is on a picture that a printer may keep; empty for a line
	// drawn for one slip.
	Key string
}

// NewPicture returns a picture that a printer may keep, named after what is on
// it.
func NewPicture(columns, rows int, bits []byte) Picture {
	sum := sha256.Sum256(append([]byte{byte(columns), byte(columns >> 8), byte(rows), byte(rows >> 8)}, bits...))
	return Picture{Columns: columns, Rows: rows, Bits: bits, Key: hex.EncodeToString(sum[:16])}
}

// Centred is the picture in the middle of the paper; false if it is too wide.
func (p Picture) Centred(dots int) (Picture, bool) {
	left := (dots - 8*p.Columns) / 2 / 8
	if 8*p.Columns > dots || p.Columns <= 0 || len(p.Bits) < p.Columns*p.Rows {
		return Picture{}, false
	}
	out := Picture{Columns: left + p.Columns, Rows: p.Rows, Bits: make([]byte, (left+p.Columns)*p.Rows)}
	for y := range p.Rows {
		copy(out.Bits[y*out.Columns+left:], p.Bits[y*p.Columns:(y+1)*p.Columns])
	}
	return out, true
}

// Painter draws lines in letters that no page of a printer has.
type Painter interface {
	// Paint draws a line on paper of the given width, where its letters would
	// stand, and returns the letters it has no picture of either.
	Paint(l Line, m Media) (Picture, []rune)
}

// lacks tells whether a line holds a letter that the table has neither itself
// nor a stand-in for.
func lacks(table *charmap.Charmap, l Line) bool {
	for _, s := range l.Spans {
		for _, r := range s.Text {
			if r < 0x80 {
				continue
			}
			if _, ok := encode(table, r); ok {
				continue
			}
			if _, ok := standIn(table, r); !ok {
				return true
			}
		}
	}
	return false
}
