package wire_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"balcao/internal/wire"
)

func TestAPublishedConfigurationReadsBackAsItWasWritten(t *testing.T) {
	raw, err := os.ReadFile("testdata/v1/config-published.json")
	if err != nil {
		t.Fatal(err)
	}
	var f wire.ConfigFact
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	if f.Version != 2 || len(f.Hash) != 64 {
		t.Errorf("the sample reads as %+v", f)
	}
	if again, err := json.Marshal(f); err != nil || !bytes.Equal(again, bytes.TrimSpace(raw)) {
		t.Errorf("written again it is %s, %v", again, err)
	}
}
