package booking

import (
	"errors"
	"strings"
)

// Code is what a citizen types to be found: six characters of an alphabet without letters and digits that look alike.
type Code string

// CodeLength is how many characters a code has.
const CodeLength = 6

// CodeAlphabet is every character of a code: no 0 and O, no 1, I and L, no U beside V.
const CodeAlphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

// qrMark begins the text of a QR code of a booking: mark, branch id, code, letters and digits alone, because scanners
// that type have a keyboard layout of their own and change everything else.
const qrMark = "MRC"

// ErrCode says that a text is no code.
var ErrCode = errors.New("not a code of six characters")

// ParseCode reads a code as people write it, in any case, with blanks and dashes between.
func ParseCode(text string) (Code, error) {
	c := plainCode(text)
	if len(c) != CodeLength || strings.Trim(c, CodeAlphabet) != "" {
		return "", ErrCode
	}
	return Code(c), nil
}

// ParseScan reads the text of a QR code, or of a plain code that was typed. Branch is empty where the text names none.
func ParseScan(text string) (branch string, c Code, err error) {
	s := plainCode(text)
	if rest, marked := strings.CutPrefix(s, qrMark); marked && len(rest) > CodeLength {
		branch, s = rest[:len(rest)-CodeLength], rest[len(rest)-CodeLength:]
	}
	c, err = ParseCode(s)
	return branch, c, err
}

// QR returns the text of the QR code of a booking at a branch.
func QR(branch string, c Code) string { return qrMark + branch + string(c) }

func plainCode(text string) string {
	if len(text) > 64 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		case r == ' ', r == '-', r == '\r', r == '\n', r == '\t':
			return -1
		}
		return '?'
	}, text)
}

// NewCode makes a code of six random bytes. It is short of an even spread by less than one part in eight, which does
// not help anybody who guesses among seven hundred million.
func NewCode(random [CodeLength]byte) Code {
	var c [CodeLength]byte
	for i, b := range random {
		c[i] = CodeAlphabet[int(b)%len(CodeAlphabet)]
	}
	return Code(c[:])
}
