package profiles

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Overlay is what is different from some version of a model's firmware on.
type Overlay struct {
	// Range says which versions: ">=3.0", "<3.0" or ">=3.0 <3.2".
	Range string `json:"range"`
	// Set is laid over the model as an upper layer would be.
	Set map[string]any `json:"set"`
	// Evidence covers every fact of Set.
	Evidence []Evidence `json:"evidence"`
}

// Version is a dotted firmware version, such as 3.2.
type Version []int

// ParseVersion reads one to four numbers with dots between them; "1.10" is
// younger than "1.9".
func ParseVersion(s string) (Version, error) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return nil, fmt.Errorf("version %q has more than four parts", s)
	}
	var v Version
	for _, part := range parts {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("version %q: want numbers with dots between them", s)
		}
		v = append(v, int(n))
	}
	return v, nil
}

// Compare returns -1, 0 or 1 as v is older than, the same as or younger than
// w. Parts that are missing count as 0.
func (v Version) Compare(w Version) int {
	for i := range max(len(v), len(w)) {
		var a, b int
		if i < len(v) {
			a = v[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if c := cmp.Compare(a, b); c != 0 {
			return c
		}
	}
	return 0
}

// span is a range of versions: from the first on, up to but not with the
// second; nil is no bound.
type span struct{ from, below Version }

func parseSpan(s string) (span, error) {
	var r span
	for word := range strings.FieldsSeq(s) {
		text, from := strings.CutPrefix(word, ">=")
		bound := &r.from
		if !from {
			var below bool
			if text, below = strings.CutPrefix(word, "<"); !below {
				return span{}, fmt.Errorf("range %q: want >=, < or both", s)
			}
			bound = &r.below
		}
		if *bound != nil {
			return span{}, fmt.Errorf("range %q: one bound is given twice", s)
		}
		v, err := ParseVersion(text)
		if err != nil {
			return span{}, fmt.Errorf("range %q: %w", s, err)
		}
		*bound = v
	}
	switch {
	case r.from == nil && r.below == nil:
		return span{}, fmt.Errorf("range %q holds no bound", s)
	case r.from != nil && r.below != nil && r.from.Compare(r.below) >= 0:
		return span{}, fmt.Errorf("range %q holds no version", s)
	}
	return r, nil
}

func (r span) holds(v Version) bool {
	return (r.from == nil || v.Compare(r.from) >= 0) && (r.below == nil || v.Compare(r.below) < 0)
}

func (r span) overlaps(s span) bool {
	before := func(a, b span) bool { return a.below != nil && b.from != nil && a.below.Compare(b.from) <= 0 }
	return !before(r, s) && !before(s, r)
}

// overlays reads the firmware list of a layer and checks its rules: ranges
// ascend, ranges that overlap set no key twice, and every fact is evident.
func overlays(l layer) ([]Overlay, error) {
	list, _ := l.value["firmware"].([]any)
	var out []Overlay
	var spans []span
	var faults []error
	fault := func(i int, format string, args ...any) {
		key := fmt.Sprintf("firmware[%d]", i)
		faults = append(faults, fmt.Errorf("%s: line %d: %s: %s", l.path, l.file.Line(key), key, fmt.Sprintf(format, args...)))
	}
	for i, entry := range list {
		m, _ := entry.(map[string]any)
		text, _ := m["range"].(string)
		set, _ := m["set"].(map[string]any)
		r, err := parseSpan(text)
		if err != nil {
			fault(i, "%v", err)
		}
		for _, fact := range facts(set) {
			if !evident(m, fact) {
				fault(i, "%s has no evidence", fact)
			}
		}
		for _, key := range nature {
			if _, has := set[key]; has {
				fault(i, "%s cannot depend on the firmware", key)
			}
		}
		for j, earlier := range spans {
			if err == nil && r.from.Compare(earlier.from) < 0 {
				fault(i, "ranges must ascend")
			}
			for key := range paths(set, "") {
				if _, twice := paths(out[j].Set, "")[key]; twice && err == nil && r.overlaps(earlier) {
					fault(i, "%s is set by %q as well, which overlaps", key, out[j].Range)
				}
			}
		}
		out, spans = append(out, Overlay{Range: text, Set: set}), append(spans, r)
	}
	return out, errors.Join(faults...)
}

// paths returns the leaves of a value by their path; a list is a leaf.
func paths(m map[string]any, at string) map[string]any {
	out := map[string]any{}
	for key, value := range m {
		full := strings.TrimPrefix(at+"."+key, ".")
		if inner, ok := value.(map[string]any); ok {
			maps.Copy(out, paths(inner, full))
			continue
		}
		out[full] = value
	}
	return out
}

// withFirmware lays the overlays of a version over a profile. It returns the
// layers with those overlays in front, for traces.
func withFirmware(flat map[string]any, layers []layer, firmware string) (map[string]any, []layer, error) {
	i := slices.IndexFunc(layers, func(l layer) bool { return l.value["firmware"] != nil })
	if i < 0 {
		return flat, layers, nil
	}
	all, err := overlays(layers[i])
	if err != nil || firmware == "" {
		return flat, layers, err
	}
	version, err := ParseVersion(firmware)
	if err != nil {
		return nil, nil, err
	}
	list, _ := layers[i].value["firmware"].([]any)
	for n, o := range all {
		r, err := parseSpan(o.Range)
		if err != nil {
			return nil, nil, err
		}
		if !r.holds(version) {
			continue
		}
		upper := maps.Clone(o.Set)
		entry, _ := list[n].(map[string]any)
		upper["evidence"] = entry["evidence"]
		flat = merge(flat, upper)
		layers = append([]layer{{path: layers[i].path, firmware: o.Range, file: layers[i].file, value: upper}}, layers...)
		i++
	}
	return flat, layers, nil
}
