// Package setup is how people change the description of a branch: the document that holds it, its fields by name, what
// differs between two of them in words, and its faults in words, each with the field it belongs to. It is pure: drafts,
// versions and pages are kept and shown elsewhere.
//
// Fields are named by a path of keys and ids, such as divisions/cc/quota or policy/guard, so that a path stays true
// while somebody else adds or removes lines. Nothing here knows the description's fields but by their keys: a field
// that a later version adds can be compared, found at fault and edited in the document at once, and on a page as soon
// as a page names its path.
package setup

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"balcao/internal/branch"
	"balcao/internal/config"
)

// Version is one description that is or was in force.
type Version struct {
	Number   int
	At       time.Time
	Author   string // sign-in name; empty is the file of the program
	Note     string
	Hash     string
	Document []byte
}

// Draft is the next version in the making. There is one, shared by all who set the branch up.
type Draft struct {
	Revision int // grows each time it is kept
	Base     int // the version it began from
	At       time.Time
	Author   string
	Document []byte
}

// MostBytes is the longest document that is taken.
const MostBytes = 512 << 10

// Reading is what a document says, and what is wrong with it.
type Reading struct {
	Branch branch.Branch
	Form   []Fault // it is not understood whole: writing Branch again would lose what was meant
	Faults []Fault // everything that is wrong, the faults of form included
}

// Read reads a document.
func Read(document []byte) Reading {
	var plain bare
	var r Reading
	form := config.Problems(config.Decode("", document, &plain))
	r.Branch = branch.Branch(plain.bareBranch)
	nameParts(&r.Branch)
	var full checked
	all := config.Problems(config.Decode("", document, &full))
	for _, p := range form {
		r.Form = append(r.Form, faultOf(&r.Branch, p))
	}
	for _, p := range all {
		r.Faults = append(r.Faults, faultOf(&r.Branch, p))
	}
	return r
}

type bareBranch branch.Branch

// bare is a description that is read and not checked.
type bare struct{ bareBranch }

// checked is a description that is read and checked.
type checked struct{ branch.Branch }

// Check names every fault of the description.
func (c *checked) Check(faults *config.Faults) { c.Branch.Check("", faults) }

// Write makes the document of a description.
func Write(b *branch.Branch) []byte { return config.Encode(b) }

// Hash names a document: SHA-256, hexadecimal.
func Hash(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}
