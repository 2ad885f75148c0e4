package pace

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"balcao/internal/citizen"
	"balcao/kiosk/card"
)

// Witness is what a token is judged by.
type Witness struct {
	// Trust holds the State's certificates.
	Trust *card.Trust
	// Now is the moment of the reading.
	Now time.Time
	// Random gives the terminal's challenges and keys.
	Random io.Reader
}

// The application of MultiPass and its files (APLCardPteid.cpp and
// BacAuthentication.cpp of the State's middleware).
var (
	aidMultiPass   = [...]byte{0x60, 0x46, 0x32, 0xFF, 0x00, 0x00, 0x06}
	fileTokenSOD   = [...]byte{0x01, 0x1D}
	fileTokenInfos = [...]byte{0x01, 0x0E}
	fileToken      = [...]byte{0x01, 0x0D}
)

const mostTokenFile = 8192

// ReadToken reads the token of a contactless card as the State's middleware
// does: the security object in the clear, Basic Access Control by its last
// twelve bytes, the signature, Chip Authentication, and the value under the
// chip's own keys, so that a verified token comes from the original chip. It is
// zero unless the verdict lets it pass. It fails with ErrUnsupported on a card
// without MultiPass, with ErrProtocol, ErrPassword, ErrChannel, or as the card.
func ReadToken(ctx context.Context, t card.Transmitter, w Witness) (citizen.Token, card.Verdict, error) {
	fail := func(err error) (citizen.Token, card.Verdict, error) {
		return citizen.Token{}, card.Verdict{}, fmt.Errorf("read MultiPass: %w", err)
	}
	if err := choose(ctx, t, card.Command{Instruction: 0xA4, P1: 0x04, P2: 0x0C, Data: aidMultiPass[:]}); err != nil {
		return fail(fmt.Errorf("%w: %w", ErrUnsupported, err))
	}
	object, err := readFile(ctx, t, fileTokenSOD[:], 0x77)
	if err != nil {
		return fail(err)
	}
	signed, verdict := w.Trust.Judge(object, w.Now)
	if signed == nil {
		return citizen.Token{}, verdict, nil
	}
	channel, err := BasicAccess(ctx, t, accessText(object), w.Random)
	if err != nil {
		return fail(err)
	}
	defer func() { channel.Wipe() }()
	group, err := readFile(ctx, channel, fileTokenInfos[:], 0x6E)
	if err != nil {
		return fail(err)
	}
	if verdict.Reason = signed.Covers(14, group); verdict.Reason != card.Genuine {
		return citizen.Token{}, verdict, nil
	}
	info, err := ParseChipInfo(group)
	if err != nil {
		return fail(err)
	}
	if channel, err = AuthenticateChip(ctx, channel, info, w.Random); err != nil {
		return fail(err)
	}
	file, err := readFile(ctx, channel, fileToken[:], 0x6D)
	if err != nil { // the first answer under the chip's keys: another chip cannot give it
		return fail(err)
	}
	defer clear(file)
	if verdict.Reason = signed.Covers(13, file); verdict.Reason != card.Genuine {
		return citizen.Token{}, verdict, nil
	}
	verdict.Chip = card.ChipOriginal
	body, _, ok := cutObject(file, 0x6D)
	value, rest, ok2 := cutObject(body, 0xC0)
	if !ok || !ok2 || len(rest) > 0 {
		return fail(fmt.Errorf("value of %d bytes: %w", len(value), ErrProtocol))
	}
	token, err := citizen.TokenOf(value)
	if err != nil {
		return fail(fmt.Errorf("%w: %w", ErrProtocol, err))
	}
	return token, verdict, nil
}

// accessText is what both sides of MultiPass know: the last twelve bytes of its
// security object in hex, cut after 12 and 18 digits, each part with its check
// digit (ICAO 9303-3 §4.9).
func accessText(object []byte) string {
	if len(object) < 12 {
		return ""
	}
	digits := strings.ToUpper(hex.EncodeToString(object[len(object)-12:]))
	var b strings.Builder
	for _, part := range []string{digits[:12], digits[12:18], digits[18:]} {
		b.WriteString(part)
		digit, _ := citizen.MRZDigit(part) // hex has no other letters
		b.WriteByte(digit)
	}
	return b.String()
}

func choose(ctx context.Context, t card.Transmitter, c card.Command) error {
	answer, err := say(ctx, t, c)
	if err == nil && answer.SW != 0x9000 {
		err = card.StatusError{SW: answer.SW}
	}
	return err
}

// readFile reads a file that begins with a tag to the end of its DER.
func readFile(ctx context.Context, t card.Transmitter, id []byte, tag byte) ([]byte, error) {
	if err := choose(ctx, t, card.Command{Instruction: 0xA4, P1: 0x02, P2: 0x0C, Data: id}); err != nil {
		return nil, err
	}
	file := make([]byte, 0, 4)
	for total := 4; len(file) < total; {
		part, err := readPart(ctx, t, len(file), min(total-len(file), MostRead))
		file = append(file, part...) // within what is there: nothing is left in another place
		clear(part)
		if err != nil {
			clear(file)
			return nil, fmt.Errorf("file %X after %d of %d bytes: %w", id, len(file), total, err)
		}
		if total == 4 && len(file) == 4 {
			if total = derLength(file, tag); total > mostTokenFile || total == 0 {
				return nil, fmt.Errorf("file %X: %w", id, ErrProtocol)
			}
			file = append(make([]byte, 0, max(4, total)), file...)[:min(4, total)]
		}
	}
	return file, nil
}

// readPart reads at most n bytes of the selected file, and at least one; the caller wipes them.
func readPart(ctx context.Context, t card.Transmitter, offset, n int) ([]byte, error) {
	answer, err := say(ctx, t, card.Command{Instruction: 0xB0, P1: byte(offset >> 8), P2: byte(offset), Le: n})
	switch {
	case err != nil:
		return nil, err
	case answer.SW != 0x9000 && answer.SW != 0x6282:
		clear(answer.Data)
		return nil, card.StatusError{SW: answer.SW}
	case len(answer.Data) == 0 || len(answer.Data) > n:
		clear(answer.Data)
		return nil, fmt.Errorf("%d bytes for %d: %w", len(answer.Data), n, ErrProtocol)
	}
	return answer.Data, nil
}

// derLength is how long an object with a tag of one byte is as a whole; 0 if b
// does not begin one.
func derLength(b []byte, tag byte) int {
	if len(b) < 4 || b[0] != tag {
		return 0
	}
	switch b[1] {
	case 0x81:
		return 3 + int(b[2])
	case 0x82:
		return 4 + int(b[2])<<8 + int(b[3])
	default:
		if b[1] < 0x80 {
			return 2 + int(b[1])
		}
		return 0
	}
}
