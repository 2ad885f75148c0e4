package network

import (
	"time"

	"balcao/hq/atlas/registry"
	"balcao/internal/wire"
)

// Place is where a branch is and what it is called.
type Place struct {
	Name, District string
	Kind           registry.Kind
	Zone           *time.Location
}

// Places returns every branch that is known, by id.
func (n *Network) Places() map[wire.NodeID]Place {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make(map[wire.NodeID]Place, len(n.branches))
	for id, b := range n.branches {
		all[id] = Place{Name: b.name(), District: b.District, Kind: b.kind(), Zone: b.Zone}
	}
	return all
}
