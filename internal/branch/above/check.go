package above

import (
	"fmt"
	"slices"
	"unicode"

	"balcao/internal/branch"
	"balcao/internal/branch/setup"
)

// Check lays a stack over a branch's own description and names what the branch would find wrong with the two together:
// by the rules of the branch itself, in Portuguese, with the layer and line that said it. No layer means that the fault
// is in what the branch decides.
func (s Stack) Check(own []byte) []Fault {
	if len(s.Faults) > 0 {
		return s.Faults
	}
	if len(s.Tree) == 0 {
		return nil
	}
	o, err := Apply(own, s.Document())
	if err != nil {
		return []Fault{{Text: "A configuração junta não se lê."}}
	}
	return s.faults(setup.Read(o.Document).Faults)
}

func (s Stack) faults(found []setup.Fault) []Fault {
	var all []Fault
	for _, f := range found {
		what := f.What
		if f.Where != "" {
			what = f.Where + ", " + f.What
		}
		layer, line := s.Where(f.Path)
		all = append(all, Fault{Layer: layer, Line: line, Path: f.Path, What: what, Text: f.Text})
	}
	return all
}

// Model is an invented branch that has everything the layers speak of, for checking them before any branch is known:
// each body with a division, each service in the division of the one it comes beside, and one counter for all.
func Model(s Stack, kind string) []byte {
	b := branch.Branch{ID: "L000", Name: "Loja de ensaio", Zone: "Europe/Lisbon"}
	if kind == "espaco" {
		b.Name = "Espaço de ensaio"
	}
	tops := func(list string) []map[string]any {
		lines, _ := s.Tree[list].([]any)
		var all []map[string]any
		for _, one := range lines {
			if m, is := one.(map[string]any); is {
				all = append(all, m)
			}
		}
		return all
	}
	for i, m := range tops("bodies") {
		id, _ := m["id"].(string)
		b.Bodies = append(b.Bodies, branch.Body{ID: id, Short: id, Name: map[string]string{"pt": id}})
		b.Divisions = append(b.Divisions, branch.Division{ID: "d-" + id, Body: id, Prefix: letters(i)})
	}
	if len(b.Bodies) == 0 {
		b.Bodies = []branch.Body{{ID: "ensaio", Short: "Ensaio", Name: map[string]string{"pt": "Ensaio"}}}
		b.Divisions = []branch.Division{{ID: "d-ensaio", Body: "ensaio", Prefix: "A"}}
	}
	for _, m := range tops("divisions") {
		id, _ := m["id"].(string)
		if _, has := b.Division(id); !has {
			b.Divisions = append(b.Divisions, branch.Division{ID: id, Body: b.Bodies[0].ID, Prefix: letters(len(b.Divisions))})
		}
	}
	var all []string
	for _, m := range tops("services") {
		id, _ := m["id"].(string)
		off, _ := m["off"].(bool)
		if off {
			continue
		}
		all = append(all, id)
		b.Services = append(b.Services, branch.Service{ID: id, Division: b.Divisions[0].ID, Name: map[string]string{"pt": id}})
	}
	if len(all) == 0 {
		all = []string{"ensaio"}
		b.Services = []branch.Service{{ID: "ensaio", Division: b.Divisions[0].ID, Name: map[string]string{"pt": "Ensaio"}}}
	}
	b.Counters = []branch.Counter{{ID: "1", Label: "Balcão 1", Primary: all}}
	return setup.Write(&b)
}

// letters returns the letters of the n-th division of a model.
func letters(n int) string {
	s := string(rune('A' + n%26))
	for n /= 26; n > 0; n /= 26 {
		s = string(rune('A'+n%26)) + s
	}
	return s
}

// Change is something that would be different at a branch, in words.
type Change = setup.Change

// Diff says what differs between two descriptions in words, as the branch's own pages say it.
func Diff(was, now []byte) []Change {
	a, b := setup.Read(was).Branch, setup.Read(now).Branch
	return setup.Diff(&a, &b)
}

// Say tells a change in one sentence.
func Say(c Change) string {
	what := c.What
	if c.Where != "" {
		what = c.Where + ", " + lowerFirst(what)
	}
	switch {
	case c.Was == "":
		return fmt.Sprintf("%s: %s", what, short(c.Now))
	case c.Now == "":
		return fmt.Sprintf("%s: deixa de haver (era %s)", what, short(c.Was))
	}
	return fmt.Sprintf("%s: %s → %s", what, short(c.Was), short(c.Now))
}

func short(s string) string {
	if r := []rune(s); len(r) > 90 {
		return "«" + string(r[:88]) + "…»"
	}
	return "«" + s + "»"
}

// Words names a governed path for people: what it is, and in which line of which list.
func Words(b *branch.Branch, path string) string {
	where, what := setup.Where(b, path), setup.Label(path)
	if where == "" {
		return what
	}
	return where + ", " + lowerFirst(what)
}

func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) > 1 && unicode.IsUpper(r[0]) && !unicode.IsUpper(r[1]) {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}

// Types are the ids of the layers of types, in order.
func Types() []string { return []string{"loja", "espaco", "consulado"} }

// For returns the layers of one branch out of all, the most general first. The kind is one of Types, or empty.
func For(all []Layer, kind, id string) []Layer {
	var out []Layer
	for _, want := range []string{National, kind, id} {
		if i := slices.IndexFunc(all, func(l Layer) bool { return want != "" && l.ID == want }); i >= 0 {
			out = append(out, all[i])
		}
	}
	return out
}
