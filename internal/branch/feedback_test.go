package branch_test

import (
	"slices"
	"strings"
	"testing"

	"balcao/internal/branch"
	"balcao/internal/config"
)

// TestFeedbackPointsWhereTheLawSends: the services of the State keep the Livro Amarelo; a municipality's book is blue; a
// slip only says an address that it can print as a code.
func TestFeedbackPointsWhereTheLawSends(t *testing.T) {
	usual := branch.Feedback{}
	if usual.ComplaintsAt() != branch.NationalComplaints || usual.BookName()["pt"] != "Livro Amarelo" || usual.OnSlip() != "" {
		t.Errorf("by itself: %s, %s, slip %q", usual.ComplaintsAt(), usual.BookName()["pt"], usual.OnSlip())
	}
	if blue := (branch.Feedback{Book: branch.BookBlue, Slip: true}); !strings.Contains(blue.BookName()["pt"], "azul") || blue.OnSlip() != branch.NationalComplaints {
		t.Errorf("of a municipality: %s, slip %q", blue.BookName()["pt"], blue.OnSlip())
	}
	for yaml, want := range map[string]string{
		`{complaints: "http://x.pt"}`:    "feedback.complaints",
		`{book: red}`:                    "feedback.book",
		`{complaints: none, slip: true}`: "feedback.slip",
		`{complaints: "https://a-very-long-address.example.pt/complaints", slip: true}`: "feedback.slip",
	} {
		_, err := read(t, "  holidays: none\nfeedback: "+yaml)
		if !slices.ContainsFunc(config.Problems(err), func(p config.Problem) bool { return strings.Contains(p.String(), want) }) {
			t.Errorf("%s: no fault at %s: %v", yaml, want, err)
		}
	}
}
