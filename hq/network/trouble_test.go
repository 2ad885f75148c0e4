package network_test

import (
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// device is a fact of a kiosk's device as a branch passes it on.
func device(kind, node, state string) queue.Noted {
	return queue.Noted{Type: kind, Version: 1, Data: []byte(`{"dev":"printer","state":"` + state + `"}`), From: queue.Origin{Node: node, Epoch: 1, Seq: 7}}
}

// noted writes facts of a node as records, as log does; the way they came is told with them.
func noted(t *testing.T, from uint64, facts ...queue.Noted) []wire.Record {
	t.Helper()
	var all []wire.Record
	for i, f := range facts {
		node, err := wire.ParseNodeID(f.From.Node)
		if err != nil {
			t.Fatal(err)
		}
		seq := from + uint64(i)
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: seq, ID: "01", Type: f.Type, Version: f.Version, TS: noon.Add(time.Duration(seq-1) * time.Minute).UnixMilli(), CQ: wire.ClockOK,
			Data: f.Data, Via: &wire.Via{Node: node, Epoch: f.From.Epoch, Seq: f.From.Seq},
		})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, wire.Record{Seq: seq, Raw: raw})
	}
	return all
}

// A fact of a printer that fails is shown at once, before the next sample of health, and keeps saying since when.
func TestAFaultIsKnownByItsFactAndKeepsItsAge(t *testing.T) {
	n := newNetwork()
	n.Present("L901", network.Presence{Online: true}, noon)
	n.Commit("L901", 1, log(1, waiting(0)...), noon)
	sample := func(state string, at time.Time) {
		n.Health("L901", wire.Health{AtMS: at.UnixMilli(), Kiosks: []wire.KioskHealth{
			{Node: "L901-K01", Online: true, Devices: map[string]string{"printer": state, "reader": "ready"}},
			{Node: "L901-K02", Online: true, Devices: map[string]string{"printer": "ready", "reader": "absent"}},
		}}, 0, at)
	}
	sample("ready", noon)
	if got := one(t, n, "L901", noon).Trouble; got.Node != "L901-K02" || got.Part.Name != "reader" || !got.Since.IsZero() {
		t.Errorf("a reader is gone, nobody said since when: %+v", got)
	}
	n.Commit("L901", 1, noted(t, 2, device(wire.TypePrinterState, "L901-K01", "paper-out"), device(wire.TypeDeviceFault, "L901-K01", "paper-out")), noon)
	want := noon.Add(time.Minute)
	for _, at := range []time.Time{noon.Add(time.Minute), noon.Add(10 * time.Minute)} {
		got := one(t, n, "L901", at).Trouble
		if got.Node != "L901-K01" || got.Part.State != "paper_out" || !got.Since.Equal(want) || got.More != 0 {
			t.Errorf("at %v: %+v, want the printer since %v", at, got, want)
		}
		sample("paper_out", at)
	}
	n.Commit("L901", 1, noted(t, 4, device(wire.TypeDeviceRecovered, "L901-K01", "ready")), noon.Add(11*time.Minute))
	if got := one(t, n, "L901", noon.Add(11*time.Minute)).Trouble; got.Node != "L901-K02" {
		t.Errorf("the printer is back: %+v", got)
	}
	n.Health("L901", wire.Health{Kiosks: []wire.KioskHealth{{Node: "L901-K02", Since: noon.UnixMilli()}}}, 0, noon)
	if got := one(t, n, "L901", noon).Trouble; got.Part.Name != "" || !got.Since.Equal(noon) {
		t.Errorf("a kiosk is gone: %+v", got)
	}
}
