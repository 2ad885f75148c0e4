package ingest

import (
	"context"
	"encoding/json"
	"fmt"

	"balcao/hq/network"
	"balcao/internal/wire"
)

// commit lets the network see records that are committed. Others may take in parts of the same log: what they took in
// before is read first, and what was seen before is passed over.
func (i *Ingest) commit(ctx context.Context, node wire.NodeID, epoch uint64, records []wire.Record) {
	i.following.Lock()
	defer i.following.Unlock()
	if len(records) == 0 {
		return
	}
	if err := i.catchUp(ctx, node, epoch, records[0].Seq-1); err != nil && ctx.Err() == nil {
		i.log.Error("records of another process not read", "node", string(node), "err", err) // Follow reads them later
		return
	}
	i.show(node, epoch, records)
}

// place is how far a log is seen.
type place struct{ epoch, hwm uint64 }

// show shows what was not seen of some records that follow what was. The lock is held.
func (i *Ingest) show(node wire.NodeID, epoch uint64, records []wire.Record) {
	seen := i.shown[node]
	if epoch == seen.epoch {
		for len(records) > 0 && records[0].Seq <= seen.hwm {
			records = records[1:]
		}
	}
	if len(records) == 0 {
		return
	}
	i.network.Commit(node, epoch, records, i.now())
	if epoch >= seen.epoch {
		i.shown[node] = place{epoch, records[len(records)-1].Seq}
	}
}

// pageOf is how many records are shown at once while a log is caught up with.
const pageOf = 500

// catchUp reads what was not seen of a log, as far as upto. The lock is held.
func (i *Ingest) catchUp(ctx context.Context, node wire.NodeID, epoch, upto uint64) error {
	seen := i.shown[node]
	after := seen.hwm
	switch {
	case epoch < seen.epoch:
		return nil // a late part of an older epoch, of which nobody needs the whole
	case epoch > seen.epoch:
		after = 0
	}
	if after >= upto {
		return nil
	}
	var page []wire.Record
	for r, err := range i.store.Records(ctx, node, epoch, after) {
		if err != nil {
			return fmt.Errorf("follow the log of %s: %w", node, err)
		}
		if r.Seq > upto {
			break
		}
		if page = append(page, r); len(page) == pageOf {
			i.show(node, epoch, page)
			page = nil
		}
	}
	i.show(node, epoch, page)
	return nil
}

// Follow shows what other processes took in.
func (i *Ingest) Follow(ctx context.Context) error {
	logs, err := i.store.Logs(ctx)
	if err != nil {
		return err
	}
	for _, l := range logs {
		if err := i.followOne(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

func (i *Ingest) followOne(ctx context.Context, l network.Held) error {
	i.following.Lock()
	defer i.following.Unlock()
	seen := i.shown[l.Node]
	if l.Quarantined {
		i.network.Quarantine(l.Node, l.Epoch)
	}
	if l.Epoch < seen.epoch || l.Epoch == seen.epoch && l.HWM <= seen.hwm {
		return nil
	}
	return i.catchUp(ctx, l.Node, l.Epoch, l.HWM)
}

// Reload shows everything anew from what is committed if that went back behind what was shown.
func (i *Ingest) Reload(ctx context.Context) error {
	i.following.Lock()
	defer i.following.Unlock()
	logs, err := i.store.Logs(ctx)
	if err != nil {
		return err
	}
	held := map[wire.NodeID]place{}
	for _, l := range logs {
		held[l.Node] = place{l.Epoch, l.HWM}
	}
	back := false
	for node, seen := range i.shown {
		is := held[node]
		back = back || is.epoch < seen.epoch || is.epoch == seen.epoch && is.hwm < seen.hwm
	}
	if !back {
		return nil
	}
	i.network.Rewind()
	clear(i.shown)
	return i.restore(ctx)
}

// Words returns what is to be told to other processes and was not returned before.
func (i *Ingest) Words() []network.Word {
	i.mu.Lock()
	defer i.mu.Unlock()
	all := make([]network.Word, 0, len(i.fresh))
	for node := range i.fresh {
		all = append(all, i.words[node])
	}
	clear(i.fresh)
	return all
}

// Share begins to keep what branches say for other processes. It is called before branches connect.
func (i *Ingest) Share() { i.sharing = true }

// SayAgain makes every word of a branch that is connected here be told once more: the others may have lost it.
func (i *Ingest) SayAgain() {
	i.mu.Lock()
	defer i.mu.Unlock()
	for node := range i.words {
		i.fresh[node] = true
	}
}

// say keeps a word of a branch for other processes. The lock is held.
func (i *Ingest) say(node wire.NodeID, change func(w *network.Word)) {
	if _, known := i.words[node]; !i.sharing || !known && len(i.words) >= maxNotes {
		return
	}
	w := i.words[node]
	w.Node = node
	change(&w)
	i.words[node] = w
	i.fresh[node] = true
}

func sample(s wire.Sample) []byte {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil // what was read from JSON can be written
	}
	return raw
}

// Hear takes in the words of other processes that changed, and which processes are alive. A branch that is connected
// somewhere is not lost because its connection ended elsewhere.
func (i *Ingest) Hear(alive map[string]bool, words []network.Peer) {
	moved := map[wire.NodeID]network.Presence{}
	i.mu.Lock()
	for _, w := range words {
		if !alive[w.Process] {
			continue
		}
		at := i.elsewhere[w.Node]
		if at == nil {
			at = map[string]bool{}
			i.elsewhere[w.Node] = at
		}
		if at[w.Process] != w.Online {
			moved[w.Node] = network.Presence{Online: w.Online, Lost: w.Lost, Software: w.Software}
		}
		if at[w.Process] = w.Online; !w.Online {
			delete(at, w.Process)
		}
	}
	for node, at := range i.elsewhere {
		for process := range at {
			if !alive[process] {
				delete(at, process)
				moved[node] = network.Presence{Lost: true}
			}
		}
		if len(at) == 0 {
			delete(i.elsewhere, node)
		}
	}
	for node, p := range moved {
		if i.words[node].Online || !p.Online && len(i.elsewhere[node]) > 0 {
			delete(moved, node)
		}
	}
	i.mu.Unlock()
	for node, p := range moved {
		i.network.Present(node, p, i.now())
	}
	for _, w := range words {
		if alive[w.Process] && w.Online {
			i.hearSamples(w.Word)
		}
	}
}

func (i *Ingest) hearSamples(w network.Word) {
	var s wire.Sample
	if len(w.Live) > 0 && json.Unmarshal(w.Live, &s) == nil {
		if l, err := DecodeLive(w.Node, s); err == nil {
			i.network.Live(w.Node, l, s.Unsent, i.now())
		}
	}
	s = wire.Sample{}
	if len(w.Health) > 0 && json.Unmarshal(w.Health, &s) == nil {
		if h, err := DecodeHealth(w.Node, s); err == nil {
			i.network.Health(w.Node, h, s.Unsent, i.now())
		}
	}
}
