// Package staff knows the people of a branch: who may sign in, as what, and how a PIN is checked. PINs are kept as
// argon2id hashes in the PHC string form; the plain PIN is never stored, logged or shown.
package staff

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"balcao/internal/config"
)

// Role says what a person does in the branch, and so what they may do on screen.
type Role string

// The roles of a branch.
const (
	Clerk         Role = "clerk"         // serves at a counter
	Receptionist  Role = "receptionist"  // receives and directs citizens
	Coordinator   Role = "coordinator"   // runs the branch's day
	Administrator Role = "administrator" // sets the branch up
)

// Roles lists every role.
func Roles() []Role { return []Role{Clerk, Receptionist, Coordinator, Administrator} }

// Person is somebody who signed in. Name is for their own screen only.
type Person struct {
	ID   string
	Name string
	Role Role
}

// Record is one person as people write it in YAML.
type Record struct {
	ID   string `yaml:"id"`   // what they sign in with: lower case letters, digits, dot and dash
	Name string `yaml:"name"` // shown to themselves: first name and initial
	Role Role   `yaml:"role"` // clerk, receptionist, coordinator or administrator
	Hash string `yaml:"hash"` // argon2id hash of the PIN, as HashPIN makes it
}

// File is a file of people.
type File struct {
	People []Record `yaml:"people"`
}

var login = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,31}$`)

// Check names every fault of the file.
func (f *File) Check(faults *config.Faults) {
	seen := map[string]bool{}
	for i, r := range f.People {
		at := config.Index("people", i)
		switch {
		case !login.MatchString(r.ID):
			faults.Add(at+".id", "%q is not a sign-in name: lower case letters, digits, dot and dash", r.ID)
		case seen[r.ID]:
			faults.Add(at+".id", "%q stands twice", r.ID)
		}
		seen[r.ID] = true
		if r.Name == "" {
			faults.Add(at+".name", "missing")
		}
		if !known(r.Role) {
			faults.Add(at+".role", "%q is none of clerk, receptionist, coordinator, administrator", r.Role)
		}
		if _, err := parseHash(r.Hash); err != nil {
			faults.Add(at+".hash", "%v; make one with branch-server -hash-pin", err)
		}
	}
}

func known(r Role) bool { return slices.Contains(Roles(), r) }

// ErrWrong means that no person has this name and PIN; it does not say which of the two is wrong.
var ErrWrong = errors.New("wrong name or PIN")

// Book is the people of a branch. It never changes and may be used by many at once.
type Book struct {
	people map[string]entry
	turn   chan struct{} // one hash at a time: each takes seven mebibytes
	absent hash          // checked for names that do not exist, so that they cost the same time
}

type entry struct {
	person Person
	hash   hash
}

// Parse reads a YAML file of people; name is used in messages only. Every fault is named with its line.
func Parse(name string, data []byte) (*Book, error) {
	var f File
	if err := config.Decode(name, data, &f); err != nil {
		return nil, err
	}
	return New(f.People)
}

// New makes a Book of records that were checked.
func New(records []Record) (*Book, error) {
	b := &Book{people: map[string]entry{}, turn: make(chan struct{}, 1), absent: fresh()}
	for _, r := range records {
		h, err := parseHash(r.Hash)
		if err != nil {
			return nil, fmt.Errorf("read the hash of %s: %w", r.ID, err)
		}
		b.people[r.ID] = entry{Person{ID: r.ID, Name: r.Name, Role: r.Role}, h}
	}
	return b, nil
}

// Find returns the person with an id.
func (b *Book) Find(id string) (Person, bool) {
	e, known := b.people[id]
	return e.person, known
}

// SignIn returns the person with a name and PIN, or ErrWrong. It takes some tens of milliseconds on purpose, the same
// for a name that does not exist.
func (b *Book) SignIn(ctx context.Context, name, pin string) (Person, error) {
	select {
	case b.turn <- struct{}{}:
		defer func() {
			// A hash leaves mebibytes of garbage that the program would else keep for hours.
			debug.FreeOSMemory()
			<-b.turn
		}()
	case <-ctx.Done():
		return Person{}, ctx.Err()
	}
	e, known := b.people[strings.ToLower(strings.TrimSpace(name))]
	if !known {
		b.absent.holds(pin)
		return Person{}, ErrWrong
	}
	if !e.hash.holds(pin) {
		return Person{}, ErrWrong
	}
	return e.person, nil
}
