package wire

import "strings"

// BookingCodeLength is how many characters the code of a booking has.
const BookingCodeLength = 6

// BookingCodeAlphabet is every character of a code: no 0 and O, no 1, I and L, no U beside V.
const BookingCodeAlphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

// qrMark begins the text of a QR code of a booking: mark, branch id, code, letters and digits alone, because scanners
// that type have a keyboard layout of their own and change everything else.
const qrMark = "MRC"

// maxCodeText bounds what is taken for a code; a scanner types whatever it sees.
const maxCodeText = 64

// ParseBookingCode reads a code as people write it, in any case, with blanks and dashes between.
func ParseBookingCode(text string) (code string, ok bool) {
	c := plainCode(text)
	return c, len(c) == BookingCodeLength && strings.Trim(c, BookingCodeAlphabet) == ""
}

// ParseBookingScan reads the text of a QR code, or of a plain code that was typed. Branch is empty where the text names
// none.
func ParseBookingScan(text string) (branch, code string, ok bool) {
	s := plainCode(text)
	if rest, marked := strings.CutPrefix(s, qrMark); marked && len(rest) > BookingCodeLength {
		branch, s = rest[:len(rest)-BookingCodeLength], rest[len(rest)-BookingCodeLength:]
	}
	code, ok = ParseBookingCode(s)
	return branch, code, ok
}

// BookingQR returns the text of the QR code of a booking at a branch.
func BookingQR(branch, code string) string { return qrMark + branch + code }

func plainCode(text string) string {
	if len(text) > maxCodeText {
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
