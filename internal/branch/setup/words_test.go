package setup_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"balcao/internal/branch/setup"
)

// TestEveryCheckOfABranchIsSaidInPortuguese reads what the checks can say out of their source: whoever writes a new one
// has to say it in Portuguese too.
func TestEveryCheckOfABranchIsSaidInPortuguese(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	verb := regexp.MustCompile(`%[qsdv]`)
	fill := map[string]string{"%q": `"x"`, "%s": "x", "%d": "3", "%v": "x"}
	known := []string{`"x" is neither x nor x`, "the class x is missing: every branch has one"} // said for each word that can stand there
	found := 0
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, is := n.(*ast.CallExpr)
			if !is || len(call.Args) < 2 {
				return true
			}
			if f, is := call.Fun.(*ast.SelectorExpr); !is || f.Sel.Name != "add" {
				return true
			}
			format, is := call.Args[1].(*ast.BasicLit)
			if !is || format.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(format.Value)
			if err != nil {
				t.Fatal(err)
			}
			found++
			if verb.ReplaceAllString(text, "") == "" {
				return true // the words come from elsewhere
			}
			text = verb.ReplaceAllStringFunc(text, func(v string) string { return fill[v] })
			if setup.Translate(text) == text && !slices.Contains(known, text) {
				t.Errorf("%s: no Portuguese for %q", filepath.Base(name), text)
			}
			return true
		})
	}
	if found < 40 {
		t.Errorf("%d checks found: the test looks at the wrong place", found)
	}
}
