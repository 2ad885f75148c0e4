package citizen

import "fmt"

// MRZDigit computes the check digit over characters of a machine-readable zone
// (ICAO 9303-3 §4.9): weights 7, 3, 1, fillers count nothing. ok is false if
// there is a character that no zone has.
func MRZDigit(text string) (digit byte, ok bool) {
	sum := 0
	for i := range len(text) {
		v, known := value(text[i])
		if !known && text[i] != '<' {
			return 0, false
		}
		sum += v * [...]int{7, 3, 1}[i%3]
	}
	return byte('0' + sum%10), true
}

// CheckTD1 checks the four check digits of a zone of three lines of 30
// characters, given without line breaks (ICAO 9303-5 §4.2): document number
// (in its long form where it has more than nine characters), birth date, date
// of expiry, and the one over all. The zone of a CC1 is not signed: never trust
// it alone.
func CheckTD1(zone string) error {
	if len(zone) != 90 {
		return fmt.Errorf("machine-readable zone: %w", ErrForm)
	}
	one, two := zone[:30], zone[30:60]
	number, digit := one[5:14], one[14]
	if digit == '<' { // ICAO 9303-5 §4.2.2.1 note j
		end := 15
		for end < 30 && one[end] != '<' {
			end++
		}
		if end < 17 {
			return fmt.Errorf("machine-readable zone, document number: %w", ErrForm)
		}
		number, digit = one[5:end-1], one[end-1]
	}
	for _, c := range []struct {
		what, text string
		digit      byte
	}{
		{"document number", number, digit},
		{"birth date", two[:6], two[6]},
		{"date of expiry", two[8:14], two[14]},
		{"whole", one[5:] + two[:7] + two[8:15] + two[18:29], two[29]},
	} {
		switch want, ok := MRZDigit(c.text); {
		case !ok:
			return fmt.Errorf("machine-readable zone, %s: %w", c.what, ErrForm)
		case want != c.digit:
			return fmt.Errorf("machine-readable zone, %s: %w", c.what, ErrCheckDigit)
		}
	}
	return nil
}
