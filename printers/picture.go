package printers

import "golang.org/x/text/encoding/charmap"

// Picture is a drawn line, one bit a dot, 1 is black.
type Picture struct {
	// Columns is the width in bytes, eight dots each; Rows is the height in
	// dots.
	Columns, Rows int
	// Bits are the rows from top to bottom.
	Bits []byte
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
