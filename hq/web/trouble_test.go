package web

import (
	"strings"
	"testing"
	"time"

	"balcao/hq/network"
)

// Whatever is wrong with a device, the page says which, since when, and what to do first, in whole sentences.
func TestEveryTroubleHasItsWordsAndAFirstStep(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for state := range partStates {
		for name := range partNames {
			words, first := troubleWords(network.Trouble{Node: "L901-K01", Part: network.Part{Name: name, State: state}, Since: noon.Add(-12 * time.Second)}, noon)
			if !strings.HasPrefix(words, "Quiosque 1: ") || !strings.HasSuffix(words, " há 12 s.") || !strings.HasSuffix(first, ".") {
				t.Errorf("%s %s: %q, first %q", name, state, words, first)
			}
		}
	}
	if words, first := troubleWords(network.Trouble{Node: "L901-K02", More: 2}, noon); words != "Quiosque 2: sem sinal (e mais 2)." || first != firsts["gone"] {
		t.Errorf("a kiosk that is gone: %q, first %q", words, first)
	}
	for key := range firsts {
		name, state, two := strings.Cut(key, " ")
		if two && (partNames[name] == "" || partStates[state] == "") {
			t.Errorf("%q is of a device or a state that there is not", key)
		}
	}
}
