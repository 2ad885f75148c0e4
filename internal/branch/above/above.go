// Package above is what headquarters decides for branches, and how it is laid over what a branch decides for itself.
//
// Headquarters writes layers: one for the whole country, one for each type of branch, one for a single branch. A layer is
// a description of a branch with only those parts that it decides, in the same words and lists. The rules are few:
//
//  1. A more particular layer adds to a more general one, value by value; where both say something it wins.
//  2. What the layers say wins over what the branch says; what they do not say is the branch's own.
//  3. Paths under `local` are defaults only: there the branch's own value wins where it has one.
//  4. Lines about something that a branch does not have (a body, a division, a service) are not for it. A service that
//     says `beside: other` comes to every branch that has the other one, in its division and at its counters; one that
//     says `off: true` goes from every branch.
//  5. Counters, callboards, people, the branch's name, and what it lends to its kiosks are decided at the branch alone.
//
// The branch keeps its own description whole underneath, so that a value comes back when headquarters takes its own away.
// The package is pure.
package above

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"balcao/internal/branch"
	"balcao/internal/branch/setup"
	"balcao/internal/config"
	"balcao/internal/slip"
)

// MostBytes is the longest document of a layer, and of all layers laid together, that is taken.
const MostBytes = setup.MostBytes

// Layer is a part of what headquarters decides.
type Layer struct {
	ID   string // national, loja, espaco, consulado, or the id of a branch
	Text []byte // YAML
}

// National is the id of the layer of the whole country.
const National = "national"

// content is the shape of a layer: what may stand in it.
type content struct {
	Greeting  bool              `yaml:"greeting"`
	Bodies    []branch.Body     `yaml:"bodies"`
	Divisions []branch.Division `yaml:"divisions"`
	Services  []service         `yaml:"services"`
	Policy    branch.Policy     `yaml:"policy"`
	Bookings  branch.Bookings   `yaml:"bookings"`
	Supply    branch.Supply     `yaml:"supply"`
	Feedback  branch.Feedback   `yaml:"feedback"`
	Slip      slip.Layout       `yaml:"slip"`
	Messages  []branch.Message  `yaml:"messages"`
	Local     []string          `yaml:"local"` // paths that branches may decide differently
}

type service struct {
	branch.Service

	Beside string `yaml:"beside"` // comes to branches that have this one
	Off    bool   `yaml:"off"`    // goes from every branch
}

// alone are the keys that are decided at the branch, with the words that say so.
var alone = map[string]string{
	"id": "o código da loja", "name": "o nome da loja", "zone": "o fuso horário", "counters": "os balcões", "callboards": "os painéis", "video": "o vídeo dos painéis",
	"lend": "os números emprestados aos quiosques", "staff_report": "o relato por pessoa",
}

// Reading is what a layer says.
type Reading struct {
	Tree   map[string]any
	Faults []Fault

	lines map[string]int // of each path that is set
}

// Fault is something wrong with a layer, in Portuguese.
type Fault struct {
	Layer string // its id
	Line  int    // 0 where none can be named
	Path  string
	What  string // the field in words; empty for the text as a whole
	Text  string
}

// Read reads a layer and names what is wrong with its form. What only shows together with a branch is found by [Check].
func Read(l Layer) Reading {
	r := Reading{Tree: map[string]any{}, lines: map[string]int{}}
	if len(l.Text) > MostBytes {
		r.Faults = []Fault{{Layer: l.ID, Text: "O texto é maior do que o permitido."}}
		return r
	}
	f, err := config.Parse("", l.Text)
	if err != nil {
		r.add(l.ID, err)
		return r
	}
	var shape content
	r.addKnown(l.ID, f, f.Decode(&shape))
	if len(r.Faults) > 0 {
		return r
	}
	tree, err := f.Value()
	if err != nil {
		r.add(l.ID, err)
		return r
	}
	r.Tree, _ = tree.(map[string]any)
	if r.Tree == nil {
		r.Tree = map[string]any{}
	}
	if !plain(r.Tree) {
		r.Faults = append(r.Faults, Fault{Layer: l.ID, Text: "Há uma lista dentro de outra, ou uma palavra sem valor."})
		return r
	}
	r.index("", "", r.Tree, f, l.ID)
	for i, path := range shape.Local {
		if first, _, _ := strings.Cut(path, "/"); !f.Has(first) && !knownKey(first) {
			r.Faults = append(r.Faults, Fault{Layer: l.ID, Line: f.Line(config.Index("local", i)), Path: "local", Text: "«" + path + "» não é um caminho, como supply/hours."})
		}
	}
	return r
}

func knownKey(key string) bool {
	for field := range reflect.TypeFor[content]().Fields() {
		if field.Tag.Get("yaml") == key {
			return true
		}
	}
	return false
}

func (r *Reading) add(layer string, err error) {
	for _, p := range config.Problems(err) {
		r.Faults = append(r.Faults, Fault{Layer: layer, Line: p.Line, Path: p.Key, Text: setup.Translate(p.Text)})
	}
}

func (r *Reading) addKnown(layer string, f *config.File, err error) {
	for _, p := range config.Problems(err) {
		top, _, _ := strings.Cut(p.Key, ".")
		if top, _, _ = strings.Cut(top, "["); alone[top] != "" && top == p.Key {
			p.Text = "Aqui não: " + alone[top] + " decide-se na loja."
		}
		r.Faults = append(r.Faults, Fault{Layer: layer, Line: max(p.Line, f.Line(p.Key)), Path: p.Key, Text: setup.Translate(p.Text)})
	}
}

// lists are the lists whose lines are told apart, with the key that does; the others are one value each.
var lists = map[string]string{
	"bodies": "id", "divisions": "id", "services": "id", "messages": "id", "counters": "id", "callboards": "id",
	"policy/bodies": "body", "supply/bodies": "body", "supply/services": "service", "bookings/shares": "division",
	"supply/exceptions": "date", "supply/bodies/*/exceptions": "date", "supply/services/*/exceptions": "date",
}

// keyOf returns the key that tells the lines of a list apart; empty where the list is one value.
func keyOf(path string) string {
	if k := lists[path]; k != "" {
		return k
	}
	parts := strings.Split(path, "/")
	if len(parts) == 4 {
		return lists[parts[0]+"/"+parts[1]+"/*/"+parts[3]]
	}
	return ""
}

// lineID returns what tells a line of a list apart.
func lineID(line any, key string) string {
	m, _ := line.(map[string]any)
	id, _ := m[key].(string)
	return id
}

// index notes the line of each path, and lines of lists that have no id or stand twice.
func (r *Reading) index(path, key string, v any, f *config.File, layer string) {
	if path != "" {
		r.lines[path] = f.Line(key)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			r.index(join(path, k), dotted(key, k), v[k], f, layer)
		}
	case []any:
		name := keyOf(path)
		if name == "" {
			return
		}
		seen := map[string]bool{}
		for i, line := range v {
			at, id := config.Index(key, i), lineID(line, name)
			switch {
			case id == "":
				r.Faults = append(r.Faults, Fault{Layer: layer, Line: f.Line(at), Path: path, What: setup.Label(path), Text: "Falta dizer qual: escreva «" + name + ":»."})
			case seen[id]:
				r.Faults = append(r.Faults, Fault{Layer: layer, Line: f.Line(at), Path: join(path, id), What: setup.Label(path), Text: "«" + id + "» está duas vezes. Tire um deles."})
			default:
				r.index(join(path, id), at, line, f, layer)
			}
			seen[id] = true
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "/" + key
}

func dotted(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
