package setup

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"balcao/internal/branch"
	"balcao/internal/hours"
)

// Change is one field, or one line of a list, that differs between two descriptions.
type Change struct {
	Path  string
	Where string // the line it stands on: Divisão A, Balcão 3; empty for the branch itself
	What  string // Senhas por dia
	Was   string // empty if there was none
	Now   string // empty if there is none any more
}

// Diff says in words what differs between two descriptions, in the order of the fields. Lines of lists are the same
// line when they have the same id.
func Diff(was, now *branch.Branch) []Change {
	old, fresh := *was, *now
	old.Slip.Parts, fresh.Slip.Parts = old.Slip.In(), fresh.Slip.In() // none at all are the standard ones
	d := differ{was: &old, now: &fresh}
	d.structs("", reflect.ValueOf(&old).Elem(), reflect.ValueOf(&fresh).Elem())
	return d.changes
}

type differ struct {
	was, now *branch.Branch
	changes  []Change
}

func (d *differ) add(path, was, now string) {
	b := d.now
	if now == "" {
		b = d.was
	}
	c := Change{Path: path, Where: Where(b, path), What: Label(path), Was: Say(b, path, was), Now: Say(b, path, now)}
	d.changes = append(d.changes, c)
}

func (d *differ) structs(path string, was, now reflect.Value) {
	keys, olds := fields(was)
	_, news := fields(now)
	for i, key := range keys {
		at := key
		if path != "" {
			at = path + "/" + key
		}
		d.values(at, key, olds[i], news[i])
	}
}

func (d *differ) values(path, key string, was, now reflect.Value) {
	if reflect.DeepEqual(was.Interface(), now.Interface()) {
		return
	}
	if old, is := reflect.TypeAssert[[]hours.Weekly](was); is {
		fresh, _ := reflect.TypeAssert[[]hours.Weekly](now)
		if a, b := weekWords(path, old), weekWords(path, fresh); a != b {
			d.add(path, a, b)
		}
		return
	}
	switch {
	case was.Kind() == reflect.Map:
		d.maps(path, was, now)
	case was.Kind() == reflect.Slice && lined(was.Type()):
		d.lines(path, was, now)
	case was.Kind() == reflect.Struct && text(was, key) == "" && text(now, key) == "":
		d.structs(path, was, now)
	default:
		old, fresh := text(was, key), text(now, key)
		if old != fresh {
			d.add(path, old, fresh)
			return
		}
		d.add(path, count(was), count(now)) // a list that pages do not show
	}
}

// lined reports whether the elements of a list are told apart by ids.
func lined(list reflect.Type) bool {
	_, has := identity(reflect.Zero(list.Elem()))
	return has
}

func count(v reflect.Value) string {
	if v.Kind() != reflect.Slice || v.Len() == 0 {
		return ""
	}
	if v.Len() == 1 {
		return "1 linha"
	}
	return fmt.Sprintf("%d linhas", v.Len())
}

func (d *differ) maps(path string, was, now reflect.Value) {
	keys := map[string]bool{}
	for _, m := range []reflect.Value{was, now} {
		for _, k := range m.MapKeys() {
			keys[k.String()] = true
		}
	}
	for _, k := range slices.Sorted(mapsKeys(keys)) {
		old, _ := step(was, k)
		fresh, _ := step(now, k)
		a, b := entry(old), entry(fresh)
		if a != b {
			d.add(path+"/"+k, a, b)
		}
	}
}

func mapsKeys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func entry(v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	return text(v, "")
}

// lines compares two lists by the ids of their lines.
func (d *differ) lines(path string, was, now reflect.Value) {
	olds, news := byID(was), byID(now)
	var before, after []string
	for i := range now.Len() {
		id, _ := identity(now.Index(i))
		if old, had := olds[id]; had {
			after = append(after, id)
			d.structs(path+"/"+id, old, news[id])
			continue
		}
		if ownerKey[path] != "" {
			d.structs(path+"/"+id, lineOf(now.Index(i)), now.Index(i))
			continue
		}
		d.add(path+"/"+id, "", "novo")
	}
	for i := range was.Len() {
		id, _ := identity(was.Index(i))
		if _, has := news[id]; has {
			before = append(before, id)
			continue
		}
		if ownerKey[path] != "" {
			d.structs(path+"/"+id, was.Index(i), lineOf(was.Index(i)))
			continue
		}
		d.add(path+"/"+id, "existia", "")
	}
	if path == "slip/parts" && !slices.Equal(before, after) {
		d.changes = append(d.changes, Change{Path: path, What: Label(path), Now: "outra"})
		return
	}
	if !slices.Equal(before, after) {
		d.add(path, strings.Join(before, " "), strings.Join(after, " "))
	}
}

// lineOf returns a line that says nothing but whose it is.
func lineOf(line reflect.Value) reflect.Value {
	bare := reflect.New(line.Type()).Elem()
	for _, name := range identities {
		if f := line.FieldByName(name); f.IsValid() {
			bare.FieldByName(name).Set(f)
		}
	}
	return bare
}

func byID(list reflect.Value) map[string]reflect.Value {
	all := map[string]reflect.Value{}
	for i := range list.Len() {
		id, _ := identity(list.Index(i))
		if _, twice := all[id]; !twice {
			all[id] = list.Index(i)
		}
	}
	return all
}
