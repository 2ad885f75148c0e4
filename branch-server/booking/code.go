package booking

import (
	"errors"

	"balcao/internal/wire"
)

// Code is what a citizen types to be found: six characters of an alphabet without letters and digits that look alike.
type Code string

// CodeLength is how many characters a code has.
const CodeLength = wire.BookingCodeLength

// ErrCode says that a text is no code.
var ErrCode = errors.New("not a code of six characters")

// ParseCode reads a code as people write it, in any case, with blanks and dashes between.
func ParseCode(text string) (Code, error) {
	c, ok := wire.ParseBookingCode(text)
	if !ok {
		return "", ErrCode
	}
	return Code(c), nil
}

// ParseScan reads the text of a QR code, or of a plain code that was typed. Branch is empty where the text names none.
func ParseScan(text string) (branch string, c Code, err error) {
	branch, code, ok := wire.ParseBookingScan(text)
	if !ok {
		return branch, "", ErrCode
	}
	return branch, Code(code), nil
}

// QR returns the text of the QR code of a booking at a branch.
func QR(branch string, c Code) string { return wire.BookingQR(branch, string(c)) }

// NewCode makes a code of six random bytes. It is short of an even spread by less than one part in eight, which does
// not help anybody who guesses among seven hundred million.
func NewCode(random [CodeLength]byte) Code {
	var c [CodeLength]byte
	for i, b := range random {
		c[i] = wire.BookingCodeAlphabet[int(b)%len(wire.BookingCodeAlphabet)]
	}
	return Code(c[:])
}
