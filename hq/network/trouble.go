package network

import (
	"encoding/json"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Trouble is a device of a branch that does not work, or wants a look.
type Trouble struct {
	Node  wire.NodeID // empty for none
	Part  Part        // without a name where the whole node is gone
	Since time.Time   // by the branch's clock; zero where it is not known
	More  int         // further devices that are as bad
}

// deviceKey names a device of a node, deviceState is what a fact said of it last.
type (
	deviceKey   struct{ node, device string }
	deviceState struct {
		state string
		at    time.Time // since when, by the node's clock
	}
)

// deviceTypes are the facts that tell how a device is.
var deviceTypes = map[string]bool{wire.TypePrinterState: true, wire.TypeDeviceFault: true, wire.TypeDeviceRecovered: true}

// noteDevice keeps since when a device is as a fact says, and believes the fact until the next sample of health: facts
// come at once, samples now and then.
func (b *branch) noteDevice(e queue.Entry) {
	noted, is := e.Event.(queue.Noted)
	if !is || !deviceTypes[noted.Type] || len(noted.Data) > maxText*4 {
		return
	}
	var fact wire.DeviceFact
	if json.Unmarshal(noted.Data, &fact) != nil || fact.Device == "" {
		return
	}
	state, _ := Judge(fact.State)
	key := deviceKey{node: noted.From.Node, device: short(fact.Device)}
	for i := range b.health.Kiosks {
		if k := &b.health.Kiosks[i]; k.Node == key.node && k.Devices[key.device] != "" {
			k.Devices[key.device] = state
		}
	}
	if b.states == nil {
		b.states = map[deviceKey]deviceState{}
	}
	if was, known := b.states[key]; (known && was.state != state) || (!known && len(b.states) < maxKiosks*maxDevices) {
		b.states[key] = deviceState{state: state, at: e.At}
	}
}

// asSince tells since when a device is in a state; zero where no fact of the Day said so.
func (b *branch) asSince(node, device, state string) time.Time {
	if was := b.states[deviceKey{node: node, device: device}]; was.state == state {
		return was.at
	}
	return time.Time{}
}

// trouble is the worst that is wrong with the branch's nodes now: what cannot be used before what wants a look, a printer
// before anything else, and the first node of several.
func (b *branch) trouble() Trouble {
	var worst Trouble
	rank := 0
	for _, k := range b.health.Kiosks {
		node, err := wire.ParseNodeID(k.Node)
		if err != nil {
			continue
		}
		one, bad := b.troubleOf(k)
		one.Node = node
		switch {
		case bad == 0:
		case bad > rank:
			worst, rank = one, bad
		case bad == rank:
			worst.More++
		}
	}
	return worst
}

// troubleOf is the worst that is wrong with one node, and how bad it is; 0 is nothing.
func (b *branch) troubleOf(k wire.KioskHealth) (worst Trouble, bad int) {
	if !k.Online {
		return Trouble{Part: Part{Level: LevelGone}, Since: unixMilli(k.Since)}, 4
	}
	all, _ := parts(k.Devices)
	for _, p := range all {
		n := 0
		switch {
		case p.Level == LevelFault && p.Name == "printer":
			n = 5
		case p.Level == LevelFault:
			n = 3
		case p.Level == LevelWatch && p.Name == "printer":
			n = 2
		case p.Level == LevelWatch:
			n = 1
		}
		if n > bad {
			worst, bad = Trouble{Part: p, Since: b.asSince(k.Node, p.Name, p.State)}, n
		}
	}
	return worst, bad
}
