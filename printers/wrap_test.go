package printers

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Counting lines without making them must give what making them gives.
func TestLinesAreCountedAsTheyAreMade(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var words []string
		var lengths []int
		for range r.IntN(12) {
			n := 1 + r.IntN(14)
			words, lengths = append(words, strings.Repeat("ç", n)), append(lengths, n)
		}
		text, width := strings.Join(words, " "), 1+r.IntN(20)
		lines := wrap(text, width)
		if len(lines) != linesOf(lengths, width) {
			t.Fatalf("%q in %d: %d lines, %d counted", text, width, len(lines), linesOf(lengths, width))
		}
		even := balanced(text, width)
		if len(even) != len(lines) || strings.ReplaceAll(strings.Join(even, ""), " ", "") != strings.Join(words, "") {
			t.Fatalf("%q in %d: %q", text, width, even)
		}
		if slices.ContainsFunc(even, func(l string) bool { return utf8.RuneCountInString(l) > width }) {
			t.Fatalf("%q in %d: %q is too wide", text, width, even)
		}
	}
}

func TestTidyTextIsNotTouched(t *testing.T) {
	for _, text := range []string{"", "a", "Cartão de Cidadão", "ÁÉ ç", " a", "a ", "a  b", "a\tb", "a\u00a0b", "a\u00adb", "e\u0301", "a\x1bb", "a\x7f", "Łódź"} {
		quick := tidy(text)
		slow := clean(text + "\x00")
		if quick && slow != text {
			t.Errorf("%q counts as tidy, and becomes %q", text, slow)
		}
	}
	if !tidy("Loja de Cidadão Vila Serena") || tidy("dois  espaços") || tidy("e\u0301") {
		t.Error("what is tidy is taken for another")
	}
}
