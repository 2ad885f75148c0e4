package slip

import (
	"slices"
	"strings"
	"testing"

	"balcao/internal/config"
)

func ids(parts []Part) string {
	var all []string
	for _, p := range parts {
		all = append(all, p.ID)
	}
	return strings.Join(all, " ")
}

func TestPartsAreMovedAndStopAtTheEnds(t *testing.T) {
	parts := []Part{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	for _, row := range []struct {
		id   string
		by   int
		want string
	}{{"b", -1, "b a c"}, {"b", 1, "a c b"}, {"a", -1, "a b c"}, {"c", 9, "a b c"}, {"c", -9, "c a b"}, {"x", 1, "a b c"}} {
		if got := ids(Move(parts, row.id, row.by)); got != row.want {
			t.Errorf("Move(%s, %d) = %s, want %s", row.id, row.by, got, row.want)
		}
	}
	if ids(parts) != "a b c" {
		t.Error("the parts of whoever asked were changed")
	}
}

func TestALayoutWithoutPartsIsTheStandardOne(t *testing.T) {
	if (Layout{}).Hash() != (Layout{Parts: Standard()}).Hash() {
		t.Error("the same slip has two hashes")
	}
	other := Layout{Parts: Move(Standard(), "number", -1)}
	if other.Hash() == (Layout{}).Hash() {
		t.Error("another order has the same hash")
	}
}

func TestAFreshPartStandsOnTheSlipAsItIs(t *testing.T) {
	var l Layout
	for _, kind := range []string{KindRule, KindRule, KindGap, KindLogo} {
		l.Parts = append(slices.Clone(l.In()), l.Fresh(kind))
	}
	if got := ids(l.Parts[12:]); got != "rule rule-2 gap logo" {
		t.Errorf("ids = %s", got)
	}
	var f struct{ Layout }
	if err := config.Decode("slip.yaml", config.Encode(&struct{ Layout }{l}), &f); err != nil {
		t.Fatal(err)
	}
	if f.Hash() != l.Hash() {
		t.Errorf("read back: %+v", f.Parts)
	}
}
