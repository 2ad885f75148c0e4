package printertest

import (
	"slices"
	"strconv"
)

// customStatus is CUSTOM's full status: 10 0F and four bytes. The lock is held.
func (p *Printer) customStatus() []byte {
	f := p.faults
	status := []byte{
		bit(f[PaperOut], 0) | bit(f[NearEnd] || f[PaperOut], 2) | bit(p.mouth, 5),
		bit(f[CoverOpen], 0) | bit(f[CoverOpen], 1) | bit(p.spooling(), 2),
		bit(f[HeadHot], 0) | bit(f[Jam], 6),
		bit(f[CutterError], 0),
	}
	if p.config.WithoutHeader {
		return status
	}
	return append([]byte{0x10, 0x0f}, status...)
}

// spooling tells whether there is something to print. The lock is held.
func (p *Printer) spooling() bool { return len(p.waiting) > 0 || !p.machine.paper.empty() }

// news sends the status if it is not what was sent last. The lock is held.
func (p *Printer) news() {
	if p.machine.language != Custom || p.machine.pushMask == 0 {
		return
	}
	if now := p.customStatus(); !slices.Equal(now, p.told) {
		p.told = now
		p.send(now)
	}
}

// present pushes a slip into the mouth; one that still waits there falls out
// first. The lock is held.
func (p *Printer) present() {
	if p.mouth {
		p.mouth = false
		p.news()
	}
	if p.faults[Silent] {
		return // the sensor is blind
	}
	p.mouth = true
	p.sign("presented")
	p.news()
}

// Take is a citizen who pulls the slip out of the mouth of a printer with a
// presenter. It tells whether there was one.
func (p *Printer) Take() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	had := p.mouth
	p.mouth = false
	p.news()
	p.changed()
	return had
}

// Retract draws the slip in the mouth back, as the printer does by itself when
// nobody takes it. It tells whether there was one.
func (p *Printer) Retract() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	had := p.mouth
	if had {
		p.retracted++
	}
	p.mouth = false
	p.news()
	p.changed()
	return had
}

// count answers GS E1 to GS E5 as CUSTOM's printers do: a text without an end.
// The lock is held.
func (p *Printer) count(n byte) {
	switch n {
	case 0xe1:
		p.send([]byte("510cm"))
	case 0xe2:
		p.send([]byte(strconv.Itoa(p.serial) + "cuts"))
	case 0xe3:
		p.send([]byte("38890cm"))
	case 0xe4:
		p.send([]byte(strconv.Itoa(p.retracted) + "ret"))
	case 0xe5:
		p.send([]byte("12on"))
	}
}

// customLength returns the length of the commands CUSTOM has and Epson has
// not, or lies otherwise.
func customLength(c []byte) (n int, known, own bool) {
	if len(c) < 2 {
		return 0, false, false
	}
	switch {
	case c[0] == 0x1c && c[1] == 'P':
		return 6, true, true
	case c[0] == 0x1c && c[1] == 0x93:
		return 8, true, true
	case c[0] == 0x1c && c[1] == 0x94:
		if len(c) < 10 {
			return 0, false, true
		}
		return 26 + (int(c[4])|int(c[5])<<8)/8*(int(c[6])|int(c[7])<<8) + 1, true, true
	case c[0] == 0x1d && c[1] == 'e':
		if len(c) < 3 {
			return 0, false, true
		}
		if c[2] == 3 {
			return 4, true, true
		}
		return 3, true, true
	case c[0] == 0x1d && c[1] >= 0xe1 && c[1] <= 0xe5:
		return 2, true, true
	}
	return 0, false, false
}

// custom obeys the commands CUSTOM has and Epson has not.
func (m *machine) custom(c []byte) (e effect, own bool) {
	switch {
	case c[0] == 0x1c && c[1] == 'P':
		e = m.cut(0)
		e.present = e.cut
		return e, true
	case c[0] == 0x1c && (c[1] == 0x93 || c[1] == 0x94):
		return m.customLogo(c), true
	case c[0] == 0x1d && c[1] == 'e':
		return effect{present: c[2] == 3}, true
	case c[0] == 0x1d && c[1] == 0xe0:
		m.pushMask = c[2]
		return effect{pushed: c[2] != 0}, true
	case c[0] == 0x1d && c[1] >= 0xe1 && c[1] <= 0xe5:
		return effect{count: c[1]}, true
	}
	return effect{}, false
}

// Become makes the printer one of another language, as if a technician had
// changed the machine on the cable: the line goes and comes back, and what was
// not printed is lost.
func (p *Printer) Become(l Language) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l == p.machine.language {
		return nil
	}
	out := p.faults[CableOut]
	if !out {
		if err := p.apply(Fault{Kind: CableOut, On: true}); err != nil {
			return err
		}
	}
	p.forget()
	p.machine.language, p.machine.pushMask = l, 0
	p.machine.reset()
	p.ends, p.ended, p.told, p.mouth = 0, false, nil, false
	if out {
		return nil
	}
	return p.apply(Fault{Kind: CableOut})
}

// Language returns what the printer speaks.
func (p *Printer) Language() Language {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.machine.language
}
