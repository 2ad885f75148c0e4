package card

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
)

// Whether a chip is the one that the State issued is a question of its own:
// data that is signed well can be copied to another chip. A card that has a key
// pair for it answers a challenge with the private half, which never leaves the
// chip, while the public half is a data group that the State has signed (Active
// Authentication, ICAO 9303-11 §6.1). A CC2 has that group; a CC1 proves its
// key to a server of the State alone, so that it is not asked here.

// Files and data groups of a CC2 that its chip is known by (PKCS15.cpp).
var (
	chipInfosCC2 = Command{Instruction: 0xA4, P1: 0x02, Data: []byte{0x01, 0x0E}, Le: 256}
	chipKeyCC2   = Command{Instruction: 0xA4, P1: 0x02, Data: []byte{0x01, 0x0F}, Le: 256}
)

const (
	groupInfosCC2 = 14
	groupKeyCC2   = 15

	tagInfos = 0x6E // of data group 14 (ICAO 9303-10 §4.7.14)
	tagKey   = 0x6F // of data group 15

	// challengeSize is that of ICAO 9303-11 §6.1.2.
	challengeSize = 8
)

// proveChip asks the chip to prove that it is the one issued, where the purpose
// wants that, the kiosk has it switched on, and the data is verified. What comes
// of it changes the verdict; an error is one of the dialogue.
func (j *job) proveChip(ctx context.Context, object []byte) error {
	v := &j.reading.verdict
	if !j.use.Chip || j.query.Challenge == nil || !v.Verified() {
		return nil
	}
	reason, err := j.askChip(ctx, object)
	if err != nil {
		return fmt.Errorf("ask the chip for its proof: %w", err)
	}
	v.Chip = reason
	switch reason {
	case ChipOriginal:
	case ChipNotOffered, ChipUnsupported:
		v.NotChecked = append(v.NotChecked, reason)
	default:
		v.Reason = reason
	}
	return nil
}

func (j *job) askChip(ctx context.Context, object []byte) (Reason, error) {
	o, reason := parseObject(object)
	if reason != "" || j.reading.generation != CC2 || o.groups[groupKeyCC2] == nil {
		return ChipNotOffered, nil
	}
	raw, reason, err := j.readGroup(ctx, o, chipKeyCC2, groupKeyCC2, tagKey)
	if reason != "" || err != nil {
		return reason, err
	}
	key, ok := parseChipKey(raw)
	if !ok {
		return ChipUnsupported, nil
	}
	var hash crypto.Hash
	if _, ec := key.(*ecdsa.PublicKey); ec {
		if o.groups[groupInfosCC2] == nil {
			return ChipUnsupported, nil // nobody says which hash it signs
		}
		infos, reason, err := j.readGroup(ctx, o, chipInfosCC2, groupInfosCC2, tagInfos)
		if reason != "" || err != nil {
			return reason, err
		}
		if hash, ok = parseChipHash(infos); !ok {
			return ChipUnsupported, nil
		}
	}
	return j.challenge(ctx, key, hash)
}

// readGroup reads a data group and compares it with the hash that the State
// signed. A group that was signed and is not there is a fault by itself:
// whoever copies a card may leave out what it could not prove.
func (j *job) readGroup(ctx context.Context, o *securityObject, file Command, group int, tag uint32) ([]byte, Reason, error) {
	raw, err := j.readDER(ctx, file, tag)
	var status StatusError
	switch {
	case errors.As(err, &status):
		return nil, ChipKeyMissing, nil
	case err != nil:
		return nil, "", err
	case o.matches(group, raw) != "":
		return nil, ChipKeyAltered, nil
	}
	return raw, "", nil
}

// challenge lets the chip sign a number that it cannot have known. What it
// signed would prove to others that this card was here, so it is wiped at once.
func (j *job) challenge(ctx context.Context, key crypto.PublicKey, hash crypto.Hash) (Reason, error) {
	number := make([]byte, challengeSize)
	if _, err := io.ReadFull(j.query.Challenge, number); err != nil {
		return "", fmt.Errorf("random number: %w", err)
	}
	defer clear(number)
	answer, err := j.exchange(ctx, Command{Instruction: 0x88, Data: number, Le: 256})
	if err != nil {
		return "", err
	}
	defer clear(answer.Data)
	switch {
	case answer.SW != swOK:
		return ChipRefused, nil
	case !proves(key, hash, number, answer.Data):
		return ChipCopied, nil
	}
	return ChipOriginal, nil
}
