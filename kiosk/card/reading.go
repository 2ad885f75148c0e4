package card

import (
	"fmt"
	"io"
)

// Generation is the layout a card has.
type Generation uint8

// The generations of the Citizen Card.
const (
	// CC1 is the card issued until June 2024, with fields at fixed offsets.
	CC1 Generation = iota + 1
	// CC2 is the card issued since, with a DER file.
	CC2
)

// String names the generation.
func (g Generation) String() string {
	switch g {
	case CC1:
		return "CC1"
	case CC2:
		return "CC2"
	default:
		return "unknown generation"
	}
}

// Effort is what a reading cost on the line between reader and card.
type Effort struct {
	// Commands is how many APDUs were sent; Sent and Received are their bytes
	// and those of the answers, headers and status words included.
	Commands, Sent, Received int
}

// Reading is what was read of one card for one purpose. Its bytes live in
// memory only and are zeroed by Wipe; every way of printing, logging or
// marshalling it yields "[reading]".
type Reading struct {
	values     [fieldCount][]byte
	generation Generation
	verdict    Verdict
	effort     Effort
}

const redactedReading = "[reading]"

// Has says whether a field was read; it may still be empty.
func (r *Reading) Has(f Field) bool { return int(f) < fieldCount && r.values[f] != nil }

// Append appends a field, UTF-8 in NFC and without padding, to dst; nothing if
// it was not read. Prefer it over Text where the caller can wipe its buffer.
func (r *Reading) Append(dst []byte, f Field) []byte {
	if !r.Has(f) {
		return dst
	}
	return append(dst, r.values[f]...)
}

// Text returns a field as a string, for a template. The string is a copy that
// Wipe cannot reach: do not keep it.
func (r *Reading) Text(f Field) string { return string(r.Append(nil, f)) }

// Greeting makes the greeting of the name that was read. It fails with
// ErrGarbled if the name has no letters or was not read. Wiping the reading
// does not wipe the greeting.
func (r *Reading) Greeting() (Greeting, error) {
	return greetingFrom(r.values[GivenName], r.values[Surname])
}

// Generation says which layout the card has.
func (r *Reading) Generation() Generation { return r.generation }

// Verdict says what the check of the signature found.
func (r *Reading) Verdict() Verdict { return r.verdict }

// Effort says what the reading cost on the line, up to now.
func (r *Reading) Effort() Effort { return r.effort }

// Wipe zeroes every field. It may be called twice, and on nil.
func (r *Reading) Wipe() {
	if r == nil {
		return
	}
	for f := range r.values {
		clear(r.values[f][:cap(r.values[f])])
		r.values[f] = nil
	}
}

// keep takes over a field as the card holds it.
func (r *Reading) keep(f Field, raw []byte) error {
	text, err := cleanField(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", f, err)
	}
	clear(r.values[f][:cap(r.values[f])])
	r.values[f] = text
	return nil
}

// String hides the reading.
func (r *Reading) String() string { return redactedReading }

// GoString hides the reading.
func (r *Reading) GoString() string { return redactedReading }

// Format hides the reading under every verb and flag.
func (r *Reading) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redactedReading) }

// MarshalText hides the reading from encoders and from every slog handler; it
// never fails.
func (r *Reading) MarshalText() ([]byte, error) { return []byte(redactedReading), nil }
