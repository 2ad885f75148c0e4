package escpos

import "balcao/printers"

// firstLogo is the number of the first picture that is stored by us: below are
// those that technicians put there by hand.
const firstLogo = 91

// KeepsLogos tells whether the model keeps pictures under keys.
func (d *Dialect) KeepsLogos() bool { return d.options.LogoMemory }

// LogoNumber is 91 and on: the key of two digits.
func (d *Dialect) LogoNumber(i int) int { return firstLogo + i }

// StoreLogos is GS ( L fn 67 for each: define NV graphics in raster format, one
// colour, in place of what has the same key.
func (d *Dialect) StoreLogos(pictures []printers.Picture) []byte {
	var out []byte
	for i, p := range pictures {
		n, size := d.LogoNumber(i), 11+len(p.Bits)
		width := 8 * p.Columns
		out = append(
			out,
			gs, '(', 'L', byte(size), byte(size>>8), 0x30, 0x43, 0x30, tens(n), ones(n), 1,
			byte(width), byte(width>>8), byte(p.Rows), byte(p.Rows>>8), 0x31,
		)
		out = Dots(out, p.Bits)
	}
	return out
}

// AskLogos is GS ( L fn 64: the list of keys, 37 72 … 00, and the printer waits
// until it is told that it was heard.
func (d *Dialect) AskLogos() []byte { return []byte{gs, '(', 'L', 4, 0, 0x30, 0x40, 'K', 'C'} }

// HeardLogos is ACK: the end, or the next forty keys.
func (d *Dialect) HeardLogos() []byte { return []byte{ack} }

func tens(n int) byte { return byte('0' + n/10%10) }
func ones(n int) byte { return byte('0' + n%10) }

// logos reads 37 72 status keys 00, the list of keys; 41h says that more follow.
func (p *Parser) logos() printers.Event {
	const most = 3 + 80 + 1
	last := len(p.block) - 1
	switch {
	case len(p.block) < 4:
		return nil
	case p.block[last] != 0 && len(p.block) < most:
		return nil
	case p.block[last] != 0 || len(p.block)%2 != 0 || p.block[2]&^1 != 0x40:
		return p.discard()
	}
	kept := printers.LogosKept{More: p.block[2] == 0x41}
	for i := 3; i < last; i += 2 {
		a, b := p.block[i], p.block[i+1]
		if a >= '0' && a <= '9' && b >= '0' && b <= '9' { // others are not ours
			kept.Numbers = append(kept.Numbers, int(a-'0')*10+int(b-'0'))
		}
	}
	p.block = p.block[:0]
	return kept
}
