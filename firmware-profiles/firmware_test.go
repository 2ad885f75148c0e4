package profiles

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestWhatAPrinterCanDependsOnItsFirmware(t *testing.T) {
	for firmware, want := range map[string]string{"": "none", "2.9": "none", "3.0": "end-counter", "3.2": "end-counter", "10.0": "end-counter"} {
		p, err := LoadFor("star/tsp700", firmware)
		if err != nil {
			t.Fatal(err)
		}
		if p.Confirm.Method != want {
			t.Errorf("firmware %q confirms by %s, want %s", firmware, p.Confirm.Method, want)
		}
	}
	if _, err := LoadFor("star/tsp700", "three"); err == nil {
		t.Error("a version that is none is accepted")
	}
}

func TestEveryFirmwareRangeLoads(t *testing.T) {
	for _, id := range Names() {
		p, err := Load(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range p.Firmware {
			r, err := parseSpan(o.Range)
			if err != nil {
				t.Fatal(err)
			}
			var version []string
			for _, n := range r.from {
				version = append(version, string(rune('0'+n)))
			}
			if _, err := LoadFor(id, strings.Join(version, ".")); err != nil {
				t.Errorf("%s at %s: %v", id, o.Range, err)
			}
		}
	}
}

func TestVersionsAreComparedByNumber(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{{"1.10", "1.9", 1}, {"3", "3.0", 0}, {"2.99", "3", -1}, {"1.2.3.4", "1.2.3", 1}} {
		a, err := ParseVersion(row.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := ParseVersion(row.b)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Compare(b); got != row.want || b.Compare(a) != -row.want {
			t.Errorf("%s and %s = %d, want %d", row.a, row.b, got, row.want)
		}
	}
	for _, bad := range []string{"", "v3", "1.", "1..2", "-1", "1.2.3.4.5", "99999999999"} {
		if _, err := ParseVersion(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestFirmwareRangesThatCannotBe(t *testing.T) {
	schema, err := fs.ReadFile(shipped, "schema.json")
	if err != nil {
		t.Fatal(err)
	}
	good, err := fs.ReadFile(shipped, "printer/generic/escpos.yaml")
	if err != nil {
		t.Fatal(err)
	}
	entry := func(r, set string) string {
		return "  - range: \"" + r + "\"\n    set: {" + set + "}\n    evidence: [{fact: confirm, source: a test of ours, status: measured}]\n"
	}
	for _, row := range []struct{ name, list, want string }{
		{"two that overlap", entry(">=1.0 <2.0", "confirm: {clear: true}") + entry(">=1.5", "confirm: {clear: false}"), "line 32: firmware[1]: confirm.clear is set by"},
		{"descending", entry(">=2.0", "confirm: {clear: true}") + entry(">=1.0 <2.0", "confirm: {clear: false}"), "must ascend"},
		{"without evidence", entry(">=1.0", "speed: {mmPerS: 100}"), "speed.mmPerS has no evidence"},
		{"empty", entry(">=2.0 <1.0", "confirm: {clear: true}"), "holds no version"},
		{"no range", entry("3.0", "confirm: {clear: true}"), "want >=, < or both"},
		{"another id", entry(">=1.0", "id: x/y"), "cannot depend on the firmware"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(string(good), "evidence:\n", "firmware:\n"+row.list+"evidence:\n", 1)
			tree := fstest.MapFS{"schema.json": {Data: schema}, "printer/generic/escpos.yaml": {Data: []byte(text)}}
			_, err := load(tree, "generic/escpos", "")
			if err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(row.want, "line 32: ")) || !strings.Contains(err.Error(), "line ") {
				t.Errorf("error = %v, want %q in it", err, row.want)
			}
		})
	}
	apart := entry(">=1.0 <2.0", "confirm: {clear: true}") + entry(">=2.0", "confirm: {clear: false}")
	text := strings.Replace(string(good), "evidence:\n", "firmware:\n"+apart+"evidence:\n", 1)
	tree := fstest.MapFS{"schema.json": {Data: schema}, "printer/generic/escpos.yaml": {Data: []byte(text)}}
	for firmware, want := range map[string]bool{"0.9": false, "1.0": true, "2.0": false} {
		p, err := load(tree, "generic/escpos", firmware)
		if err != nil {
			t.Fatal(err)
		}
		if p.Confirm.Clear != want {
			t.Errorf("%s: clear = %v", firmware, p.Confirm.Clear)
		}
	}
}

func TestEveryValueIsTracedToItsLayer(t *testing.T) {
	traces, err := Explain("star/tsp700", "3.2")
	if err != nil {
		t.Fatal(err)
	}
	find := func(key string) Trace {
		i := slices.IndexFunc(traces, func(t Trace) bool { return t.Key == key })
		if i < 0 {
			t.Fatalf("no trace of %s", key)
		}
		return traces[i]
	}
	if got := find("confirm.method"); got.Firmware != ">=3.0" || got.Layer != "printer/star/tsp700.yaml" || got.Value != `"end-counter"` || got.Evidence.Status != "manual" {
		t.Errorf("confirm.method: %+v", got)
	}
	if got := find("media.headDots"); got.Firmware != "" || got.Layer != "printer/star/line-base.yaml" || got.Value != "576" {
		t.Errorf("media.headDots: %+v", got)
	}
	for _, got := range traces {
		if got.Layer == "" {
			t.Errorf("%s comes from nowhere", got.Key)
		}
		if !slices.Contains(nature, got.Key) && got.Evidence.Source == "" {
			t.Errorf("%s has no evidence in %s", got.Key, got.Layer)
		}
	}
}

func TestTheHashTellsProfilesApart(t *testing.T) {
	seen := map[string]string{}
	for _, which := range [][2]string{{"star/tsp700", ""}, {"star/tsp700", "3.2"}, {"star/tsp800", ""}, {"epson/tm-t88v", ""}} {
		p, err := LoadFor(which[0], which[1])
		if err != nil {
			t.Fatal(err)
		}
		again, err := LoadFor(which[0], which[1])
		if err != nil {
			t.Fatal(err)
		}
		if p.Hash() != again.Hash() || len(p.Hash()) != 64 || !json.Valid(p.Canonical()) {
			t.Errorf("%v: hash %s and %s", which, p.Hash(), again.Hash())
		}
		if other, has := seen[p.Hash()]; has {
			t.Errorf("%v and %s have one hash", which, other)
		}
		seen[p.Hash()] = which[0] + which[1]
	}
}

func TestADeviceIsFoundByWhatItSays(t *testing.T) {
	for _, row := range []struct {
		said Identification
		want []string
	}{
		{Identification{Maker: "EPSON", Model: "TM-T88V", Firmware: "30.40 ESC/POS"}, []string{"epson/tm-t88v"}},
		{Identification{Model: "tsp700"}, []string{"star/tsp700"}},
		{Identification{Maker: "ACME", Model: "TM-T88V"}, nil},
		{Identification{Model: "TM-T99"}, nil},
		{Identification{}, nil},
	} {
		got, err := Match(row.said)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%+v = %v, want %v", row.said, got, row.want)
		}
	}
}

func FuzzVersion(f *testing.F) {
	f.Add(">=1.0 <2.0", "1.5")
	f.Add("<3", "3.2")
	f.Fuzz(func(_ *testing.T, r, v string) {
		s, err := parseSpan(r)
		version, verr := ParseVersion(v)
		if err == nil && verr == nil {
			s.holds(version)
		}
	})
}
