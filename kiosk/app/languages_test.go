package app

import (
	"slices"
	"strings"
	"testing"

	"balcao/internal/config"
)

func TestUnreviewedLanguagesAreKeptBackOnRequest(t *testing.T) {
	c := Default()
	if got := c.offered(); !slices.Equal(got, []string{"pt", "en", "es", "fr", "uk"}) {
		t.Errorf("offered %v, want all", got)
	}
	c.ReviewedOnly = true
	if got := c.offered(); !slices.Equal(got, []string{"pt"}) {
		t.Errorf("offered %v although nobody has reviewed more than the first", got)
	}
}

func TestALanguageThatDoesNotExistIsAFault(t *testing.T) {
	file, err := config.Parse("kiosk.yaml", []byte("node: L901-K01\nlang: en\nlanguages: [pt, de, pt]\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := Default()
	err = file.Decode(&c)
	for _, want := range []string{`"de"`, "twice", "first screen"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the fault does not speak of %s: %v", want, err)
		}
	}
}
