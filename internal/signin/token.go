package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// TokenHash is the SHA-256 of a session's cookie. The cookie itself is known to its browser only.
type TokenHash [sha256.Size]byte

// TokenOf returns the hash of a cookie.
func TokenOf(cookie string) TokenHash { return sha256.Sum256([]byte(cookie)) }

// NewToken returns a random cookie of 256 bits and its hash.
func NewToken() (cookie string, token TokenHash) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	cookie = base64.RawURLEncoding.EncodeToString(b[:])
	return cookie, TokenOf(cookie)
}
