package above

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"balcao/internal/branch/setup"
	"balcao/internal/config"
)

// ErrForm means that a document cannot be read, or says something that this program does not know.
var ErrForm = errors.New("not a configuration that this program understands")

// Over is a branch's own description under what headquarters decides.
type Over struct {
	Document []byte // what is in force: the two laid together, checked by nobody yet
	// Governed are the paths that headquarters decides here: of a value, or of a whole line that it added or took away.
	Governed []string
	// Default are the paths at which the branch's own value stays, although headquarters said another one.
	Default []string
}

// Apply lays a document of headquarters over a branch's own description.
func Apply(own, document []byte) (Over, error) {
	top := Read(Layer{Text: document})
	if len(top.Faults) > 0 {
		return Over{}, ErrForm
	}
	base, err := treeOf(own)
	if err != nil {
		return Over{}, err
	}
	a := applying{top: top.Tree, local: words(top.Tree["local"])}
	return a.over(base), nil
}

func treeOf(document []byte) (map[string]any, error) {
	if len(document) > setup.MostBytes {
		return nil, ErrForm
	}
	f, err := config.Parse("", document)
	if err != nil {
		return nil, ErrForm
	}
	v, err := f.Value()
	if err != nil {
		return nil, ErrForm
	}
	tree, is := v.(map[string]any)
	if !is || !plain(tree) {
		return nil, ErrForm
	}
	return tree, nil
}

// plain says whether a tree has nothing in it that no description has: keys without values, lists in lists.
func plain(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case map[string]any:
		for _, one := range v {
			if !plain(one) {
				return false
			}
		}
	case []any:
		for _, one := range v {
			if _, listed := one.([]any); listed || !plain(one) {
				return false
			}
		}
	}
	return true
}

type applying struct {
	top   map[string]any
	local []string
	o     Over
}

func (a *applying) over(base map[string]any) Over {
	beside, off := a.services()
	m := merger{
		accepts: func(path, id string) bool { return accepts(base, beside, path, id) },
		yields: func(path string) bool {
			if slices.ContainsFunc(a.local, func(p string) bool { return covers(p, path) }) {
				a.o.Default = append(a.o.Default, path)
				return true
			}
			return false
		},
		leaf:  func(path string) { a.govern(path) },
		added: func(path string) { a.govern(path) },
		skip: func(path string, _ any) bool {
			parts := strings.Split(path, "/")
			return path == "local" || len(parts) == 3 && parts[0] == "services" && (parts[2] == "beside" || parts[2] == "off") ||
				len(parts) == 2 && parts[0] == "services" && off[parts[1]]
		},
	}
	tree, _ := m.value("", base, a.top).(map[string]any)
	for _, id := range slices.Sorted(maps.Keys(beside)) {
		a.settle(base, tree, id, beside[id])
	}
	for _, id := range slices.Sorted(maps.Keys(off)) {
		a.takeOut(tree, id)
	}
	forget(tree)
	a.o.Governed = compact(a.o.Governed)
	a.o.Document = config.Encode(tree)
	return a.o
}

// forget lets counters forget services that came from headquarters once, and come no more.
func forget(tree map[string]any) {
	counters, is := tree["counters"].([]any)
	if !is {
		return
	}
	tree["counters"] = eachCounter(counters, func(skills []string) []string {
		return slices.DeleteFunc(skills, func(s string) bool {
			_, there := find(tree, "services/"+s)
			return !there
		})
	})
}

func (a *applying) govern(path string) { a.o.Governed = append(a.o.Governed, path) }

// compact sorts paths and leaves out those below another one.
func compact(paths []string) []string {
	slices.Sort(paths)
	var out []string
	for _, p := range paths {
		if !slices.ContainsFunc(out, func(o string) bool { return p == o || strings.HasPrefix(p, o+"/") }) {
			out = append(out, p)
		}
	}
	return out
}

// services returns those that come beside another one, and those that go.
func (a *applying) services() (beside map[string]string, off map[string]bool) {
	beside, off = map[string]string{}, map[string]bool{}
	list, _ := a.top["services"].([]any)
	for _, one := range list {
		m, _ := one.(map[string]any)
		id := lineID(one, "id")
		if gone, _ := m["off"].(bool); gone {
			off[id] = true
			continue
		}
		if to, _ := m["beside"].(string); to != "" {
			beside[id] = to
		}
	}
	return beside, off
}

// accepts says whether a line that a branch lacks is for it.
func accepts(base map[string]any, beside map[string]string, path, id string) bool {
	has := func(list, id string) bool {
		_, found := find(base, join(list, id))
		return found
	}
	switch path {
	case "services":
		return beside[id] != "" && has("services", beside[id])
	case "bodies", "divisions":
		return false
	case "policy/bodies", "supply/bodies":
		return has("bodies", id)
	case "supply/services":
		return has("services", id) || beside[id] != "" && has("services", beside[id])
	case "bookings/shares":
		return has("divisions", id)
	}
	return true
}

// settle gives a service that came beside another one its division and its counters, unless the branch said which.
func (a *applying) settle(base, tree map[string]any, id, beside string) {
	if _, had := find(base, "services/"+id); had {
		return
	}
	line, came := find(tree, "services/"+id)
	other, _ := find(base, "services/"+beside)
	to, is := line.(map[string]any)
	from, _ := other.(map[string]any)
	if !came || !is || from == nil {
		return
	}
	if to["division"] == nil {
		to["division"] = from["division"]
	}
	counters, _ := tree["counters"].([]any)
	mentioned := slices.ContainsFunc(counters, func(c any) bool {
		m, _ := c.(map[string]any)
		return slices.Contains(words(m["primary"]), id) || slices.Contains(words(m["secondary"]), id)
	})
	if mentioned {
		return
	}
	tree["counters"] = eachCounter(counters, func(skills []string) []string {
		if i := slices.Index(skills, beside); i >= 0 {
			return slices.Insert(skills, i+1, id)
		}
		return skills
	})
}

// takeOut takes a service from a branch, with what cannot stand without it.
func (a *applying) takeOut(tree map[string]any, id string) {
	if !drop(tree, "services/"+id) {
		return
	}
	a.govern("services/" + id)
	if drop(tree, "supply/services/"+id) {
		a.govern("supply/services/" + id)
	}
	if bookings, is := tree["bookings"].(map[string]any); is {
		names, _ := bookings["names"].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if names[name] == id {
				drop(tree, "bookings/names/"+name)
				a.govern("bookings/names/" + name)
			}
		}
	}
	counters, _ := tree["counters"].([]any)
	tree["counters"] = eachCounter(counters, func(skills []string) []string {
		return slices.DeleteFunc(skills, func(s string) bool { return s == id })
	})
}

// eachCounter changes the lists of services of every counter; the lists and lines are new ones.
func eachCounter(counters []any, change func([]string) []string) []any {
	out := make([]any, len(counters))
	for i, c := range counters {
		m, is := c.(map[string]any)
		if !is {
			out[i] = c
			continue
		}
		m = maps.Clone(m)
		for _, key := range []string{"primary", "secondary"} {
			if m[key] == nil {
				continue
			}
			if left := change(words(m[key])); len(left) > 0 {
				m[key] = texts(left)
			} else {
				delete(m, key)
			}
		}
		out[i] = m
	}
	return out
}

// Governs says whether a path is decided by headquarters: it, or a whole line that it stands in.
func Governs(governed []string, path string) bool {
	return slices.ContainsFunc(governed, func(g string) bool { return g == path || strings.HasPrefix(path, g+"/") })
}

// Own returns what a branch's own description becomes when somebody at the branch publishes another one: what is
// published, but for the values that headquarters decides, which stay underneath as they were.
func Own(published, before []byte, governed []string) ([]byte, error) {
	now, err := treeOf(published)
	if err != nil {
		return nil, err
	}
	was, err := treeOf(before)
	if err != nil {
		return nil, err
	}
	for _, path := range governed {
		held, had := find(was, path)
		if !had {
			drop(now, path)
			continue
		}
		_, gone := find(now, path)
		put(now, path, held)
		if id, is := strings.CutPrefix(path, "services/"); is && !gone && !strings.Contains(id, "/") {
			serveAgain(now, was, id)
		}
	}
	r := setup.Read(config.Encode(now))
	return setup.Write(&r.Branch), nil
}

// serveAgain gives the counters the service back that they served.
func serveAgain(now, was map[string]any, id string) {
	before, _ := was["counters"].([]any)
	counters, _ := now["counters"].([]any)
	out := make([]any, len(counters))
	for i, c := range counters {
		out[i] = c
		m, is := c.(map[string]any)
		old, found := find(map[string]any{"counters": before}, "counters/"+lineID(c, "id"))
		o, _ := old.(map[string]any)
		if !is || !found {
			continue
		}
		m = maps.Clone(m)
		for _, key := range []string{"primary", "secondary"} {
			if skills := words(m[key]); slices.Contains(words(o[key]), id) && !slices.Contains(skills, id) {
				m[key] = texts(append(skills, id))
			}
		}
		out[i] = m
	}
	now["counters"] = out
}
