package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// File is one parsed document. It remembers the line of every key.
type File struct {
	name  string
	root  ast.Node // nil when the document is empty
	lines map[string]int
	// form holds the faults of the document itself, which do not depend on
	// what it is decoded into: keys given twice, anchors, tags.
	form []Problem
}

// Parse reads the document in data. It returns an *Error if it is not YAML;
// faults that leave the rest readable, such as a key given twice, are kept
// and told by Decode or Value.
func Parse(name string, data []byte) (*File, error) {
	parsed, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, &Error{Name: name, Problems: []Problem{syntaxProblem(err)}}
	}
	f := &File{name: name, lines: map[string]int{}}
	bodies := 0
	for _, doc := range parsed.Docs {
		if doc.Body == nil {
			continue
		}
		bodies++
		if bodies == 1 {
			f.root = doc.Body
			continue
		}
		f.form = append(f.form, Problem{Line: line(doc.Body), Text: "a second document begins here; one file holds one"})
	}
	if f.root != nil {
		f.index(f.root, "", 0)
	}
	return f, nil
}

func syntaxProblem(err error) Problem {
	if at, ok := errors.AsType[yaml.Error](err); ok {
		p := Problem{Text: at.GetMessage()}
		if tk := at.GetToken(); tk != nil && tk.Position != nil {
			p.Line = tk.Position.Line
		}
		return p
	}
	return Problem{Text: err.Error()}
}

// maxDepth is far more than any of our files nests, and keeps a hostile one
// from exhausting the stack.
const maxDepth = 64

// index notes the line of each key below n and the faults of form.
func (f *File) index(n ast.Node, path string, depth int) {
	if depth > maxDepth {
		f.form = append(f.form, Problem{Line: line(n), Key: path, Text: "nested too deeply"})
		return
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		seen := map[string]int{}
		for _, pair := range n.Values {
			f.indexPair(pair, path, seen, depth)
		}
	case *ast.MappingValueNode:
		f.indexPair(n, path, map[string]int{}, depth)
	case *ast.SequenceNode:
		for i, v := range n.Values {
			at := fmt.Sprintf("%s[%d]", path, i)
			f.lines[at] = line(v)
			f.index(v, at, depth+1)
		}
	case *ast.AnchorNode, *ast.AliasNode:
		f.form = append(f.form, Problem{Line: line(n), Key: path, Text: "anchors and aliases are not allowed; write the value out"})
	case *ast.TagNode:
		f.form = append(f.form, Problem{Line: line(n), Key: path, Text: "tags are not allowed"})
	}
}

func (f *File) indexPair(pair *ast.MappingValueNode, path string, seen map[string]int, depth int) {
	at := line(pair.Key)
	key, ok := keyText(pair.Key)
	if !ok {
		f.form = append(f.form, Problem{Line: at, Key: path, Text: "keys must be plain texts"})
		return
	}
	full := join(path, key)
	if first, twice := seen[key]; twice {
		f.form = append(f.form, Problem{Line: at, Key: full, Text: fmt.Sprintf("given twice, first in line %d", first)})
		return
	}
	seen[key] = at
	f.lines[full] = at
	f.index(pair.Value, full, depth+1)
}

// keyText returns a key as text. Numbers, booleans and merge keys are not
// keys of ours.
func keyText(n ast.MapKeyNode) (string, bool) {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value, true
	}
	return "", false
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func line(n ast.Node) int {
	if n == nil {
		return 0
	}
	if tk := n.GetToken(); tk != nil && tk.Position != nil {
		return tk.Position.Line
	}
	return 0
}

// Line returns the line in which the key at path stands, such as
// "printer.serial.baud" or "bodies[2].name". For a key the file does not
// have, it is the line of the nearest key around it, or 0.
func (f *File) Line(path string) int {
	for path != "" {
		if n, ok := f.lines[path]; ok {
			return n
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 0
		}
		path = path[:cut]
	}
	return 0
}

// Has tells whether the file has the key at path.
func (f *File) Has(path string) bool {
	_, ok := f.lines[path]
	return ok
}

// Value returns the document as the values encoding/json would make of it:
// map[string]any, []any, string, bool, nil, and numbers as int64, uint64 or
// float64. Profiles use it to lay one file over another. The error is an
// *Error with every fault of form.
func (f *File) Value() (any, error) {
	faults := Faults{file: f, problems: append([]Problem(nil), f.form...)}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	if f.root == nil {
		return nil, nil
	}
	return value(f.root), nil
}

func value(n ast.Node) any {
	switch n := n.(type) {
	case *ast.MappingNode:
		m := make(map[string]any, len(n.Values))
		for _, pair := range n.Values {
			key, _ := keyText(pair.Key)
			m[key] = value(pair.Value)
		}
		return m
	case *ast.MappingValueNode:
		key, _ := keyText(n.Key)
		return map[string]any{key: value(n.Value)}
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		for i, v := range n.Values {
			list[i] = value(v)
		}
		return list
	case *ast.NullNode, nil:
		return nil
	case ast.ScalarNode:
		return n.GetValue()
	}
	return nil
}

// Faults returns an empty collection for faults of this file, for a reader of
// [File.Value] that finds some of its own.
func (f *File) Faults() *Faults { return &Faults{file: f} }

// Faults collects what is wrong with one file.
type Faults struct {
	file     *File
	problems []Problem
}

// Add notes a fault of the key at path, such as "printer.serial.baud"; its
// line is found by itself. The text is a format as in fmt.Sprintf and names
// neither line nor key.
func (f *Faults) Add(path, format string, args ...any) {
	p := Problem{Key: path, Text: fmt.Sprintf(format, args...)}
	if f.file != nil {
		p.Line = f.file.Line(path)
	}
	f.problems = append(f.problems, p)
}

// Faulty tells whether a fault of the key at path, or of one below it, is
// already known. A Checker asks when one mistake would otherwise be told
// twice: a value that could not be read still holds its default.
func (f *Faults) Faulty(path string) bool {
	for _, p := range f.problems {
		if p.Key == path || strings.HasPrefix(p.Key, path+".") || strings.HasPrefix(p.Key, path+"[") {
			return true
		}
	}
	return false
}

// Err returns the faults as an *Error, in the order of their lines, or nil if
// there are none.
func (f *Faults) Err() error {
	if len(f.problems) == 0 {
		return nil
	}
	name := "configuration"
	if f.file != nil {
		name = f.file.name
	}
	return &Error{Name: name, Problems: sorted(f.problems)}
}

// Index appends the index of a list to a path: Index("bodies", 2) is
// "bodies[2]".
func Index(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}
