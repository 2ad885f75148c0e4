package flow

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"balcao/internal/phrase"
)

func TestEveryTextIsInEveryLanguage(t *testing.T) {
	for _, key := range slices.Sorted(maps.Keys(words)) {
		pt := slices.Sorted(slices.Values(phrase.Names(words[key]["pt"])))
		for lang := range words[key] {
			if languageOf(lang).Code != lang {
				t.Errorf("%s is written in %s, which is no language here", key, lang)
			}
		}
		for _, l := range Languages() {
			text := words[key][l.Code]
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s has no %s", key, l.Code)
			}
			if got := slices.Sorted(slices.Values(phrase.Names(text))); !slices.Equal(got, pt) {
				t.Errorf("%s: %s puts in %v, pt puts in %v", key, l.Code, got, pt)
			}
			if shown := phrase.Write(l.Code, text, "n", "2", "lo", "20", "hi", "35", "name", "Maria S.", "time", "10:24"); len([]rune(shown)) > 100 {
				t.Errorf("%s in %s is longer than a line may be: %q", key, l.Code, shown)
			}
		}
	}
}

func TestEveryPluralHasTheFormsOfItsLanguage(t *testing.T) {
	for key, text := range words {
		for lang, s := range text {
			_, forms, plural := strings.Cut(s, "{n, plural,")
			if !plural {
				continue
			}
			list := phrase.Forms(forms)
			if _, only := list["other"]; only && len(list) <= 2 && list["=0"] != "" {
				continue // the same words for every number
			}
			for _, c := range phrase.Categories(lang) {
				if list[string(c)] == "" {
					t.Errorf("%s in %s has no form %q", key, lang, c)
				}
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

func TestEveryTextHasAnOwnerAndAReviewLapsesWithItsWords(t *testing.T) {
	for _, e := range Catalogue() {
		if e.Owner == "" {
			t.Errorf("nobody answers for %s", e.Key)
		}
	}
	text := words["home.title"]["fr"]
	marks := map[string]map[string]Review{"fr": {"home.title": {By: "x", On: "2026-11-22", Of: Digest(text)}}}
	if _, ok := holds(marks, "fr", "home.title", text); !ok {
		t.Error("a text that was read as it stands counts as not reviewed")
	}
	if _, ok := holds(marks, "fr", "home.title", text+"!"); ok {
		t.Error("a text that has changed since it was read counts as reviewed")
	}
}

func TestOnlyTheLanguagesOfTheConfigurationAreOffered(t *testing.T) {
	s := New(Config{Languages: []string{"pt", "uk", "en"}})
	s, _ = Next(s, OfferChanged{Offer: Offer{Open: true}})
	var got []string
	for _, b := range s.View().Tools {
		if b.Action == ActLanguage {
			got = append(got, b.Arg)
		}
	}
	if !slices.Equal(got, []string{"uk", "en"}) {
		t.Errorf("offered %v, want uk and en", got)
	}
	if next, _ := Next(s, Tap{Key: "k", Action: ActLanguage, Arg: "fr"}); next.session.lang != "pt" {
		t.Error("a language that is not offered was taken")
	}
}
