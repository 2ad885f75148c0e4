package star

import "balcao/printers"

// KeepsLogos tells whether the model keeps pictures.
func (d *Dialect) KeepsLogos() bool { return d.options.LogoMemory }

// LogoNumber is 1 and on: pictures are registered together and numbered in
// their order.
func (d *Dialect) LogoNumber(i int) int { return 1 + i }

// StoreLogos is ESC FS q: all pictures at once, in place of all that was there,
// in columns of eight dots a byte from the top. The printer begins anew after
// that, and is told its greeting again. CAN among the dots gets a dot more.
func (d *Dialect) StoreLogos(pictures []printers.Picture) []byte {
	if len(pictures) == 0 {
		return nil
	}
	out := []byte{esc, fs, 'q', byte(len(pictures))}
	for _, p := range pictures {
		wide, high := beside(p.Columns), beside((p.Rows+7)/8)
		out = append(out, byte(wide), byte(wide>>8), byte(high), byte(high>>8))
		for x := range 8 * wide {
			for part := range high {
				var b byte
				for bit := range 8 {
					if y := 8*part + bit; y < p.Rows && x < 8*p.Columns && p.Bits[y*p.Columns+x/8]&(0x80>>(x%8)) != 0 {
						b |= 0x80 >> bit
					}
				}
				if b == can || b == ack && out[len(out)-1] == esc {
					b |= 0x40
				}
				out = append(out, b)
			}
		}
	}
	return append(out, d.Greeting()...)
}

// beside is n, or one more where it would be written as CAN.
func beside(n int) int {
	if byte(n) == can {
		return n + 1
	}
	return n
}

// AskLogos is nil: no command is documented that tells what is registered.
func (d *Dialect) AskLogos() []byte { return nil }

// HeardLogos is nil, too.
func (d *Dialect) HeardLogos() []byte { return nil }
