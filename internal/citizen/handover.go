package citizen

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// ErrHandover says that a key was not handed over: what came is not what was
// asked for.
var ErrHandover = errors.New("key handover does not fit")

// Asker is a kiosk that asks its branch for the key of a Day. The key travels
// sealed for this one asker (X25519, HKDF-SHA-256, AES-256-GCM), so that whoever
// listens to the way between the two learns nothing, also later. It does not
// prove who asks or answers: that is the protected link's part.
type Asker struct{ private *ecdh.PrivateKey }

// NewAsker makes an asker of 32 random bytes. It fails with ErrKey.
func NewAsker(random []byte) (Asker, error) {
	if len(random) != keySize {
		return Asker{}, ErrKey
	}
	p, err := ecdh.X25519().NewPrivateKey(random)
	if err != nil {
		return Asker{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return Asker{private: p}, nil
}

// Public is what the asker sends.
func (a Asker) Public() []byte { return a.private.PublicKey().Bytes() }

// Format hides the asker under every verb and flag.
func (a Asker) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[asker]") }

// Handover is a DayKey sealed for one asker and one purpose.
type Handover struct {
	Public []byte // of whoever answers, for this answer alone
	Sealed []byte
}

// HandOver seals the key for whoever owns public. The purpose, such as the
// branch's id and the day, must be the same on both sides; random is 32 bytes
// used for nothing else. It fails with ErrKey or ErrHandover.
func (k DayKey) HandOver(public, random []byte, purpose string) (Handover, error) {
	if k == (DayKey{}) || len(random) != keySize {
		return Handover{}, ErrKey
	}
	mine, err := ecdh.X25519().NewPrivateKey(random)
	if err != nil {
		return Handover{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	theirs, err := ecdh.X25519().NewPublicKey(public)
	if err != nil {
		return Handover{}, fmt.Errorf("%w: %w", ErrHandover, err)
	}
	box, err := box(mine, theirs, public, mine.PublicKey().Bytes(), purpose)
	if err != nil {
		return Handover{}, err
	}
	// The key of the box serves this one message, so its nonce may be all zeros.
	sealed := box.Seal(nil, make([]byte, box.NonceSize()), k.secret[:], []byte(purpose))
	return Handover{Public: mine.PublicKey().Bytes(), Sealed: sealed}, nil
}

// Open takes the key out. It fails with ErrHandover.
func (a Asker) Open(h Handover, purpose string) (DayKey, error) {
	theirs, err := ecdh.X25519().NewPublicKey(h.Public)
	if err != nil {
		return DayKey{}, fmt.Errorf("%w: %w", ErrHandover, err)
	}
	box, err := box(a.private, theirs, a.Public(), h.Public, purpose)
	if err != nil {
		return DayKey{}, err
	}
	secret, err := box.Open(nil, make([]byte, box.NonceSize()), h.Sealed, []byte(purpose))
	if err != nil {
		return DayKey{}, ErrHandover
	}
	defer clear(secret)
	return NewDayKey(secret)
}

func box(mine *ecdh.PrivateKey, theirs *ecdh.PublicKey, asker, answerer []byte, purpose string) (cipher.AEAD, error) {
	shared, err := mine.ECDH(theirs)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHandover, err)
	}
	defer clear(shared)
	salt := append(append([]byte{}, asker...), answerer...)
	key, err := hkdf.Key(sha256.New, shared, salt, "balcao/1 day key\x00"+purpose, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive key of handover: %w", err)
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare handover: %w", err)
	}
	return cipher.NewGCM(block)
}
