package escpos

import (
	"cmp"

	"balcao/printers"
)

// hand writes a slip in ESC/POS. It implements [printers.Hand].
type hand struct{ options Options }

// Open resets and sets what a slip relies on.
func (h hand) Open(out []byte, page printers.CodePage) []byte {
	o := h.options
	out = append(out, esc, '@') // ESC @: print buffer and modes as after power on
	if o.LeaveKanji {
		out = append(out, fs, '.') // FS .: leave Kanji mode
	}
	out = append(out, esc, 't', page.Number) // ESC t: reset by ESC @, so set for each slip
	if n := o.Area; n > 0 {
		out = append(out, gs, 'W', byte(n), byte(n>>8))
	}
	// ESC 3: no white between lines, so that the lines of the bar touch; every
	// line is advanced by its own height at least, and an empty one by half a
	// letter.
	return append(out, esc, '3', byte(h.emptyLine()))
}

// emptyLine is how many dots an empty line feeds.
func (h hand) emptyLine() int { return max(1, h.options.Media.CellHeight/2) }

// Spans is true: ESC a takes the way of ESC $ along, as its reference says.
func (hand) Spans() bool { return true }

// Plain is ESC R 0: no national variants of # $ @ [ \ ] ^ { | } ~.
func (hand) Plain(out []byte) []byte { return append(out, esc, 'R', 0) }

// Bits of ESC !, which sets size, bold and underline at once; font A is 0.
const (
	emphasised   = 1 << 3
	doubleHeight = 1 << 4
	doubleWidth  = 1 << 5
)

// Turn changes the style in as few bytes as there are: letters up to twice the
// cell have one command for size and bold together, which ends the line below
// as well.
func (hand) Turn(out []byte, from, to printers.Style) []byte {
	if from.Centred != to.Centred {
		out = append(out, esc, 'a', flag(to.Centred, 1)) // ESC a: only at the start of a line
	}
	if from.Inverse != to.Inverse {
		out = append(out, gs, 'B', flag(to.Inverse, 1)) // GS B: white on black
	}
	size := from.Width != to.Width || from.Height != to.Height
	if to.Width <= 2 && to.Height <= 2 && !to.Ruled && (size || from.Bold != to.Bold || from.Ruled) {
		return append(out, esc, '!', flag(to.Bold, emphasised)|flag(to.Height == 2, doubleHeight)|flag(to.Width == 2, doubleWidth))
	}
	if from.Ruled != to.Ruled {
		out = append(out, esc, '-', flag(to.Ruled, 2)) // ESC -: line of two dots below
	}
	if from.Bold != to.Bold {
		out = append(out, esc, 'E', flag(to.Bold, 1)) // ESC E: bold
	}
	if size {
		out = append(out, gs, '!', byte((to.Width-1)<<4|(to.Height-1))) // GS !: times the width and height
	}
	return out
}

func flag(on bool, value byte) byte {
	if on {
		return value
	}
	return 0
}

// Move is ESC $: the place in horizontal motion units, which are dots unless
// somebody has changed them (GS P).
func (hand) Move(out []byte, dots int) []byte {
	return append(out, esc, '$', byte(dots), byte(dots>>8))
}

// Feed is an empty line or two where that is as far, which costs a byte each,
// else ESC J.
func (h hand) Feed(out []byte, dots int) []byte {
	if n := dots / h.emptyLine(); n <= 3 && dots == n*h.emptyLine() {
		return append(out, "\n\n\n"[:n]...)
	}
	for ; dots > 0; dots -= 255 {
		out = append(out, esc, 'J', byte(min(dots, 255)))
	}
	return out
}

// Code draws a QR code with the printer's own commands, GS ( k: a picture of
// it would take seconds on a serial line.
func (h hand) Code(out []byte, c printers.Code) []byte {
	store, level := cmp.Or(h.options.QRStore, 0x30), cmp.Or(h.options.QRLevelM, 0x31)
	n := len(c.Text) + 3
	if !h.options.QRIsModel2 {
		out = append(out, gs, '(', 'k', 4, 0, 0x31, 0x41, 0x32, 0) // fn 165: model 2
	}
	out = append(
		out,
		gs, '(', 'k', 3, 0, 0x31, 0x43, byte(c.Module), // fn 167: module size
		gs, '(', 'k', 3, 0, 0x31, 0x45, level, // fn 169: level M
		gs, '(', 'k', byte(n), byte(n>>8), 0x31, 0x50, store, // fn 180: store
	)
	out = append(out, c.Text...)
	return append(out, gs, '(', 'k', 3, 0, 0x31, 0x51, store) // fn 181: print
}

// pictureRows is how many rows are sent at once: some printers have room for no
// more.
const pictureRows = 96

// Picture is GS v 0. Data must not hold what a printer obeys wherever it
// stands: DLE with EOT, ENQ or DC4 behind it gets a dot more.
func (hand) Picture(out []byte, p printers.Picture) []byte {
	for from := 0; from < p.Rows; from += pictureRows {
		rows := min(pictureRows, p.Rows-from)
		out = append(out, gs, 'v', '0', 0, byte(p.Columns), byte(p.Columns>>8), byte(rows), byte(rows>>8))
		out = Dots(out, p.Bits[from*p.Columns:(from+rows)*p.Columns])
	}
	return out
}

// Dots appends the dots of a picture, with one more wherever they would be
// obeyed as a command in real time.
func Dots(out, bits []byte) []byte {
	for _, b := range bits {
		if (b == eot || b == enq || b == dc4) && out[len(out)-1] == dle {
			b |= 0x40
		}
		out = append(out, b)
	}
	return out
}

// Logo is GS ( L fn 69: print the picture whose key is two digits.
func (h hand) Logo(out []byte, n int) []byte {
	if !h.options.LogoMemory {
		return out
	}
	if h.options.PrintLogo != nil {
		return append(out, h.options.PrintLogo(n)...)
	}
	return append(out, gs, '(', 'L', 6, 0, 0x30, 0x45, tens(n), ones(n), 1, 1)
}

// Fence is GS r, which is answered in the order of the stream.
func (h hand) Fence(out []byte) []byte {
	if !h.options.fenced() {
		return out
	}
	return append(out, gs, 'r', 1)
}

// Close feeds and cuts, and asks for the confirmation.
func (h hand) Close(out []byte, id printers.JobID) []byte {
	if h.options.Ending != nil {
		out = append(out, h.options.Ending...)
	} else {
		out = h.cut(out)
	}
	switch h.options.Confirmation {
	case printers.ByID:
		d := digits(id)
		out = append(out, gs, '(', 'H', 6, 0, 0x30, 0x30) // fn 48: answer when all before is printed
		out = append(out, d[:]...)
	case printers.ByOrder:
		out = append(out, gs, 'r', 1)
	case printers.ByCounter, printers.ByPresenter, printers.NoConfirmation:
		// Nothing to ask for: the first is another language, the second is
		// told by the sensor in the mouth.
	}
	return out
}

func (h hand) cut(out []byte) []byte {
	if h.options.Cut != nil {
		return append(out, h.options.Cut...)
	}
	kind := byte(0x42) // GS V B: feed to the blade and n dots on, leave a point
	if h.options.FullCut {
		kind = 0x41
	}
	return append(out, gs, 'V', kind, h.options.CutFeed)
}

// digits writes an id as the four printable bytes the command allows.
func digits(id printers.JobID) [4]byte {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	var d [4]byte
	n := uint32(id) % printers.IDs
	for i := 3; i >= 0; i-- {
		d[i] = alphabet[n%36]
		n /= 36
	}
	return d
}

// undigits reads what digits wrote.
func undigits(d [4]byte) (printers.JobID, bool) {
	var n uint32
	for _, c := range d {
		switch {
		case c >= '0' && c <= '9':
			n = n*36 + uint32(c-'0')
		case c >= 'A' && c <= 'Z':
			n = n*36 + uint32(c-'A') + 10
		default:
			return 0, false
		}
	}
	return printers.JobID(n), true
}
