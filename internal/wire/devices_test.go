package wire_test

import (
	"encoding/json"
	"os"
	"testing"

	"balcao/internal/wire"
)

func TestWhatDevicesSayKeepsItsForm(t *testing.T) {
	for file, value := range map[string]any{
		"slip-taken.json": &wire.SlipFact{}, "slip-given.json": &wire.NamedFact{}, "health-models.json": &wire.Health{},
		"health-roll.json": &wire.Health{}, "health-machine.json": &wire.Health{}, "health-devices.json": &wire.Health{}, "health-fleet.json": &wire.Health{}, "health-board.json": &wire.Health{}, "clock-step.json": &wire.ClockFact{}, "security-alert-order.json": &wire.SecurityFact{},
		"health-slip.json": &wire.Health{}, "slip-layout.json": &wire.SlipLayout{}, "order-test.json": &wire.Order{},
	} {
		raw, err := os.ReadFile("testdata/v1/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, value); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if again, err := json.Marshal(value); err != nil || string(again) != string(raw) {
			t.Errorf("%s is written as %s (%v)", file, again, err)
		}
	}
}
