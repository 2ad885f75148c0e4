package printertest

import "golang.org/x/text/encoding/charmap"

// Language is what a virtual printer speaks.
type Language string

// The languages there are.
const (
	// ESCPOS is Epson's, and the zero value.
	ESCPOS Language = ""
	// Star is Star Line Mode with automatic status of nine bytes.
	Star Language = "star"
	// StarPRNT is Star's newer language: the same commands on paper, and ids of
	// documents.
	StarPRNT Language = "starprnt"
	// Custom is ESC/POS as CUSTOM's kiosk printers speak it, with a presenter.
	Custom Language = "custom"
)

// starLength returns how long the Star command is that begins with c, once
// that can be told. Lengths are those of Star's Line Mode specifications.
func starLength(c []byte) (n int, known bool) {
	if len(c) < 2 {
		return 0, false
	}
	switch c[1] {
	case '@', '0', '1', '4', '5', 'E', 'F', '_':
		return 2, true
	case 'X':
		if len(c) < 4 {
			return 0, false
		}
		return 4 + 3*(int(c[2])+int(c[3])<<8), true
	case 0x1c:
		if len(c) < 3 {
			return 0, false
		}
		if c[2] == 'q' {
			return registerLength(c)
		}
		return 5, true
	case 'i', 0x16, 0x1e:
		return 4, true
	case '#':
		return len(c), len(c) > 3 && c[len(c)-2] == 0x0a && c[len(c)-1] == 0
	case 'b':
		return len(c), len(c) > 6 && c[len(c)-1] == 0x1e
	case 0x1d:
		return starGroup(c)
	}
	return 3, true
}

// starGroup is for commands that begin with ESC GS.
func starGroup(c []byte) (int, bool) {
	if len(c) < 4 {
		return 0, false
	}
	switch {
	case c[2] == 0x03:
		return 6, true
	case c[2] == ')' && len(c) < 6, c[2] == 'y' && c[3] == 'D' && len(c) < 8:
		return 0, false
	case c[2] == ')':
		return 6 + int(c[4]) + int(c[5])<<8, true
	case c[2] == 'y' && c[3] == 'D':
		return 8 + int(c[6]) + int(c[7])<<8, true
	case c[2] == 'y' && c[3] == 'S':
		return 6, true
	case c[2] == 'A', c[2] == 'R':
		return 5, true
	}
	return 4, true
}

// star obeys a Star command.
func (m *machine) star(c []byte) effect {
	switch c[1] {
	case '@':
		m.reset()
	case '4', '5':
		m.inverse = c[1] == '4'
	case 'E', 'F':
		m.bold = c[1] == 'E'
	case '-':
		m.ruled = c[2]&1 != 0
	case '0', '1':
		m.spacing = 24 // 3 mm
	case 'z':
		m.spacing = 32 // 4 mm
	case 'i':
		m.size = min(c[3], 5)<<4 | min(c[2], 5) // height comes first
	case 'I', 'J':
		dots := int(c[2])
		if c[1] == 'J' {
			dots *= 2 // quarters of a millimetre
		}
		e := m.printPending()
		m.paper.Height += dots
		e.advance += dots
		return e
	case 'a':
		e := m.printPending()
		m.paper.Height += int(c[2]) * m.spacing
		e.advance += int(c[2]) * m.spacing
		return e
	case 'd':
		return m.cut(0)
	case 'X':
		m.columns(c[4:])
	case 0x1c:
		switch c[2] {
		case 'p':
			return m.logo(int(c[3]))
		case 'q':
			return m.register(c)
		}
	case '#':
		if c[2] == '*' {
			model := "SIMULATED"
			if m.language == StarPRNT {
				model += "-PRNT"
			}
			return effect{reply: []byte("\x1b#*," + model + "Ver1.00\n\x00")}
		}
	case 0x1e:
		if c[2] == 'a' {
			m.pushMask = 0
			if c[3]&1 != 0 {
				m.pushMask = 0x0e
			}
			return effect{pushed: c[3]&1 != 0}
		}
	case 0x1d:
		return m.starSub(c)
	}
	return effect{}
}

// expand obeys SO and DC4 of Line Mode: letters twice as wide, or no wider.
func (m *machine) expand(b byte) {
	switch {
	case m.language != Star:
	case b == 0x0e:
		m.size = m.size&0x0f | 1<<4
	case b == 0x14:
		m.size &= 0x0f
	}
}

// columns prints 24 rows given as columns of three bytes, the upper dot first;
// the paper moves with the line's end.
func (m *machine) columns(data []byte) {
	width := len(data) / 3
	stride := (width + 7) / 8
	rows := make([]byte, 24*stride)
	for x := range width {
		for y := range 24 {
			if data[3*x+y/8]&(0x80>>(y%8)) != 0 {
				rows[y*stride+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	m.add(Item{Width: 8 * stride, Height: 24, Raster: rows}, 0)
}

func (m *machine) starSub(c []byte) effect {
	switch {
	case c[2] == 0x03:
		return m.document(c)
	case c[2] == 't':
		m.page = c[3]
	case c[2] == 'A':
		m.move(int(c[3]) | int(c[4])<<8)
	case c[2] == 'a' && len(m.row) == 0:
		m.align = c[3] & 3
	case c[2] == 'y' && c[3] == 'S' && c[4] == '2':
		m.qrModule = max(1, min(8, int(c[5])))
	case c[2] == 'y' && c[3] == 'D':
		m.qr = append([]byte(nil), c[8:]...)
	case c[2] == 'y' && c[3] == 'P':
		return m.code()
	}
	return effect{}
}

// document obeys ESC GS ETX s n1 n2 of StarPRNT: 0 asks for the counter of
// documents, 1 adds one and tells once all before is printed, 2 sets it to zero.
func (m *machine) document(c []byte) effect {
	if m.language != StarPRNT {
		return effect{}
	}
	switch c[3] {
	case 1:
		m.documents++
	case 2:
		m.documents = 0
		return effect{}
	}
	return effect{
		reply:    []byte{0x1b, 0x1d, 0x03, c[3], c[4], c[5], byte(m.documents), byte(m.documents >> 8)},
		document: c[3] == 1,
	}
}

// star tells whether a language is one of Star's two.
func (l Language) star() bool { return l == Star || l == StarPRNT }

// starRune reads a byte by Star's numbers of code pages.
func starRune(page, b byte) rune {
	switch page {
	case 0, 1:
		return charmap.CodePage437.DecodeByte(b)
	case 4:
		return charmap.CodePage858.DecodeByte(b)
	case 6:
		return charmap.CodePage860.DecodeByte(b)
	case 32:
		return charmap.Windows1252.DecodeByte(b)
	}
	return '\ufffd'
}

// starStatus is Star's automatic status, nine bytes. The lock is held.
func (p *Printer) starStatus() []byte {
	f := p.faults
	near := f[NearEnd] || f[PaperOut]
	return []byte{
		0x23, // nine bytes follow one another, this one counted
		0x06,
		bit(p.ended, 1) | bit(p.offline(), 3) | bit(f[CoverOpen], 5),
		bit(f[Jam], 2) | bit(f[CutterError], 3) | bit(f[HeadHot], 6),
		0,
		bit(near, 1) | bit(near, 2) | bit(f[PaperOut], 3),
		0,
		byte(p.ends&7<<1 | p.ends>>3&3<<5),
		0,
	}
}

// starAtOnce obeys what a Star printer obeys on receipt. That CAN is among it
// is our assumption. The lock is held.
func (p *Printer) starAtOnce(last byte, three []byte) {
	switch {
	case last == 0x18:
		p.forget()
		p.ends, p.ended = 0, false
	case string(three) == "\x1b\x06\x01":
		p.send(p.starStatus())
	}
}

// end executes ETB: all before it is on paper. The lock is held.
func (p *Printer) end() {
	if p.faults[Silent] {
		return
	}
	p.ends, p.ended = (p.ends+1)%32, true
	p.sign("ETB")
	p.push()
}

// sign notes that the last paper was confirmed. The lock is held.
func (p *Printer) sign(id string) {
	if n := len(p.papers); n > 0 && p.papers[n-1].ID == "" {
		p.papers[n-1].ID = id
		p.changed()
	}
}
