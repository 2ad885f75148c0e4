package layout

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "balcao"

// root is the top of the repository, as seen from this package's tests.
const root = "../.."

// A pkg is one directory with Go files.
type pkg struct {
	path  string // below the module, with slashes
	files []file
}

// A file is what the rules ask of one Go file.
type file struct {
	name    string // path below the module
	pkgName string
	test    bool
	lines   int
	comment bool // a package comment stands above the package clause
	imports []string
	calls   map[string]bool // selector expressions on packages, such as time.Now
	text    string
}

var parsed = sync.OnceValues(parseAll)

// packages returns every package of the working tree, parsed once.
func packages(t *testing.T) []pkg {
	t.Helper()
	ps, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

func parseAll() ([]pkg, error) {
	byDir := map[string]*pkg{}
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if name != root && (strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" || base == "bin" || base == "var") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") {
			return nil
		}
		f, err := parseFile(name)
		if err != nil {
			return err
		}
		dir := path.Dir(f.name)
		if byDir[dir] == nil {
			byDir[dir] = &pkg{path: dir}
		}
		byDir[dir].files = append(byDir[dir].files, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	ps := make([]pkg, 0, len(byDir))
	for _, p := range byDir {
		ps = append(ps, *p)
	}
	slices.SortFunc(ps, func(a, b pkg) int { return strings.Compare(a.path, b.path) })
	return ps, nil
}

func parseFile(name string) (file, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return file{}, err
	}
	tree, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return file{}, err
	}
	below, err := filepath.Rel(root, name)
	if err != nil {
		return file{}, err
	}
	f := file{
		name:    filepath.ToSlash(below),
		pkgName: tree.Name.Name,
		test:    strings.HasSuffix(name, "_test.go"),
		lines:   bytes.Count(src, []byte("\n")),
		comment: tree.Doc != nil,
		calls:   map[string]bool{},
		text:    string(src),
	}
	for _, imp := range tree.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return file{}, err
		}
		f.imports = append(f.imports, p)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				f.calls[x.Name+"."+sel.Sel.Name] = true
			}
		}
		return true
	})
	return f, nil
}

// committed returns the files that git knows, or that it would take in.
func committed(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatalf("list the committed files: %v", err)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
}

// read returns a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// topLevel is everything that may lie beside the five big names.
var topLevel = []string{
	"kiosk", "branch-server", "hq", "firmware-profiles", "printers", "go.mod", "Makefile",
	"internal", "docs", "browser", "go.sum", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE",
	".ci", ".golangci.yml", ".editorconfig", ".gitignore", ".gitattributes",
}

func TestTheTopLevelHoldsWhatWasAskedFor(t *testing.T) {
	for _, name := range committed(t) {
		top, _, _ := strings.Cut(name, "/")
		if !slices.Contains(topLevel, top) {
			t.Errorf("%s: the top level holds the programs and devices by name, and little beside them", name)
		}
	}
}

// bannedNames say nothing about what a package is for.
var bannedNames = []string{"util", "utils", "common", "helper", "helpers", "types", "models", "manager", "misc", "shared", "lib"}

func TestPackagesAreNamedAfterWhatTheyAreFor(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range p.files {
			if slices.Contains(bannedNames, strings.TrimSuffix(f.pkgName, "_test")) || slices.Contains(bannedNames, path.Base(p.path)) {
				t.Errorf("%s: package %s names nothing", f.name, f.pkgName)
			}
		}
	}
}

func TestEveryPackageTellsWhyItExists(t *testing.T) {
	for _, p := range packages(t) {
		var with []string
		code := false
		for _, f := range p.files {
			if f.test {
				continue
			}
			code = true
			if f.comment {
				with = append(with, f.name)
			}
		}
		if code && len(with) != 1 {
			t.Errorf("%s has %d package comments %v, want one, in one file", p.path, len(with), with)
		}
	}
}

// longFiles may exceed 500 lines, each for the reason given.
var longFiles = map[string]string{}

func TestAFileHoldsOneIdea(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range p.files {
			if f.lines > 500 && longFiles[f.name] == "" {
				t.Errorf("%s has %d lines: split it by ideas, or give the reason in longFiles", f.name, f.lines)
			}
		}
	}
	for name := range longFiles {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Errorf("longFiles names %s: %v", name, err)
		}
	}
}

func TestMainFilesAreShort(t *testing.T) {
	for _, p := range packages(t) {
		if !slices.Contains(programs, p.path) {
			continue
		}
		for _, f := range p.files {
			if path.Base(f.name) != "main.go" || f.lines > 80 {
				t.Errorf("%s (%d lines): a program's own package is main.go alone, flags and signals; the rest is in app", f.name, f.lines)
			}
		}
	}
}

// The patterns are put together here so that this file passes its own test.
var elsewhere = regexp.MustCompile(`(^|[^A-Za-z0-9_.])/(` + `work|farm)/|/ro` + `ot/|/ho` + `me/[a-z]` +
	`|proxy\.gol` + `ang\.org|registry\.npm` + `js\.org|deb\.deb` + `ian\.org|sum\.gol` + `ang\.org`)

func TestNothingNamesOneMachineOrRegistry(t *testing.T) {
	for _, name := range committed(t) {
		b, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(b[:min(len(b), 8000)], 0) >= 0 {
			continue
		}
		for i, line := range strings.Split(string(b), "\n") {
			if m := elsewhere.FindString(line); m != "" {
				t.Errorf("%s:%d: %q holds on one machine only", name, i+1, m)
			}
		}
	}
}
