package network

import (
	"time"

	"balcao/internal/wire"
)

// Configured is what a branch says of the configuration it runs.
type Configured struct {
	ID       wire.NodeID
	Name     string
	District string
	Kind     string
	Linked   bool
	Config   wire.ConfigHealth
}

// Configured returns every branch that ever said which configuration it runs; an older program, or a simulation, never
// does.
func (n *Network) Configured(now time.Time) []Configured {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []Configured
	for id, b := range n.branches {
		h := b.health.Config
		if h == nil {
			h = b.remembered.Config
		}
		if h == nil {
			continue
		}
		c := *h
		c.Why, c.Path, c.Text, c.Hash, c.Runs, c.Own = short(c.Why), short(c.Path), longer(c.Text), short(c.Hash), short(c.Runs), short(c.Own)
		all = append(all, Configured{
			ID: id, Name: b.name(), District: b.District, Kind: string(b.kind()),
			Linked: b.presence == wire.Online && now.Sub(b.heard) <= n.opt.Silence, Config: c,
		})
	}
	return all
}

// longer bounds a sentence that a branch says.
func longer(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300])
	}
	return s
}
