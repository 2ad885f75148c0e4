package identity_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"balcao/internal/authority/authoritytest"
	"balcao/internal/identity"
	"balcao/internal/seal"
)

func TestAnOrderThatIsNotToBeBelievedIsRefusedWithItsReason(t *testing.T) {
	in, elsewhere := authoritytest.New(t), authoritytest.New(t)
	branch, kiosk := in.Identity("L901"), in.Identity("L901-K01")
	var kept uint64
	cfg := identity.GateConfig{
		Own: kiosk, Kind: "order", From: "L901", Now: time.Now,
		Keep: func(_ context.Context, highest uint64) error { kept = highest; return nil },
	}
	gate := identity.NewGate(cfg)
	sign := func(by *identity.Identity, kind, to string, number uint64, life time.Duration) []byte {
		raw, err := by.SignVersion(kind, to, number, life, json.RawMessage(`{"id":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	altered := func(raw []byte) []byte {
		var e map[string][]byte
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		e["st"][len(e["st"])-5] ^= 1
		out, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	open := func(g *identity.Gate, raw []byte, signed bool) string {
		body, err := g.Open(t.Context(), raw, signed)
		switch {
		case err == nil && string(body) == `{"id":"x"}`:
			return ""
		case errors.Is(err, seal.ErrRepeat):
			return "repeat"
		}
		return seal.Reason(err)
	}
	first := sign(branch, "order", "L901-K01", 10, time.Minute)
	for _, c := range []struct {
		name   string
		raw    []byte
		signed bool
		want   string
	}{
		{"plain, of a parent that does not sign yet", []byte(`{"id":"x"}`), false, ""},
		{"plain, of one that signs", []byte(`{"id":"x"}`), true, "unsigned"},
		{"the true one", first, true, ""},
		{"brought twice", first, true, "repeat"},
		{"altered", altered(sign(branch, "order", "L901-K01", 11, time.Minute)), true, "altered"},
		{"of another installation", sign(elsewhere.Identity("L901"), "order", "L901-K01", 12, time.Minute), true, "forged"},
		{"of another branch", sign(in.Identity("L902"), "order", "L901-K01", 12, time.Minute), true, "forged"},
		{"to another kiosk", sign(branch, "order", "L901-K02", 12, time.Minute), true, "misaddressed"},
		{"of another kind", sign(branch, "lease", "L901-K01", 12, time.Minute), true, "misaddressed"},
		{"too late", sign(branch, "order", "L901-K01", 12, -time.Minute), true, "expired"},
		{"the next", sign(branch, "order", "L901-K01", 12, time.Minute), true, ""},
		{"plain, as if the parent did not sign any more", []byte(`{"id":"x"}`), false, "unsigned"},
	} {
		if got := open(gate, c.raw, c.signed); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if kept != 12 {
		t.Errorf("%d is on disk, want 12", kept)
	}

	cfg.Floor = kept // another life
	again := identity.NewGate(cfg)
	if got := open(again, first, true); got != "replayed" {
		t.Errorf("an order of the last life: %q", got)
	}
	cfg.Plain = true
	if got := open(identity.NewGate(cfg), []byte(`{"id":"x"}`), false); got != "" {
		t.Errorf("plain, where the operator allows it: %q", got)
	}
	cfg.Plain, cfg.Keep = false, func(context.Context, uint64) error { return errors.New("no room") }
	if _, err := identity.NewGate(cfg).Open(t.Context(), sign(branch, "order", "L901-K01", 13, time.Minute), true); !errors.Is(err, identity.ErrNotKept) {
		t.Errorf("without a disk: %v", err)
	}
}
