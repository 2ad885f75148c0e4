package profiles

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write layer.schema.json anew")

func TestTheSchemaOfALayerIsMadeOfThatOfAProfile(t *testing.T) {
	const name = "layer.schema.json"
	if *update {
		if err := os.WriteFile(name, LayerSchema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, LayerSchema()) {
		t.Errorf("%s is not what schema.json says: run go test ./firmware-profiles -run Layer -update", name)
	}
}

// TestEveryFileIsRightByItself, bases and models alike: an editor says nothing about them.
func TestEveryFileIsRightByItself(t *testing.T) {
	s, err := newShelf(shipped)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range s.ids() {
		if err := s.alone(id); err != nil {
			t.Error(err)
		}
	}
}

// TestAFaultOfALayerIsToldWithItsLine, once, although two profiles inherit it, and also where an heir hides it.
func TestAFaultOfALayerIsToldWithItsLine(t *testing.T) {
	file := func(lines ...string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.Join(lines, "\n") + "\n")}
	}
	shippedFile := func(name string) *fstest.MapFile {
		text, err := shipped.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return &fstest.MapFile{Data: text}
	}
	base := func(lines ...string) fstest.MapFS {
		return fstest.MapFS{
			schemaName: shippedFile(schemaName), "printer/epson/escpos-base.yaml": shippedFile("printer/epson/escpos-base.yaml"),
			"printer/acme/any-base.yaml": file(append([]string{
				"schema: balcao.profile/v1", "id: acme/any-base", "kind: printer", "title: Any printer of Acme", "inherits: epson/escpos-base",
			}, lines...)...),
			"printer/acme/one.yaml": file("schema: balcao.profile/v1", "id: acme/one", "kind: printer", "title: Acme One", "inherits: acme/any-base",
				"media: {widthMm: 80}", "evidence:", `  - {fact: media, source: "measured here", status: measured}`),
			"printer/acme/two.yaml": file("schema: balcao.profile/v1", "id: acme/two", "kind: printer", "title: Acme Two", "inherits: acme/any-base"),
		}
	}
	evidence := []string{"evidence:", `  - {fact: media, source: "measured here", status: measured}`, `  - {fact: cut, source: "measured here", status: measured}`}
	for name, row := range map[string]struct {
		line string
		want string
	}{
		"a value that an heir hides": {"media: {widthMm: 9}", "line 6: media.widthMm"},
		"a key that there is not":    {"media: {breadth: 80}", "line 6: media.breadth"},
		"a wrong word":               {"cut: {kind: torn}", "line 6: cut.kind"},
	} {
		err := Catalogue{tree: base(append([]string{row.line}, evidence...)...)}.Lint()
		if err == nil || !strings.Contains(err.Error(), "any-base.yaml: "+row.want) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := strings.Count(err.Error(), row.want); n != 1 {
			t.Errorf("%s: told %d times:\n%v", name, n, err)
		}
	}
	if err := (Catalogue{tree: base(append([]string{"cut: null"}, evidence[:2]...)...)}).Lint(); err == nil || strings.Contains(err.Error(), "any-base.yaml: line 6") {
		t.Errorf("a base may take something away that its heirs must give: %v", err)
	}
}
