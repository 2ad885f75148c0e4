package signin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of a hash: of the equal choices in the OWASP password storage cheat sheet, the one with the least memory, because
// a whole branch server must live in 64 MiB.
const (
	memoryKiB = 7 * 1024
	passes    = 5
	lanes     = 1
	saltBytes = 16
	keyBytes  = 32
	least     = 4
	longest   = 128
)

var (
	errHashForm = errors.New("not an argon2id hash")
	errHashCost = errors.New("a hash of a cost that this program does not take")
)

// hash is a secret's argon2id hash with its cost.
type hash struct {
	memory, time uint32
	lanes        uint8
	salt, key    []byte
}

// Hash returns the argon2id hash of a PIN or password, with a fresh salt, as it is written in a file of people. It
// refuses secrets shorter than four or longer than 128 bytes.
func Hash(secret string) (string, error) {
	if len(secret) < least || len(secret) > longest {
		return "", fmt.Errorf("a secret has %d to %d characters", least, longest)
	}
	h := fresh()
	h.key = h.of(secret)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.time, h.lanes,
		enc.EncodeToString(h.salt), enc.EncodeToString(h.key)), nil
}

// fresh is a hash of nothing yet: today's cost and a new salt.
func fresh() hash {
	h := hash{memory: memoryKiB, time: passes, lanes: lanes, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
	_, _ = rand.Read(h.salt) // never fails: crypto/rand ends the program instead
	return h
}

// CheckHash says what is wrong with a hash that somebody wrote; nil if it can be signed in with.
func CheckHash(s string) error {
	_, err := parseHash(s)
	return err
}

// parseHash reads the PHC string form. It refuses costs that would let a file of people exhaust the machine.
func parseHash(s string) (hash, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return hash{}, errHashForm
	}
	var h hash
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.lanes); err != nil || n != 3 {
		return hash{}, errHashForm
	}
	if h.memory < 1024 || h.memory > 64*1024 || h.time < 1 || h.time > 10 || h.lanes < 1 || h.lanes > 4 {
		return hash{}, errHashCost
	}
	var err error
	if h.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return hash{}, errHashForm
	}
	if h.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(h.key) < 16 || len(h.key) > 64 {
		return hash{}, errHashForm
	}
	return h, nil
}

func (h hash) of(secret string) []byte {
	return argon2.IDKey([]byte(secret), h.salt, h.time, h.memory, h.lanes, uint32(len(h.key))) //nolint:gosec // at most 64
}

// holds reports whether a secret has this hash.
func (h hash) holds(secret string) bool {
	if len(secret) > longest {
		return false
	}
	return subtle.ConstantTimeCompare(h.of(secret), h.key) == 1
}
