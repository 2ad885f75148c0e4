package setup

import (
	"reflect"
	"slices"
	"strings"

	"balcao/internal/branch"
)

// Undo makes one difference undone that Diff told of: what stands at its path becomes what it is in the other
// description again. A line that was added goes, with what cannot stand without it; one that was taken out comes back at
// its place; an order becomes the old one.
func Undo(b, was *branch.Branch, path string) error {
	ensureLine(b, path)
	defer dropBare(b)
	now, old := reflect.ValueOf(b).Elem(), reflect.ValueOf(was).Elem()
	parts := strings.Split(path, "/")
	for _, part := range parts[:len(parts)-1] {
		var ok bool
		if now, ok = step(now, part); !ok {
			return ErrNoField
		}
		if old.IsValid() {
			old, _ = step(old, part) // not valid where there was none
		}
	}
	last := parts[len(parts)-1]
	switch now.Kind() {
	case reflect.Struct:
		return undoField(now, old, last)
	case reflect.Slice:
		return undoLine(b, now, old, path, last)
	case reflect.Map:
		return undoEntry(now, old, last)
	default:
		return ErrNoField
	}
}

func undoField(now, old reflect.Value, key string) error {
	field, ok := step(now, key)
	if !ok || !field.CanSet() {
		return ErrNoField
	}
	if !old.IsValid() {
		field.SetZero()
		return nil
	}
	value, ok := step(old, key)
	switch {
	case !ok:
		return ErrNoField
	case field.Kind() == reflect.Slice && lined(field.Type()):
		reorder(field, value)
	default:
		field.Set(value)
	}
	return nil
}

// reorder puts the lines of a list that stood in the other into its order; new ones follow.
func reorder(list, old reflect.Value) {
	rank := map[string]int{}
	for i := range old.Len() {
		id, _ := identity(old.Index(i))
		rank[id] = i + 1
	}
	lines := make([]reflect.Value, list.Len())
	for i := range lines {
		lines[i] = list.Index(i)
	}
	at := func(v reflect.Value) int {
		id, _ := identity(v)
		if r := rank[id]; r > 0 {
			return r
		}
		return old.Len() + 1
	}
	slices.SortStableFunc(lines, func(x, y reflect.Value) int { return at(x) - at(y) })
	sorted := reflect.MakeSlice(list.Type(), 0, len(lines))
	for _, line := range lines {
		sorted = reflect.Append(sorted, line)
	}
	list.Set(sorted)
}

// undoLine takes out a line that was added, or puts one back before those that stood behind it.
func undoLine(b *branch.Branch, list, old reflect.Value, path, id string) error {
	if !old.IsValid() {
		return Remove(b, path)
	}
	line, had := step(old, id)
	if !had {
		return Remove(b, path)
	}
	if _, has := step(list, id); has || !list.CanSet() {
		return ErrNoField
	}
	list.Set(reflect.Append(list, line))
	reorder(list, old)
	return nil
}

func undoEntry(m, old reflect.Value, key string) error {
	if m.IsNil() {
		return ErrNoField
	}
	k := reflect.ValueOf(key).Convert(m.Type().Key())
	if !old.IsValid() || old.IsNil() {
		m.SetMapIndex(k, reflect.Value{})
		return nil
	}
	m.SetMapIndex(k, old.MapIndex(k)) // without a value it is taken out
	return nil
}

// dropClass lets counters forget a class that no body has any more, and gives a list back to the usual classes when
// nothing else is left in it.
func dropClass(b *branch.Branch, list, id string) {
	if classes := classesAt(b, list); classes != nil && reflect.DeepEqual(*classes, branch.UsualClasses()) {
		*classes = nil
	}
	known := slices.ContainsFunc(b.Policy.Classes, func(c branch.Class) bool { return c.ID == id })
	for _, own := range b.Policy.Bodies {
		known = known || slices.ContainsFunc(own.Classes, func(c branch.Class) bool { return c.ID == id })
	}
	if known {
		return
	}
	for i := range b.Counters {
		b.Counters[i].Closed, b.Counters[i].Only = without(b.Counters[i].Closed, id), without(b.Counters[i].Only, id)
	}
}
