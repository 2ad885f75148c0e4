// Package printertest is a printer made of software. It is used by tests and
// by the demonstration, where a browser shows its paper; nothing it prints is
// a ticket, and whoever shows it says that it is simulated.
//
// [Printer] sits at the far end of a pseudo-terminal, so that a program
// reaches it as it reaches a real one: through a serial port, at the speed of
// a serial line and of a paper motor, with a small buffer, XON/XOFF, status,
// and the faults real printers have. [Paper] is what comes out.
//
// It is written from the makers' documents, not from our encoder, so that
// the two can prove each other wrong.
package printertest

import (
	"strings"
	"time"
)

// Paper is one piece of paper, from one cut to the next.
type Paper struct {
	// Serial counts the papers of a printer from 1.
	Serial int
	// At is when it was cut.
	At time.Time
	// Dots is the printable width.
	Dots int
	// Height is the length of the paper in dots.
	Height int
	// ID is the process id confirmed for it, if any. A paper without is one
	// that was cut short.
	ID string
	// Items stand from top to bottom.
	Items []Item
}

// Item is something printed: a row of letters, a QR code or a picture.
type Item struct {
	// X and Y is the upper left corner, Width and Height the size, in dots.
	X, Y, Width, Height int
	// Cells are the letters, for a row.
	Cells []Cell
	// QR is the text of a QR code, and Module the side of its squares.
	QR     string
	Module int
	// Raster is a picture, one bit a dot, rows padded to bytes.
	Raster []byte
}

// Cell is one letter as printed.
type Cell struct {
	// Rune is what the printer's code page says the byte means.
	Rune rune
	// X is the distance from the left edge in dots, Width and Height the size
	// of the cell.
	X, Width, Height int
	// Bold, Inverse and Ruled are the letter's style.
	Bold, Inverse, Ruled bool
}

// Text returns the paper as plain text, a line for each row, each beginning
// at the column it has on paper. Large letters are not spread out, and a QR
// code is shown as [QR text].
func (p Paper) Text() string {
	var b strings.Builder
	for _, item := range p.Items {
		line := item.text()
		b.WriteString(strings.TrimRight(line, " "))
		b.WriteByte('\n')
	}
	return b.String()
}

const column = 12 // dots of a letter of font A

func (i Item) text() string {
	switch {
	case i.QR != "":
		return strings.Repeat(" ", i.X/column) + "[QR " + i.QR + "]"
	case i.Raster != nil:
		return strings.Repeat(" ", i.X/column) + "[picture]"
	}
	var b strings.Builder
	end := 0
	for _, c := range i.Cells {
		if white := (c.X - end) / column; white > 0 {
			b.WriteString(strings.Repeat(" ", white))
		}
		b.WriteRune(c.Rune)
		end = c.X + c.Width
	}
	return b.String()
}

// Biggest returns the text printed in the largest letters: on a ticket, its
// number.
func (p Paper) Biggest() string {
	best, text := 0, ""
	for _, item := range p.Items {
		for _, c := range item.Cells {
			if c.Height > best {
				best, text = c.Height, ""
			}
			if c.Height == best {
				text += string(c.Rune)
			}
		}
	}
	return strings.TrimSpace(text)
}

// Says tells whether the words stand in one row of the paper.
func (p Paper) Says(words string) bool {
	for line := range strings.SplitSeq(p.Text(), "\n") {
		if strings.Contains(line, words) {
			return true
		}
	}
	return false
}

// QR returns the text of the first QR code, or "".
func (p Paper) QR() string {
	for _, item := range p.Items {
		if item.QR != "" {
			return item.QR
		}
	}
	return ""
}

func (p Paper) empty() bool { return len(p.Items) == 0 }

// Read returns the papers that a stream of ESC/POS makes on a printer of the
// given width, without cable and clock. What was not cut at the end of the
// stream is the last paper.
func Read(dots int, stream []byte) []Paper { return ReadAs(ESCPOS, dots, stream) }

// ReadAs is [Read] for a printer of another language.
func ReadAs(l Language, dots int, stream []byte) []Paper {
	return ReadWith(Config{Language: l, Dots: dots}, stream)
}

// ReadWith is [Read] for a printer of its own kind; of the configuration only
// Language, Dots, Pages, QRAsEpson and AsianModel count.
func ReadWith(c Config, stream []byte) []Paper {
	m := newMachine(c.Dots)
	m.language, m.pages, m.asianHead = c.Language, c.Pages, c.AsianModel
	m.qrAsEpson = c.QRAsEpson
	m.reset()
	var papers []Paper
	for _, b := range stream {
		e := m.obey(b)
		if e.cut {
			p := m.take()
			p.Serial = len(papers) + 1
			papers = append(papers, p)
		}
		if e.id != "" && len(papers) > 0 {
			papers[len(papers)-1].ID = e.id
		}
		if e.end && len(papers) > 0 {
			papers[len(papers)-1].ID = "ETB"
		}
		if e.document && len(papers) > 0 {
			papers[len(papers)-1].ID = "document"
		}
		if e.present && len(papers) > 0 {
			papers[len(papers)-1].ID = "presented"
		}
	}
	m.printPending()
	if rest := m.take(); !rest.empty() {
		rest.Serial = len(papers) + 1
		papers = append(papers, rest)
	}
	return papers
}
