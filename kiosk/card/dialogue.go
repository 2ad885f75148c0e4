package card

import (
	"context"
	"errors"
	"fmt"
)

// maxExchanges bounds one dialogue, so that a card which always has one more
// byte to give cannot keep a kiosk busy. A verified CC1 with the smallest
// blocks and the largest security object needs some 70.
const maxExchanges = 96

// dialogue is one conversation with one card.
type dialogue struct {
	t       Transmitter
	effort  Effort // so far
	chunk   int    // best length of a READ BINARY
	stripLe bool   // T=0: no Le behind a body
}

// newDialogue begins a dialogue with a card that gave this answer to reset. A
// READ BINARY is as long as one T=1 block of the card carries (IFSC less the
// status word), so that no blocks are chained; on T=0 as long as can be.
func newDialogue(t Transmitter, atr []byte) *dialogue {
	d := &dialogue{t: t, chunk: 126, stripLe: true}
	a, err := ParseATR(atr)
	switch {
	case err != nil:
	case !a.T1:
		d.chunk = 256
	default:
		d.stripLe = false
		if a.IFSC > 128 {
			d.chunk = min(a.IFSC-2, 252)
		}
	}
	return d
}

// selectApplication selects by name without asking for the control parameters
// and says whether the card has it.
func (d *dialogue) selectApplication(ctx context.Context, aid []byte) (bool, error) {
	c := Command{Instruction: 0xA4, P1: 0x04, P2: 0x0C, Data: aid}
	err := d.do(ctx, c)
	var status StatusError
	if errors.As(err, &status) && status.SW == swInstruction {
		// Some readers answer 6D00 out of nothing (PCSC.cpp of the middleware).
		err = d.do(ctx, c)
	}
	switch {
	case err == nil, errors.Is(err, ErrLocked):
		return true, nil
	case errors.As(err, &status):
		return false, nil
	default:
		return false, fmt.Errorf("select application: %w", err)
	}
}

// do sends a command whose answer's data does not matter.
func (d *dialogue) do(ctx context.Context, c Command) error {
	r, err := d.exchange(ctx, c)
	clear(r.Data)
	if err != nil {
		return err
	}
	if r.SW != swOK {
		return StatusError{SW: r.SW}
	}
	return nil
}

// read brings up to n bytes of the selected file from an offset; fewer mean
// that the file ends. What was read comes back with an error too, to be wiped.
func (d *dialogue) read(ctx context.Context, offset, n int) ([]byte, error) {
	out := make([]byte, 0, n)
	for len(out) < n {
		at := offset + len(out)
		c := Command{Instruction: 0xB0, P1: byte(at >> 8), P2: byte(at), Le: min(n-len(out), d.chunk)}
		r, err := d.exchange(ctx, c)
		if err != nil {
			return out, err
		}
		if len(r.Data) > n-len(out) {
			clear(r.Data)
			return out, fmt.Errorf("more bytes than asked for: %w", ErrGarbled)
		}
		out = append(out, r.Data...)
		got := len(r.Data)
		clear(r.Data)
		switch {
		case r.SW == swEndOfFile, r.SW == swOutside && at > 0, r.SW == swOK && got == 0:
			return out, nil
		case r.SW != swOK:
			return out, StatusError{SW: r.SW}
		}
	}
	return out, nil
}

// exchange sends one command and follows what T=0 cards ask for: GET RESPONSE
// after 61xx, the same command with another Le after 6Cxx.
func (d *dialogue) exchange(ctx context.Context, c Command) (Response, error) {
	r, err := d.transmit(ctx, c)
	if err != nil {
		return Response{}, err
	}
	if r.SW>>8 == sw1WrongLe {
		c.Le = expected(byte(r.SW))
		if r, err = d.transmit(ctx, c); err != nil {
			return Response{}, err
		}
	}
	data := r.Data
	for r.SW>>8 == sw1More {
		r, err = d.transmit(ctx, Command{Class: c.Class, Instruction: 0xC0, Le: expected(byte(r.SW))})
		if err != nil {
			clear(data)
			return Response{}, err
		}
		joined := append(append(make([]byte, 0, len(data)+len(r.Data)), data...), r.Data...)
		clear(data)
		clear(r.Data)
		data = joined
	}
	return Response{Data: data, SW: r.SW}, nil
}

func (d *dialogue) transmit(ctx context.Context, c Command) (Response, error) {
	if err := ctx.Err(); err != nil {
		return Response{}, err
	}
	if d.effort.Commands == maxExchanges {
		return Response{}, fmt.Errorf("no end after %d exchanges: %w", maxExchanges, ErrGarbled)
	}
	command := c.Bytes(d.stripLe)
	d.effort.Commands++
	d.effort.Sent += len(command)
	answer, err := d.t.Transmit(ctx, command)
	if err != nil {
		return Response{}, err
	}
	d.effort.Received += len(answer)
	return ParseResponse(answer)
}
