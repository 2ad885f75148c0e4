package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"balcao/hq/network"
	"balcao/internal/carrier"
	"balcao/internal/wire"
)

// errNotBranch means that a node other than a branch server spoke to headquarters.
var errNotBranch = errors.New("not a branch server")

// Presence hears that a branch came or went.
func (i *Ingest) Presence(p carrier.Presence) {
	at := i.now()
	if p.Node != p.Node.Branch() {
		return
	}
	i.mu.Lock()
	i.say(p.Node, func(w *network.Word) {
		w.Online, w.Lost, w.Since, w.Software = p.Online, p.Lost, at, p.Software
		if !p.Online {
			w.Live, w.Health = nil, nil
		}
	})
	moved := !p.Online && len(i.elsewhere[p.Node]) > 0
	i.mu.Unlock()
	if moved {
		return // it went to another process before its old connection ended here
	}
	i.network.Present(p.Node, network.Presence{Online: p.Online, Lost: p.Lost, Software: p.Software}, at)
	state := wire.Offline
	switch {
	case p.Online:
		state = wire.Online
	case p.Lost:
		state = wire.Lost
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.links) < maxNotes {
		i.links = append(i.links, network.LinkChange{Node: p.Node, At: at, State: state})
	}
	i.note(p.Node, "", at)
}

// Version hears which protocol version is spoken with a branch, or why none is.
func (i *Ingest) Version(node wire.NodeID, version int, refused wire.Refusal) {
	if node == node.Branch() {
		i.network.Version(node, version, refused)
	}
}

// Live hears a branch's figures of this second.
func (i *Ingest) Live(node wire.NodeID, s wire.Sample) {
	l, err := DecodeLive(node, s)
	if err != nil {
		i.log.Debug("live figures refused", "node", string(node), "err", err)
		return
	}
	at := i.now()
	i.network.Live(node, l, s.Unsent, at)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.say(node, func(w *network.Word) { w.Online, w.Live = true, sample(s) })
	if last := i.noted[node]; at.Sub(last.At) >= seenEvery || l.Name != "" && l.Name != last.Name {
		i.note(node, l.Name, at)
	}
}

// Health hears a branch's sample of itself and its devices.
func (i *Ingest) Health(node wire.NodeID, s wire.Sample) {
	h, err := DecodeHealth(node, s)
	if err != nil {
		i.log.Debug("health refused", "node", string(node), "err", err)
		return
	}
	i.network.Health(node, h, s.Unsent, i.now())
	i.mu.Lock()
	defer i.mu.Unlock()
	i.say(node, func(w *network.Word) { w.Online, w.Health = true, sample(s) })
}

// DecodeLive reads a branch's live figures. They must be the branch's own; a moment that is missing is the sample's.
func DecodeLive(node wire.NodeID, s wire.Sample) (wire.Live, error) {
	var l wire.Live
	if node != node.Branch() {
		return l, fmt.Errorf("read live figures: %w", errNotBranch)
	}
	if err := json.Unmarshal(s.Data, &l); err != nil {
		return l, fmt.Errorf("read live figures: %w", err)
	}
	if l.Branch != "" && l.Branch != string(node) {
		return l, fmt.Errorf("read live figures: those of another branch: %w", wire.ErrMalformed)
	}
	if l.AtMS <= 0 {
		l.AtMS = s.TS
	}
	return l, nil
}

// DecodeHealth reads a branch's health.
func DecodeHealth(node wire.NodeID, s wire.Sample) (wire.Health, error) {
	var h wire.Health
	if node != node.Branch() {
		return h, fmt.Errorf("read health: %w", errNotBranch)
	}
	if err := json.Unmarshal(s.Data, &h); err != nil {
		return h, fmt.Errorf("read health: %w", err)
	}
	return h, nil
}

// note keeps a word of a branch to be written down. The lock is held.
func (i *Ingest) note(node wire.NodeID, name string, at time.Time) {
	if len(i.seen) >= maxNotes || len(i.noted) >= maxNotes {
		return
	}
	if name == "" {
		name = i.noted[node].Name
	}
	s := network.Seen{Node: node, Name: name, At: at}
	i.seen[node], i.noted[node] = s, s
}

// Run writes down branches seen and links that changed, until ctx ends; then it writes what is left.
func (i *Ingest) Run(ctx context.Context) error {
	every := time.NewTicker(noteEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			i.write(last)
			return nil
		case <-every.C:
			i.write(ctx)
		}
	}
}

func (i *Ingest) write(ctx context.Context) {
	i.mu.Lock()
	links, seen := i.links, i.seen
	i.links, i.seen = nil, map[wire.NodeID]network.Seen{}
	i.mu.Unlock()
	if len(links) == 0 && len(seen) == 0 {
		return
	}
	all := make([]network.Seen, 0, len(seen))
	for _, s := range seen {
		all = append(all, s)
	}
	if err := i.store.Note(ctx, all, links); err != nil && ctx.Err() == nil {
		i.log.Error("branches and links not written down", "count", len(all)+len(links), "err", err)
	}
}
