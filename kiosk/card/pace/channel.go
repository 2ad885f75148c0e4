package pace

import (
	"context"
	"crypto/subtle"
	"fmt"

	"balcao/kiosk/card"
)

// ErrChannel says that what came back over a channel is not what the card sent:
// the channel is over, and nothing of it may be used. It is a card.ErrGarbled.
var ErrChannel = fmt.Errorf("protected answer was changed or is none: %w", card.ErrGarbled)

// MostRead is how many bytes a protected READ BINARY may ask for, so that the
// answer still fits a short one.
const MostRead = 223

// Channel is secure messaging (ICAO 9303-11 §9.8) over a card: each command is
// encrypted and authenticated, each answer checked and opened. It is a
// card.Transmitter for plain commands. The first fault ends it for ever: a
// reader that goes on after a wrong MAC reads what anybody puts there.
//
// A Channel is not safe for concurrent use.
type Channel struct {
	over    card.Transmitter
	ciphers ciphers
	counter []byte // the send sequence counter, one step before the next message
	fault   error
}

var _ card.Transmitter = (*Channel)(nil)

// ciphers are the two ways of §9.8.6: 3DES and AES.
type ciphers interface {
	blockSize() int
	// encrypt and decrypt work in place on whole blocks.
	encrypt(counter, blocks []byte)
	decrypt(counter, blocks []byte)
	// mac authenticates whole blocks behind the counter, in 8 bytes.
	mac(counter, blocks []byte) []byte
	wipe()
}

// NewChannel makes a channel with the keys of PACE or of Chip Authentication,
// which it copies; the counter begins at zero (§9.8.6.3).
func NewChannel(over card.Transmitter, keys *Keys) (*Channel, error) {
	c, err := newAES(keys)
	if err != nil {
		return nil, fmt.Errorf("channel: %w", err)
	}
	return &Channel{over: over, ciphers: c, counter: make([]byte, c.blockSize())}, nil
}

// Wipe zeroes the keys and ends the channel. It may be called twice, and on nil.
func (c *Channel) Wipe() {
	if c == nil {
		return
	}
	c.end(ErrChannel)
}

func (c *Channel) end(why error) {
	if c.fault == nil {
		c.fault = why
		c.ciphers.wipe()
	}
	clear(c.counter)
}

// Transmit sends a plain command through the channel and returns the plain
// answer. It fails with ErrChannel, with a card.StatusError when the card drops
// the channel, or as the card does; then the channel is over.
func (c *Channel) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if c.fault != nil {
		return nil, c.fault
	}
	protected, err := c.protect(command)
	if err != nil {
		return nil, err
	}
	answer, err := c.over.Transmit(ctx, protected)
	if err != nil {
		c.end(err)
		return nil, err
	}
	plain, err := c.open(answer)
	if err != nil {
		c.end(err)
		return nil, err
	}
	return plain, nil
}

// protect makes the protected form of a command (§9.8.4).
func (c *Channel) protect(command []byte) ([]byte, error) {
	plain, err := card.ParseCommand(command)
	if err != nil {
		return nil, err
	}
	var objects []byte
	step(c.counter)
	if len(plain.Data) > 0 {
		sealed := pad(plain.Data, c.ciphers.blockSize())
		c.ciphers.encrypt(c.counter, sealed)
		if plain.Instruction&1 == 0 {
			objects = object(0x87, append([]byte{1}, sealed...))
		} else {
			objects = object(0x85, sealed)
		}
	}
	if plain.Instruction == 0xB0 && plain.Le > MostRead {
		plain.Le = MostRead // whoever reads asks again for what is missing
	}
	if plain.Le > 0 {
		objects = append(objects, object(0x97, []byte{byte(plain.Le)})...)
	}
	out := card.Command{Class: plain.Class | 0x0C, Instruction: plain.Instruction, P1: plain.P1, P2: plain.P2, Le: 256}
	input := pad([]byte{out.Class, out.Instruction, out.P1, out.P2}, c.ciphers.blockSize())
	if len(objects) > 0 {
		input = append(input, pad(objects, c.ciphers.blockSize())...)
	}
	out.Data = append(objects, object(0x8E, c.ciphers.mac(c.counter, input))...)
	if len(out.Data) > 255 {
		return nil, fmt.Errorf("protected command of %d bytes: %w", len(out.Data), card.ErrGarbled)
	}
	return out.Bytes(false), nil
}

// open checks an answer and gives its plain form (§9.8.5): the status word is
// that inside the channel, which nobody can have changed.
func (c *Channel) open(answer []byte) ([]byte, error) {
	defer clear(answer)
	response, err := card.ParseResponse(answer)
	if err != nil {
		return nil, err
	}
	step(c.counter)
	if len(response.Data) == 0 && response.SW != 0x9000 {
		return nil, fmt.Errorf("the card drops the channel: %w: %w", ErrChannel, card.StatusError{SW: response.SW})
	}
	parts, err := cutAnswer(response.Data)
	if err != nil {
		return nil, err
	}
	want := c.ciphers.mac(c.counter, pad(parts.covered, c.ciphers.blockSize()))
	if subtle.ConstantTimeCompare(want, parts.mac) != 1 {
		return nil, fmt.Errorf("its MAC is wrong: %w", ErrChannel)
	}
	if parts.sealed == nil {
		return append([]byte(nil), parts.status...), nil
	}
	block := c.ciphers.blockSize()
	if len(parts.sealed) == 0 || len(parts.sealed)%block != 0 {
		return nil, fmt.Errorf("%d encrypted bytes: %w", len(parts.sealed), ErrChannel)
	}
	plain := append(make([]byte, 0, len(parts.sealed)+2), parts.sealed...)
	c.ciphers.decrypt(c.counter, plain)
	n, ok := unpad(plain, block)
	if !ok {
		clear(plain)
		return nil, fmt.Errorf("its padding is wrong: %w", ErrChannel)
	}
	clear(plain[n:])
	return append(plain[:n], parts.status...), nil
}

// answerParts are the data objects of a protected answer; they alias it.
type answerParts struct {
	sealed  []byte // nil without data
	status  []byte
	mac     []byte
	covered []byte // what the MAC stands for
}

// cutAnswer takes a protected answer apart: 87 or 85, 99, 8E, in this order and
// nothing else.
func cutAnswer(b []byte) (p answerParts, err error) {
	rest := b
	if value, after, ok := cutObject(rest, 0x87); ok {
		if len(value) == 0 || value[0] != 1 {
			return p, fmt.Errorf("padding of an unknown kind: %w", ErrChannel)
		}
		p.sealed, rest = value[1:], after
	} else if value, after, ok := cutObject(rest, 0x85); ok {
		p.sealed, rest = value, after
	}
	status, rest, ok := cutObject(rest, 0x99)
	if !ok || len(status) != 2 {
		return p, fmt.Errorf("no status word inside: %w", ErrChannel)
	}
	p.status, p.covered = status, b[:len(b)-len(rest)]
	mac, rest, ok := cutObject(rest, 0x8E)
	if !ok || len(mac) != 8 || len(rest) > 0 {
		return p, fmt.Errorf("no MAC at the end: %w", ErrChannel)
	}
	p.mac = mac
	return p, nil
}

// step counts one message.
func step(counter []byte) {
	for i := len(counter) - 1; i >= 0; i-- {
		if counter[i]++; counter[i] != 0 {
			return
		}
	}
}

// pad fills up to whole blocks, always by at least one byte (ISO/IEC 9797-1
// padding method 2), in a new slice.
func pad(b []byte, block int) []byte {
	n := (len(b)/block + 1) * block
	out := make([]byte, n)
	copy(out, b)
	out[len(b)] = 0x80
	return out
}

// unpad says how many bytes stand before the padding.
func unpad(b []byte, block int) (n int, ok bool) {
	for i := len(b) - 1; i >= 0 && i >= len(b)-block; i-- {
		switch b[i] {
		case 0:
		case 0x80:
			return i, true
		default:
			return 0, false
		}
	}
	return 0, false
}
