package app

import (
	"slices"
	"testing"

	profiles "balcao/firmware-profiles"
	"balcao/internal/wire"
	"balcao/kiosk/hardware"
)

// modelOf is what health told last of a device.
func (b *branch) modelOf(device string) wire.DeviceModel {
	var m wire.DeviceModel
	b.lock(func() {
		if i := slices.IndexFunc(b.health.Models, func(m wire.DeviceModel) bool { return m.Device == device }); i >= 0 {
			m = b.health.Models[i]
		}
	})
	return m
}

func TestAKioskTellsWhatItIsMadeOf(t *testing.T) {
	b := newBranch(t)
	cfg := touchConfig(t, b, virtualPrinter(t).Path())
	cfg.Machine, cfg.Screen.Profile = "virtual/demo-kiosk", "virtual/pointer"
	cfg.Screen.Glass.Width, cfg.Screen.Glass.Height = 1080, 1920
	cfg.Labels = map[string]Label{deviceTouch: {Serial: "label-0042"}, deviceMachine: {Serial: "machine-label-0007"}}
	start(t, cfg)
	whole, err := profiles.Load("virtual/demo-kiosk")
	if err != nil {
		t.Fatal(err)
	}
	b.eventually("the whole machine with its profile", func() bool {
		m := b.modelOf(deviceMachine)
		return m.Profile == whole.ID && m.Hash == whole.Hash() && m.Size == "1080x1920" && m.Serial != ""
	}, func() any { return b.modelOf(deviceMachine) })
	b.eventually("the printer that said what it is", func() bool {
		m := b.modelOf(devicePrinter)
		return m.Model != "" && m.Firmware != "" && m.From == wire.FromDevice && m.Hash != ""
	}, func() any { return b.modelOf(devicePrinter) })
	if m := b.modelOf(deviceTouch); m.Device == "" || m.Hash == "" || m.Serial == "" {
		t.Errorf("touch screen: %+v", m)
	}
}

func TestALabelFillsOnlyWhatADeviceDoesNotSay(t *testing.T) {
	t.Parallel()
	label := Label{Maker: "ACME", Model: "Totem", Serial: "L-1", Firmware: "9"}
	got := label.onto(wire.DeviceModel{Device: "printer", Model: "TM-T88V", Firmware: "1.10", From: wire.FromDevice})
	if want := (wire.DeviceModel{Device: "printer", Maker: "ACME", Model: "TM-T88V", Serial: "L-1", Firmware: "1.10", From: wire.FromDevice}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := label.onto(wire.DeviceModel{Device: "touch"}); got.From != wire.FromConfig || got.Firmware != "9" {
		t.Errorf("a silent device: %+v", got)
	}
	if got := (Label{}).onto(wire.DeviceModel{Device: "touch"}); got != (wire.DeviceModel{Device: "touch"}) {
		t.Errorf("without a label: %+v", got)
	}
}

func TestADeviceIsKnownByWhatItSaysAndToldWhereThatIsAnother(t *testing.T) {
	t.Parallel()
	a := &App{catalogue: profiles.Shipped(), lookup: newLookup(), log: discard(), made: made{touch: hardware.Make{Model: "T", USB: "0eef:0001", Firmware: "2.10"}}}
	a.cfg.Faces = []string{FaceTouch}
	if m := a.screenModels()[0]; m.Profile != "egalax/touchcontroller" || m.Other != "" || m.Firmware != "2.10" {
		t.Errorf("found by its USB name: %+v", m)
	}
	a.cfg.Screen.Profile = "3m/m2256"
	if m := a.screenModels()[0]; m.Profile != "3m/m2256" || m.Other != "egalax/touchcontroller" {
		t.Errorf("configured as another: %+v", m)
	}
}
