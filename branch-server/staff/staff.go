// Package staff knows the people of a branch: who may sign in, and as what. Of a PIN only the hash is kept.
package staff

import (
	"regexp"
	"slices"

	"balcao/internal/config"
	"balcao/internal/signin"
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
	Hash string `yaml:"hash"` // argon2id hash of the PIN, as signin.Hash makes it
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
		if err := signin.CheckHash(r.Hash); err != nil {
			faults.Add(at+".hash", "%v; make one with branch-server -hash-pin", err)
		}
	}
}

func known(r Role) bool { return slices.Contains(Roles(), r) }

// Book is the people of a branch. It never changes and may be used by many at once.
type Book = signin.Book[Person]

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
	b := signin.NewBook[Person]()
	for _, r := range records {
		if err := b.Add(r.ID, r.Hash, Person{ID: r.ID, Name: r.Name, Role: r.Role}); err != nil {
			return nil, err
		}
	}
	return b, nil
}
