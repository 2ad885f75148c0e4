package wire_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"

	"balcao/internal/wire"
)

// TestSamplesOfConfigurationsReadBack: what is in testdata/v1 is read by every later version.
func TestSamplesOfConfigurationsReadBack(t *testing.T) {
	for name, into := range map[string]any{
		"config-applied.json":  &wire.ConfigResult{},
		"config-rejected.json": &wire.ConfigResult{},
		"security-alert.json":  &wire.SecurityFact{},
		"config-health.json":   &wire.ConfigHealth{},
	} {
		raw, err := os.ReadFile("testdata/v1/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, into); err != nil || reflect.ValueOf(into).Elem().IsZero() {
			t.Errorf("%s: %v", name, err)
		}
		if again, err := json.Marshal(into); err != nil || !bytes.Equal(again, bytes.TrimSpace(raw)) {
			t.Errorf("%s written again is %s, %v", name, again, err)
		}
	}
}

func TestAConfigurationIsTakenWholeOrNotAtAll(t *testing.T) {
	packed, hash, err := wire.PackConfig([]byte("policy: {guard: 30m}\n"))
	if err != nil {
		t.Fatal(err)
	}
	good := wire.ConfigDown{Number: 14, Hash: hash, Packed: packed}
	body := func(c wire.ConfigDown) []byte {
		raw, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	if c, document, err := wire.DecodeConfigDown(body(good)); err != nil || c.Number != 14 || string(document) != "policy: {guard: 30m}\n" {
		t.Fatalf("%+v, %q, %v", c, document, err)
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, wire.MaxConfig*20))
	_ = z.Close()
	for name, c := range map[string]wire.ConfigDown{
		"another document":  {Number: 14, Hash: hash[1:] + "0", Packed: packed},
		"cut off":           {Number: 14, Hash: hash, Packed: packed[:len(packed)-4]},
		"without a number":  {Hash: hash, Packed: packed},
		"not packed at all": {Number: 14, Hash: hash, Packed: []byte("policy")},
	} {
		if _, _, err := wire.DecodeConfigDown(body(c)); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := wire.UnpackConfig(bomb.Bytes(), hash); !errors.Is(err, wire.ErrTooLarge) {
		t.Errorf("a bomb: %v", err)
	}
	if _, _, err := wire.PackConfig(make([]byte, wire.MaxConfig+1)); !errors.Is(err, wire.ErrTooLarge) {
		t.Errorf("too long: %v", err)
	}
}

func FuzzDecodeConfigDown(f *testing.F) {
	packed, hash, err := wire.PackConfig([]byte("policy: {}\n"))
	if err != nil {
		f.Fatal(err)
	}
	down, _ := json.Marshal(wire.ConfigDown{Number: 1, Hash: hash, Packed: packed})
	own, _ := json.Marshal(wire.OwnConfig{Kind: wire.KindOwnConfig, Hash: hash, Packed: packed})
	f.Add(down)
	f.Add(own)
	f.Add([]byte(`{"n":1}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if c, document, err := wire.DecodeConfigDown(raw); err == nil && (c.Number < 1 || len(document) > wire.MaxConfig) {
			t.Errorf("took %+v", c)
		}
		if _, document, err := wire.DecodeOwnConfig(raw); err == nil && len(document) > wire.MaxConfig {
			t.Error("took too much")
		}
	})
}
