package network_test

import (
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/internal/wire"
)

func TestFirmwareIsComparedWithWhatIsWanted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		is, should string
		want       network.Drift
	}{
		{"1.10", "", network.NoWish},
		{"", "1.10", network.Untold},
		{"1.10", "1.10", network.AsWished},
		{" 1.10 ", "1.10", network.AsWished},
		{"1.9", "1.10", network.Behind},
		{"2.0", "1.10", network.Ahead},
		{"A1", "B2", network.Different},
		{"a1", "A1", network.AsWished},
	} {
		if got := network.DriftOf(c.is, c.should); got != c.want {
			t.Errorf("%q where %q is wanted: %d, want %d", c.is, c.should, got, c.want)
		}
	}
}

// told is a branch with a kiosk and a box.
func told(at time.Time) wire.Health {
	cert := &wire.Certificate{FromMS: at.AddDate(0, 0, -10).UnixMilli(), UntilMS: at.AddDate(0, 0, 80).UnixMilli()}
	return wire.Health{Node: "L001", Software: "0.1.0", AtMS: at.UnixMilli(), Cert: cert, Kiosks: []wire.KioskHealth{
		{Node: "L001-K01", Online: true, SeenMS: at.UnixMilli(), Devices: map[string]string{"printer": "paper_out", "reader": "ready", "screen": "absent"}, Cert: cert, Roll: &wire.PaperRoll{Left: 12}, Models: []wire.DeviceModel{
			{Device: "printer", Maker: "EPSON", Model: "TM-T88V", Serial: "X1", Firmware: "1.10", Profile: "epson/tm-t88v"},
			{Device: "touch", Profile: "generic/hid-multitouch"},
		}},
		{Node: "L001-D01", Online: false, Devices: map[string]string{"sound": "ready"}},
		{Node: "not a node", Online: true},
	}}
}

func TestTheInventoryHasEveryDeviceThatABranchTellsOf(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	n := network.New(network.Options{Zone: time.UTC, Silence: time.Minute, Limit: 10, Known: []network.Known{{ID: "L001", Name: "Loja", District: "Faro"}, {ID: "L002", District: "Braga"}}})
	n.Present("L001", network.Presence{Online: true}, at)
	n.Health("L001", told(at), 0, at)
	rows := map[string]network.Item{}
	for _, it := range n.Inventory(network.Sight{}) {
		rows[string(it.Node)+" "+it.Device] = it
	}
	if len(rows) != 7 { // server; machine, printer, touch, reader; machine, sound
		t.Fatalf("%d devices: %+v", len(rows), rows)
	}
	printer := rows["L001-K01 printer"]
	if network.ModelName(printer.DeviceModel) != "EPSON TM-T88V" || printer.Level != network.LevelFault || printer.Slips != 12 || !printer.Online || !printer.CertUntil.IsZero() {
		t.Errorf("printer: %+v", printer)
	}
	if touch := rows["L001-K01 touch"]; touch.Level != network.LevelFault || network.ModelName(touch.DeviceModel) != "generic/hid-multitouch" {
		t.Errorf("a touch screen that no browser shows: %+v", touch)
	}
	if whole := rows["L001-K01 kiosk"]; whole.CertUntil.IsZero() || whole.Slips != -1 {
		t.Errorf("whole machine: %+v", whole)
	}
	if sound := rows["L001-D01 sound"]; sound.Level != network.LevelGone {
		t.Errorf("sound of a box that is away: %+v", sound)
	}
	if got := n.Inventory(network.Sight{District: func(district string) bool { return district == "Braga" }}); len(got) != 0 {
		t.Errorf("who sees Braga alone sees %+v", got)
	}
}

func TestDevicesAreRememberedOverARestart(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	opt := network.Options{Zone: time.UTC, Silence: time.Minute, Limit: 10}
	n := network.New(opt)
	n.Health("L001", told(at), 0, at)
	kept := n.ToKeep(at)
	if len(kept) != 1 || len(n.ToKeep(at.Add(time.Minute))) != 0 || len(n.ToKeep(at.Add(2*time.Hour))) != 1 {
		t.Fatalf("kept %+v", kept)
	}
	again := network.New(opt)
	if err := again.Remember(kept[0]); err != nil {
		t.Fatal(err)
	}
	items := again.Inventory(network.Sight{})
	if len(items) < 5 {
		t.Fatalf("%d devices after a restart", len(items))
	}
	for _, it := range items {
		if it.Online || it.Level != network.LevelGone || it.State != "" || !it.Heard.Equal(at) {
			t.Errorf("told as if it were of now: %+v", it)
		}
	}
	if d, known := again.Branch("L001", at); !known || len(d.Devices) != 0 {
		t.Errorf("what was before the restart counts for the page of the branch: %+v", d.Devices)
	}
	again.Health("L001", wire.Health{Node: "L001"}, 0, at.Add(time.Minute))
	if items := again.Inventory(network.Sight{}); len(items) != 1 {
		t.Errorf("what the branch says now does not count: %+v", items)
	}
	if err := again.Remember(network.Told{Node: "L002", Raw: []byte("{")}); err == nil {
		t.Error("what cannot be read is remembered")
	}
}

func TestABranchThatTellsTooMuchOfItsDevicesIsCutShort(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	n := network.New(network.Options{Zone: time.UTC, Silence: time.Minute, Limit: 10})
	h := wire.Health{Kiosks: []wire.KioskHealth{{Node: "L001-K01"}}}
	for range 1000 {
		h.Kiosks[0].Models = append(h.Kiosks[0].Models, wire.DeviceModel{Device: "printer", Model: string(make([]byte, 5000))})
	}
	n.Health("L001", h, 0, at)
	items := n.Inventory(network.Sight{})
	if len(items) > 20 {
		t.Errorf("%d devices", len(items))
	}
	for _, it := range items {
		if len(it.Model) > 80 {
			t.Fatalf("a model of %d bytes", len(it.Model))
		}
	}
}
