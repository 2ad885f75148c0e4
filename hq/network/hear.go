package network

import (
	"slices"
	"strings"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Bounds of what a branch may say of itself.
const (
	maxText    = 80
	maxKiosks  = 128
	maxDevices = 16
	maxLines   = 256
)

// Commit applies records of a branch's log that are now committed. They must be told once and in order; rx is when
// they came in.
func (n *Network) Commit(node wire.NodeID, epoch uint64, records []wire.Record, rx time.Time) {
	entries := make([]queue.Entry, len(records))
	for i, r := range records {
		entries[i] = Entry(r)
	}
	n.on(node, func(b *branch) {
		b.received += uint64(len(records))
		b.hear(rx)
		if epoch < b.epoch || len(entries) == 0 {
			return // a late part of an older epoch: kept, but the figures follow the newest
		}
		b.epoch, b.quarantined = epoch, false
		for _, e := range entries {
			b.visits.Apply(e)
			b.noteDevice(e)
			b.hwm = e.Seq
		}
		n.remember(b, entries[0].Seq)
		n.forget()
		if b.clockSeen {
			b.lag = max(0, b.there(rx).Sub(entries[len(entries)-1].At))
		}
	})
}

// Restore tells of an epoch that was committed before this program started. Epochs come oldest first; Replay follows
// with the records of the present Day.
func (n *Network) Restore(h Held) {
	n.on(h.Node, func(b *branch) {
		b.epoch, b.hwm, b.quarantined = h.Epoch, h.HWM, h.Quarantined
		b.received += h.HWM
		b.heard = later(b.heard, h.At)
		if b.presence == "" {
			b.presence, b.since = wire.Lost, h.At
		}
	})
}

// Replay applies one record of the Day of the epoch that Restore told of last.
func (n *Network) Replay(node wire.NodeID, r wire.Record) {
	e := Entry(r)
	n.on(node, func(b *branch) { b.visits.Apply(e); b.noteDevice(e) })
}

// Restored ends the restoring: the last facts of all branches come into their order.
func (n *Network) Restored() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, b := range n.order {
		n.remember(b, 0)
		slices.SortStableFunc(n.recent, func(x, y Fact) int { return x.At.Compare(y.At) })
		n.forget()
	}
}

// Quarantine marks a branch whose log was seen with two contents.
func (n *Network) Quarantine(node wire.NodeID, epoch uint64) {
	n.on(node, func(b *branch) {
		if epoch >= b.epoch {
			b.epoch, b.quarantined = epoch, true
		}
	})
}

// Rebase tells that a branch's log was taken over from its base on.
func (n *Network) Rebase(node wire.NodeID, epoch, hwm uint64) {
	n.on(node, func(b *branch) {
		if epoch >= b.epoch {
			b.epoch, b.hwm = epoch, hwm
		}
	})
}

// EntryOf reads one stored record as Entry does, and takes for known only what reads names.
func EntryOf(r wire.Record, reads func(kind string, version int) bool) queue.Entry {
	if e, err := wire.DecodeEvent(r.Raw); err == nil && !reads(e.Type, e.Version) {
		return queue.Entry{Seq: r.Seq, At: time.UnixMilli(e.TS).UTC(), Event: queue.Noted{Type: e.Type, Version: e.Version, Data: e.Data}}
	}
	return Entry(r)
}

// Entry reads one stored record as a fact. Whatever cannot be read becomes a queue.Noted that nothing acts on.
func Entry(r wire.Record) queue.Entry {
	e, err := wire.DecodeEvent(r.Raw)
	if err != nil {
		return queue.Entry{Seq: r.Seq, Event: queue.Noted{}}
	}
	fact, err := wire.DecodeFact(e.Type, e.Version, e.Data)
	if err != nil {
		fact = queue.Noted{Type: e.Type, Version: e.Version}
	}
	if noted, is := fact.(queue.Noted); is {
		if e.Via != nil {
			noted.From = queue.Origin{Node: string(e.Via.Node), Epoch: e.Via.Epoch, Seq: e.Via.Seq}
		}
		fact = noted
	}
	return queue.Entry{Seq: r.Seq, At: time.UnixMilli(e.TS).UTC(), Event: fact}
}

// Known names a branch from the registry of those seen before.
func (n *Network) Known(node wire.NodeID, name string, last time.Time) {
	n.on(node, func(b *branch) {
		b.rename(name)
		b.heard = later(b.heard, last)
		if b.presence == "" {
			b.presence, b.since = wire.Lost, last
		}
	})
}

// Presence is a node's coming or going.
type Presence struct {
	Online   bool
	Lost     bool // went without a farewell
	Software string
}

// Present tells that a branch came or went.
func (n *Network) Present(node wire.NodeID, p Presence, at time.Time) {
	n.on(node, func(b *branch) {
		b.since = at
		switch {
		case p.Online:
			b.presence, b.heard, b.software = wire.Online, later(b.heard, at), short(p.Software)
		case p.Lost:
			b.presence = wire.Lost
		default:
			b.presence = wire.Offline
		}
	})
}

// Version tells which protocol version is spoken with a branch; or, with 0, why none is.
func (n *Network) Version(node wire.NodeID, version int, refused wire.Refusal) {
	n.on(node, func(b *branch) { b.version, b.refused = version, refused })
}

// Live takes in a branch's figures of this second.
func (n *Network) Live(node wire.NodeID, l wire.Live, unsent uint64, rx time.Time) {
	if len(l.Queues) > maxLines {
		l.Queues = l.Queues[:maxLines]
	}
	n.quietly(node, func(b *branch) {
		b.rename(l.Name)
		if b.live.Closed && !l.Closed {
			b.gives = rx
		}
		b.live, b.liveAt, b.unsent = l, rx, unsent
		b.clock, b.clockSeen = time.UnixMilli(l.AtMS).Sub(rx), true
		b.hear(rx)
	})
}

// Health takes in a branch's sample of itself and its devices.
func (n *Network) Health(node wire.NodeID, h wire.Health, unsent uint64, rx time.Time) {
	if len(h.Kiosks) > maxKiosks {
		h.Kiosks = h.Kiosks[:maxKiosks]
	}
	for i := range h.Kiosks {
		h.Kiosks[i].Models = bounded(h.Kiosks[i].Models)
	}
	for _, devices := range append([]map[string]string{h.Devices}, devicesOf(h.Kiosks)...) {
		for name := range devices {
			if len(devices) > maxDevices {
				delete(devices, name)
			}
		}
	}
	n.quietly(node, func(b *branch) {
		b.health, b.healthAt, b.unsent = h, rx, unsent
		b.hear(rx)
	})
}

func devicesOf(kiosks []wire.KioskHealth) []map[string]string {
	all := make([]map[string]string, len(kiosks))
	for i, k := range kiosks {
		all[i] = k.Devices
	}
	return all
}

// hear notes that a branch spoke: whoever speaks is there, whether or not its birth was heard.
func (b *branch) hear(at time.Time) {
	b.heard = later(b.heard, at)
	if b.presence != wire.Online {
		b.presence, b.since = wire.Online, at
	}
}

func (b *branch) rename(name string) {
	if name != "" {
		b.told = short(name)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// short bounds a text that came from outside, without cutting a letter in two.
func short(s string) string {
	if len(s) <= maxText {
		return strings.ToValidUTF8(s, "")
	}
	return strings.ToValidUTF8(s[:maxText], "")
}
