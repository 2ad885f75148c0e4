package phrase_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"balcao/internal/phrase"
)

func TestNumbersTakeTheFormTheirLanguageHas(t *testing.T) {
	const uk = "{n, plural, =0 {нікого} one {# людина} few {# людини} many {# людей} other {# людини}}"
	for n, want := range map[int]string{
		0: "нікого", 1: "1 людина", 2: "2 людини", 5: "5 людей", 11: "11 людей", 12: "12 людей", 21: "21 людина", 24: "24 людини", 111: "111 людей",
	} {
		if got := phrase.Write("uk", uk, "n", strconv.Itoa(n)); got != want {
			t.Errorf("%d in Ukrainian = %q, want %q", n, got, want)
		}
	}
	const en = "{n, plural, one {# person} other {# people}}"
	for lang, want := range map[string]string{"pt": "0 people", "en": "0 people", "es": "0 people", "fr": "0 person"} {
		if got := phrase.Write(lang, en, "n", "0"); got != want {
			t.Errorf("none in %s = %q, want %q", lang, got, want)
		}
	}
}

func TestValuesArePutInOnce(t *testing.T) {
	if got := phrase.Write("pt", "{a} e {b}, de novo {a}", "a", "{b}", "b", "dois"); got != "{b} e dois, de novo {b}" {
		t.Errorf("got %q", got)
	}
	if got := phrase.Write("pt", "falta {isto}"); got != "falta {isto}" {
		t.Errorf("a name without a value = %q", got)
	}
	if got := phrase.Write("en", "{n, plural, one {{who} and # other} other {{who} and # others}}", "n", "3", "who", "Ana"); got != "Ana and 3 others" {
		t.Errorf("a value inside a plural = %q", got)
	}
}

func TestNamesAreThoseAMessageWants(t *testing.T) {
	if got := phrase.Names("{n, plural, one {{who} # } other {{who} #s}} às {time}"); !slices.Equal(got, []string{"n", "who", "time"}) {
		t.Errorf("names = %v", got)
	}
}

func TestCategoriesOfEachLanguage(t *testing.T) {
	for lang, want := range map[string]string{
		"pt": "one other", "en": "one other", "es": "one other", "fr": "one other", "uk": "one few many", "ar": "zero one two few many other", "zh": "other", "ro": "one few other",
	} {
		var got []string
		for _, c := range phrase.Categories(lang) {
			got = append(got, string(c))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s has %v, want %s", lang, got, want)
		}
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("uk", "{n, plural, =0 {x} one {#} other {# {a}}} }{", "7")
	f.Add("ar", "{{{", "#{")
	f.Fuzz(func(t *testing.T, lang, message, value string) {
		if got := phrase.Write(lang, message, "n", value); !strings.Contains(message, "{") && got != message {
			t.Errorf("%q became %q", message, got)
		}
		phrase.Names(message)
	})
}
