package profiles

import (
	"encoding/json"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestHowManyModelsAreDescribed(t *testing.T) {
	described := func(kind string) (n int) {
		for _, id := range Names(kind) {
			if !strings.HasPrefix(id, "virtual/") && !strings.HasPrefix(id, "generic/") {
				n++
			}
		}
		return n
	}
	if n := described(KindPrinter); n < 60 {
		t.Errorf("%d printers, want 60 at least", n)
	}
	if n := described(KindReader); n < 25 {
		t.Errorf("%d card readers, want 25 at least", n)
	}
	for _, kind := range Kinds() {
		if len(Names(kind)) == 0 {
			t.Errorf("no %s is described", kind)
		}
	}
	if got := Names("toaster"); len(got) != 0 {
		t.Errorf("toasters = %v", got)
	}
}

func TestEveryDeviceIsFoundByWhatItSaysOfItself(t *testing.T) {
	all, err := Shipped().All()
	if err != nil {
		t.Fatal(err)
	}
	found := func(p Profile, i Identification) {
		i.Kind = p.Kind
		ids, err := Match(i)
		if err != nil || !slices.Contains(ids, p.ID) {
			t.Errorf("%s is not among those that %+v finds: %v, %v", p.ID, i, ids, err)
		}
	}
	for _, p := range all {
		if p.Identity == nil {
			continue
		}
		for _, usb := range p.Identity.USB {
			found(p, Identification{USB: strings.ToUpper(usb)})
		}
		for _, m := range p.Identity.Models {
			found(p, Identification{Maker: p.Identity.Maker, Model: m})
			if p.Kind == KindReader {
				found(p, Identification{Model: ReaderModel(m + " [CCID Interface] (4D1A7B) 00 00")})
			}
		}
	}
	for _, kind := range []string{KindReader} {
		for _, id := range Names(kind) {
			p, err := Load(id)
			if err != nil {
				t.Fatal(err)
			}
			if p.Identity == nil && !strings.HasPrefix(id, "generic/") {
				t.Errorf("%s cannot be found by anything", id)
			}
		}
	}
}

func TestTheModelInTheNameOfAReader(t *testing.T) {
	for name, want := range map[string][2]string{
		"Gemalto PC Twin Reader 00 00":             {"Gemalto PC Twin Reader", ""},
		"ACS ACR39U ICC Reader (RR437-0042) 01 00": {"ACS ACR39U ICC Reader", "RR437-0042"},
		"HID Global OMNIKEY 3x21 Smart Card Reader [OMNIKEY 3x21 Smart Card Reader] 00 00": {
			"HID Global OMNIKEY 3x21 Smart Card Reader", "",
		},
		"ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] (123) 00 00": {"ACS ACR1252 Dual Reader", "123"},
		"Virtual PCD 00 01": {"Virtual PCD", ""},
		"":                  {"", ""},
		"00":                {"00", ""},
		"( 00":              {"(", ""},
	} {
		if got := ReaderModel(name); got != want[0] {
			t.Errorf("model in %q = %q, want %q", name, got, want[0])
		}
		if got := ReaderSerial(name); got != want[1] {
			t.Errorf("serial in %q = %q, want %q", name, got, want[1])
		}
	}
}

func FuzzReaderModel(f *testing.F) {
	f.Add("ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] (123) 00 00")
	f.Fuzz(func(t *testing.T, name string) {
		if got := ReaderModel(name); len(got) > len(name) {
			t.Errorf("%q is longer than %q", got, name)
		}
		_ = ReaderSerial(name)
	})
}

// A new reader, like a new printer, is one file in a folder.
func TestAReaderIsAddedByOneFile(t *testing.T) {
	c := Shipped().With(fstest.MapFS{"card-reader/acme/tap.yaml": {Data: []byte(`schema: balcao.profile/v1
id: acme/tap
kind: card-reader
title: Acme Tap
inherits: generic/ccid-base
identity: {models: [Acme Tap Reader], usb: ["1234:abcd"]}
reader: {slots: 1, exchange: short-apdu}
evidence:
  - {fact: identity, source: "lsusb at the machine", status: measured}
  - {fact: reader, source: "lsusb -v at the machine", status: measured}
`)}})
	if err := c.Lint(); err != nil {
		t.Fatal(err)
	}
	for _, i := range []Identification{{USB: "1234:ABCD"}, {Model: ReaderModel("Acme Tap Reader 00 00")}} {
		if ids, err := c.Match(i); err != nil || len(ids) != 1 || ids[0] != "acme/tap" {
			t.Errorf("%+v: %v, %v", i, ids, err)
		}
	}
	p, err := c.Load("acme/tap", "")
	if err != nil || p.Reader == nil || p.Reader.Exchange != "short-apdu" || p.Dialect != "ccid" {
		t.Errorf("%+v, %v", p.Reader, err)
	}
}

func TestFaultsOfOtherKindsAreRefused(t *testing.T) {
	schema, err := fs.ReadFile(shipped, "schema.json")
	if err != nil {
		t.Fatal(err)
	}
	const evidence = "evidence: [{fact: machine, source: \"a test of ours\", status: measured}, {fact: reader, source: \"a test of ours\", status: measured}," +
		" {fact: dialect, source: \"a test of ours\", status: measured}, {fact: callboard, source: \"a test of ours\", status: measured}]\n"
	for _, row := range []struct{ name, path, text, want string }{
		{"a part that is not there", "kiosk/x/y.yaml", "kind: kiosk\nmachine: {printer: none/none}\n", "unknown device profile: none/none"},
		{"a part of another kind", "kiosk/x/y.yaml", "kind: kiosk\nmachine: {printer: x/reader}\n", "x/reader is a card-reader, not a printer"},
		{"a machine of nothing", "kiosk/x/y.yaml", "kind: kiosk\nmachine: {}\n", "machine"},
		{"a printer's key in a reader", "card-reader/x/y.yaml", "kind: card-reader\ndialect: ccid\nreader: {slots: 1}\nmedia: null\nspeed: null\nlogoMemory: true\n", "logoMemory"},
		{"a reader without anything", "card-reader/x/y.yaml", "kind: card-reader\ndialect: ccid\n", "reader"},
		{"a word nobody knows", "card-reader/x/y.yaml", "kind: card-reader\ndialect: ccid\nreader: {exchange: telepathy}\n", "reader.exchange"},
		{"a sign without a line", "callboard/x/y.yaml", "kind: callboard\ndialect: alpha\ncallboard: {type: led, typeCode: Z, address: \"00\"}\n", "transport"},
		{"a television without a size", "callboard/x/y.yaml", "kind: callboard\ndialect: browser\ncallboard: {type: tv}\n", "width"},
		{"another kind than the folder's", "card-reader/x/y.yaml", "kind: kiosk\nmachine: {reader: x/reader}\n", "lies in card-reader"},
		{"a kind nobody knows", "kiosk/x/y.yaml", "kind: toaster\n", "lies in kiosk"},
	} {
		t.Run(row.name, func(t *testing.T) {
			head := "schema: balcao.profile/v1\ntitle: A test\n"
			_, err := load(fstest.MapFS{
				"schema.json":               {Data: schema},
				"card-reader/x/reader.yaml": {Data: []byte(head + "id: x/reader\nkind: card-reader\ndialect: ccid\nreader: {slots: 1}\n" + evidence)},
				row.path:                    {Data: []byte(head + "id: x/y\n" + row.text + evidence)},
			}, "x/y", "")
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error = %v, want %q in it", err, row.want)
			}
		})
	}
}

// The published schema and the strict decoder know the same keys: what one
// lets pass the other does not refuse.
func TestTheSchemaKnowsTheKeysOfTheDecoder(t *testing.T) {
	var schema struct {
		Defs map[string]json.RawMessage `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	type object struct {
		Ref        string                     `json:"$ref"`
		Properties map[string]json.RawMessage `json:"properties"`
		Items      json.RawMessage            `json:"items"`
		Open       *bool                      `json:"additionalProperties"`
	}
	read := func(raw json.RawMessage) object {
		var o object
		for {
			o = object{}
			if err := json.Unmarshal(raw, &o); err != nil {
				t.Fatal(err)
			}
			name, is := strings.CutPrefix(o.Ref, "#/$defs/")
			if !is {
				return o
			}
			raw = schema.Defs[name]
		}
	}
	var compare func(at string, o object, typ reflect.Type)
	compare = func(at string, o object, typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer:
			compare(at, o, typ.Elem())
			return
		case reflect.Slice:
			if o.Items != nil {
				compare(at+"[]", read(o.Items), typ.Elem())
			}
			return
		case reflect.Struct:
		default:
			return
		}
		if o.Open == nil || *o.Open {
			t.Errorf("%s lets unknown keys pass", at)
		}
		fields := map[string]reflect.Type{}
		for _, f := range reflect.VisibleFields(typ) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.IsExported() {
				fields[name] = f.Type
			}
		}
		for _, name := range slices.Sorted(maps.Keys(o.Properties)) {
			field, known := fields[name]
			if !known {
				t.Errorf("%s.%s is in the schema and unknown to the decoder", at, name)
				continue
			}
			delete(fields, name)
			compare(at+"."+name, read(o.Properties[name]), field)
		}
		if at == KindPrinter || slices.Contains(Kinds(), at) {
			return // each kind has some of the sections
		}
		for name := range fields {
			t.Errorf("%s.%s is known to the decoder and missing in the schema", at, name)
		}
	}
	seen := map[string]bool{}
	for _, kind := range Kinds() {
		o := read(schema.Defs[kind])
		compare(kind, o, reflect.TypeFor[Profile]())
		for name := range o.Properties {
			seen[name] = true
		}
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Profile]()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.IsExported() && !seen[name] {
			t.Errorf("section %s is in no kind of the schema", name)
		}
	}
}
