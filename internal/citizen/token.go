package citizen

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// ErrToken says that something is no token of MultiPass.
var ErrToken = errors.New("not a MultiPass token")

// Token is the value of MultiPass: sixteen bytes that a Citizen Card held
// against a reader gives without a number or a PIN. It says nothing of the
// person, but is always the same on one card and on no other, so that it is
// personal data all the same (GDPR art. 4(5)): it hides itself from every way of
// printing, and whoever has it wipes it.
type Token struct{ value [16]byte }

// TokenOf takes the sixteen bytes of a card. It fails with ErrToken, also for
// zeros.
func TokenOf(value []byte) (Token, error) {
	var t Token
	if len(value) != len(t.value) || copy(t.value[:], value) != len(t.value) || t.Zero() {
		return Token{}, ErrToken
	}
	return t, nil
}

// ParseToken reads a token as files of bookings write it: 32 hex digits. It
// fails with ErrToken.
func ParseToken(text []byte) (Token, error) {
	value := make([]byte, hex.DecodedLen(len(text)))
	defer clear(value)
	if _, err := hex.Decode(value, text); err != nil {
		return Token{}, ErrToken
	}
	return TokenOf(value)
}

// Wipe zeroes the token.
func (t *Token) Wipe() { clear(t.value[:]) }

// Zero says whether there is none, or it is wiped.
func (t *Token) Zero() bool { return t.value == [16]byte{} }

// Equal says whether two tokens are those of one card.
func (t *Token) Equal(other *Token) bool { return t.value == other.value }

// AppendHex appends the 32 hex digits by which files of bookings write the token;
// whoever asks for them wipes them.
func (t *Token) AppendHex(b []byte) []byte { return hex.AppendEncode(b, t.value[:]) }

// Format hides the token under every verb and flag.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[token]") }

// MarshalText hides the token from encoders; it never fails.
func (t Token) MarshalText() ([]byte, error) { return []byte("[token]"), nil }

// TokenDigest makes the digest of a token: the same as Digest under a label of
// its own, so that a token is never taken for a document number. It fails with
// ErrKey, and with ErrToken on one that is wiped.
func (k DayKey) TokenDigest(t Token) (Digest, error) {
	defer t.Wipe()
	defer k.Wipe()
	switch {
	case k == (DayKey{}):
		return Digest{}, ErrKey
	case t.Zero():
		return Digest{}, ErrToken
	}
	h := hmac.New(sha256.New, k.secret[:])
	defer wipeHash(h)
	h.Write([]byte("balcao/1 multipass\x00"))
	h.Write(t.value[:])
	return Digest(h.Sum(nil)), nil
}
