package identity_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"balcao/internal/authority/authoritytest"
	"balcao/internal/seal"
)

func TestWhatNobodyAskedForIsBelievedOnceAndNeverAgain(t *testing.T) {
	in := authoritytest.New(t)
	hq, branch, other := in.Identity("hq"), in.Identity("L901"), in.Identity("L902")
	if !hq.CanSign() {
		t.Fatal("headquarters has no key to sign with")
	}
	sign := func(to string, version uint64, life time.Duration) []byte {
		raw, err := hq.SignVersion("config", to, version, life, json.RawMessage(`{"n":1}`))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	seventh := sign("L901", 7, time.Hour)
	s, err := branch.BelieveVersion("config", "hq", 6, seventh)
	if err != nil || s.Version != 7 || string(s.Body) != `{"n":1}` {
		t.Fatalf("the true one: %+v, %v", s, err)
	}
	for name, c := range map[string]struct {
		raw   []byte
		kind  string
		after uint64
		want  error
	}{
		"again":              {seventh, "config", 7, seal.ErrOld},
		"an older one":       {seventh, "config", 9, seal.ErrOld},
		"of another kind":    {seventh, "order", 6, seal.ErrOther},
		"to somebody else":   {sign("L902", 8, time.Hour), "config", 6, seal.ErrOther},
		"too late":           {sign("L901", 8, -time.Hour), "config", 6, seal.ErrExpired},
		"changed on the way": {[]byte(`{"st":"e30=","sg":"","cr":""}`), "config", 6, seal.ErrForged},
	} {
		if _, err := branch.BelieveVersion(c.kind, "hq", c.after, c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	byBranch, err := other.SignVersion("config", "L901", 8, time.Hour, json.RawMessage(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := branch.BelieveVersion("config", "hq", 6, byBranch); !errors.Is(err, seal.ErrForged) {
		t.Errorf("signed by another branch: %v", err)
	}
}
