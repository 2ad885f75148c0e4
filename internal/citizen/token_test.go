package citizen

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

const tokenText = "4D50BA1CA0000000BA1CA00000000001"

func TestATokenIsReadDigestedAndHidden(t *testing.T) {
	token, err := ParseToken([]byte(tokenText))
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseToken([]byte(strings.ToLower(tokenText)))
	if err != nil || !token.Equal(&again) {
		t.Errorf("small letters: %v", err)
	}
	one, err := key(t, 7).TokenDigest(token)
	if err != nil {
		t.Fatal(err)
	}
	same, _ := key(t, 7).TokenDigest(again)
	other, _ := key(t, 8).TokenDigest(token)
	code, _ := key(t, 7).CodeDigest(tokenText)
	if !one.Equal(same) || one.Equal(other) || one.Equal(code) {
		t.Error("a digest that is not that of the token and the day")
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb, token)
		fmt.Fprintf(&out, verb, struct{ T Token }{token})
	}
	if err := json.NewEncoder(&out).Encode(token); err != nil || strings.Contains(strings.ToUpper(out.String()), "4D50BA1C") || strings.Contains(out.String(), "77 80 186") {
		t.Errorf("the token got out: %s (%v)", out.String(), err)
	}
	token.Wipe()
	if !token.Zero() {
		t.Error("wiped and still there")
	}
	if _, err := key(t, 7).TokenDigest(token); !errors.Is(err, ErrToken) {
		t.Errorf("digest of nothing: %v", err)
	}
	if _, err := (DayKey{}).TokenDigest(again); !errors.Is(err, ErrKey) {
		t.Errorf("digest without a key: %v", err)
	}
	for _, wrong := range []string{"", "4D50", tokenText + "00", "XX" + tokenText[2:], strings.Repeat("0", 32)} {
		if _, err := ParseToken([]byte(wrong)); !errors.Is(err, ErrToken) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add([]byte(tokenText))
	f.Fuzz(fuzzToken)
}

func fuzzToken(t *testing.T, b []byte) {
	if token, err := ParseToken(b); (err == nil) == token.Zero() {
		t.Errorf("%v", err)
	}
}
