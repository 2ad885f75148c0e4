package printertest

import (
	"golang.org/x/text/encoding/charmap"
)

// machine is the printing part: it obeys the bytes of the stream, in order,
// and lays letters on paper. It knows neither time nor cable: what takes time
// or must be answered is returned as an effect.
type machine struct {
	language Language
	dots     int
	// qrAsEpson is for CUSTOM's models that count QR functions as Epson does
	qrAsEpson bool
	paper     Paper

	pending []byte // a command that is not whole yet

	// modes, reset by ESC @
	size      byte
	bold      bool
	inverse   bool
	ruled     bool
	align     byte
	spacing   int
	area      int // dots of the line (GS W)
	page      byte
	pages     map[byte]*charmap.Charmap // nil for the usual numbers
	kanji     bool
	row       []Cell
	rowWidth  int
	qr        []byte
	qrModule  int
	qrModel   byte
	pushMask  byte // GS a
	documents int  // StarPRNT's counter
	logos     logoMemory
	asianHead bool // a model that starts in Kanji mode
}

// effect is what a command causes outside of the paper.
type effect struct {
	advance  int  // dots of paper moved
	cut      bool // the paper is cut; take it
	reply    []byte
	id       string // a process id whose time has come
	pushed   bool   // status push was just turned on
	end      bool   // Star's ETB
	document bool   // the end of a document in StarPRNT
	present  bool   // a slip goes into the mouth
	count    byte   // which of CUSTOM's counters is asked for
}

func newMachine(dots int) *machine {
	m := &machine{dots: dots}
	m.reset()
	m.paper.Dots = dots
	return m
}

// reset is ESC @ without the paper.
func (m *machine) reset() {
	m.size, m.bold, m.inverse, m.ruled = 0, false, false, false
	m.align, m.spacing, m.page, m.kanji, m.area = 0, 30, 0, m.asianHead, m.dots
	m.row, m.rowWidth = nil, 0
	m.qr, m.qrModule, m.qrModel = nil, 3, '2'
}

// forget drops a command that is not whole, the line not printed and all
// modes.
func (m *machine) forget() {
	m.pending = nil
	m.reset()
}

// take hands out the paper and begins a new one.
func (m *machine) take() Paper {
	p := m.paper
	m.paper = Paper{Dots: m.dots}
	return p
}

// obey takes the next byte of the stream.
func (m *machine) obey(b byte) effect {
	if m.logos.listed { // whatever comes is the answer to the list
		m.logos.listed = false
		if b == 0x06 || b == 0x15 || b == 0x18 {
			return effect{}
		}
	}
	if len(m.pending) > 0 {
		m.pending = append(m.pending, b)
		n, known := m.length(m.pending)
		if !known || len(m.pending) < n {
			return effect{}
		}
		command := m.pending
		m.pending = nil
		return m.command(command)
	}
	if m.language.star() && b != 0x1b && b < 0x20 && b != '\n' {
		m.expand(b)
		return effect{end: b == 0x17}
	}
	switch b {
	case 0x1b, 0x1c, 0x1d, 0x10:
		m.pending = append(m.pending, b)
	case '\n':
		return m.printRow()
	case '\t':
		return m.letter(' ')
	default:
		if b >= 0x20 {
			return m.letter(b)
		}
	}
	return effect{}
}

func (m *machine) command(c []byte) effect {
	switch m.language {
	case Star, StarPRNT:
		return m.star(c)
	case Custom:
		if e, own := m.custom(c); own {
			return e
		}
	case ESCPOS:
	}
	switch c[0] {
	case 0x1b:
		return m.esc(c)
	case 0x1c:
		switch c[1] {
		case '.':
			m.kanji = false
		case '&':
			m.kanji = true
		}
	case 0x1d:
		return m.gs(c)
	}
	return effect{} // DLE commands were obeyed when they arrived
}

func (m *machine) esc(c []byte) effect {
	switch c[1] {
	case '@':
		m.reset()
	case '!':
		m.bold, m.ruled = c[2]&8 != 0, c[2]&128 != 0
		m.size = c[2]>>5&1<<4 | c[2]>>4&1
	case 'E', 'G':
		m.bold = c[2]&1 != 0
	case '-':
		m.ruled = c[2] != 0 && c[2] != '0'
	case 'a':
		if len(m.row) == 0 {
			m.align = c[2] & 3
		}
	case '$':
		m.move(int(c[2]) | int(c[3])<<8)
	case 't':
		m.page = c[2]
	case '3':
		m.spacing = int(c[2])
	case '2':
		m.spacing = 30
	case 'J':
		e := m.printPending()
		m.paper.Height += int(c[2])
		e.advance += int(c[2])
		return e
	case 'd':
		e := m.printPending()
		m.paper.Height += int(c[2]) * m.spacing
		e.advance += int(c[2]) * m.spacing
		return e
	case 'i', 'm':
		return m.cut(0)
	}
	return effect{}
}

func (m *machine) gs(c []byte) effect {
	switch c[1] {
	case '!':
		m.size = c[2] & 0x77
	case 'W': // the area starts at the left edge
		m.area = min(m.dots, int(c[2])|int(c[3])<<8)
	case 'B':
		m.inverse = c[2]&1 != 0
	case 'V':
		feed := 0
		if len(c) == 4 {
			feed = int(c[3])
		}
		return m.cut(feed)
	case 'a':
		m.pushMask = c[2]
		return effect{pushed: c[2] != 0}
	case 'r':
		return effect{reply: []byte{0x00}}
	case 'I':
		return effect{reply: identity(m.language, c[2])}
	case 'v':
		return m.raster(c)
	case '(':
		return m.extended(c)
	}
	return effect{}
}

func identity(l Language, n byte) []byte {
	text := func(s string) []byte { return append(append([]byte{0x5f}, s...), 0) }
	switch n {
	case 1, '1':
		return []byte{0x20}
	case 2, '2':
		return []byte{0x02} // has a cutter
	case 3, '3':
		return []byte{0x01}
	case 0x41:
		return text("1.00")
	case 0x42:
		return text("BALCAO")
	case 0x43:
		if l == Custom {
			return text("SIMULATED-P")
		}
		return text("SIMULATED")
	case 0x44:
		return text("SIM000001")
	}
	return nil
}

// extended obeys GS ( k and GS ( H.
func (m *machine) extended(c []byte) effect {
	body := c[5:]
	switch {
	case c[2] == 'L':
		return m.graphics(body)
	case c[2] == 'H' && len(body) == 6 && body[0] == 0x30 && body[1] == 0x30:
		return effect{id: string(body[2:6])}
	case c[2] == 'k' && len(body) >= 3 && body[0] == 0x31:
		switch body[1] {
		case 0x43:
			m.qrModule = max(1, min(16, int(body[2])))
		case 0x50:
			if body[2] == m.qrMode() {
				m.qr = append([]byte(nil), body[3:]...)
			}
		case 0x51:
			if body[2] == m.qrMode() {
				return m.code()
			}
		}
	}
	return effect{}
}

// qrMode is the m that stores and prints a QR code: CUSTOM counts from 31h on.
func (m *machine) qrMode() byte {
	if m.language == Custom && !m.qrAsEpson {
		return 0x31
	}
	return 0x30
}

func (m *machine) letter(b byte) effect {
	w, h := column*(int(m.size>>4)+1), 2*column*(int(m.size&7)+1)
	var e effect
	if m.rowWidth+w > m.area {
		e = m.printRow()
	}
	m.row = append(m.row, Cell{Rune: m.rune(b), X: m.rowWidth, Width: w, Height: h, Bold: m.bold, Inverse: m.inverse, Ruled: m.ruled})
	m.rowWidth += w
	return e
}

// move goes on at a place of the line, in dots; one beyond the area is
// ignored.
func (m *machine) move(dots int) {
	if dots <= m.area {
		m.rowWidth = dots
	}
}

// rune reads a byte in the code page that is set, by Epson's numbers.
func (m *machine) rune(b byte) rune {
	if b < 0x80 {
		return rune(b)
	}
	if m.kanji {
		return '漢'
	}
	if m.pages != nil {
		if table := m.pages[m.page]; table != nil {
			return table.DecodeByte(b)
		}
		return '\ufffd'
	}
	if m.language.star() {
		return starRune(m.page, b)
	}
	switch m.page {
	case 0:
		return charmap.CodePage437.DecodeByte(b)
	case 2:
		return charmap.CodePage850.DecodeByte(b)
	case 3:
		return charmap.CodePage860.DecodeByte(b)
	case 16:
		return charmap.Windows1252.DecodeByte(b)
	case 19:
		return charmap.CodePage858.DecodeByte(b)
	}
	return '\ufffd'
}

func (m *machine) left(width int) int {
	switch m.align {
	case 1:
		return (m.area - width) / 2
	case 2:
		return m.area - width
	}
	return 0
}

func (m *machine) add(i Item, advance int) effect {
	i.Y = m.paper.Height
	m.paper.Items = append(m.paper.Items, i)
	m.paper.Height += advance
	return effect{advance: advance}
}

// printRow prints the line and feeds by its height, or by the line spacing
// if that is more.
func (m *machine) printRow() effect {
	if len(m.row) == 0 {
		m.paper.Height += m.spacing
		return effect{advance: m.spacing}
	}
	height := 0
	for _, c := range m.row {
		height = max(height, c.Height)
	}
	shift := m.left(m.rowWidth)
	for i := range m.row {
		m.row[i].X += shift
	}
	item := Item{X: shift, Width: m.rowWidth, Height: height, Cells: m.row}
	m.row, m.rowWidth = nil, 0
	return m.add(item, max(height, m.spacing))
}

// printPending prints a line that has begun, as feeds do.
func (m *machine) printPending() effect {
	if len(m.row) == 0 {
		return effect{}
	}
	return m.printRow()
}

func (m *machine) code() effect {
	if len(m.qr) == 0 {
		return effect{}
	}
	e := m.printPending()
	side := m.qrModule * modules(string(m.qr))
	if side == 0 || side > m.dots {
		return e
	}
	printed := m.add(Item{X: m.left(side), Width: side, Height: side, QR: string(m.qr), Module: m.qrModule}, side)
	printed.advance += e.advance
	return printed
}

func (m *machine) raster(c []byte) effect {
	e := m.printPending()
	width, height := 8*(int(c[4])+int(c[5])<<8), int(c[6])+int(c[7])<<8
	printed := m.add(Item{X: m.left(min(width, m.dots)), Width: width, Height: height, Raster: append([]byte(nil), c[8:]...)}, height)
	printed.advance += e.advance
	return printed
}

// bladeDots is how far the blade is behind the head: 16 mm.
const bladeDots = 128

func (m *machine) cut(feed int) effect {
	e := m.printPending()
	if m.paper.empty() {
		return e // cutting blank paper makes no slip
	}
	m.paper.Height += bladeDots + feed
	e.advance += bladeDots + feed
	e.cut = true
	return e
}
