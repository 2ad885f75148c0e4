package flow

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryTextIsInEveryLanguage(t *testing.T) {
	hole := regexp.MustCompile(`\{[a-z]+\}`)
	for _, key := range slices.Sorted(maps.Keys(words)) {
		pt := hole.FindAllString(words[key]["pt"], -1)
		for _, l := range Languages() {
			text := words[key][l.Code]
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s has no %s", key, l.Code)
			}
			if got := hole.FindAllString(text, -1); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(pt))) {
				t.Errorf("%s: %s puts in %v, pt puts in %v", key, l.Code, got, pt)
			}
			if len([]rune(text)) > 100 {
				t.Errorf("%s in %s is longer than a line may be: %q", key, l.Code, text)
			}
		}
	}
}

func TestEveryTextThatIsSaidExists(t *testing.T) {
	said := regexp.MustCompile(`s\.say\("([a-z._]+)"`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(b), -1) {
			if _, ok := words[m[1]]; !ok && !strings.HasSuffix(m[1], ".") {
				t.Errorf("%s says %q, which has no text", f, m[1])
			}
		}
	}
}
