package wire_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"balcao/internal/wire"
)

// TestSamplesOfCommandsReadBack: what is in testdata/v1 is read by every later version.
func TestSamplesOfCommandsReadBack(t *testing.T) {
	for name, into := range map[string]any{
		"command-restart.json": &wire.Command{}, "command-message.json": &wire.Command{}, "command-ask.json": &wire.Command{},
		"command-result.json": &wire.CommandResult{}, "command-health.json": &wire.CommandHealth{}, "order-restart.json": &wire.Order{},
		"cmd-accepted.json": &wire.CommandFact{}, "cmd-done.json": &wire.CommandFact{}, "cmd-refused.json": &wire.CommandFact{},
		"security-alert-command.json": &wire.SecurityFact{},
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

func TestACommandOutOfFormIsNotRead(t *testing.T) {
	long := strings.Repeat("x", wire.MaxCommandText+1)
	for _, bad := range []string{
		``, `{}`, `[]`, `{"id":"x"}`, `{"id":"` + strings.Repeat("x", 65) + `","do":"backup"}`, `{"id":"x","do":"` + long + `"}`,
		`{"id":"x","do":"restart","node":"../etc"}`, `{"id":"x","do":"message","text":"` + long + `"}`,
	} {
		if c, err := wire.DecodeCommand([]byte(bad)); err == nil {
			t.Errorf("%.60s is taken for a command: %+v", bad, c)
		}
	}
	for _, bad := range []string{``, `{}`, `{"id":"x","s":"perhaps"}`, `{"s":"done"}`, `{"id":"x","s":"done","w":"` + long + `"}`} {
		if r, err := wire.DecodeCommandResult([]byte(bad)); err == nil {
			t.Errorf("%.60s is taken for a result: %+v", bad, r)
		}
	}
	if c, err := wire.DecodeCommand([]byte(`{"id":"x","do":"of-next-year","more":1}`)); err != nil || c.Do != "of-next-year" {
		t.Errorf("a command of a newer headquarters is read: %+v, %v", c, err)
	}
}

func FuzzDecodeCommand(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		if c, err := wire.DecodeCommand(body); err == nil && (c.ID == "" || len(c.ID) > wire.MaxRequestID || c.Node != "" && !wire.NodeID(c.Node).Valid()) {
			t.Errorf("took %+v", c)
		}
		r, err := wire.DecodeCommandResult(body)
		if err != nil {
			return
		}
		again, err := wire.EncodeCommandResult(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(again) > wire.MaxPayload {
			return
		}
		if _, err := wire.DecodeCommandResult(again); err != nil {
			t.Errorf("%s does not read back: %v", again, err)
		}
	})
}
