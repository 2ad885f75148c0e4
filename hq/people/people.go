// Package people knows who works at headquarters: what they may do, in which districts and for which bodies. Of a password
// only the hash is kept.
package people

import (
	"errors"
	"regexp"
	"slices"

	"balcao/internal/config"
	"balcao/internal/signin"
)

// Role says what a person may do at headquarters. Each one may do what those before it may.
type Role string

// The roles of headquarters.
const (
	Viewer        Role = "viewer"        // looks
	Operator      Role = "operator"      // takes care of alerts
	Editor        Role = "editor"        // keeps the registry of branches
	Administrator Role = "administrator" // says who may do what
)

// Roles lists every role, the one that may least first.
func Roles() []Role { return []Role{Viewer, Operator, Editor, Administrator} }

var words = map[Role]string{Viewer: "consulta", Operator: "operação", Editor: "edição", Administrator: "administração"}

// InWords returns what a role is called on screens.
func (r Role) InWords() string { return words[r] }

// May says whether a role includes another one.
func (r Role) May(what Role) bool {
	return slices.Index(Roles(), r) >= slices.Index(Roles(), what) && slices.Contains(Roles(), r)
}

// Person is somebody who signed in.
type Person struct {
	ID        string
	Name      string
	Role      Role
	Districts []string // they see and act in these alone; empty is the whole country
	Bodies    []string // of branches they see what is of these alone, in lower case; empty is all. Both limits hold together
}

// Record is one person as people write it in YAML, and as the table of people keeps it.
type Record struct {
	ID        string   `yaml:"id"`        // what they sign in with: lower case letters, digits, dot and dash
	Name      string   `yaml:"name"`      // shown beside what they did
	Role      Role     `yaml:"role"`      // viewer, operator, editor or administrator
	Districts []string `yaml:"districts"` // the whole country where it is empty
	Bodies    []string `yaml:"bodies"`    // ids of bodies in lower case; all where it is empty
	Hash      string   `yaml:"hash"`      // argon2id hash of the password, as signin.Hash makes it
	Gone      bool     `yaml:"gone"`      // cannot sign in any more, and keeps their name in what they did
}

// Person returns the record without its hash.
func (r Record) Person() Person {
	return Person{ID: r.ID, Name: r.Name, Role: r.Role, Districts: slices.Clone(r.Districts), Bodies: slices.Clone(r.Bodies)}
}

// Refusals of changes.
var (
	ErrLogin    = errors.New("a sign-in name has up to 32 lower case letters, digits, dots and dashes")
	ErrTaken    = errors.New("somebody has this sign-in name")
	ErrNoName   = errors.New("a person needs a name of at most 80 bytes")
	ErrRole     = errors.New("no such role")
	ErrSecret   = errors.New("a password has 8 to 128 characters")
	ErrUnknown  = errors.New("nobody has this sign-in name")
	ErrLast     = errors.New("somebody must be left who says who may do what")
	ErrYourself = errors.New("nobody takes away their own right to say who may do what")
	ErrBody     = errors.New("a body is told by up to 20 ids of at most 64 lower case letters, digits and dashes")
	ErrBeyond   = errors.New("nobody gives more than is theirs")
)

var login = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,31}$`)

// bodyID is how a body is told: as branches write it, in lower case.
var bodyID = regexp.MustCompile(`^[\p{Ll}\p{Nd}][\p{Ll}\p{Nd}._-]{0,63}$`)

const (
	longestName = 80
	mostBodies  = 20
)

// fault says what is wrong with a record; nil if nothing is.
func (r Record) fault() error {
	switch {
	case !login.MatchString(r.ID):
		return ErrLogin
	case r.Name == "" || len(r.Name) > longestName:
		return ErrNoName
	case !slices.Contains(Roles(), r.Role):
		return ErrRole
	case len(r.Bodies) > mostBodies || slices.ContainsFunc(r.Bodies, func(b string) bool { return !bodyID.MatchString(b) }):
		return ErrBody
	}
	return nil
}

// File is a file of people.
type File struct {
	People []Record `yaml:"people"`
}

// Check names every fault of the file.
func (f *File) Check(faults *config.Faults) {
	seen := map[string]bool{}
	for i, r := range f.People {
		at := config.Index("people", i)
		if err := r.fault(); err != nil {
			faults.Add(at, "%v", err)
		}
		if seen[r.ID] {
			faults.Add(at+".id", "%q stands twice", r.ID)
		}
		seen[r.ID] = true
		if err := signin.CheckHash(r.Hash); err != nil {
			faults.Add(at+".hash", "%v; make one with hq -hash-password", err)
		}
	}
}

// Parse reads a YAML file of people; name is used in messages only. Every fault is named with its line.
func Parse(name string, data []byte) ([]Record, error) {
	var f File
	err := config.Decode(name, data, &f)
	return f.People, err
}
