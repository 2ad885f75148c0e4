package site_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"balcao/internal/slip"
	"balcao/internal/wire"
)

// TestKiosksAreToldTheLayoutAndATestOnce: the layout is published with the Day, and not again while it is the same; a test
// is repeated until the kiosk's health names it.
func TestKiosksAreToldTheLayoutAndATestOnce(t *testing.T) {
	p := newPlace(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out := make(wires, 1000)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, out) }()
	next := func(prefix string) string {
		t.Helper()
		for {
			select {
			case said := <-out:
				if payload, is := strings.CutPrefix(said, prefix); is {
					return payload
				}
			case <-ctx.Done():
				t.Fatal("never said: " + prefix)
			}
		}
	}
	var told wire.SlipLayout
	if err := json.Unmarshal([]byte(next("slip ")), &told); err != nil || told.Hash != (slip.Layout{}).Hash() {
		t.Errorf("told %+v, %v", told, err)
	}
	p.Hear(nil)
	p.TestSlip("test-1", "L901-K01", wire.SlipTest{Service: "Cartão"})
	p.TestSlip("test-1", "L901-K01", wire.SlipTest{Service: "Cartão"})
	for range 2 { // it is repeated
		if o, err := wire.DecodeOrder([]byte(next("L901-K01 dn/cmd "))); err != nil || o.ID != "test-1" || o.Test == nil || o.Test.Service != "Cartão" || o.TTL <= 0 {
			t.Errorf("%+v, %v", o, err)
		}
	}
	health, err := json.Marshal(wire.Health{Devices: map[string]string{"printer": "ready"}, SlipTest: &wire.SlipTested{ID: "test-1", Result: "printed"}})
	if err != nil {
		t.Fatal(err)
	}
	p.Health("L901-K01", wire.Sample{Data: health})
	if d := p.Devices(); len(d) != 1 || d[0].SlipTest == nil || d[0].SlipTest.Result != "printed" {
		t.Errorf("devices = %+v", d)
	}
	p.TestSlip("test-2", "L901-K01", wire.SlipTest{})
	for {
		o, err := wire.DecodeOrder([]byte(next("L901-K01 dn/cmd ")))
		if err != nil {
			t.Fatal(err)
		}
		if o.ID == "test-2" {
			break // what was printed is forgotten with it, or was on its way
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for len(out) > 0 {
		if said := <-out; strings.HasPrefix(said, "slip ") {
			t.Error("the same layout was published again")
		}
	}
}
