package alpha

import "fmt"

// Priority is the label of the one TEXT file that every sign has, that needs no memory to be set aside and that takes the
// whole sign for as long as it is there (manual, 6.1.2). Writing nothing at all into it gives the sign back to its own
// messages.
const Priority byte = '0'

// PriorityBytes is the most that the priority file holds.
const PriorityBytes = 125

// Mode is how a text appears (manual, appendix I, table 65).
type Mode byte

// The modes that calls need.
const (
	Hold  Mode = 'b'
	Flash Mode = 'c'
)

// Position is where on a sign of several lines a text stands (manual, 6.1.1). A sign of one line does not care, and the
// byte must be there all the same.
type Position byte

// The positions that calls need.
const (
	Middle Position = 0x20
	Fill   Position = 0x30
)

const escape byte = 0x1B

// Codes inside a text (manual, appendix G).
const (
	codeFlash    byte = 0x07 // with '1' and '0': letters that flash
	codeExtended byte = 0x08 // with a code from 20H on: the letters from 80H on
	codePage     byte = 0x0C // the next page
	codeLine     byte = 0x0D // the next line
)

// Text is what a sign is to show: pages one after the other, each of some lines.
type Text struct {
	Mode     Mode
	Position Position
	Pages    [][]Line
}

// Line is one line of a text.
type Line struct {
	// Words are what it says. Letters that signs do not have are written as their nearest.
	Words string
	// Flashing lets this line alone flash.
	Flashing bool
}

// WritePriority is the command that takes the sign for a text. The error wraps ErrPacket for a text that is empty or does
// not fit.
func WritePriority(t Text) ([]byte, error) {
	c := []byte{WriteText, Priority, escape, byte(t.Position), byte(t.Mode)}
	head := len(c)
	for i, page := range t.Pages {
		if i > 0 {
			c = append(c, codePage)
		}
		for j, l := range page {
			if j > 0 {
				c = append(c, codeLine)
			}
			if l.Flashing {
				c = append(c, codeFlash, '1')
			}
			c = append(c, Letters(l.Words)...)
			if l.Flashing {
				c = append(c, codeFlash, '0')
			}
		}
	}
	if n := len(c) - head; n == 0 || n > PriorityBytes {
		return nil, fmt.Errorf("text of %d bytes in the priority file: %w", n, ErrPacket)
	}
	return c, nil
}

// ReleasePriority is the command that gives the sign back to its own messages: the bare label, since a position and a mode
// with nothing behind them would show an empty message (measured by others on a BetaBrite, 2026-09-09).
func ReleasePriority() []byte { return []byte{WriteText, Priority} }

// AskInformation is the question what a sign is.
func AskInformation() []byte { return []byte{ReadSpecial, information} }
