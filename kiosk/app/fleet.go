package app

import (
	"cmp"
	"slices"
	"sync"

	profiles "balcao/firmware-profiles"
	"balcao/internal/wire"
	"balcao/kiosk/hardware"
)

// Devices that health names the make of, beside those that have a state.
const (
	deviceMachine   = "kiosk"     // the whole machine
	deviceTouch     = "touch"     // the screen that is touched
	deviceCallboard = "callboard" // the television
	deviceLED       = "led"       // the sign of LEDs
)

// labelled are the devices whose labels a configuration may tell of.
func labelled() []string {
	return []string{deviceMachine, devicePrinter, deviceReader, deviceTouch, deviceSound, deviceCallboard, deviceLED}
}

// Label is what stands on a device's label, for what the device cannot say itself.
type Label struct {
	Maker    string `yaml:"maker"`
	Model    string `yaml:"model"`
	Serial   string `yaml:"serial"`
	Firmware string `yaml:"firmware"`
}

// longestLabel bounds each part of a label.
const longestLabel = 80

// onto fills what a device did not say with what its label says.
func (l Label) onto(m wire.DeviceModel) wire.DeviceModel {
	if m.Model == "" && m.Firmware == "" && l != (Label{}) {
		m.From = wire.FromConfig
	}
	m.Maker, m.Model = cmp.Or(m.Maker, l.Maker), cmp.Or(m.Model, l.Model)
	m.Serial, m.Firmware = cmp.Or(m.Serial, l.Serial), cmp.Or(m.Firmware, l.Firmware)
	return m
}

// lookup remembers what was read of profiles, which does not change while the program works: health asks again and
// again.
type lookup struct {
	mu     sync.Mutex
	hashes map[string]string                    // by id; empty for one that cannot be read
	found  map[profiles.Identification][]string // best first
}

func newLookup() *lookup {
	return &lookup{hashes: map[string]string{}, found: map[profiles.Identification][]string{}}
}

// profiled says by which profile a device is known; an unknown one is left out, since it was refused at the start.
func (a *App) profiled(m wire.DeviceModel, id string) wire.DeviceModel {
	if id == "" {
		return m
	}
	a.lookup.mu.Lock()
	defer a.lookup.mu.Unlock()
	hash, known := a.lookup.hashes[id]
	if !known {
		if p, err := a.catalogue.Load(id, ""); err == nil {
			hash = p.Hash()
		}
		a.lookup.hashes[id] = hash
	}
	if hash != "" {
		m.Profile, m.Hash = id, hash
	}
	return m
}

// match is the profiles that describe a device by what it said.
func (a *App) match(i profiles.Identification) []string {
	a.lookup.mu.Lock()
	defer a.lookup.mu.Unlock()
	found, known := a.lookup.found[i]
	if !known {
		var err error
		if found, err = a.catalogue.Match(i); err != nil {
			a.log.Warn("device not matched", "device", i.Kind, "err", err)
		}
		a.lookup.found[i] = found
	}
	return found
}

// matched is the profile that describes a device best by what it said; the configured one where none does, or where it
// is among those that do.
func (a *App) matched(i profiles.Identification, configured string) (id, other string) {
	found := a.match(i)
	switch {
	case len(found) == 0, slices.Contains(found, configured):
		return configured, ""
	case configured == "":
		return found[0], ""
	}
	return configured, found[0]
}

// models are the makes of the devices, as far as they are known, the whole machine first.
func (a *App) models() []wire.DeviceModel {
	all := []wire.DeviceModel{a.machineModel()}
	if a.unit != nil {
		printer := a.unit.known()
		printer.Slip = a.layouts.printed()
		all = append(all, printer)
	}
	if a.watcher != nil {
		all = append(all, a.readerModel())
	}
	all = append(all, a.screenModels()...)
	if a.player != nil {
		all = append(all, a.soundModel())
	}
	if a.led != nil {
		all = append(all, a.led.model())
	}
	for i, m := range all {
		all[i] = a.cfg.Labels[m.Device].onto(m)
	}
	return all
}

// made is what the system told at the start of what does not change while the program works.
type made struct{ machine, touch hardware.Make }

func look(root string) made {
	touch, _ := hardware.Touch(root) // the zero one where there is none
	return made{machine: hardware.Machine(root), touch: touch}
}

// systemRoot is where Linux tells of the machine.
const systemRoot = "/"

// machineModel is the whole machine: what its firmware says, by the profile of the configuration.
func (a *App) machineModel() wire.DeviceModel {
	m := wire.DeviceModel{Device: deviceMachine, Size: pixels(a.cfg.Screen.Hall)}
	if a.cfg.shows(FaceTouch) {
		m.Size = pixels(a.cfg.Screen.Glass)
	}
	if said := a.made.machine; said != (hardware.Make{}) {
		m.Maker, m.Model, m.Serial, m.Firmware, m.From = said.Maker, said.Model, said.Serial, said.Firmware, wire.FromSystem
	}
	return a.profiled(m, a.cfg.Machine)
}

// readerModel is the card reader: its name, what it said when it arrived, and the profile of that name.
func (a *App) readerModel() wire.DeviceModel {
	m := wire.DeviceModel{Device: deviceReader}
	name, said := a.cards.reader()
	if name == "" {
		return a.profiled(m, a.cfg.Reader.Profile)
	}
	m.Maker, m.Model, m.Firmware, m.From = said.Maker, profiles.ReaderModel(name), said.Firmware, wire.FromDevice
	m.Serial = cmp.Or(said.Serial, profiles.ReaderSerial(name))
	id, other := a.matched(profiles.Identification{Kind: profiles.KindReader, Model: m.Model}, a.cfg.Reader.Profile)
	m.Other = other
	return a.profiled(m, id)
}

// screenModels are the screens: the one that is touched, and the television of a callboard.
func (a *App) screenModels() []wire.DeviceModel {
	var all []wire.DeviceModel
	if a.cfg.shows(FaceTouch) {
		m := wire.DeviceModel{Device: deviceTouch, Size: pixels(a.cfg.Screen.Glass)}
		id := a.cfg.Screen.Profile
		if said := a.made.touch; said != (hardware.Make{}) {
			m.Maker, m.Model, m.Serial, m.Firmware, m.From = said.Maker, said.Model, said.Serial, said.Firmware, wire.FromDevice
			id, m.Other = a.matched(profiles.Identification{Kind: profiles.KindTouch, USB: said.USB}, id)
		}
		all = append(all, a.profiled(m, id))
	}
	if a.cfg.shows(FaceCallboard) {
		m := wire.DeviceModel{Device: deviceCallboard, Size: pixels(a.cfg.Screen.Hall)}
		id := ""
		if !a.cfg.shows(FaceTouch) { // else the profile is that of the screen that is touched
			id = a.cfg.Screen.Profile
		}
		all = append(all, a.profiled(m, id))
	}
	return all
}

// soundProfiles are the profiles of sound that names no card.
var soundProfiles = map[string]string{"pulse": "generic/system", "null": "virtual/null-sink"}

// soundModel is what calls are heard from, as the system names it.
func (a *App) soundModel() wire.DeviceModel {
	h := a.player.Health()
	m := wire.DeviceModel{Device: deviceSound, Model: h.Device}
	if m.Model != "" {
		m.From = wire.FromSystem
	}
	return a.profiled(m, cmp.Or(a.cfg.Sound.Profile, soundProfiles[string(h.Backend)]))
}

// certificate is for how long this kiosk is known to its branch; nil without a certificate.
func (a *App) certificate() *wire.Certificate {
	if a.own == nil {
		return nil
	}
	from, until := a.own.Since(), a.own.Until()
	return &wire.Certificate{FromMS: from.UnixMilli(), UntilMS: until.UnixMilli()}
}
