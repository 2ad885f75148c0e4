package card

import "fmt"

// ATR is what a card says about itself when it gets power (ISO/IEC 7816-3 §8):
// the part of it that changes how we talk to the card.
type ATR struct {
	// T0 and T1 say which protocols the card offers.
	T0, T1 bool
	// IFSC is the largest block the card takes on T=1, 32 when it does not say.
	IFSC int
	// Historical are up to 15 bytes in which a maker describes the card.
	Historical []byte
}

// ParseATR decodes an ATR and checks its length and check byte. The error is
// ErrMute for an empty one and ErrGarbled for a wrong one. Never decide by the
// ATR alone which card it is: cards of one kind differ, and others share it.
func ParseATR(b []byte) (ATR, error) {
	if len(b) == 0 {
		return ATR{}, fmt.Errorf("no ATR: %w", ErrMute)
	}
	if len(b) < 2 || len(b) > 33 || b[0] != 0x3B && b[0] != 0x3F {
		return ATR{}, fmt.Errorf("ATR of %d bytes: %w", len(b), ErrGarbled)
	}
	a := ATR{IFSC: 32}
	at, follows, checked := 2, b[1]>>4, false
	protocol, first := byte(0), true
	for level := 1; follows != 0; level++ {
		for bit := byte(1); bit <= 8; bit <<= 1 {
			if follows&bit == 0 {
				continue
			}
			if at >= len(b) {
				return ATR{}, fmt.Errorf("ATR ends early: %w", ErrGarbled)
			}
			x := b[at]
			at++
			switch {
			case bit == 1 && level > 2 && protocol == 1 && a.IFSC == 32:
				a.IFSC = int(x)
			case bit == 8:
				protocol = x & 0x0F
				a.T0 = a.T0 || protocol == 0
				a.T1 = a.T1 || protocol == 1
				checked = checked || protocol != 0
				first = false
			}
		}
		if follows&8 == 0 {
			break
		}
		follows = b[at-1] >> 4
	}
	if first {
		a.T0 = true
	}
	n := int(b[1] & 0x0F)
	want := at + n
	if checked {
		want++
	}
	if len(b) < want {
		return ATR{}, fmt.Errorf("ATR of %d bytes, %d announced: %w", len(b), want, ErrGarbled)
	}
	if checked {
		var sum byte
		for _, x := range b[1:want] {
			sum ^= x
		}
		if sum != 0 {
			return ATR{}, fmt.Errorf("check byte of the ATR: %w", ErrGarbled)
		}
	}
	a.Historical = b[at : at+n]
	return a, nil
}
