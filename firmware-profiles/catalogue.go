package profiles

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Catalogue is a set of profiles: those that come with the program, and those
// that a technician has put beside them.
type Catalogue struct{ tree fs.FS }

// Shipped returns the profiles that come with the program.
func Shipped() Catalogue { return Catalogue{tree: shipped} }

// With returns a catalogue in which files of a folder stand beside those of
// this one, as kind/vendor/model.yaml, and inherit from them. A file of the
// same name takes the place of the one that comes with the program.
func (c Catalogue) With(folder fs.FS) Catalogue {
	return Catalogue{tree: union{upper: folder, lower: c.tree}}
}

// Names lists the ids of all profiles that describe a device of one of the
// kinds, in order; without a kind, of any.
func (c Catalogue) Names(kinds ...string) []string {
	s, err := newShelf(c.tree)
	if err != nil {
		return nil // what cannot be read is not there
	}
	return s.devices(kinds...)
}

// Load returns a profile for a device of the given firmware version, "" if it
// is not known. The error wraps [ErrUnknown] if there is no such profile, and
// is otherwise about a fault in a file.
func (c Catalogue) Load(id, firmware string) (Profile, error) { return load(c.tree, id, firmware) }

// All returns the profiles of some kinds, in the order of their ids; without a
// kind, of any. The first fault of a file ends it.
func (c Catalogue) All(kinds ...string) ([]Profile, error) {
	s, err := newShelf(c.tree)
	if err != nil {
		return nil, err
	}
	var out []Profile
	for _, id := range s.devices(kinds...) {
		p, err := s.load(id, "")
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Explain returns where each value of a profile comes from, in the order of
// the keys; see [Explain].
func (c Catalogue) Explain(id, firmware string) ([]Trace, error) {
	return explainIn(c.tree, id, firmware)
}

// Match returns the profiles that describe a device, best first; see [Match].
func (c Catalogue) Match(i Identification) ([]string, error) { return matchIn(c.tree, i) }

// Lint names every fault of every file by itself, of every profile as its layers
// are laid together, and of each of its firmware ranges, by file and line; each
// once.
func (c Catalogue) Lint() error {
	s, err := newShelf(c.tree)
	if err != nil {
		return err
	}
	var faults []error
	for _, id := range s.ids() {
		if err := s.alone(id); err != nil {
			faults = append(faults, err)
			continue
		}
		if strings.HasSuffix(id, layerOnly) {
			_, _, err := s.laid(id, "")
			faults = append(faults, err)
			continue
		}
		p, err := s.load(id, "")
		faults = append(faults, err)
		for _, o := range p.Firmware {
			if r, err := parseSpan(o.Range); err == nil && r.from != nil {
				_, err := s.load(id, r.from.String())
				faults = append(faults, err)
			}
		}
	}
	return once(errors.Join(faults...))
}

// once leaves out what was said before: a fault of a base is one of all its
// heirs.
func once(err error) error {
	if err == nil {
		return nil
	}
	var all []error
	said := map[string]bool{}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !said[line] {
			said[line] = true
			all = append(all, errors.New(line))
		}
	}
	return errors.Join(all...)
}

// String writes the version as it is read.
func (v Version) String() string {
	parts := make([]string, len(v))
	for i, n := range v {
		parts[i] = fmt.Sprint(n)
	}
	return strings.Join(parts, ".")
}

// Change is one value in which two profiles differ. A value that one of them
// does not have is empty.
type Change struct {
	// Key is the path of the value, such as "confirm.method".
	Key string `json:"key"`
	// Before and After are the values as JSON.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Diff returns what is different between two profiles, or between two firmware
// versions of one, in the order of the keys. What a file says about itself
// (title, evidence, firmware ranges) is left out.
func Diff(before, after Profile) ([]Change, error) {
	flat := func(p Profile) (map[string]any, error) {
		var m map[string]any
		if err := json.Unmarshal(p.canonical, &m); err != nil {
			return nil, fmt.Errorf("profile %s: %w", p.ID, err)
		}
		for _, key := range nature {
			delete(m, key)
		}
		return paths(m, ""), nil
	}
	a, err := flat(before)
	if err != nil {
		return nil, err
	}
	b, err := flat(after)
	if err != nil {
		return nil, err
	}
	text := func(m map[string]any, key string) string {
		v, has := m[key]
		if !has {
			return ""
		}
		out, _ := json.Marshal(v) // it was read from JSON
		return string(out)
	}
	all := maps.Clone(a)
	maps.Copy(all, b)
	var out []Change
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if c := (Change{Key: key, Before: text(a, key), After: text(b, key)}); c.Before != c.After {
			out = append(out, c)
		}
	}
	return out, nil
}

// union is a tree whose upper files hide those below.
type union struct{ upper, lower fs.FS }

// Open opens the upper file, or the lower one.
func (u union) Open(name string) (fs.File, error) {
	f, err := u.upper.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return u.lower.Open(name)
	}
	return f, err
}

// Glob finds the names in both.
func (u union) Glob(pattern string) ([]string, error) {
	a, err := fs.Glob(u.upper, pattern)
	if err != nil {
		return nil, err
	}
	b, err := fs.Glob(u.lower, pattern)
	if err != nil {
		return nil, err
	}
	return slices.Compact(slices.Sorted(slices.Values(append(a, b...)))), nil
}
