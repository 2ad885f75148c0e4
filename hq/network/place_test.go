package network_test

import (
	"testing"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/atlas/registry"
	"balcao/hq/network"
	"balcao/internal/wire"
)

func TestAPlaceIsInventedForSimulatedBranchesOnly(t *testing.T) {
	at := atlas.Position{Lat: 39, Lon: -8}
	n := network.New(network.Options{
		Zone: time.UTC, Target: time.Hour, Silence: time.Minute, Limit: 9, Known: []network.Known{{ID: "S002", District: "Faro"}},
		Simulated: func(id wire.NodeID) bool { return id[0] == 'S' },
		Invent:    func(wire.NodeID) (atlas.Position, string) { return at, "Santarém" },
	})
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, id := range []wire.NodeID{"S001", "S002", "L003"} {
		n.Known(id, "Loja "+string(id), now)
	}
	all, _ := n.Overview(now, network.Sight{})
	want := map[wire.NodeID]struct {
		at       atlas.Position
		district string
	}{"S001": {at, "Santarém"}, "S002": {atlas.Position{}, "Faro"}, "L003": {}}
	for _, b := range all {
		if w := want[b.ID]; b.Position != w.at || b.District != w.district {
			t.Errorf("%s is at %v in %q, want %v in %q", b.ID, b.Position, b.District, w.at, w.district)
		}
		if b.Kind != registry.Loja {
			t.Errorf("%s is a %q, want what its name says", b.ID, b.Kind)
		}
	}
}
