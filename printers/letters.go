package printers

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// CodePage is one table of letters of a printer.
type CodePage struct {
	// Number is what the command that chooses the page says. It differs between makers for the same
	// table, so it comes from the profile.
	Number byte
	// Encoding is "windows-1252", "cp858", "cp860" or "cp850".
	Encoding string
}

// Table returns the letters behind a code page; an encoding that is not
// known is an error.
func (c CodePage) Table() (*charmap.Charmap, error) {
	switch c.Encoding {
	case "windows-1252":
		return charmap.Windows1252, nil
	case "cp858":
		return charmap.CodePage858, nil
	case "cp860":
		return charmap.CodePage860, nil
	case "cp850":
		return charmap.CodePage850, nil
	}
	return nil, fmt.Errorf("unknown encoding %q; known are windows-1252, cp858, cp860, cp850", c.Encoding)
}

// plain gives the ASCII stand-in for signs of typography that older tables
// lack; it is used only where the table lacks them. A stand-in keeps the count
// of letters, so that what was laid out still fits.
var plain = strings.NewReplacer(
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "−", "-",
	"‘", "'", "’", "'", "‚", ",", "“", "\"", "”", "\"", "„", "\"", "‹", "<", "›", ">",
	"…", ".", "•", "·", "·", "-", "€", "E", "\u00a0", " ", "\u202f", " ", "\u2009", " ",
	"ª", "a", "º", "o", "°", "o", "→", ">", "×", "x",
)

// Letters appends text, which is already composed (NFC), to dst in the bytes
// of a table. What the table lacks is mapped to a plain sign, and else becomes
// "?" and is returned. No byte is a control that a printer would obey.
func Letters(dst []byte, table *charmap.Charmap, text string) (out []byte, lacking []rune) {
	for _, r := range text {
		if r >= 0x20 && r < 0x7f { // the same in every table
			dst = append(dst, byte(r))
			continue
		}
		if b, ok := encode(table, r); ok {
			dst = append(dst, b)
			continue
		}
		if b, ok := standIn(table, r); ok {
			dst = append(dst, b)
			continue
		}
		dst = append(dst, '?')
		lacking = append(lacking, r)
	}
	return dst, lacking
}

// encode refuses control bytes: the tables map them onto themselves, and the
// printer would obey them.
func encode(table *charmap.Charmap, r rune) (byte, bool) {
	b, ok := table.EncodeRune(r)
	return b, ok && b >= 0x20 && b != 0x7f
}

func standIn(table *charmap.Charmap, r rune) (byte, bool) {
	for range 2 { // "•" becomes "·", and "·" may have to become "-"
		next := plain.Replace(string(r))
		if next == string(r) {
			return 0, false
		}
		for _, first := range next {
			r = first
			break
		}
		if b, ok := encode(table, r); ok {
			return b, true
		}
	}
	return 0, false
}
