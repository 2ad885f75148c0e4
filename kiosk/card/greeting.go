package card

import (
	"fmt"
	"io"
)

// redacted is all that a Greeting shows of itself unless asked by name.
const redacted = "[greeting]"

// Greeting is all a kiosk may show of a person: the first given name and one
// initial. Its bytes live in memory only and are zeroed by Wipe; every way of
// printing, logging or marshalling it yields "[greeting]", so it cannot reach
// a log, an event or an error by accident. Copies share the bytes.
type Greeting struct {
	given   []byte
	initial []byte
}

// AppendGivenName appends the first given name, UTF-8 in NFC, to dst. Prefer
// it over GivenName where the caller can wipe its own buffer.
func (g Greeting) AppendGivenName(dst []byte) []byte { return append(dst, g.given...) }

// AppendInitial appends the first letter of the last surname, in capitals and
// without a full stop, to dst. It appends nothing for people with one name.
func (g Greeting) AppendInitial(dst []byte) []byte { return append(dst, g.initial...) }

// Show lends the first given name and the initial to f, which must not keep
// them: no copy is made that Wipe cannot reach.
func (g Greeting) Show(f func(given, initial []byte)) { f(g.given, g.initial) }

// GivenName returns the first given name as a string, for a template. The
// string is a copy that Wipe cannot reach: do not keep it.
func (g Greeting) GivenName() string { return string(g.given) }

// Initial returns the first letter of the last surname as a string, empty for
// people with one name. The string is a copy that Wipe cannot reach.
func (g Greeting) Initial() string { return string(g.initial) }

// Empty says whether there is nobody to greet: never read, or wiped.
func (g Greeting) Empty() bool { return len(g.given) == 0 }

// Wipe zeroes the bytes, those of all copies too, and empties this one. It may
// be called twice.
func (g *Greeting) Wipe() {
	clear(g.given[:cap(g.given)])
	clear(g.initial[:cap(g.initial)])
	*g = Greeting{}
}

// String hides the greeting.
func (g Greeting) String() string { return redacted }

// GoString hides the greeting.
func (g Greeting) GoString() string { return redacted }

// Format hides the greeting under every verb and flag.
func (g Greeting) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// MarshalText hides the greeting from encoders and from every slog handler;
// it never fails.
func (g Greeting) MarshalText() ([]byte, error) { return []byte(redacted), nil }
