package above

import (
	"fmt"
	"strings"

	"balcao/internal/branch/setup"
	"balcao/internal/config"
)

// Set puts a value into the text of a layer, at a path of keys and ids; nil takes it away. The text is written anew:
// comments are gone. A value is a text, true or false, or a list or map of such. ErrForm where the text has faults.
func Set(text []byte, path string, value any) ([]byte, error) {
	r := Read(Layer{Text: text})
	if len(r.Faults) > 0 {
		return nil, ErrForm
	}
	if value == nil {
		drop(r.Tree, path)
		prune(r.Tree, path)
	} else {
		put(r.Tree, path, value)
	}
	if len(r.Tree) == 0 {
		return nil, nil
	}
	return config.Encode(r.Tree), nil
}

// prune takes away what nothing is left in, on the way to a path.
func prune(tree map[string]any, path string) {
	for i := strings.LastIndexByte(path, '/'); i > 0; i = strings.LastIndexByte(path, '/') {
		path = path[:i]
		key := ""
		if j := strings.LastIndexByte(path, '/'); j > 0 {
			key = keyOf(path[:j])
		}
		switch v, there := find(tree, path); v := v.(type) {
		case map[string]any:
			if there && (len(v) == 0 || key != "" && len(v) == 1 && v[key] != nil) {
				drop(tree, path)
			}
		case []any:
			if len(v) == 0 {
				drop(tree, path)
			}
		}
	}
}

// Get returns what stands in a layer at a path, as text; empty where nothing does or it is no single value.
func (r Reading) Get(path string) string {
	v, _ := find(r.Tree, path)
	switch v := v.(type) {
	case string:
		return v
	case bool, int64, uint64:
		return fmt.Sprint(v)
	}
	return ""
}

// IDs returns the ids of the lines of a list in a layer, in order.
func (r Reading) IDs(list string) []string {
	lines, _ := r.Tree[list].([]any)
	var all []string
	for _, one := range lines {
		all = append(all, lineID(one, lists[list]))
	}
	return all
}

// Opening is a line of hours: days such as mon-fri, and spans such as 08:30-19:30, with blanks between.
type Opening struct{ Days, Spans string }

// Hours returns the hours that a layer gives the house.
func (r Reading) Hours() []Opening {
	v, _ := find(r.Tree, "supply/hours")
	lines, _ := v.([]any)
	var all []Opening
	for _, one := range lines {
		m, _ := one.(map[string]any)
		days, _ := m["days"].(string)
		all = append(all, Opening{days, strings.Join(words(m["spans"]), " ")})
	}
	return all
}

// SetHours writes the hours of the house into a layer; none takes them away.
func SetHours(text []byte, hours []Opening) ([]byte, error) {
	var lines []any
	for _, h := range hours {
		if spans := strings.Fields(h.Spans); len(spans) > 0 {
			lines = append(lines, map[string]any{"days": h.Days, "spans": texts(spans)})
		}
	}
	if len(lines) == 0 {
		return Set(text, "supply/hours", nil)
	}
	return Set(text, "supply/hours", lines)
}

// Named is a service as a description names it, and the body it is of.
type Named struct{ ID, Body, PT, EN string }

// Services returns the services of a branch's own description.
func Services(own []byte) []Named {
	b := setup.Read(own).Branch
	all := make([]Named, len(b.Services))
	body := map[string]string{}
	for _, d := range b.Divisions {
		body[d.ID] = d.Body
	}
	for i, s := range b.Services {
		all[i] = Named{s.ID, body[s.Division], s.Name["pt"], s.Name["en"]}
	}
	return all
}
