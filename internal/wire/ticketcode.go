package wire

import (
	"crypto/sha256"
	"strings"
)

const (
	// TicketCodeLength is how many characters the code of a ticket has: about 39 bits, of which nobody guesses one of a day's.
	TicketCodeLength = 8

	// TicketPath is where a branch shows what becomes of a ticket; the code follows.
	TicketPath = "/s/"
)

// TicketCode returns the code of a ticket, from the request that its number was asked for with. Kiosk and branch make it
// each for themselves, so that a kiosk that is alone can print it. It says nothing of the number or the person, and the
// request cannot be found from it.
func TicketCode(request string) string {
	sum := sha256.Sum256([]byte("balcao/1 ticket code\n" + request))
	var code [TicketCodeLength]byte
	for i := range code {
		code[i] = BookingCodeAlphabet[(int(sum[2*i])<<8|int(sum[2*i+1]))%len(BookingCodeAlphabet)]
	}
	return string(code[:])
}

// ParseTicketCode reads a code as people write it, in any case, with blanks and dashes between.
func ParseTicketCode(text string) (code string, ok bool) {
	c := plainCode(text)
	return c, len(c) == TicketCodeLength && strings.Trim(c, BookingCodeAlphabet) == ""
}

// TicketLink returns the address under which a telephone follows a ticket; empty where the branch has no public one.
func TicketLink(public, request string) string {
	if public == "" {
		return ""
	}
	return strings.TrimSuffix(public, "/") + TicketPath + TicketCode(request)
}
