// Package config reads the YAML files people write by hand: the
// configuration of each program and the device profiles. It is the only door
// to the YAML library.
//
// It is strict, because a misspelt key that is silently ignored is found in
// the field, months later: unknown keys, keys given twice, values of the
// wrong kind, anchors, aliases, merge keys, tags and several documents in one
// file are faults. And it is patient: it goes on after a fault, so that one
// run names every mistake of a file with its line, the mistakes only the
// program can see (a file that is missing, an address that cannot be) among
// them; for those see [Checker].
//
// The package opens no file: whoever calls it has read the bytes.
package config

import (
	"fmt"
	"strings"
)

// Problem is one mistake in a file.
type Problem struct {
	// Line counts from 1; 0 when no line can be named, as for a file that
	// is empty.
	Line int
	// Key is the path of the key at fault, such as "printer.bauds[1]";
	// empty when the fault concerns the file as a whole.
	Key string
	// Text says what is wrong, in English, without line and key.
	Text string
}

// String tells the problem in one line: "line 12: printer.baud: …".
func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Text)
	return b.String()
}

// Error holds every problem found in one file, in the order of its lines.
type Error struct {
	// Name is the name of the file, as given to Decode.
	Name string
	// Problems is never empty.
	Problems []Problem
}

// Error tells all problems: in one line when there is one, else as a list
// with a line for each.
func (e *Error) Error() string {
	if len(e.Problems) == 1 {
		return e.Name + ": " + e.Problems[0].String()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d problems", e.Name, len(e.Problems))
	for _, p := range e.Problems {
		b.WriteString("\n  " + p.String())
	}
	return b.String()
}

// Checker is a configuration that knows faults no Go type can express: a
// number out of range, a file that does not exist, two addresses that are the
// same. Decode calls Check on the value it fills, also when it has already
// found faults, so that all of them are told together.
type Checker interface {
	Check(faults *Faults)
}

// Decode fills into, a pointer to a struct that holds the defaults, from the
// YAML document in data. A key that the document does not mention keeps its
// default, as does one whose value is faulty. Name is used in messages only.
//
// Keys are matched by the struct tag `yaml:"name"`, or by the field's name in
// lower case where there is none; `yaml:"-"` hides a field and an embedded
// struct without a tag lends its keys to the outer one. Texts must be
// texts: `version: 1.10` is refused for a string and wants quotes. Durations
// are written like "1500ms" or "2h45m". A field whose type has UnmarshalText
// is read by it.
//
// If into is a [Checker] its faults join those of the file. Every fault is
// in the returned *Error.
func Decode(name string, data []byte, into any) error {
	file, err := Parse(name, data)
	if err != nil {
		return err
	}
	return file.Decode(into)
}
