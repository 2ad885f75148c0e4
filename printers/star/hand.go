package star

import "balcao/printers"

// hand writes a slip in Star Line Mode or StarPRNT, which share all that stands
// on paper. It implements [printers.Hand].
type hand struct{ options Options }

// Open resets and sets what a slip relies on.
func (h hand) Open(out []byte, page printers.CodePage) []byte {
	if h.options.Confirmation == printers.ByID {
		// ESC GS ETX 2: the counter of documents begins at zero, so that the
		// answer never holds a byte that a serial line takes for XON or XOFF.
		out = append(out, esc, gs, etx, 2, 0, 0)
	}
	return append(
		out,
		esc, '@', // ESC @: modes as after power on
		esc, gs, 't', page.Number, // ESC GS t: code page
		esc, '0', // ESC 0: lines of 3 mm, the height of a letter
	)
}

// Plain is ESC R 0: no national variants.
func (hand) Plain(out []byte) []byte { return append(out, esc, 'R', 0) }

// Turn changes the style.
func (h hand) Turn(out []byte, from, to printers.Style) []byte {
	if from.Centred != to.Centred {
		out = append(out, esc, gs, 'a', flag(to.Centred, 1))
	}
	if from.Inverse != to.Inverse {
		out = append(out, esc, '5'-flag(to.Inverse, 1)) // ESC 4: white on black, ESC 5: no more
	}
	if from.Ruled != to.Ruled {
		out = append(out, esc, '-', flag(to.Ruled, 1)) // line below
	}
	if from.Bold != to.Bold {
		out = append(out, esc, 'F'-flag(to.Bold, 1)) // ESC E: bold, ESC F: no more
	}
	switch {
	case from.Width == to.Width && from.Height == to.Height:
	case from.Height == to.Height && to.Width == 2 && !h.options.PRNT:
		out = append(out, so) // SO: twice as wide
	case from.Height == to.Height && to.Width == 1 && !h.options.PRNT:
		out = append(out, dc4) // DC4: no wider, whatever made it so
	default:
		out = append(out, esc, 'i', byte(min(to.Height, most)-1), byte(min(to.Width, most)-1)) // height first
	}
	return out
}

func flag(on bool, value byte) byte {
	if on {
		return value
	}
	return 0
}

// Move is ESC GS A: the place in dots; one further where it would be written as
// CAN, which may be obeyed wherever it stands.
func (hand) Move(out []byte, dots int) []byte {
	if byte(dots) == can {
		dots++
	}
	return append(out, esc, gs, 'A', byte(dots), byte(dots>>8))
}

// Feed is an empty line, where that is as far, else ESC I: n/8 mm, which is
// dots; never as many as CAN is.
func (hand) Feed(out []byte, dots int) []byte {
	if n := dots / strip; n <= 3 && dots == n*strip {
		return append(out, "\n\n\n"[:n]...)
	}
	for dots > 0 {
		n := min(dots, 255)
		if n == can {
			n /= 2
		}
		out = append(out, esc, 'I', byte(n))
		dots -= n
	}
	return out
}

// Code draws a QR code with ESC GS y.
func (hand) Code(out []byte, c printers.Code) []byte {
	n := len(c.Text)
	out = append(
		out,
		esc, gs, 'y', 'S', '0', 2, // model 2
		esc, gs, 'y', 'S', '1', 1, // level M
		esc, gs, 'y', 'S', '2', byte(c.Module), // side of a square
		esc, gs, 'y', 'D', '1', 0, byte(n), byte(n>>8),
	)
	out = append(out, c.Text...)
	return append(out, esc, gs, 'y', 'P') // print
}

// strip is how many rows a line of ESC X has, and its line spacing.
const strip = 24

// Picture is ESC X: strips of 24 rows, three bytes a column, the upper dot
// first. CAN, which may be obeyed wherever it stands, gets a dot more, and so
// does the question about the status.
func (hand) Picture(out []byte, p printers.Picture) []byte {
	width := 8 * p.Columns
	if byte(width) == can {
		width++ // white
	}
	for top := 0; top < p.Rows; top += strip {
		out = append(out, esc, 'X', byte(width), byte(width>>8))
		for x := range width {
			for part := range strip / 8 {
				var b byte
				for bit := range 8 {
					y := top + 8*part + bit
					if y < p.Rows && x < 8*p.Columns && p.Bits[y*p.Columns+x/8]&(0x80>>(x%8)) != 0 {
						b |= 0x80 >> bit
					}
				}
				if b == can || b == ack && out[len(out)-1] == esc {
					b |= 0x40
				}
				out = append(out, b)
			}
		}
		out = append(out, lf)
	}
	return out
}

// Logo is ESC FS p: the registered picture of that number, aligned as text is.
func (h hand) Logo(out []byte, n int) []byte {
	if !h.options.LogoMemory {
		return out
	}
	return append(out, esc, fs, 'p', byte(n), 0)
}

// Fence writes nothing: no question of Star's is answered in the order of the
// stream without a side effect.
func (hand) Fence(out []byte) []byte { return out }

// Close feeds, cuts, and ends with ETB, which counts once all before it is
// printed; in StarPRNT with the question that is answered then.
func (h hand) Close(out []byte, id printers.JobID) []byte {
	out = append(out, h.options.cut()...)
	switch h.options.Confirmation {
	case printers.ByCounter:
		out = append(out, etb)
	case printers.ByID:
		n := document(id)
		out = append(out, esc, gs, etx, 1, n[0], n[1]) // repeated once all before is printed
	case printers.ByPresenter, printers.ByOrder, printers.NoConfirmation:
		// Nothing to ask for.
	}
	return out
}

// document is the id of a job as StarPRNT takes it: two bytes, both letters or
// signs. It goes round after 4096 jobs, of which a printer never holds two.
func document(id printers.JobID) [2]byte {
	return [2]byte{'0' + byte(id>>6&63), '0' + byte(id&63)}
}
