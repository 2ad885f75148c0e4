// Package citizen knows the numbers on a Citizen Card: their check digits, so
// that what was typed or read wrongly is found at once, and the keyed digest by
// which a booking finds its citizen without holding a document number.
//
// Kiosk and branch server share it: the branch makes the digest of a booking at
// import and drops the number, the kiosk makes the same digest of the card.
package citizen

import (
	"errors"
	"fmt"
	"io"
)

var (
	// ErrForm says that a number has the wrong length or characters.
	ErrForm = errors.New("number of the wrong form")
	// ErrCheckDigit says that a number does not agree with its check digit.
	ErrCheckDigit = errors.New("check digit does not agree")
)

// DocumentNumber is the number of a Citizen Card, DDDDDDDDCAAT: eight digits of
// the civil number, its check digit, two characters of the version and a check
// digit over all. It hides itself from every way of printing.
type DocumentNumber [12]byte

// ParseDocumentNumber reads a document number as a card, a list of bookings or
// a person writes it: with or without blanks, in any case. It fails with
// ErrForm or ErrCheckDigit (AMA note on the document number, v1.0 of
// 2009-01-26: from the right, every second value doubled, nine taken off from
// ten on, sum a multiple of ten).
func ParseDocumentNumber(text []byte) (DocumentNumber, error) {
	var n DocumentNumber
	used := 0
	for _, c := range text {
		switch {
		case c == ' ':
			continue
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		}
		version := used == 9 || used == 10 // the only place for letters
		if _, ok := value(c); !ok || used == len(n) || c > '9' && !version {
			return DocumentNumber{}, fmt.Errorf("document number: %w", ErrForm)
		}
		n[used] = c
		used++
	}
	if used != len(n) {
		return DocumentNumber{}, fmt.Errorf("document number: %w", ErrForm)
	}
	if n.sum()%10 != 0 {
		return DocumentNumber{}, fmt.Errorf("document number: %w", ErrCheckDigit)
	}
	return n, nil
}

func (n DocumentNumber) sum() int {
	sum := 0
	for i := range n {
		v, _ := value(n[len(n)-1-i])
		if i%2 == 1 {
			if v *= 2; v >= 10 {
				v -= 9
			}
		}
		sum += v
	}
	return sum
}

// value gives 0 to 9 for digits and 10 to 35 for capitals.
func value(c byte) (v int, ok bool) {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0'), true
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10, true
	default:
		return 0, false
	}
}

const redacted = "[document number]"

// String hides the number.
func (n DocumentNumber) String() string { return redacted }

// GoString hides the number.
func (n DocumentNumber) GoString() string { return redacted }

// Format hides the number under every verb and flag.
func (n DocumentNumber) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText hides the number from encoders; it never fails.
func (n DocumentNumber) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Wipe zeroes the number.
func (n *DocumentNumber) Wipe() { clear(n[:]) }

// CheckCivilNumber checks eight digits and their check digit: weights 9 to 2,
// modulo 11. A ten is printed as 0, so that a 0 proves little.
func CheckCivilNumber(digits string) error { return mod11("civil number", digits) }

// CheckNIF checks a tax number of nine digits: weights 9 to 2, modulo 11.
func CheckNIF(digits string) error { return mod11("tax number", digits) }

func mod11(what, digits string) error {
	if !allDigits(digits, 9) {
		return fmt.Errorf("%s: %w", what, ErrForm)
	}
	sum := 0
	for i := range 8 {
		sum += int(digits[i]-'0') * (9 - i)
	}
	check := 11 - sum%11
	if check > 9 {
		check = 0
	}
	if int(digits[8]-'0') != check {
		return fmt.Errorf("%s: %w", what, ErrCheckDigit)
	}
	return nil
}

// CheckNISS checks a social security number of eleven digits: weights 29 to 2,
// the first ten primes, and 9 less the sum modulo 10.
func CheckNISS(digits string) error {
	if !allDigits(digits, 11) {
		return fmt.Errorf("social security number: %w", ErrForm)
	}
	sum := 0
	for i, weight := range [...]int{29, 23, 19, 17, 13, 11, 7, 5, 3, 2} {
		sum += int(digits[i]-'0') * weight
	}
	if int(digits[10]-'0') != 9-sum%10 {
		return fmt.Errorf("social security number: %w", ErrCheckDigit)
	}
	return nil
}

func allDigits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
