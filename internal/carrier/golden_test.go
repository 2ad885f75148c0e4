package carrier_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"balcao/internal/broker/brokertest"
	"balcao/internal/carrier/carriertest"
	"balcao/internal/wire"
)

// recorded are the protocol versions of which an exchange is kept; every one that is still spoken must be among them.
func recorded(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	if !slices.Contains(all, "v1") {
		t.Fatal("the exchange of version 1 is gone")
	}
	return all
}

// What a node of an earlier program said, byte for byte, is taken in whole by the parent of today, and each answer is one
// that the earlier program can read.
func TestANodeOfEachRecordedVersionIsTakenIn(t *testing.T) {
	for _, version := range recorded(t) {
		t.Run(version, func(t *testing.T) {
			b := brokertest.Embedded(t)
			ledger := carriertest.NewLedger(t)
			start(t, newParent(t, b, ledger))
			link := asNode(t, b)
			var heard []frame
			next(t, link, &heard, hostFrame)
			held := uint64(0)
			for _, f := range readExchange(t, version, "node") {
				say(t, link, f)
				if f.channel != wire.ChannelHello && f.channel != wire.ChannelLog {
					continue
				}
				if f.channel == wire.ChannelLog {
					held = min(130, held+100)
				}
				for a := firstAck(t, next(t, link, &heard, wire.ChannelAck)); a.HWM != held; {
					a = firstAck(t, next(t, link, &heard, wire.ChannelAck))
				}
			}
			same(t, ledger, goldenNode, goldenLog())
		})
	}
}

// firstAck is an acknowledgement as version 1 read it.
func firstAck(t *testing.T, payload []byte) (a struct {
	Epoch  uint64    `json:"e"`
	HWM    uint64    `json:"h"`
	Head   wire.Hash `json:"hh"`
	Credit int       `json:"cr"`
	Inc    string    `json:"inc"`
	Time   int64     `json:"t"`
	Gap    bool      `json:"g"`
	Closed bool      `json:"q"`
},
) {
	t.Helper()
	if err := json.Unmarshal(payload, &a); err != nil {
		t.Fatal(err)
	}
	_, records := goldenLog().Records()
	if a.Epoch != 7 || a.HWM > 130 || a.Head != (wire.Hash{}).Chain(records[:a.HWM]) || a.Credit < 1 || a.Inc == "" || a.Time == 0 || a.Gap || a.Closed {
		t.Errorf("the earlier program reads %+v", a)
	}
	return a
}

// To what a parent of an earlier program said, byte for byte, the node of today answers with the same batches, and knows
// that everything has arrived.
func TestAParentOfEachRecordedVersionIsServed(t *testing.T) {
	for _, version := range recorded(t) {
		t.Run(version, func(t *testing.T) {
			b := brokertest.Embedded(t)
			link := asParent(t, b)
			child := newChild(t, b, goldenNode, goldenLog())
			start(t, child)
			var heard []frame
			for _, f := range readExchange(t, version, "parent") {
				if f.channel == wire.ChannelAck && firstAck(t, f.payload).HWM == 0 {
					next(t, link, &heard, wire.ChannelHello)
				} else if f.channel == wire.ChannelAck {
					next(t, link, &heard, wire.ChannelLog)
				}
				say(t, link, f)
			}
			eventually(t, "the node knows that all is there", func() bool {
				unsent, whole := child.Unsent()
				return unsent == 0 && whole
			})
			if got := child.Agreement(); got.Version != 1 && version == "v1" || got.Refused != "" {
				t.Errorf("agreed on %+v with a parent of %s", got, version)
			}
			said := func(all []frame) (batches [][]byte) {
				for _, f := range all {
					if f.channel == wire.ChannelLog {
						batches = append(batches, unpacked(t, f.payload))
					}
				}
				return slices.CompactFunc(batches, bytes.Equal)
			}
			if got, want := said(heard), said(readExchange(t, version, "node")); !slices.EqualFunc(got, want, bytes.Equal) {
				t.Errorf("%d batches were sent, and the earlier program sent %d, or others", len(got), len(want))
			}
		})
	}
}

func unpacked(t *testing.T, payload []byte) []byte {
	t.Helper()
	codec, err := wire.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := codec.Unpack(payload)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
