package config_test

import (
	"reflect"
	"testing"
	"time"

	"balcao/internal/config"
)

type written struct {
	Name   string            `yaml:"name"`
	Count  int               `yaml:"count"`
	Wait   time.Duration     `yaml:"wait"`
	On     *bool             `yaml:"on"`
	Words  map[string]string `yaml:"words"`
	IDs    []string          `yaml:"ids"`
	Parts  []part            `yaml:"parts"`
	Inner  part              `yaml:"inner"`
	Shares map[string]part   `yaml:"shares"`

	Messages []map[string]string `yaml:"messages"`
}

type part struct {
	ID    string   `yaml:"id"`
	Skill []string `yaml:"skill"`
	Sub   []part   `yaml:"sub"`
}

func FuzzWhatIsEncodedReadsBack(f *testing.F) {
	f.Add("Loja «A»: nº 1\n# não", "pt", 7, int64(time.Minute))
	f.Add("yes", "null", -1, int64(90*time.Second))
	f.Add("", "", 0, int64(0))
	f.Fuzz(func(t *testing.T, text, other string, n int, wait int64) {
		text, other = valid(text), valid(other)
		no := false
		in := written{
			Name: text, Count: n, Wait: time.Duration(wait), On: &no, Words: map[string]string{"pt": text, "k": other},
			IDs: []string{text, other}, Inner: part{ID: other},
			Parts:  []part{{ID: text, Skill: []string{other}, Sub: []part{{ID: other}, {ID: text}}}, {}, {Skill: []string{text}}},
			Shares: map[string]part{"a": {ID: text}, "b": {}},

			Messages: []map[string]string{{"pt": text, "en": other}, {}, {"pt": other}},
		}
		encoded := config.Encode(in)
		var out written
		if err := config.Decode("x.yaml", encoded, &out); err != nil {
			t.Fatalf("%v\n%s", err, encoded)
		}
		if !reflect.DeepEqual(in, out) {
			t.Errorf("got %+v\nwant %+v\n%s", out, in, encoded)
		}
	})
}

// valid keeps what a configuration can hold: text in UTF-8 without control characters.
func valid(s string) string {
	var out []rune
	for _, r := range s {
		if r == '\n' || r == '\t' || r >= ' ' && r != 0x7f && r != 0xfffd && r < 0xd800 && r != 0x85 && r != 0x2028 && r != 0x2029 {
			out = append(out, r)
		}
	}
	return string(out)
}
