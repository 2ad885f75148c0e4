package above

import (
	"maps"
	"slices"
	"strings"

	"balcao/internal/config"
)

// Stack is layers laid together, the most general first.
type Stack struct {
	Tree   map[string]any
	Faults []Fault

	from map[string]source
}

// source is where a value was said.
type source struct {
	layer string
	line  int
}

// Lay lays layers together, the most general first. With faults in any layer the tree is not complete.
func Lay(layers ...Layer) Stack {
	s := Stack{Tree: map[string]any{}, from: map[string]source{}}
	for _, l := range layers {
		r := Read(l)
		s.Faults = append(s.Faults, r.Faults...)
		m := merger{
			all:   true,
			leaf:  func(path string) { s.from[path] = source{l.ID, r.lines[path]} },
			added: func(path string) { s.from[path] = source{l.ID, r.lines[path]} },
		}
		local := append(words(s.Tree["local"]), words(r.Tree["local"])...)
		s.Tree, _ = m.value("", s.Tree, r.Tree).(map[string]any)
		if len(local) > 0 {
			slices.Sort(local)
			s.Tree["local"] = texts(slices.Compact(local))
		}
	}
	return s
}

// Document writes the layers as one: the bytes that are signed and sent. The same content makes the same bytes.
func (s Stack) Document() []byte { return config.Encode(s.Tree) }

// Where returns which layer said what stands at a path, or around it, and in which line; no layer is the branch's own.
func (s Stack) Where(path string) (layer string, line int) {
	for p := path; p != ""; p = p[:max(0, strings.LastIndexByte(p, '/'))] {
		if at, said := s.from[p]; said {
			return at.layer, at.line
		}
		if p != path && !strings.Contains(p, "/") {
			break // somewhere in the same part says nothing
		}
		for _, beside := range slices.Sorted(maps.Keys(s.from)) {
			if strings.HasPrefix(beside, p+"/") {
				return s.from[beside].layer, s.from[beside].line
			}
		}
	}
	return "", 0
}

// merger lays one tree over another.
type merger struct {
	all     bool                                 // lines that the base lacks are added
	accepts func(path, id string) bool           // where not all: whether such a line is for this base
	yields  func(path string) bool               // the base's own value stays there, if it has one
	leaf    func(path string)                    // told of each value that is set
	added   func(path string)                    // told of each line that is added
	skip    func(path string, top any) (is bool) // not laid at all
}

func (m *merger) value(path string, base, top any) any {
	if m.skip != nil && m.skip(path, top) {
		return base
	}
	switch t := top.(type) {
	case map[string]any:
		b, _ := base.(map[string]any)
		out := maps.Clone(b)
		if out == nil {
			out = map[string]any{}
		}
		for _, k := range slices.Sorted(maps.Keys(t)) {
			v := m.value(join(path, k), out[k], t[k])
			if v != nil {
				out[k] = v
			}
		}
		return out
	case []any:
		if key := keyOf(path); key != "" {
			b, _ := base.([]any)
			return m.lines(path, key, b, t)
		}
	}
	if base != nil && m.yields != nil && m.yields(path) {
		return base
	}
	m.leaf(path)
	return top
}

func (m *merger) lines(path, key string, base, top []any) any {
	out := slices.Clone(base)
	for _, line := range top {
		id := lineID(line, key)
		at := join(path, id)
		i := slices.IndexFunc(out, func(o any) bool { return lineID(o, key) == id })
		if i >= 0 {
			out[i] = m.value(at, out[i], line)
			continue
		}
		if id == "" || !m.all && !m.accepts(path, id) {
			continue
		}
		m.added(at)
		out = append(out, m.value(at, map[string]any{key: id}, line))
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// words returns the texts of a list.
func words(v any) []string {
	list, _ := v.([]any)
	var all []string
	for _, one := range list {
		if s, is := one.(string); is {
			all = append(all, s)
		}
	}
	return all
}

func texts(all []string) []any {
	list := make([]any, len(all))
	for i, s := range all {
		list[i] = s
	}
	return list
}

// covers says whether a pattern such as services/*/target names a path, or something around it.
func covers(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) > len(have) {
		return false
	}
	for i, w := range want {
		if w != "*" && w != have[i] {
			return false
		}
	}
	return true
}
