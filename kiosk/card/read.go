package card

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Query says what to read a card for.
type Query struct {
	// Purpose picks the row of Uses.
	Purpose Purpose
	// Verify checks the signature for a purpose that does not ask for it by
	// itself.
	Verify bool
	// Trust holds the State's certificates; without any, nothing is verified
	// and the Verdict says so.
	Trust *Trust
	// Now is the moment of the reading, for "expired since".
	Now time.Time
	// Challenge gives random numbers by which a chip proves that it is the
	// original, for the purposes that want it; nil asks no chip.
	Challenge io.Reader
	// Progress, if set, hears each time that further fields have been read,
	// before anything else is: the first field reaches the screen while the
	// rest is still on the card. It must not keep the Reading, and what it hears
	// is not verified yet.
	Progress func(*Reading)
}

// Read tells the generation of the card apart and reads what the purpose may
// have. It fails as ReadGreeting does; a signature that does not hold is no
// error but a Verdict. The caller wipes the Reading.
func Read(ctx context.Context, t Transmitter, atr []byte, q Query) (*Reading, error) {
	r, err := read(ctx, t, atr, q)
	if err != nil {
		return nil, fmt.Errorf("read card for %s: %w", q.Purpose, err)
	}
	return r, nil
}

func read(ctx context.Context, t Transmitter, atr []byte, q Query) (*Reading, error) {
	use, ok := useOf(q.Purpose)
	if !ok {
		return nil, errors.New("nothing may be read without a purpose")
	}
	if len(atr) == 0 {
		return nil, ErrMute
	}
	j := job{dialogue: newDialogue(t, atr), use: use, query: q, reading: &Reading{}}
	err := j.run(ctx)
	j.reading.effort = j.effort
	if err != nil {
		j.reading.Wipe()
		return nil, err
	}
	return j.reading, nil
}

// job is the reading of one card.
type job struct {
	*dialogue
	use     Use
	query   Query
	reading *Reading
}

func (j *job) verifies() bool { return j.use.Verified || j.query.Verify }

func (j *job) progress() {
	if j.query.Progress != nil {
		j.reading.effort = j.effort
		j.query.Progress(j.reading)
	}
}

// Application identifiers, in the order in which they are tried
// (CardFactory.cpp).
var (
	aidCC1      = [...]byte{0x60, 0x46, 0x32, 0xFF, 0x00, 0x00, 0x02}
	aidCC2      = [...]byte{0x60, 0x46, 0x32, 0xFF, 0x00, 0x00, 0x05}
	aidPassport = [...]byte{0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01}
)

func (j *job) run(ctx context.Context) error {
	switch found, err := j.selectApplication(ctx, aidCC1[:]); {
	case err != nil:
		return err
	case found:
		j.reading.generation = CC1
		return j.readCC1(ctx)
	}
	switch found, err := j.selectApplication(ctx, aidCC2[:]); {
	case err != nil:
		return err
	case found:
		j.reading.generation = CC2
		return j.readCC2(ctx)
	}
	switch found, err := j.selectApplication(ctx, aidPassport[:]); {
	case err != nil:
		return err
	case found:
		return ErrForeignDocument
	}
	return ErrNotCitizenCard
}

// Files of either generation (CardPteidDef.h): a CC1 wants the path from the
// master file and refuses one that says 3F00, a CC2 two bytes.
var (
	identityCC1 = Command{Instruction: 0xA4, P1: 0x08, Data: []byte{0x5F, 0x00, 0xEF, 0x02}, Le: 256}
	objectCC1   = Command{Instruction: 0xA4, P1: 0x08, Data: []byte{0x5F, 0x00, 0xEF, 0x06}, Le: 256}
	identityCC2 = Command{Instruction: 0xA4, P1: 0x02, Data: []byte{0x01, 0x0D}, Le: 256}
	objectCC2   = Command{Instruction: 0xA4, P1: 0x02, Data: []byte{0x01, 0x1D}, Le: 256}
)

// Data groups by generation, as the security object numbers them.
const (
	groupIdentityCC1 = 1
	groupIdentityCC2 = 13
)

func (j *job) readCC1(ctx context.Context) error {
	if err := j.do(ctx, identityCC1); err != nil {
		return fmt.Errorf("select the identity file: %w", err)
	}
	text := make([]byte, textCC1)
	defer clear(text)
	var have [textCC1]bool
	for _, s := range spansCC1(j.use.Fields) {
		if err := j.fillCC1(ctx, text, s, &have); err != nil {
			return err
		}
		for _, f := range j.use.Fields {
			p := places[f]
			if p.offset < s.from || p.offset >= s.to {
				continue
			}
			if err := j.reading.keep(f, text[p.offset:p.offset+p.width]); err != nil {
				return err
			}
		}
		j.progress()
	}
	if !j.verifies() {
		return nil
	}
	for from := 0; from < textCC1; {
		if have[from] {
			from++
			continue
		}
		to := from
		for to < textCC1 && !have[to] {
			to++
		}
		if err := j.fillCC1(ctx, text, span{from, to}, &have); err != nil {
			return err
		}
	}
	object, err := j.readObject(ctx, objectCC1)
	if err != nil {
		return err
	}
	hashed := make([]byte, 0, textCC1)
	defer func() { clear(hashed[:cap(hashed)]) }()
	for _, f := range hashedCC1 {
		p := places[f]
		hashed = append(hashed, trimPadding(text[p.offset:p.offset+p.width])...)
	}
	date := func(f Field) []byte { p := places[f]; return trimPadding(text[p.offset : p.offset+p.width]) }
	j.judge(object, groupIdentityCC1, hashed, date(ValidFrom), date(ValidUntil))
	return j.proveChip(ctx, object)
}

func (j *job) fillCC1(ctx context.Context, text []byte, s span, have *[textCC1]bool) error {
	part, err := j.read(ctx, s.from, s.to-s.from)
	defer clear(part)
	if err != nil {
		return fmt.Errorf("read the identity file: %w", err)
	}
	if copy(text[s.from:s.to], part) < s.to-s.from {
		return fmt.Errorf("identity file ends inside a field: %w", ErrGarbled)
	}
	for i := s.from; i < s.to; i++ {
		have[i] = true
	}
	return nil
}

// trimPadding cuts the zeros that fill a field up.
func trimPadding(field []byte) []byte {
	n := len(field)
	for n > 0 && field[n-1] == 0 {
		n--
	}
	return field[:n]
}

// How DG13 is read when nothing is verified: the first bytes never reach the
// name, since the fields in front of it fill more; from there each READ BINARY
// asks for just what must follow, so that what stands behind the last field
// wanted stays on the card. maxPrefixCC2 bounds the search and the file.
const (
	firstPrefixCC2 = 96
	maxPrefixCC2   = 2048
)

func (j *job) readCC2(ctx context.Context) error {
	if err := j.do(ctx, identityCC2); err != nil {
		return fmt.Errorf("select data group 13: %w", err)
	}
	prefix := make([]byte, 0, maxPrefixCC2+256)
	defer func() { clear(prefix[:cap(prefix)]) }()
	want := firstPrefixCC2
	if j.verifies() {
		want = j.chunk // all of it is needed: no reason to go by small steps
	}
	for {
		part, err := j.read(ctx, len(prefix), min(want, j.chunk))
		prefix = append(prefix, part...)
		clear(part)
		if err != nil {
			return fmt.Errorf("read data group 13: %w", err)
		}
		found, err := scanDG13(prefix, j.use.Fields)
		if err != nil {
			return err
		}
		if found.more == 0 {
			for _, f := range j.use.Fields {
				if err := j.reading.keep(f, found.values[f]); err != nil {
					return err
				}
			}
			break
		}
		if len(part) == 0 || len(prefix)+found.more > maxPrefixCC2 {
			return fmt.Errorf("data group 13 ends before the %s: %w", found.last, ErrGarbled)
		}
		want = found.more
		if j.verifies() {
			want = max(want, min(j.chunk, found.total-len(prefix)))
		}
	}
	j.progress()
	if !j.verifies() {
		return nil
	}
	return j.verifyCC2(ctx, prefix)
}

// verifyCC2 reads the rest of DG13 and judges the whole. prefix has room for
// all of it and is wiped by the caller.
func (j *job) verifyCC2(ctx context.Context, prefix []byte) error {
	h, ok, err := parseHeader(prefix)
	total := h.size + h.length
	if err != nil || !ok || total > maxPrefixCC2 {
		return fmt.Errorf("length of data group 13: %w", ErrGarbled)
	}
	if missing := total - len(prefix); missing > 0 {
		rest, err := j.read(ctx, len(prefix), missing)
		prefix = append(prefix, rest...)
		clear(rest)
		if err != nil {
			return fmt.Errorf("read data group 13: %w", err)
		}
	}
	if len(prefix) < total {
		return fmt.Errorf("data group 13 ends early: %w", ErrGarbled)
	}
	object, err := j.readObject(ctx, objectCC2)
	if err != nil {
		return err
	}
	// Without its dates a card is judged as one that does not say them.
	dates, _ := scanDG13(prefix[:total], []Field{ValidFrom, ValidUntil})
	j.judge(object, groupIdentityCC2, prefix[:total], dates.values[ValidFrom], dates.values[ValidUntil])
	return j.proveChip(ctx, object)
}

// maxObject bounds the security object; the file of a CC1 holds 4,000 bytes.
const maxObject = 8192

// readObject reads the security object to the end of its DER. A card that has
// none, or does not give it, yields nothing: that is for the Verdict to say.
func (j *job) readObject(ctx context.Context, file Command) ([]byte, error) {
	object, err := j.readDER(ctx, file, tagObject)
	var status StatusError
	switch {
	case errors.As(err, &status):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the security object: %w", err)
	}
	return object, nil
}

// readDER reads a file that begins with a tag to the end of its DER; of one
// that begins with another it gives the beginning.
func (j *job) readDER(ctx context.Context, file Command, tag uint32) ([]byte, error) {
	if err := j.do(ctx, file); err != nil {
		return nil, err
	}
	first, err := j.read(ctx, 0, j.chunk)
	if err != nil {
		return nil, err
	}
	h, _, _ := parseHeader(first)
	total := h.size + h.length
	if h.tag != tag || total > maxObject {
		return first, nil // whoever parses it will say what it is
	}
	if total <= len(first) {
		return first[:total], nil
	}
	rest, err := j.read(ctx, len(first), total-len(first))
	return append(first, rest...), err
}

// judge gives the reading its verdict. issued and until are the texts of the
// card's own dates, which the hash covers.
func (j *job) judge(object []byte, group int, hashed, issued, until []byte) {
	c := claim{object: object, group: group, hashed: hashed, now: j.query.Now}
	c.issued, _ = parseDate(issued)
	c.until, _ = parseDate(until)
	j.reading.verdict = j.query.Trust.judge(c)
}
