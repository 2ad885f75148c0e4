package pace

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // ICAO 9303-11 §9.7.2 derives these keys with it
	"crypto/subtle"
	"fmt"
	"io"
	"slices"

	"balcao/kiosk/card"
)

// BasicAccess opens a channel by Basic Access Control (ICAO 9303-11 §4.3), the
// older way, with 3DES: by a text that both sides know. It fails with
// ErrPassword, ErrProtocol, or as the Transmitter does.
func BasicAccess(ctx context.Context, t card.Transmitter, text string, random io.Reader) (*Channel, error) {
	seed := sha1.Sum([]byte(text)) //nolint:gosec // as the standard says
	keys := &Keys{Enc: derive(seed[:16], forEncryption, 16), MAC: derive(seed[:16], forMAC, 16)}
	defer keys.Wipe()
	access, err := newDES(keys)
	if err != nil {
		return nil, err
	}
	defer access.wipe()
	theirs, err := exchange(ctx, t, card.Command{Instruction: 0x84, Le: 8})
	if err != nil {
		return nil, fmt.Errorf("basic access: challenge: %w", err)
	}
	if len(theirs) != 8 {
		return nil, fmt.Errorf("basic access: challenge of %d bytes: %w", len(theirs), ErrProtocol)
	}
	own := make([]byte, 8+16) // the terminal's challenge, and its half of the keys
	defer clear(own)
	if _, err := io.ReadFull(random, own); err != nil {
		return nil, fmt.Errorf("basic access: random number: %w", err)
	}
	sealed := slices.Concat(own[:8], theirs, own[8:])
	access.encrypt(nil, sealed)
	said, err := exchange(ctx, t, card.Command{Instruction: 0x82, Data: append(sealed, access.mac(nil, pad(sealed, 8))...), Le: 40})
	if err != nil {
		return nil, fmt.Errorf("basic access: %w", refusedPassword(err))
	}
	if len(said) != 40 || subtle.ConstantTimeCompare(access.mac(nil, pad(said[:32], 8)), said[32:]) != 1 {
		return nil, fmt.Errorf("basic access: the card's proof is wrong: %w", ErrPassword)
	}
	half := said[:32]
	defer clear(half)
	access.decrypt(nil, half)
	if !bytes.Equal(half[:8], theirs) || !bytes.Equal(half[8:16], own[:8]) {
		return nil, fmt.Errorf("basic access: the card answers another challenge: %w", ErrProtocol)
	}
	secret := make([]byte, 16)
	defer clear(secret)
	subtle.XORBytes(secret, own[8:], half[16:])
	session := &Keys{Enc: derive(secret, forEncryption, 16), MAC: derive(secret, forMAC, 16)}
	defer session.Wipe()
	ciphers, err := newDES(session)
	if err != nil {
		return nil, err
	}
	return &Channel{over: t, ciphers: ciphers, counter: slices.Concat(theirs[4:], own[4:8])}, nil
}

// exchange sends one command and gives the data of a good answer.
func exchange(ctx context.Context, t card.Transmitter, c card.Command) ([]byte, error) {
	answer, err := say(ctx, t, c)
	if err != nil {
		return nil, err
	}
	if answer.SW != 0x9000 {
		return nil, card.StatusError{SW: answer.SW}
	}
	return answer.Data, nil
}
