package config

import "github.com/goccy/go-yaml/ast"

// Other is a part of a file that belongs to another program: whatever stands
// there is accepted, and read by that program with [File.Section].
type Other struct{}

// Section returns the part of a file under one of its first keys, as a file of
// its own whose lines are counted in the whole; false if there is no such key.
func (f *File) Section(key string) (*File, bool) {
	all, ok := pairs(f.root)
	if !ok {
		return nil, false
	}
	for _, pair := range all {
		if name, ok := keyText(pair.Key); !ok || name != key {
			continue
		}
		part := &File{name: f.name, root: pair.Value, lines: map[string]int{}}
		if _, empty := pair.Value.(*ast.NullNode); empty {
			part.root = nil
		}
		if part.root != nil {
			part.index(part.root, "", 0)
		}
		return part, true
	}
	return nil, false
}
