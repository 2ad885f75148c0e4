// Package signin lets people in, the same way at a branch and at headquarters: secrets are kept as argon2id hashes in
// the PHC string form, cookies are known to their browser only, and whoever guesses soon has to wait. A plain secret is
// never stored, logged or shown.
package signin

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
)

// ErrWrong means that nobody has this name and secret; it does not say which of the two is wrong.
var ErrWrong = errors.New("wrong name or secret")

// Book is people by the names they sign in with. Once filled it never changes, and may be used by many at once.
type Book[P any] struct {
	people map[string]entry[P]
	turn   chan struct{} // one hash at a time: each takes seven mebibytes
	absent hash          // checked for names that do not exist, so that they cost the same time
}

type entry[P any] struct {
	person P
	hash   hash
}

// NewBook returns an empty Book.
func NewBook[P any]() *Book[P] {
	return &Book[P]{people: map[string]entry[P]{}, turn: make(chan struct{}, 1), absent: fresh()}
}

// Add puts a person into the book; their sign-in name is in lower case. It refuses a hash that cannot be read.
func (b *Book[P]) Add(name, secretHash string, person P) error {
	h, err := parseHash(secretHash)
	if err != nil {
		return fmt.Errorf("read the hash of %s: %w", name, err)
	}
	b.people[name] = entry[P]{person, h}
	return nil
}

// Find returns the person with a name.
func (b *Book[P]) Find(name string) (P, bool) {
	e, known := b.people[name]
	return e.person, known
}

// SignIn returns the person with a name and secret, or ErrWrong. It takes some tens of milliseconds on purpose, the same
// for a name that does not exist.
func (b *Book[P]) SignIn(ctx context.Context, name, secret string) (P, error) {
	var nobody P
	select {
	case b.turn <- struct{}{}:
		defer func() {
			// A hash leaves mebibytes of garbage that the program would else keep for hours.
			debug.FreeOSMemory()
			<-b.turn
		}()
	case <-ctx.Done():
		return nobody, ctx.Err()
	}
	e, known := b.people[strings.ToLower(strings.TrimSpace(name))]
	if !known {
		b.absent.holds(secret)
		return nobody, ErrWrong
	}
	if !e.hash.holds(secret) {
		return nobody, ErrWrong
	}
	return e.person, nil
}
