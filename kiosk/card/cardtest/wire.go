package cardtest

import (
	"context"
	"time"

	"balcao/kiosk/card"
)

// Speeds of a contact card in bits per second: at 4 MHz, with TA1 = 96 and
// with TA1 = 95.
const (
	FastWire = 250_000
	SlowWire = 125_000
)

// bitsPerByte is what T=1 sends for a byte: start, eight bits, parity, and a
// guard time of two (ISO/IEC 7816-3 §7.2).
const bitsPerByte = 12

// OnWire is how long a number of bytes takes on the contacts of a card.
func OnWire(bytes, bitsPerSecond int) time.Duration {
	return time.Duration(bytes) * bitsPerByte * time.Second / time.Duration(bitsPerSecond)
}

// Wire is a Transmitter that takes as long as the contacts of a real card do,
// without the time a chip thinks.
type Wire struct {
	// Over is where commands go.
	Over card.Transmitter
	// BitsPerSecond is how fast, for instance FastWire.
	BitsPerSecond int
}

// Transmit sends the command on and returns when its last bit would have
// arrived.
func (w *Wire) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	answer, err := w.Over.Transmit(ctx, command)
	if err != nil {
		return nil, err
	}
	t := time.NewTimer(OnWire(len(command)+len(answer), w.BitsPerSecond))
	defer t.Stop()
	select {
	case <-t.C:
		return answer, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Slow makes c take as long for each command as its bytes take on contacts of
// that speed, whatever reader it is put into.
func Slow(c *Card, bitsPerSecond int) *Card {
	quick := *c
	quick.Reset()
	c.odd = func(apdu []byte) []byte {
		answer := quick.Answer(apdu)
		<-time.NewTimer(OnWire(len(apdu)+len(answer), bitsPerSecond)).C
		return answer
	}
	return c
}
