package custom

import (
	"balcao/printers"
	"balcao/printers/escpos"
)

// firstLogo is the number of the first picture that is stored by us.
const firstLogo = 9001

// printLogo is 1C 93: the picture with that number, from the left edge, without
// a border.
func printLogo(n int) []byte { return []byte{fs, 0x93, byte(n >> 8), byte(n), 0, 0, 0, 0} }

// LogoNumber is 9001 and on.
func (d *Dialect) LogoNumber(i int) int { return firstLogo + i }

// StoreLogos is 1C 94 for each: number, width and height in dots, a name of 16
// bytes, the rows, and 3Eh. The width is a multiple of 16. A picture is stored
// with the white at its left that puts it into the middle of the paper.
func (d *Dialect) StoreLogos(pictures []printers.Picture) []byte {
	var out []byte
	for i, p := range pictures {
		p, fits := p.Centred(d.options.Text.Media.Dots)
		if !fits {
			continue
		}
		n, columns := d.LogoNumber(i), (p.Columns+1)/2*2
		width := 8 * columns
		out = append(out, fs, 0x94, byte(n>>8), byte(n), byte(width), byte(width>>8), byte(p.Rows), byte(p.Rows>>8), 0, 0)
		out = append(out, "BALCAO          "...)
		for y := range p.Rows {
			out = escpos.Dots(out, p.Bits[y*p.Columns:(y+1)*p.Columns])
			out = append(out, make([]byte, columns-p.Columns)...)
		}
		out = append(out, 0x3e)
	}
	return out
}

// AskLogos is nil: no command is documented that tells what is stored.
func (d *Dialect) AskLogos() []byte { return nil }

// HeardLogos is nil, too.
func (d *Dialect) HeardLogos() []byte { return nil }
