package citizen

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// keySize is the length of a DayKey in bytes.
const keySize = 32

// ErrKey says that a key does not have 32 bytes, or is all zeros.
var ErrKey = errors.New("not a key of 32 random bytes")

// DayKey is the secret under which the document numbers of one branch's
// bookings for one Day are digested. docs/privacy.md says how keys are made,
// where they are, and when they are destroyed. It hides itself from every way
// of printing.
type DayKey struct{ secret [keySize]byte }

// NewDayKey takes 32 random bytes. It fails with ErrKey.
func NewDayKey(random []byte) (DayKey, error) {
	var k DayKey
	if len(random) != keySize {
		return DayKey{}, ErrKey
	}
	copy(k.secret[:], random)
	if k == (DayKey{}) {
		return DayKey{}, ErrKey
	}
	return k, nil
}

// Wipe zeroes the key.
func (k *DayKey) Wipe() { clear(k.secret[:]) }

// Format hides the key under every verb and flag.
func (k DayKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[day key]") }

// MarshalText hides the key from encoders; it never fails.
func (k DayKey) MarshalText() ([]byte, error) { return []byte("[day key]"), nil }

// Digest is what a booking keeps in place of a document number. Without the key
// of its Day it tells nothing; with it, anybody could try all numbers there are,
// so it is personal data until the key is gone, and enters no event.
type Digest [sha256.Size]byte

// Equal compares in constant time.
func (d Digest) Equal(other Digest) bool { return hmac.Equal(d[:], other[:]) }

// Digest makes the digest of a document number: HMAC-SHA-256 over a label, so
// that the key serves nothing else by mistake, and the twelve characters. It
// fails with ErrKey on a key that was never set or is wiped.
func (k DayKey) Digest(n DocumentNumber) (Digest, error) {
	if k == (DayKey{}) {
		return Digest{}, ErrKey
	}
	defer n.Wipe()
	defer k.Wipe()
	h := hmac.New(sha256.New, k.secret[:])
	defer wipeHash(h)
	h.Write([]byte("balcao/1 check-in\x00"))
	h.Write(n[:])
	return Digest(h.Sum(nil)), nil
}

// wipeHash overwrites the block of data that a hash still holds when it is
// done; its own Reset leaves it there.
func wipeHash(h hash.Hash) {
	h.Reset()
	zeros := make([]byte, h.BlockSize())
	h.Write(zeros[1:])
	h.Write(zeros[:1])
}

// CodeDigest makes the digest of a booking's code: the same as Digest under a
// label of its own, so that a code is never taken for a document number. It
// fails with ErrKey.
func (k DayKey) CodeDigest(code string) (Digest, error) {
	if k == (DayKey{}) {
		return Digest{}, ErrKey
	}
	defer k.Wipe()
	h := hmac.New(sha256.New, k.secret[:])
	defer wipeHash(h)
	h.Write([]byte("balcao/1 booking code\x00"))
	h.Write([]byte(code))
	return Digest(h.Sum(nil)), nil
}
