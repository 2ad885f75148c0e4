package fleet

import (
	"encoding/json"
	"fmt"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// invented is one model of the invented fleet, with the versions that run in it: the first one in most places.
type invented struct {
	device, maker, model, profile string
	versions                      []string
}

// What simulated branches are made of: models that there are, with invented numbers and versions.
var printers = []invented{
	{"printer", "CUSTOM", "VKP80III", "custom/vkp80iii", []string{"1.20", "1.20", "1.20", "1.10"}},
	{"printer", "EPSON", "TM-T88V", "epson/tm-t88v", []string{"1.40", "1.40", "1.32"}},
	{"printer", "Star", "TSP700", "star/tsp700", []string{"3.2", "3.2", "2.9"}},
}

var readers = []invented{
	{"reader", "Gemalto", "Gemalto PC Twin Reader", "gemalto/pc-twin", []string{"2.03", "2.03", "2.00"}},
	{"reader", "ACS", "ACS ACR39U ICC Reader", "acs/acr39u", []string{"1.01"}},
}

var touch = []invented{{"touch", "eGalax Inc.", "USB TouchController", "egalax/touchcontroller", []string{"2.10", "2.10", "2.08"}}}

// deviceHashes are the hashes of the profiles that simulated devices have, read once for all branches.
func deviceHashes() map[string]string {
	hashes := map[string]string{"generic/tv-1080p": "", "generic/usb-audio": "", "alpha/betabrite": ""}
	for _, all := range [][]invented{printers, readers, touch} {
		for _, m := range all {
			hashes[m.profile] = ""
		}
	}
	for id := range hashes {
		if p, err := profiles.Load(id); err == nil {
			hashes[id] = p.Hash()
		}
	}
	return hashes
}

// equip invents the devices of a simulated branch: the same ones at every start.
func (b *branch) equip(i int, at time.Time) {
	dice, hashes := newDice(uint64(i), 77), b.shared.hashes //nolint:gosec // far below
	kiosks := 1
	if b.size > 3 {
		kiosks = 3
	}
	of := func(all []invented) wire.DeviceModel {
		m := all[dice.IntN(len(all))]
		return wire.DeviceModel{
			Device: m.device, Maker: m.maker, Model: m.model, Serial: fmt.Sprintf("SIM-%06d", dice.IntN(1_000_000)),
			Firmware: m.versions[dice.IntN(len(m.versions))], Profile: m.profile, Hash: hashes[m.profile], From: wire.FromDevice,
		}
	}
	since := at.AddDate(0, 0, -dice.IntN(50))
	b.cert = &wire.Certificate{FromMS: since.UnixMilli(), UntilMS: since.AddDate(0, 0, 90).UnixMilli()}
	for n := range kiosks {
		machine := wire.DeviceModel{Device: "kiosk", Maker: "Simulado", Model: "Totem 22", Serial: fmt.Sprintf("%s-%d", b.id, n+1), Firmware: "1.4", From: wire.FromSystem, Size: "1080x1920"}
		left := 60 + dice.IntN(600)
		if dice.IntN(20) == 0 {
			left = 5 + dice.IntN(30)
		}
		b.machines = append(b.machines, wire.KioskHealth{
			Node: fmt.Sprintf("%s-K%02d", b.id, n+1), Online: true, Faces: []string{"touch"}, Software: "0.1.0", Cert: b.cert,
			Models: []wire.DeviceModel{machine, of(printers), of(readers), of(touch)},
			Roll:   &wire.PaperRoll{Left: left},
		})
	}
	if kiosks > 1 {
		b.machines = append(b.machines, wire.KioskHealth{
			Node: fmt.Sprintf("%s-D01", b.id), Online: true, Faces: []string{"callboard"}, Software: "0.1.0", Cert: b.cert,
			Devices: map[string]string{"sound": "ready", "led": "ready"},
			Models: []wire.DeviceModel{
				{Device: "kiosk", Maker: "Simulado", Model: "Caixa de painel", Serial: string(b.id) + "-D1", Firmware: "1.2", From: wire.FromSystem},
				{Device: "callboard", Profile: "generic/tv-1080p", Hash: hashes["generic/tv-1080p"], Size: "1920x1080"},
				{Device: "sound", Model: "USB Audio", Profile: "generic/usb-audio", Hash: hashes["generic/usb-audio"], From: wire.FromSystem},
				{Device: "led", Firmware: "1.04", Profile: "alpha/betabrite", Hash: hashes["alpha/betabrite"], From: wire.FromDevice},
			},
		})
	}
}

// devices is how the devices are now: now and then a printer is out of paper for a while, and its kiosk logs it.
func (b *branch) devices(at time.Time) []wire.KioskHealth {
	all := make([]wire.KioskHealth, len(b.machines))
	for i, k := range b.machines {
		k.SeenMS, k.Since = at.UnixMilli(), at.Add(-time.Hour).UnixMilli()
		if k.Devices == nil {
			k.Devices = map[string]string{"printer": b.printer(k.Node, at), "reader": "ready"}
		}
		all[i] = k
	}
	return all
}

// printer is how the printer of a node is, and logs when that changes.
func (b *branch) printer(node string, at time.Time) string {
	was := b.empty[node]
	is := was > 0
	switch {
	case was > 1:
		b.empty[node] = was - 1
	case was == 1:
		delete(b.empty, node)
		b.noted(node, wire.TypeDeviceRecovered, "ready", at)
		is = false
	case b.dice.IntN(60) == 0:
		b.empty[node] = 1 + b.dice.IntN(4)
		b.noted(node, wire.TypeDeviceFault, "paper_out", at)
		is = true
	}
	if is {
		return "paper_out"
	}
	return "ready"
}

// noted logs what a kiosk noted of its printer, as a branch does that hears of it.
func (b *branch) noted(node, kind, state string, at time.Time) {
	data, err := json.Marshal(wire.DeviceFact{Device: "printer", State: state})
	if err != nil {
		return // it can always be written
	}
	b.heard++
	b.do(queue.Note{Fact: queue.Noted{Type: kind, Version: 1, Data: data, From: queue.Origin{Node: node, Epoch: b.log.epoch, Seq: b.heard}}}, at, true)
}
