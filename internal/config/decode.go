package config

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Decode is like the function of that name, for a file already parsed.
func (f *File) Decode(into any) error {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() || target.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("decode %s: want a pointer to a struct, got %T", f.name, into)
	}
	faults := &Faults{file: f, problems: slices.Clone(f.form)}
	d := decoder{faults: faults}
	switch f.root.(type) {
	case nil, *ast.NullNode:
	case *ast.MappingNode, *ast.MappingValueNode:
		d.object(f.root, target.Elem(), "")
	default:
		d.fault(f.root, "", "want keys and values, got %s", kindOf(f.root))
	}
	if c, ok := into.(Checker); ok {
		c.Check(faults)
	}
	return faults.Err()
}

// Problems returns the problems inside err, or nil if it holds none.
func Problems(err error) []Problem {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Problems
	}
	return nil
}

func sorted(ps []Problem) []Problem {
	out := slices.Clone(ps)
	slices.SortStableFunc(out, func(a, b Problem) int { return a.Line - b.Line })
	return out
}

// decoder writes nodes into Go values and goes on after a fault.
type decoder struct {
	faults *Faults
}

func (d decoder) fault(n ast.Node, path, format string, args ...any) {
	at := line(n)
	if at == 0 {
		at = d.faults.file.Line(path)
	}
	d.faults.problems = append(d.faults.problems, Problem{Line: at, Key: path, Text: fmt.Sprintf(format, args...)})
}

// node writes n into v, which keeps its value if n does not fit.
func (d decoder) node(n ast.Node, v reflect.Value, path string) {
	if v.Type() == reflect.TypeFor[Other]() {
		return
	}
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return // already told as a fault of form
	case *ast.NullNode, nil:
		d.fault(n, path, "has no value; leave the key out to keep its default")
		return
	}
	if v.Kind() == reflect.Pointer {
		fresh := reflect.New(v.Type().Elem())
		d.node(n, fresh.Elem(), path)
		v.Set(fresh)
		return
	}
	if u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); ok {
		d.text(n, v, u, path)
		return
	}
	if v.Type() == reflect.TypeFor[time.Duration]() {
		d.duration(n, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.object(n, v, path)
	case reflect.Map:
		d.dictionary(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

// pairs returns the pairs of a mapping, without those given twice.
func pairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		seen := map[string]bool{}
		var once []*ast.MappingValueNode
		for _, p := range n.Values {
			if key, ok := keyText(p.Key); ok && !seen[key] {
				seen[key] = true
				once = append(once, p)
			}
		}
		return once, true
	case *ast.MappingValueNode:
		if _, ok := keyText(n.Key); !ok {
			return nil, true
		}
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func (d decoder) object(n ast.Node, v reflect.Value, path string) {
	list, ok := pairs(n)
	if !ok {
		d.fault(n, path, "want keys and values, got %s", kindOf(n))
		return
	}
	fields := map[string]reflect.Value{}
	collect(v, fields)
	for _, p := range list {
		key, _ := keyText(p.Key)
		field, known := fields[key]
		if !known {
			d.fault(p.Key, join(path, key), "%s", unknown(key, fields))
			continue
		}
		d.node(p.Value, field, join(path, key))
	}
}

// collect gathers the fields of v by their key.
func collect(v reflect.Value, into map[string]reflect.Value) {
	for field, fv := range v.Fields() {
		tag, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case tag == "-" || (!field.IsExported() && !field.Anonymous):
		case field.Anonymous && tag == "" && field.Type.Kind() == reflect.Struct:
			collect(fv, into)
		case tag != "":
			into[tag] = fv
		default:
			into[strings.ToLower(field.Name)] = fv
		}
	}
}

func unknown(key string, fields map[string]reflect.Value) string {
	best, bestAt := "", 3
	for name := range fields {
		if at := distance(strings.ToLower(key), strings.ToLower(name)); at < bestAt || at == bestAt && best != "" && name < best {
			best, bestAt = name, at
		}
	}
	if best != "" {
		return fmt.Sprintf("unknown key; did you mean %q?", best)
	}
	return "unknown key"
}

// distance counts the letters to add, drop or change to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func (d decoder) dictionary(n ast.Node, v reflect.Value, path string) {
	list, ok := pairs(n)
	if !ok || v.Type().Key().Kind() != reflect.String {
		d.fault(n, path, "want keys and values, got %s", kindOf(n))
		return
	}
	m := reflect.MakeMap(v.Type())
	for _, p := range list {
		key, _ := keyText(p.Key)
		item := reflect.New(v.Type().Elem()).Elem()
		d.node(p.Value, item, join(path, key))
		m.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), item)
	}
	v.Set(m)
}

func (d decoder) list(n ast.Node, v reflect.Value, path string) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fault(n, path, "want a list, got %s", kindOf(n))
		return
	}
	s := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	for i, item := range seq.Values {
		d.node(item, s.Index(i), Index(path, i))
	}
	v.Set(s)
}

func (d decoder) text(n ast.Node, v reflect.Value, u encoding.TextUnmarshaler, path string) {
	s, ok := textOf(n)
	if !ok {
		d.fault(n, path, "want a text, got %s", kindOf(n))
		return
	}
	before := reflect.New(v.Type()).Elem()
	before.Set(v)
	if err := u.UnmarshalText([]byte(s)); err != nil {
		v.Set(before)
		d.fault(n, path, "%v", err)
	}
}

func (d decoder) duration(n ast.Node, v reflect.Value, path string) {
	s, ok := textOf(n)
	if !ok {
		d.fault(n, path, `want a duration such as "1500ms" or "2h", got %s`, kindOf(n))
		return
	}
	span, err := time.ParseDuration(s)
	if err != nil {
		d.fault(n, path, `want a duration such as "1500ms" or "2h", got %q`, s)
		return
	}
	v.SetInt(int64(span))
}

func (d decoder) scalar(n ast.Node, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		if s, ok := textOf(n); ok {
			v.SetString(s)
			return
		}
		hint := ""
		if _, plain := n.(ast.ScalarNode); plain {
			hint = "; put it in quotes"
		}
		d.fault(n, path, "want a text, got %s%s", kindOf(n), hint)
	case reflect.Bool:
		if b, ok := n.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
			return
		}
		d.fault(n, path, "want true or false, got %s", kindOf(n))
	case reflect.Float32, reflect.Float64:
		if x, ok := numberOf(n); ok {
			v.SetFloat(x)
			return
		}
		d.fault(n, path, "want a number, got %s", kindOf(n))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		d.integer(n, v, path)
	case reflect.Interface:
		if v.NumMethod() == 0 {
			if x := value(n); x != nil {
				v.Set(reflect.ValueOf(x))
			}
			return
		}
		fallthrough
	default:
		d.fault(n, path, "a %s cannot be configured", v.Type())
	}
}

func (d decoder) integer(n ast.Node, v reflect.Value, path string) {
	i, ok := n.(*ast.IntegerNode)
	if !ok {
		d.fault(n, path, "want a whole number, got %s", kindOf(n))
		return
	}
	fits := false
	switch x := i.Value.(type) {
	case int64:
		if v.CanInt() {
			if fits = !v.OverflowInt(x); fits {
				v.SetInt(x)
			}
		} else if x >= 0 {
			if fits = !v.OverflowUint(uint64(x)); fits {
				v.SetUint(uint64(x))
			}
		}
	case uint64:
		if v.CanUint() {
			if fits = !v.OverflowUint(x); fits {
				v.SetUint(x)
			}
		} else if x <= math.MaxInt64 {
			if fits = !v.OverflowInt(int64(x)); fits {
				v.SetInt(int64(x))
			}
		}
	}
	if !fits {
		d.fault(n, path, "%v does not fit here", i.Value)
	}
}

func textOf(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	}
	return "", false
}

func numberOf(n ast.Node) (float64, bool) {
	switch n := n.(type) {
	case *ast.FloatNode:
		return n.Value, true
	case *ast.IntegerNode:
		switch x := n.Value.(type) {
		case int64:
			return float64(x), true
		case uint64:
			return float64(x), true
		}
	}
	return 0, false
}

// kindOf says what a node is in words for the person who wrote it.
func kindOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return fmt.Sprintf("the text %q", n.Value)
	case *ast.LiteralNode:
		return "a block of text"
	case *ast.IntegerNode:
		return fmt.Sprintf("the number %v", n.Value)
	case *ast.FloatNode:
		return "the number " + n.Token.Value
	case *ast.InfinityNode, *ast.NanNode:
		return "a number that is none"
	case *ast.BoolNode:
		return fmt.Sprintf("%v", n.Value)
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys and values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode, nil:
		return "nothing"
	}
	return "something else"
}
