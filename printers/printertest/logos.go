package printertest

import "slices"

// logoMemory is the flash of a printer: pictures by number. It outlives resets
// and power cuts.
type logoMemory struct {
	pictures map[int]Item
	writes   int  // how often it was written: flash wears out
	none     bool // there is no such memory
	listed   bool // the list of keys was sent, and the printer waits to hear that it arrived
}

func (l *logoMemory) put(n int, i Item) {
	if l.pictures == nil {
		l.pictures = map[int]Item{}
	}
	l.pictures[n] = i
	l.writes++
}

// keys is the answer to GS ( L fn 64: the keys of two digits, in order.
func (l *logoMemory) keys() []byte {
	var numbers []int
	for n := range l.pictures {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	out := []byte{0x37, 0x72, 0x40}
	for _, n := range numbers {
		out = append(out, byte('0'+n/10), byte('0'+n%10))
	}
	return append(out, 0)
}

// graphics obeys GS ( L: 67 defines, 69 prints, 66 deletes, 64 lists.
func (m *machine) graphics(body []byte) effect {
	if len(body) < 4 || body[0] != 0x30 || m.logos.none {
		return effect{}
	}
	key := func(at int) int { return int(body[at]-'0')*10 + int(body[at+1]-'0') }
	switch {
	case body[1] == 0x40 && string(body[2:]) == "KC":
		m.logos.listed = true
		return effect{reply: m.logos.keys()}
	case body[1] == 0x42:
		delete(m.logos.pictures, key(2))
	case body[1] == 0x43 && len(body) > 11 && body[2] == 0x30 && body[5] == 1:
		width, height := int(body[6])|int(body[7])<<8, int(body[8])|int(body[9])<<8
		if data := body[11:]; width%8 == 0 && len(data) == width/8*height {
			m.logos.put(key(3), Item{Width: width, Height: height, Raster: slices.Clone(data)})
		}
	case body[1] == 0x45:
		return m.logo(key(2))
	}
	return effect{}
}

// logo prints a picture from the memory; one that is not there prints nothing.
func (m *machine) logo(n int) effect {
	i, known := m.logos.pictures[n]
	if !known {
		return effect{}
	}
	e := m.printPending()
	i.X = m.left(min(i.Width, m.dots))
	printed := m.add(i, i.Height)
	printed.advance += e.advance
	return printed
}

// customLogo obeys CUSTOM's 1C 94, which stores, and 1C 93, which prints.
func (m *machine) customLogo(c []byte) effect {
	n := int(c[2])<<8 | int(c[3])
	if c[1] == 0x93 {
		return m.logo(n)
	}
	width, height := int(c[4])|int(c[5])<<8, int(c[6])|int(c[7])<<8
	if width%16 == 0 && c[len(c)-1] == 0x3e {
		m.logos.put(n, Item{Width: width, Height: height, Raster: slices.Clone(c[26 : len(c)-1])})
	}
	return effect{}
}

// register obeys Star's ESC FS q: all pictures at once, in columns of bytes.
func (m *machine) register(c []byte) effect {
	m.logos.pictures = nil
	at := 4
	for n := range int(c[3]) {
		wide, high := int(c[at])|int(c[at+1])<<8, int(c[at+2])|int(c[at+3])<<8
		data := c[at+4 : at+4+8*wide*high]
		rows := make([]byte, wide*8*high)
		for x := range 8 * wide {
			for y := range 8 * high {
				if data[x*high+y/8]&(0x80>>(y%8)) != 0 {
					rows[y*wide+x/8] |= 0x80 >> (x % 8)
				}
			}
		}
		m.logos.put(n+1, Item{Width: 8 * wide, Height: 8 * high, Raster: rows})
		at += 4 + len(data)
	}
	m.reset()
	m.pushMask = 0
	return effect{}
}

// registerLength is how long ESC FS q is.
func registerLength(c []byte) (int, bool) {
	if len(c) < 4 {
		return 0, false
	}
	at := 4
	for range int(c[3]) {
		if len(c) < at+4 {
			return 0, false
		}
		at += 4 + 8*(int(c[at])|int(c[at+1])<<8)*(int(c[at+2])|int(c[at+3])<<8)
	}
	return at, true
}

// LoseLogos empties the printer's memory of pictures, as a technician's reset or
// a new board does.
func (p *Printer) LoseLogos() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.machine.logos.pictures = nil
	p.changed()
}

// Logos tells how many pictures the printer keeps in its memory.
func (p *Printer) Logos() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.machine.logos.pictures)
}

// LogoWrites tells how often a picture was written into the memory, which wears
// out.
func (p *Printer) LogoWrites() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.machine.logos.writes
}
