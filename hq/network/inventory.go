package network

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/internal/wire"
)

// Devices that the inventory names beside those that health does.
const (
	deviceServer  = "server" // of the branch
	deviceMachine = "kiosk"  // the whole machine of a node
)

// counted are the devices whose state health tells even where nothing is known of their make.
var counted = []string{"printer", "reader", "sound", "led"}

// stateOf says under which name health tells the state of a device, where it is another one.
var stateOf = map[string]string{"touch": "screen", "callboard": "screen"}

// Item is one device of the inventory. What is not known is empty or zero.
type Item struct {
	Branch    wire.NodeID
	Name      string // of the branch
	District  string
	Simulated bool
	Node      wire.NodeID // the branch itself for its server
	wire.DeviceModel

	State     string // a code; empty where it has none
	Level     Level
	Online    bool
	Heard     time.Time // of its node
	CertFrom  time.Time // its certificate holds from then
	CertUntil time.Time // to then
	Slips     int       // that its paper lasts for; -1 is not known
	Software  string    // of its node's program, for whole machines and servers
}

// ModelName is what a model is called: maker and model as the device says them, else its profile; empty where nothing is
// known.
func ModelName(m wire.DeviceModel) string {
	model := m.Model
	if !strings.HasPrefix(strings.ToLower(model), strings.ToLower(m.Maker)) {
		model = m.Maker + " " + model
	}
	if m.Model == "" {
		model = m.Profile
	}
	return strings.TrimSpace(model)
}

// Inventory returns every device that branches have told of, by branch and node, of the branches that are seen.
func (n *Network) Inventory(of Sight) []Item {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]Item, 0, 8*len(n.branches))
	for _, b := range n.order {
		if of.sees(b) {
			all = b.inventory(all)
		}
	}
	return all
}

// inventory appends the devices of a branch: what it says now, or what it said last before this program started.
func (b *branch) inventory(all []Item) []Item {
	h, at, fresh := b.health, b.healthAt, true
	if at.IsZero() {
		h, at, fresh = b.remembered, b.rememberedAt, false
	}
	if at.IsZero() {
		return all
	}
	online := fresh && b.presence == wire.Online
	server := Item{
		Branch: b.ID, Name: b.name(), District: b.District, Simulated: b.simulated, Node: b.ID, Online: online, Heard: at, Slips: -1,
		Software:    short(h.Software),
		DeviceModel: wire.DeviceModel{Device: deviceServer, Model: "Balcão branch-server", Firmware: short(h.Software), From: wire.FromDevice},
	}
	server.certified(h.Cert)
	if !online {
		server.Level = LevelGone
	}
	all = append(all, server)
	kiosks := slices.Clone(h.Kiosks)
	slices.SortStableFunc(kiosks, func(x, y wire.KioskHealth) int { return strings.Compare(x.Node, y.Node) })
	for _, k := range kiosks {
		node, err := wire.ParseNodeID(k.Node)
		if err != nil {
			continue
		}
		whole := server
		whole.Node, whole.Online, whole.Heard, whole.Software = node, online && k.Online, at, short(k.Software)
		if seen := unixMilli(k.SeenMS); !seen.IsZero() && seen.Before(at) {
			whole.Heard = seen
		}
		whole.CertFrom, whole.CertUntil = time.Time{}, time.Time{}
		all = whole.parts(k, all)
	}
	return all
}

func (i *Item) certified(c *wire.Certificate) {
	if c != nil {
		i.CertFrom, i.CertUntil = unixMilli(c.FromMS), unixMilli(c.UntilMS)
	}
}

// parts appends the whole machine of a node and its devices.
func (i Item) parts(k wire.KioskHealth, all []Item) []Item {
	models := slices.Clone(k.Models)
	has := func(device string) bool {
		return slices.ContainsFunc(models, func(m wire.DeviceModel) bool { return m.Device == device })
	}
	if !has(deviceMachine) {
		models = append([]wire.DeviceModel{{Device: deviceMachine}}, models...)
	}
	for _, device := range counted {
		if _, told := k.Devices[device]; told && !has(device) {
			models = append(models, wire.DeviceModel{Device: device})
		}
	}
	for _, m := range models {
		one := i
		one.DeviceModel, one.Level = m, LevelFine
		name := m.Device
		if other := stateOf[name]; other != "" {
			name = other
		}
		if code, told := k.Devices[name]; told {
			one.State, one.Level = Judge(code)
		}
		switch m.Device {
		case deviceMachine:
			one.certified(k.Cert)
		case "printer":
			if k.Roll != nil && k.Roll.Left >= 0 {
				one.Slips = k.Roll.Left
			}
		}
		if m.Device != deviceMachine {
			one.Software = ""
		}
		if !one.Online {
			one.Level = LevelGone
		}
		all = append(all, one)
	}
	return all
}

// maxModels bounds how many devices a node may tell the make of.
const maxModels = 16

// bounded shortens what nodes say of the make of their devices.
func bounded(models []wire.DeviceModel) []wire.DeviceModel {
	models = models[:min(len(models), maxModels)]
	for i := range models {
		m := &models[i]
		for _, text := range []*string{&m.Device, &m.Maker, &m.Model, &m.Serial, &m.Firmware, &m.Profile, &m.Hash, &m.Other, &m.Slip, &m.From, &m.Size} {
			*text = short(*text)
		}
	}
	return models
}

// Drift says how the firmware that runs stands to the one that should.
type Drift int

// The ways it may stand.
const (
	NoWish    Drift = iota // nobody decided what should run
	AsWished               // it runs
	Behind                 // an older one runs
	Ahead                  // a newer one runs
	Different              // another one runs, and the two cannot be ordered
	Untold                 // the device does not say what runs
)

// DriftOf compares a version that is reported with the one that is wanted; empty is none.
func DriftOf(reported, wanted string) Drift {
	reported, wanted = strings.TrimSpace(reported), strings.TrimSpace(wanted)
	switch {
	case wanted == "":
		return NoWish
	case reported == "":
		return Untold
	case strings.EqualFold(reported, wanted):
		return AsWished
	}
	is, err1 := profiles.ParseVersion(reported)
	should, err2 := profiles.ParseVersion(wanted)
	if err1 != nil || err2 != nil {
		return Different
	}
	switch c := is.Compare(should); {
	case c < 0:
		return Behind
	case c > 0:
		return Ahead
	}
	return AsWished
}

// Wanted is what firmware the devices of one model should run.
type Wanted struct {
	Device  string // printer, reader, …
	Model   string // as ModelName has it
	Version string // empty takes the wish back
	By      string // sign-in name
	At      time.Time
}

// FaultCount is how often a device of a node had a fault.
type FaultCount struct {
	Node   wire.NodeID
	Device string
	Faults int
}

// longestName bounds what is kept of a device's own words.
const longestName = 80

// FaultOf reads which device had a fault, and which; false for an event that tells of none.
func FaultOf(e wire.Event) (device, state string, ok bool) {
	var fact wire.DeviceFact
	if err := json.Unmarshal(e.Data, &fact); err != nil {
		return "", "", false
	}
	return fact.Device[:min(len(fact.Device), longestName)], fact.State[:min(len(fact.State), longestName)], true
}
