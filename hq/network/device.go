package network

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"balcao/internal/wire"
)

// Level is how bad the state of a device is.
type Level int

// The levels there are.
const (
	LevelFine  Level = iota
	LevelWatch       // it works and wants a look soon
	LevelFault       // it does not work
	LevelGone        // nothing is heard of it
)

// Part is one device of a node: a printer, a reader, the sound, the screen.
type Part struct {
	Name  string // printer, reader, sound, screen
	State string // a code such as ready or paper_out, with underscores
	Level Level
	Since time.Time // it is in this state, by the branch's clock; zero where no fact of the Day said so
}

// Device is one node of a branch: its server, a kiosk, a callboard box.
type Device struct {
	Node   wire.NodeID
	Server bool
	Online bool
	Faces  []string
	Parts  []Part
	Level  Level     // the worst of its parts, or LevelGone
	Since  time.Time // connected or gone since; zero when it is not known
	Seen   time.Time // last word, by the branch's clock
	Unsent uint64
	Memory uint64 // resident bytes of the server; 0 when it is not known
	Models []wire.DeviceModel
	Roll   *wire.PaperRoll // forecast of the printer's paper; nil where nothing can be said
}

// fine and soon are the codes of devices that work, and of those that work but want a look; any other is a fault.
var (
	fine = map[string]bool{
		"": true, "ok": true, "ready": true, "idle": true, "busy": true, "playing": true, "printing": true, "card": true,
		wire.DiskChecking: true, "none": true, "off": true, "simulated": true, "null": true,
	}
	soon = map[string]bool{
		"near_end": true, "paper_near_end": true, "paper_low": true, "head_hot": true,
		wire.DiskScarce: true, wire.DiskSlow: true, wire.DiskRebuilt: true, wire.ClockOff: true, wire.ClockHeld: true,
		"not_confirmed": true, "unknown": true, "starting": true, "stopping": true,
	}
)

// Judge returns the level of a device's state code. Dashes and underscores mean the same.
func Judge(code string) (state string, level Level) {
	state = strings.ReplaceAll(strings.ToLower(short(code)), "-", "_")
	switch {
	case fine[state]:
		return state, LevelFine
	case soon[state]:
		return state, LevelWatch
	}
	return state, LevelFault
}

func parts(devices map[string]string) ([]Part, Level) {
	var all []Part
	worst := LevelFine
	for _, name := range slices.Sorted(maps.Keys(devices)) {
		state, level := Judge(devices[name])
		all = append(all, Part{Name: short(name), State: state, Level: level})
		worst = max(worst, level)
	}
	return all, worst
}

func fleet(kiosks []wire.KioskHealth) Fleet {
	var f Fleet
	for _, k := range kiosks {
		f.Nodes++
		_, level := parts(k.Devices)
		switch {
		case !k.Online:
			f.Gone++
		case level == LevelFault:
			f.Online++
			f.Faults++
		default:
			f.Online++
			if level == LevelWatch {
				f.Watch++
			}
		}
		if printer, has := k.Devices["printer"]; has {
			f.Kiosks++
			if _, level := Judge(printer); level == LevelFault || !k.Online {
				f.Printer++
			}
		}
	}
	return f
}

// devices lists the server and its nodes, the server first.
func (b *branch) devices() []Device {
	if b.healthAt.IsZero() {
		return nil
	}
	own, level := parts(b.serverParts())
	all := []Device{{
		Node: b.ID, Server: true, Online: b.presence == wire.Online, Parts: own, Level: level, Since: b.since, Seen: b.healthAt,
		Unsent: b.unsent, Memory: b.health.Memory,
	}}
	for _, k := range b.health.Kiosks {
		node, err := wire.ParseNodeID(k.Node)
		if err != nil {
			continue
		}
		own, level := parts(k.Devices)
		for i := range own {
			own[i].Since = b.asSince(k.Node, own[i].Name, own[i].State)
		}
		if !k.Online {
			level = LevelGone
		}
		all = append(all, Device{
			Node: node, Online: k.Online, Faces: k.Faces, Parts: own, Level: level, Since: unixMilli(k.Since),
			Seen: unixMilli(k.SeenMS), Unsent: k.Unsent, Models: k.Models, Roll: k.Roll,
		})
	}
	slices.SortStableFunc(all[1:], func(x, y Device) int { return cmp.Compare(x.Node, y.Node) })
	return all
}

// serverParts are the branch server's own, with its program where headquarters refuses that.
func (b *branch) serverParts() map[string]string {
	if b.refused == "" {
		return b.health.Devices
	}
	marked := map[string]string{}
	maps.Copy(marked, b.health.Devices)
	marked[wire.PartProgram] = wire.ProgramState(b.refused)
	return marked
}

func unixMilli(ms int64) time.Time {
	if ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
