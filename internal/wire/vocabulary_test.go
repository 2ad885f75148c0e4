package wire_test

import (
	"encoding/json"
	"testing"

	"balcao/internal/wire"
)

func TestEveryFactThatIsWrittenIsReadAndALaterVersionIsNot(t *testing.T) {
	kinds := map[string]bool{}
	for name, raw := range factSamples(t) {
		var s factSample
		if err := json.Unmarshal(raw, &s); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		kinds[s.Type] = true
	}
	for _, e := range examples() {
		kind, _, _, err := wire.EncodeFact(e)
		if err != nil {
			t.Fatal(err)
		}
		kinds[kind] = true
	}
	for _, kind := range []string{
		wire.TypeNodeStarted, wire.TypeTicketPrinted, wire.TypeSlipGiven, wire.TypeTicketAlone, wire.TypeConfigPublished, wire.TypeConfigApplied,
		wire.TypeCommandDone, wire.TypeSecurityAlert, wire.TypeClockStep, wire.TypeDeviceFault,
	} {
		kinds[kind] = true
	}
	for kind := range kinds {
		if !wire.Reads(kind, 1) {
			t.Errorf("%s is not read", kind)
		}
		if wire.Reads(kind, 2) {
			t.Errorf("version 2 of %s is taken for version 1", kind)
		}
	}
	if wire.Reads("future.kind", 1) || wire.Reads("", 0) {
		t.Error("an unknown type is taken for known")
	}
}
