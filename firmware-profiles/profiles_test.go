package profiles

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryFileLoads(t *testing.T) {
	if err := Shipped().Lint(); err != nil {
		t.Fatal(err)
	}
	all, err := Shipped().All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if strings.HasSuffix(p.ID, layerOnly) {
			t.Errorf("%s describes no device and is offered as one", p.ID)
		}
		if !slices.Contains(Kinds(), p.Kind) {
			t.Errorf("%s is a %s", p.ID, p.Kind)
		}
	}
}

func TestLayersAreLaidOverOneAnother(t *testing.T) {
	p, err := Load("epson/tm-t88v")
	if err != nil {
		t.Fatal(err)
	}
	if p.Media.HeadDots != 512 || p.Media.DPI != 180 {
		t.Errorf("media = %+v, want the model's", p.Media)
	}
	if p.Media.WidthMM != 80 || p.Confirm.Method != "process-id" || len(p.Text.CodePages) != 4 {
		t.Errorf("what the model does not say was not inherited: %+v", p)
	}
	if p.Evidence[0].Status != "code" || len(p.Evidence) < 10 {
		t.Errorf("evidence = %v, want the model's first and then the base's", p.Evidence)
	}
}

func TestOnlyVirtualDevicesAreSimulated(t *testing.T) {
	all, err := Shipped().All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if want := strings.HasPrefix(p.ID, "virtual/"); p.Simulated != want {
			t.Errorf("%s: simulated = %v", p.ID, p.Simulated)
		}
	}
}

func TestAnUnknownProfileIsSaidToBeUnknown(t *testing.T) {
	for _, id := range []string{"", "epson", "epson/none", "../printer/epson/tm-t88v", "*/tm-t88v", "printer/epson/tm-t88v", "epson/tm-t88v/x", "[", "epson/["} {
		if _, err := Load(id); !errors.Is(err, ErrUnknown) {
			t.Errorf("Load(%q) = %v, want ErrUnknown", id, err)
		}
	}
}

func TestFaultsOfAFileAreRefused(t *testing.T) {
	good, err := fs.ReadFile(shipped, "printer/generic/escpos.yaml")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := fs.ReadFile(shipped, "schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, old, new, want string }{
		{"unknown key", "speed: {mmPerS: 90}", "speed: {mmPerS: 90, knots: 3}", "knots"},
		{"unknown section", "speed:", "sped: {x: 1}\nspeed:", "sped.x: has no evidence"},
		{"out of range", "mmPerS: 90", "mmPerS: 9000", "mmPerS"},
		{"wrong type", "headDots: 576", `headDots: "576"`, "headDots"},
		{"missing section", "qr: {module: 6}\n", "", "qr"},
		{"no evidence", `  - {fact: cut, source: "GS V function B is the most common cut", status: unconfirmed}` + "\n", "", "cut.feed: has no evidence"},
		{"evidence of no known level", "status: measured", "status: hearsay", "status"},
		{"another id", "id: generic/escpos", "id: generic/other", "want generic/escpos"},
		{"key twice", "speed:", "kind: printer\nspeed:", "given twice"},
		{"unknown dialect", "dialect: escpos", "dialect: kpl", "dialect"},
		{"default not among speeds", "default: 9600", "default: 4800", "not among the bauds"},
		{"unknown parent", "dialect: escpos", "inherits: generic/none\ndialect: escpos", "unknown device profile"},
		{"own parent", "dialect: escpos", "inherits: generic/escpos\ndialect: escpos", "inherits from itself"},
		{"a wish for a page it lacks", "prefer: [cp860, cp850]", "prefer: [cp437]", "no code page cp437"},
		{"an anchor", "qr: {module: 6}", "qr: &q {module: 6}", "anchors"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(string(good), row.old, row.new, 1)
			if text == string(good) {
				t.Fatalf("nothing was changed: %q is not in the file", row.old)
			}
			tree := fstest.MapFS{
				"schema.json":                 {Data: schema},
				"printer/generic/escpos.yaml": {Data: []byte(text)},
			}
			_, err := load(tree, "generic/escpos", "")
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error = %v, want %q in it", err, row.want)
			}
		})
	}
}

func TestAFaultIsNamedWithItsFileAndLine(t *testing.T) {
	schema, err := fs.ReadFile(shipped, "schema.json")
	if err != nil {
		t.Fatal(err)
	}
	base, err := fs.ReadFile(shipped, "printer/epson/escpos-base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	model := `schema: balcao.profile/v1
id: epson/new
kind: printer
title: New
inherits: epson/escpos-base
media: {headDots: 9999}
text:
  codePages:
    - {n: 16, encoding: windows-1252}
    - {n: 300, encoding: cp858}
speed:
  mmPerS: 100
  knots: 3
evidence:
  - {fact: media, source: "a test, of course", status: measured}
  - {fact: text, source: "a test, of course", status: measured}
  - {fact: speed, source: "a test, of course", status: measured}
`
	broken := strings.Replace(string(base), "kind: partial", "kind: torn", 1)
	_, err = load(fstest.MapFS{
		"schema.json":                    {Data: schema},
		"printer/epson/escpos-base.yaml": {Data: []byte(broken)},
		"printer/epson/new.yaml":         {Data: []byte(model)},
	}, "epson/new", "")
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"printer/epson/new.yaml: 3 problems", "line 6: media.headDots: ", "line 10: text.codePages[1].n: ", "line 13: speed.knots: ",
		"printer/epson/escpos-base.yaml: line 26: cut.kind: ",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
}

func FuzzProfile(f *testing.F) {
	schema, err := fs.ReadFile(shipped, "schema.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range []string{"printer/generic/escpos.yaml", "printer/epson/tm-t88v.yaml"} {
		text, err := fs.ReadFile(shipped, path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(_ *testing.T, text []byte) {
		tree := fstest.MapFS{"schema.json": {Data: schema}, "printer/generic/escpos.yaml": {Data: text}}
		if _, err := load(tree, "generic/escpos", ""); err != nil {
			_ = err.Error()
		}
	})
}
