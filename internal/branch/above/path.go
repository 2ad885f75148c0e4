package above

import (
	"maps"
	"slices"
	"strings"
)

// find returns what stands at a path of keys and ids.
func find(tree any, path string) (any, bool) {
	v, at := tree, ""
	for part := range strings.SplitSeq(path, "/") {
		var ok bool
		switch t := v.(type) {
		case map[string]any:
			v, ok = t[part]
		case []any:
			key := keyOf(at)
			i := slices.IndexFunc(t, func(o any) bool { return key != "" && lineID(o, key) == part })
			if ok = i >= 0; ok {
				v = t[i]
			}
		}
		if !ok {
			return nil, false
		}
		at = join(at, part)
	}
	return v, true
}

// put sets what stands at a path. Lines are put where they are, or at the end of their list; what the path goes through
// is made where it is missing. Nothing that another tree shares is changed.
func put(tree map[string]any, path string, v any) { change(tree, "", strings.Split(path, "/"), v) }

// drop takes away what stands at a path, and reports whether there was something.
func drop(tree map[string]any, path string) bool {
	if _, there := find(tree, path); !there {
		return false
	}
	change(tree, "", strings.Split(path, "/"), nil)
	return true
}

// change returns a container in which what the parts lead to is v; nil takes it away.
func change(c any, at string, parts []string, v any) any {
	here, rest := parts[0], parts[1:]
	below := func(old any) any {
		if len(rest) == 0 {
			return v
		}
		if old != nil {
			old = shallow(old)
		} else if keyOf(join(at, here)) != "" {
			old = []any{}
		}
		if v == nil && old == nil {
			return nil
		}
		return change(old, join(at, here), rest, v)
	}
	if key := keyOf(at); key != "" {
		list, _ := c.([]any)
		i := slices.IndexFunc(list, func(o any) bool { return lineID(o, key) == here })
		switch {
		case i < 0 && v == nil:
			return list
		case i < 0:
			fresh := below(map[string]any{key: here})
			return append(list, fresh)
		}
		if n := below(list[i]); n != nil {
			list[i] = n
			return list
		}
		if list = slices.Delete(list, i, i+1); len(list) == 0 {
			return nil
		}
		return list
	}
	m, _ := c.(map[string]any)
	if m == nil {
		m = map[string]any{}
	}
	if n := below(m[here]); n != nil {
		m[here] = n
	} else {
		delete(m, here)
	}
	return m
}

func shallow(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return maps.Clone(v)
	case []any:
		return slices.Clone(v)
	}
	return v
}
