// Package card reads a Portuguese Citizen Card.
//
// It holds the dialogue and nothing else: which commands to send, what the
// answers mean, and what may be kept of them. How bytes reach a card is the
// business of whoever gives a Transmitter: kiosk/pcsc with a real reader,
// cardtest with a card made of memory.
//
// A plain ticket reads no card. When a citizen asks to be greeted, ReadGreeting
// fetches only the bytes that hold the name and keeps only a first name and an
// initial. Nothing is cached; what was read is wiped before returning.
//
// Layout of both generations (CC1 and CC2) follows the public middleware of
// the Portuguese State, amagovpt/autenticacao.gov: CardPteidDef.h,
// asn1_idfile.cpp, CardFactory.cpp.
package card

import (
	"context"
	"errors"
	"fmt"
)

// Transmitter sends one command APDU to one card and returns its answer, data
// and status word together. A Transmitter stands for one insertion of one
// card: after the card is gone every call fails with ErrRemoved, whatever else
// is put into the reader. It fails with ErrMute when the card stays silent.
// The caller owns, and may overwrite, the returned slice.
type Transmitter interface {
	Transmit(ctx context.Context, command []byte) ([]byte, error)
}

// maxExchanges bounds one dialogue, so that a card which always has one more
// byte to give cannot keep a kiosk busy. A CC2 needs five.
const maxExchanges = 32

// ReadGreeting tells the generation of the card apart, reads the name and
// nothing else, and returns the greeting; atr is the card's answer to reset,
// empty for a card that gave none.
//
// It fails with ErrNotCitizenCard, ErrMute, ErrRemoved, ErrGarbled, with a
// StatusError when the card refuses, with the context's error, or with what
// the Transmitter says. It is not verified who made the card: fit for a
// greeting, not for a decision.
func ReadGreeting(ctx context.Context, t Transmitter, atr []byte) (Greeting, error) {
	if len(atr) == 0 {
		return Greeting{}, fmt.Errorf("greet: %w", ErrMute)
	}
	d := dialogue{t: t, left: maxExchanges, chunk: 126, stripLe: true}
	if a, err := ParseATR(atr); err == nil {
		d.stripLe = !a.T1
		if a.T1 && a.IFSC > 128 {
			d.chunk = min(a.IFSC-2, 252)
		}
	}
	g, err := d.greeting(ctx)
	if err != nil {
		return Greeting{}, fmt.Errorf("greet: %w", err)
	}
	return g, nil
}

// Application identifiers, in the order in which they are tried
// (CardFactory.cpp).
var (
	aidCC1      = [...]byte{0x60, 0x46, 0x32, 0xFF, 0x00, 0x00, 0x02}
	aidCC2      = [...]byte{0x60, 0x46, 0x32, 0xFF, 0x00, 0x00, 0x05}
	aidPassport = [...]byte{0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01}
)

func (d *dialogue) greeting(ctx context.Context) (Greeting, error) {
	switch found, err := d.selectApplication(ctx, aidCC1[:]); {
	case err != nil:
		return Greeting{}, err
	case found:
		return d.greetingCC1(ctx)
	}
	switch found, err := d.selectApplication(ctx, aidCC2[:]); {
	case err != nil:
		return Greeting{}, err
	case found:
		return d.greetingCC2(ctx)
	}
	switch found, err := d.selectApplication(ctx, aidPassport[:]); {
	case err != nil:
		return Greeting{}, err
	case found:
		return Greeting{}, fmt.Errorf("passport or foreign identity card: %w", ErrNotCitizenCard)
	}
	return Greeting{}, ErrNotCitizenCard
}

// The name inside EF02 of a CC1 (CardPteidDef.h): two fields of 120 bytes that
// touch, so that one READ BINARY brings both, and never those of two people.
const (
	surnameOffset  = 330
	nameFieldWidth = 120
)

func (d *dialogue) greetingCC1(ctx context.Context) (Greeting, error) {
	// Path from the master file: 5F00/EF02. CC1 refuses one that says 3F00.
	identity := Command{Instruction: 0xA4, P1: 0x08, Data: []byte{0x5F, 0x00, 0xEF, 0x02}, Le: 256}
	if err := d.do(ctx, identity); err != nil {
		return Greeting{}, fmt.Errorf("select the identity file: %w", err)
	}
	both, err := d.read(ctx, surnameOffset, 2*nameFieldWidth)
	defer clear(both)
	if err != nil {
		return Greeting{}, fmt.Errorf("read the name: %w", err)
	}
	if len(both) < 2*nameFieldWidth {
		return Greeting{}, fmt.Errorf("identity file ends inside the name: %w", ErrGarbled)
	}
	return greetingFrom(both[nameFieldWidth:], both[:nameFieldWidth])
}

// Tags inside DG13 of a CC2 (asn1_idfile.cpp).
const (
	tagIdentity  = 0x6D
	tagSurname   = 0xC8
	tagGivenName = 0xC9
)

// How DG13 is read: the first bytes never reach the name, since the fields in
// front of it fill more; from there each READ BINARY asks for just what must
// follow, so that birth date, parents and numbers behind the name stay on the
// card. maxPrefixCC2 bounds the search.
const (
	firstPrefixCC2 = 96
	maxPrefixCC2   = 2048
)

func (d *dialogue) greetingCC2(ctx context.Context) (Greeting, error) {
	identity := Command{Instruction: 0xA4, P1: 0x02, Data: []byte{0x01, 0x0D}, Le: 256}
	if err := d.do(ctx, identity); err != nil {
		return Greeting{}, fmt.Errorf("select data group 13: %w", err)
	}
	prefix := make([]byte, 0, maxPrefixCC2+256)
	defer func() { clear(prefix[:cap(prefix)]) }()
	for want := firstPrefixCC2; ; {
		part, err := d.read(ctx, len(prefix), min(want, d.chunk))
		prefix = append(prefix, part...)
		clear(part)
		if err != nil {
			return Greeting{}, fmt.Errorf("read data group 13: %w", err)
		}
		names, more, err := namesOfDG13(prefix)
		if err != nil {
			return Greeting{}, err
		}
		if more == 0 {
			return greetingFrom(names.given, names.surname)
		}
		if len(part) == 0 || len(prefix)+more > maxPrefixCC2 {
			return Greeting{}, fmt.Errorf("data group 13 ends before the given name: %w", ErrGarbled)
		}
		want = more
	}
}

// nameFields are the two halves of a name as a card holds them.
type nameFields struct{ given, surname []byte }

// namesOfDG13 looks for surname and given name in the beginning of DG13. more
// is how many further bytes are certainly needed, zero once both are there.
// Unknown tags are skipped. The names alias prefix.
func namesOfDG13(prefix []byte) (names nameFields, more int, err error) {
	outer, ok, err := parseHeader(prefix)
	if err != nil {
		return nameFields{}, 0, err
	}
	if !ok {
		return nameFields{}, 1, nil
	}
	if outer.tag != tagIdentity {
		return nameFields{}, 0, fmt.Errorf("data group 13 begins with tag %X: %w", outer.tag, ErrGarbled)
	}
	left := outer.length // of the whole, read or not
	for body := prefix[outer.size:]; ; {
		body = body[:min(len(body), left)]
		h, ok, err := parseHeader(body)
		switch {
		case err != nil:
			return nameFields{}, 0, err
		case !ok && len(body) == left, ok && h.size+h.length > left:
			return nameFields{}, 0, fmt.Errorf("data group 13 has no given name: %w", ErrGarbled)
		case !ok:
			return nameFields{}, min(max(2-len(body), 1), left-len(body)), nil
		}
		end := h.size + h.length
		if len(body) < end {
			more = end - len(body)
			if h.tag != tagGivenName {
				more = min(more+2, left-len(body)) // and the header behind it
			}
			return nameFields{}, more, nil
		}
		switch h.tag {
		case tagSurname:
			names.surname = body[h.size:end]
		case tagGivenName:
			names.given = body[h.size:end]
			return names, 0, nil
		}
		body, left = body[end:], left-end
	}
}

// dialogue is one conversation with one card.
type dialogue struct {
	t       Transmitter
	left    int  // exchanges that may still follow
	chunk   int  // best length of a READ BINARY
	stripLe bool // T=0: no Le behind a body
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
		c := Command{Instruction: 0xB0, P1: byte(at >> 8), P2: byte(at), Le: min(n-len(out), 256)}
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
	if d.left == 0 {
		return Response{}, fmt.Errorf("no end after %d exchanges: %w", maxExchanges, ErrGarbled)
	}
	d.left--
	answer, err := d.t.Transmit(ctx, c.Bytes(d.stripLe))
	if err != nil {
		return Response{}, err
	}
	return ParseResponse(answer)
}
