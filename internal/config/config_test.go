package config_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/internal/config"
)

type kioskConfig struct {
	Listen  netip.AddrPort `yaml:"listen"`
	Data    string         `yaml:"data"`
	Printer struct {
		Profile string        `yaml:"profile"`
		Baud    int           `yaml:"baud"`
		Confirm time.Duration `yaml:"confirm"`
	} `yaml:"printer"`
	Bodies []struct {
		Name   string `yaml:"name"`
		Letter string `yaml:"letter"`
	} `yaml:"bodies"`
	Labels map[string]string `yaml:"labels"`
	Sound  *bool             `yaml:"sound"`
	Volume uint8             `yaml:"volume"`
}

func (c *kioskConfig) Check(faults *config.Faults) {
	if c.Printer.Baud < 1200 || c.Printer.Baud > 921600 {
		faults.Add("printer.baud", "%d is outside 1200 to 921600", c.Printer.Baud)
	}
	if _, err := os.Stat(c.Data); err != nil {
		faults.Add("data", "%v", err)
	}
}

func defaults(t *testing.T) kioskConfig {
	t.Helper()
	c := kioskConfig{Data: t.TempDir()}
	c.Printer.Baud = 19200
	return c
}

func TestFiveMistakesAreNamedInOneMessage(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "absent")
	file := `# a kiosk
listen: "999.0.0.1:80"
data: ` + missing + `
printer:
  proflie: epson/tm-t88v
  baud: 7
bodies:
  - name: 2026
    letter: A
`
	c := defaults(t)
	err := config.Decode("kiosk.yaml", []byte(file), &c)
	problems := config.Problems(err)
	type place struct {
		line int
		key  string
	}
	var got []place
	for _, p := range problems {
		got = append(got, place{p.Line, p.Key})
	}
	want := []place{{2, "listen"}, {3, "data"}, {5, "printer.proflie"}, {6, "printer.baud"}, {8, "bodies[0].name"}}
	if !slices.Equal(got, want) {
		t.Fatalf("problems = %v, want %v\n%v", got, want, err)
	}
	message := err.Error()
	for _, piece := range []string{
		"kiosk.yaml: 5 problems", "line 2: listen: ", "line 3: data: ",
		`line 5: printer.proflie: unknown key; did you mean "profile"?`,
		"line 6: printer.baud: 7 is outside 1200 to 921600",
		"line 8: bodies[0].name: want a text, got the number 2026; put it in quotes",
	} {
		if !strings.Contains(message, piece) {
			t.Errorf("message lacks %q:\n%s", piece, message)
		}
	}
}

func TestWhatTheFileDoesNotSayKeepsItsDefault(t *testing.T) {
	c := defaults(t)
	data := c.Data
	err := config.Decode("kiosk.yaml", []byte("printer:\n  confirm: 8s\nsound: true\nlabels: {floor: \"0\"}\n"), &c)
	if err != nil {
		t.Fatal(err)
	}
	if c.Data != data || c.Printer.Baud != 19200 {
		t.Errorf("defaults were lost: %+v", c)
	}
	if c.Printer.Confirm != 8*time.Second || c.Sound == nil || !*c.Sound || c.Labels["floor"] != "0" {
		t.Errorf("values were not read: %+v", c)
	}
	for _, empty := range []string{"", "# nothing but a comment\n", "---\n"} {
		if err := config.Decode("kiosk.yaml", []byte(empty), &c); err != nil {
			t.Errorf("empty document %q: %v", empty, err)
		}
	}
}

func TestStrictnessOfForm(t *testing.T) {
	for _, row := range []struct{ name, file, want string }{
		{"a key given twice", "volume: 1\nvolume: 2\n", "line 2: volume: given twice, first in line 1"},
		{"an anchor", "data: &a x\n", "anchors and aliases"},
		{"an alias", "labels:\n  a: &a x\n  b: *a\n", "line 3: labels.b: anchors"},
		{"a merge key", "labels:\n  <<: {a: b}\n", "keys must be plain texts"},
		{"a number as key", "labels:\n  16: cp1252\n", "line 2: labels: keys must be plain texts"},
		{"a tag", "volume: !!int \"3\"\n", "line 1: volume: tags"},
		{"two documents", "volume: 1\n---\nvolume: 2\n", "line 3: a second document"},
		{"a list at the top", "- a\n- b\n", "want keys and values, got a list"},
		{"a number too large", "volume: 256\n", "line 1: volume: 256 does not fit here"},
		{"a negative count", "volume: -1\n", "line 1: volume: -1 does not fit here"},
		{"a duration without unit", "printer:\n  confirm: 8\n", "line 2: printer.confirm: want a duration"},
		{"yes for true", "sound: yes\n", `line 1: sound: want true or false, got the text "yes"`},
		{"a text for keys", "printer: virtual\n", "line 1: printer: want keys and values"},
		{"keys for a list", "bodies: {name: x}\n", "line 1: bodies: want a list"},
		{"a key without value", "volume:\n", "line 1: volume: has no value"},
		{"broken YAML", "printer: {baud: 7\n", "kiosk.yaml: line 1"},
		{"tabs", "printer:\n\tbaud: 7\n", "line 2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := defaults(t)
			err := config.Decode("kiosk.yaml", []byte(row.file), &c)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error = %v, want %q in it", err, row.want)
			}
		})
	}
}

func TestAFaultyValueIsToldOnce(t *testing.T) {
	c := defaults(t)
	err := config.Decode("kiosk.yaml", []byte("printer:\n  baud: fast\n"), &c)
	if ps := config.Problems(err); len(ps) != 1 {
		t.Errorf("problems = %v, want one", ps)
	}
}

func TestLineOfAKeyThatIsMissingIsTheOneAroundIt(t *testing.T) {
	f, err := config.Parse("x", []byte("a: 1\nprinter:\n  serial:\n    baud: 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"printer.serial.baud": 4, "printer.serial.parity": 3, "printer.usb.vid": 2, "nowhere": 0, "a": 1} {
		if got := f.Line(path); got != want {
			t.Errorf("Line(%q) = %d, want %d", path, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", "listen: 1.2.3.4:80\n", "bodies:\n  - {name: a, letter: b}\n", "a: &x [*x]\n", "? [a]\n: b\n",
		"labels: {a: \"\\x00\"}\n", "volume: 1e999\n", "-\n-\n", "printer: !!binary aa\n", "volume: 0x1F\n", "{[}]", "'", "a: |\n  b\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		file, err := config.Parse("fuzz", data)
		if err != nil {
			_ = err.Error()
			return
		}
		_, _ = file.Value()
		var c kioskConfig
		if err := file.Decode(&c); err != nil {
			_ = err.Error()
		}
	})
}
