package look_test

import (
	"slices"
	"strings"
	"testing"

	"balcao/internal/look"
)

var someHints = []look.Hint{
	{ID: "first", At: "#main", Title: "Um", Text: "O primeiro."},
	{ID: "second", At: "a[href='/ajuda']", Title: "Dois", Text: "O segundo."},
}

func TestAPageShowsTheHintsThatItsPersonHasNotSeen(t *testing.T) {
	t.Parallel()
	left := look.Unseen(someHints, []string{"first", "of another page"}, "/dicas")
	got := string(left.HTML())
	if left.All != 2 || !strings.Contains(got, `data-hint="second"`) || strings.Contains(got, `data-hint="first"`) || !strings.Contains(got, `data-post="/dicas"`) {
		t.Errorf("all %d, page %s", left.All, got)
	}
	if got := look.Unseen(someHints, []string{"second", "first"}, "/dicas").HTML(); got != "" {
		t.Errorf("nothing is left, and the page has %s", got)
	}
}

func TestOnlyHintsOfTheProgramAreRemembered(t *testing.T) {
	t.Parallel()
	got, err := look.KnownHints(someHints, []string{"second", "unknown", "second"})
	if err != nil || !slices.Equal(got, []string{"second"}) {
		t.Errorf("known = %v, %v", got, err)
	}
	for name, ids := range map[string][]string{"many": slices.Repeat([]string{"first"}, 65), "long": {strings.Repeat("x", 41)}} {
		if _, err := look.KnownHints(someHints, ids); err == nil {
			t.Errorf("%s ids are taken", name)
		}
	}
}
