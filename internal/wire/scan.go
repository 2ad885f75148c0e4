package wire

// scanned is an event in its own bytes: what scanEvent found, before anything is copied.
type scanned struct {
	seq              uint64
	id, kind         []byte
	version          int
	ts, up           int64
	quality          []byte
	via              bool
	viaNode          []byte
	viaEpoch, viaSeq uint64
	data             []byte // a valid value of JSON; nil where there is none
}

// scanEvent reads an event in the one form in which EncodeEvent writes it: every record of every log comes by several
// times, and reading it by reflection costs ten times as much. Anything else that may be an event all the same, in
// another order, with spaces, escapes or fields of another version, is not ok and is read by encoding/json; what is ok
// reads as it would there.
func scanEvent(raw []byte) (e scanned, ok bool) {
	c := cursor{rest: raw}
	c.is(`{"s":`)
	e.seq = c.unsigned()
	c.is(`,"id":"`)
	e.id = c.plain()
	c.is(`,"t":"`)
	e.kind = c.plain()
	c.is(`,"v":`)
	e.version = int(c.signed())
	c.is(`,"ts":`)
	e.ts = c.signed()
	c.is(`,"up":`)
	e.up = c.signed()
	c.is(`,"cq":"`)
	e.quality = c.plain()
	if c.has(`,"via":{"n":"`) {
		e.via, e.viaNode = true, c.plain()
		c.is(`,"e":`)
		e.viaEpoch = c.unsigned()
		c.is(`,"s":`)
		e.viaSeq = c.unsigned()
		c.is(`}`)
	}
	if c.has(`,"d":`) {
		e.data = c.value()
	}
	c.is(`}`)
	return e, !c.lost && len(c.rest) == 0
}

// event is the event that was found; its data share its bytes.
func (s *scanned) event() Event {
	e := Event{
		Seq: s.seq, ID: string(s.id), Type: kindOf(s.kind), Version: s.version, TS: s.ts, Up: s.up, CQ: qualityOf(s.quality), Data: s.data,
	}
	if s.via {
		e.Via = &Via{Node: NodeID(s.viaNode), Epoch: s.viaEpoch, Seq: s.viaSeq}
	}
	return e
}

// kindOf names a type of event without a new string where it is a common one.
func kindOf(text []byte) string {
	switch string(text) {
	case TypeReserved:
		return TypeReserved
	case TypeIssued:
		return TypeIssued
	case TypeCalled:
		return TypeCalled
	case TypeStarted:
		return TypeStarted
	case TypeFinished:
		return TypeFinished
	case TypeNotShown:
		return TypeNotShown
	}
	return string(text)
}

func qualityOf(text []byte) ClockQuality {
	switch string(text) {
	case string(ClockOK):
		return ClockOK
	case string(ClockDrift):
		return ClockDrift
	}
	return ClockQuality(text)
}

// cursor goes over bytes of JSON. Once it meets what it does not expect it is lost for good.
type cursor struct {
	rest []byte
	lost bool
}

// has goes over a text if it stands here.
func (c *cursor) has(text string) bool {
	if len(c.rest) < len(text) || string(c.rest[:len(text)]) != text {
		return false
	}
	c.rest = c.rest[len(text):]
	return true
}

// is goes over a text that must stand here.
func (c *cursor) is(text string) {
	if !c.has(text) {
		c.lost = true
	}
}

// plain goes over a string of printable ASCII without escapes, from behind its first quote to behind its last.
func (c *cursor) plain() []byte {
	for i, b := range c.rest {
		switch {
		case b == '"':
			text := c.rest[:i:i]
			c.rest = c.rest[i+1:]
			return text
		case b < ' ' || b >= 0x7f || b == '\\':
			c.lost = true
			return nil
		}
	}
	c.lost = true
	return nil
}

// mostDigits is how many digits always fit into 64 bits.
const mostDigits = 18

// unsigned goes over a whole number.
func (c *cursor) unsigned() uint64 {
	n := uint64(0)
	for i, b := range c.rest {
		if d := b - '0'; d <= 9 && i < mostDigits {
			n = n*10 + uint64(d)
			continue
		}
		if i == 0 || i > 1 && c.rest[0] == '0' || b != ',' && b != '}' {
			break
		}
		c.rest = c.rest[i:]
		return n
	}
	c.lost = true
	return 0
}

// signed is unsigned, with a sign or without.
func (c *cursor) signed() int64 {
	if c.has("-") {
		return -int64(c.unsigned()) //nolint:gosec // has at most 18 digits
	}
	return int64(c.unsigned()) //nolint:gosec // has at most 18 digits
}

// value goes over one valid value of JSON without any space (RFC 8259) and returns it.
func (c *cursor) value() []byte {
	from := c.rest
	c.skip(0)
	if c.lost {
		return nil
	}
	n := len(from) - len(c.rest)
	return from[:n:n]
}

// mostNested is how deep values that are skipped may lie in each other.
const mostNested = 32

func (c *cursor) skip(depth int) {
	if c.lost || len(c.rest) == 0 || depth > mostNested {
		c.lost = true
		return
	}
	switch c.rest[0] {
	case '"':
		c.rest = c.rest[1:]
		c.text()
	case '{':
		c.members(depth)
	case '[':
		c.elements(depth)
	case 't':
		c.is("true")
	case 'f':
		c.is("false")
	case 'n':
		c.is("null")
	default:
		c.digits()
	}
}

func (c *cursor) members(depth int) {
	c.is("{")
	if c.has("}") {
		return
	}
	for !c.lost {
		c.is(`"`)
		c.text()
		c.is(":")
		c.skip(depth + 1)
		if c.has("}") {
			return
		}
		c.is(",")
	}
}

func (c *cursor) elements(depth int) {
	c.is("[")
	if c.has("]") {
		return
	}
	for !c.lost {
		c.skip(depth + 1)
		if c.has("]") {
			return
		}
		c.is(",")
	}
}

// text goes over a string in whatever letters, from behind its first quote to behind its last.
func (c *cursor) text() {
	for i, b := range c.rest {
		switch {
		case b == '"':
			c.rest = c.rest[i+1:]
			return
		case b < ' ' || b == '\\':
			c.lost = true // escapes are for encoding/json
			return
		}
	}
	c.lost = true
}

// digits goes over a whole number of JSON; fractions and exponents are for encoding/json.
func (c *cursor) digits() {
	c.has("-")
	n := 0
	for n < len(c.rest) && c.rest[n]-'0' <= 9 {
		n++
	}
	if n == 0 || n > 1 && c.rest[0] == '0' || n < len(c.rest) && (c.rest[n] == '.' || c.rest[n] == 'e' || c.rest[n] == 'E') {
		c.lost = true
		return
	}
	c.rest = c.rest[n:]
}
