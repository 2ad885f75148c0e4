package wire_test

import (
	"os"
	"testing"

	"balcao/internal/wire"
)

func TestAnOrderToPrintReadsBack(t *testing.T) {
	raw, err := os.ReadFile("testdata/v1/order-print.json")
	if err != nil {
		t.Fatal(err)
	}
	o, err := wire.DecodeOrder(raw)
	if err != nil || o.Print == nil || o.Print.Ticket.Number != "A023" || o.TTL != 20000 {
		t.Errorf("read %+v, %v", o, err)
	}
	for _, bad := range []string{``, `{}`, `{"id":"x","ttl":-1}`, `{"id":"x","print":{}}`, `{"id":"x","print":{"req":"r"}}`, `[]`} {
		if _, err := wire.DecodeOrder([]byte(bad)); err == nil {
			t.Errorf("%s is taken for an order", bad)
		}
	}
}

func FuzzDecodeOrder(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, payload []byte) {
		o, err := wire.DecodeOrder(payload)
		if err != nil {
			return
		}
		again, err := wire.EncodeOrder(o)
		if err != nil {
			t.Fatal(err)
		}
		if len(again) > wire.MaxPayload {
			return
		}
		if _, err := wire.DecodeOrder(again); err != nil {
			t.Errorf("%s does not read back: %v", again, err)
		}
	})
}
