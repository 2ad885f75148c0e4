package card

import (
	"errors"
	"fmt"
)

// Errors that a dialogue with a card can end in. They are told apart with
// errors.Is; the error itself also carries what the technician needs.
var (
	// ErrNotCitizenCard says that the card answers well but is not a
	// Portuguese Citizen Card: a bank card, a transport card, a passport.
	ErrNotCitizenCard = errors.New("not a citizen card")
	// ErrForeignDocument says that it is a passport or an identity card with
	// the ICAO application; it is an ErrNotCitizenCard as well.
	ErrForeignDocument = fmt.Errorf("passport or foreign identity card: %w", ErrNotCitizenCard)
	// ErrMute says that the card does not answer at all: upside down, dirty,
	// broken, or silent for longer than the reader waits.
	ErrMute = errors.New("card does not answer")
	// ErrRemoved says that the card was pulled out of the reader.
	ErrRemoved = errors.New("card removed")
	// ErrGarbled says that the card or the reader answered something that no
	// card should answer: too short, too long, or not what was asked for.
	ErrGarbled = errors.New("card answer makes no sense")
	// ErrNotFound says that a file or an application is not on the card.
	ErrNotFound = errors.New("not found on the card")
	// ErrLocked says that the card wants a PIN, or PACE on the contactless
	// interface, before it gives the data.
	ErrLocked = errors.New("card wants authentication first")
	// ErrRefused says that the card refused a command for another reason.
	ErrRefused = errors.New("card refused the command")
)

// StatusWord is SW1 and SW2 of ISO/IEC 7816-4 §5.6, the two bytes that end
// every answer of a card.
type StatusWord uint16

// The status words that the dialogue tells apart (ISO/IEC 7816-4 table 5).
const (
	swOK          StatusWord = 0x9000
	swEndOfFile   StatusWord = 0x6282 // fewer bytes than asked for
	swLocked      StatusWord = 0x6982
	swNotFound    StatusWord = 0x6A82
	swNoRecord    StatusWord = 0x6A83
	swOutside     StatusWord = 0x6B00 // offset after the end of the file
	swInstruction StatusWord = 0x6D00
	sw1More                  = 0x61 // xx more bytes wait for GET RESPONSE
	sw1WrongLe               = 0x6C // repeat with Le = xx
)

// String gives the status word as technicians write it: four hex digits.
func (w StatusWord) String() string { return fmt.Sprintf("%04X", uint16(w)) }

// StatusError is a well-formed answer of the card that is not success. It
// prints the status word for the technician and unwraps to ErrNotFound,
// ErrLocked or ErrRefused for the program.
type StatusError struct {
	// SW is the status word the card answered.
	SW StatusWord
}

// Error names the status word in hex. It never holds data of the card.
func (e StatusError) Error() string { return "card status " + e.SW.String() }

// Unwrap gives the error the status word stands for.
func (e StatusError) Unwrap() error {
	switch e.SW {
	case swNotFound, swNoRecord:
		return ErrNotFound
	case swLocked:
		return ErrLocked
	default:
		return ErrRefused
	}
}

// Command is a short command APDU (ISO/IEC 7816-4 §5.1).
type Command struct {
	// Class, Instruction, P1 and P2 are the four header bytes.
	Class, Instruction, P1, P2 byte
	// Data is the body, at most 255 bytes.
	Data []byte
	// Le is how many bytes are expected, 0 for none; 256 is sent as 00.
	Le int
}

// Bytes encodes the command. With withoutLe a command that has a body is sent
// without its Le, as the T=0 protocol demands (ISO/IEC 7816-3 §12).
func (c Command) Bytes(withoutLe bool) []byte {
	b := make([]byte, 0, 6+len(c.Data))
	b = append(b, c.Class, c.Instruction, c.P1, c.P2)
	if len(c.Data) > 0 {
		b = append(b, byte(len(c.Data)))
		b = append(b, c.Data...)
		if withoutLe {
			return b
		}
	}
	if c.Le > 0 {
		b = append(b, byte(c.Le))
	}
	return b
}

// ParseCommand decodes a short command APDU as a card sees it. It fails with
// ErrGarbled on anything else. Data aliases b.
func ParseCommand(b []byte) (Command, error) {
	if len(b) < 4 {
		return Command{}, fmt.Errorf("command of %d bytes: %w", len(b), ErrGarbled)
	}
	c := Command{Class: b[0], Instruction: b[1], P1: b[2], P2: b[3]}
	switch rest := b[4:]; {
	case len(rest) == 0:
	case len(rest) == 1:
		c.Le = expected(rest[0])
	case rest[0] == 0:
		return Command{}, fmt.Errorf("command with an empty body or of extended length: %w", ErrGarbled)
	case len(rest) == 1+int(rest[0]):
		c.Data = rest[1:]
	case len(rest) == 2+int(rest[0]):
		c.Data, c.Le = rest[1:len(rest)-1], expected(rest[len(rest)-1])
	default:
		return Command{}, fmt.Errorf("command of %d bytes with Lc %d: %w", len(b), rest[0], ErrGarbled)
	}
	return c, nil
}

func expected(le byte) int {
	if le == 0 {
		return 256
	}
	return int(le)
}

// Response is a response APDU taken apart.
type Response struct {
	// Data is what stands before the status word.
	Data []byte
	// SW is the status word.
	SW StatusWord
}

// ParseResponse splits an answer into data and status word. No bytes at all
// mean a card that was pulled (PC/SC reports it so) and give ErrRemoved; one
// byte, more than 258, or a status word outside 6xxx and 9xxx give ErrGarbled.
// Data aliases b.
func ParseResponse(b []byte) (Response, error) {
	switch {
	case len(b) == 0:
		return Response{}, fmt.Errorf("empty answer: %w", ErrRemoved)
	case len(b) == 1, len(b) > 258:
		return Response{}, fmt.Errorf("answer of %d bytes: %w", len(b), ErrGarbled)
	}
	n := len(b) - 2
	sw := StatusWord(b[n])<<8 | StatusWord(b[n+1])
	if c := sw >> 12; c != 6 && c != 9 || sw>>8 == 0x60 {
		return Response{}, fmt.Errorf("status word outside ISO 7816: %w", ErrGarbled)
	}
	return Response{Data: b[:n], SW: sw}, nil
}
