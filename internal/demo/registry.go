package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/atlas/registry"
	"balcao/internal/fleet"
	"balcao/internal/wire"
)

// The plan of the demonstration: as many branches as the real one has.
const (
	planned      = 431
	plannedLojas = 31
)

// writeRegistry makes the registry of a network of which some branches are simulated and open, and the others are still
// being delivered: invented places and dates, names that say that they are simulated.
func (p *plan) writeRegistry(open int, today time.Time) error {
	land := atlas.Portugal()
	at := func(days int) string { return today.AddDate(0, 0, days).Format(time.DateOnly) }
	sites := []registry.Site{{
		ID: "L901", Name: "Loja de Cidadão Demonstração", Kind: registry.Loja, Municipality: "Lisboa", District: "Lisboa", Position: atlas.Position{Lat: 38.74, Lon: -9.16},
	}}
	for i := range max(planned, min(open, fleet.Most)) {
		id := string(fleet.Name(i))
		place, district := land.Invent(id)
		s := registry.Site{ID: wire.NodeID(id), Name: fmt.Sprintf("Espaço Cidadão %d (simulação)", i+1), Kind: registry.Espaco, District: district, Position: place, Delivery: registry.Planned}
		if i%planned < plannedLojas {
			s.Name, s.Kind = fmt.Sprintf("Loja de Cidadão %d (simulação)", i+1), registry.Loja
		}
		switch rest := i - open; {
		case rest < 0: // open for up to a year; first slowly, then faster
			day := int(-360 * (1 - math.Sqrt(float64(i+1)/float64(open))))
			s.Delivery, s.Opened, s.Opens = registry.Opened, at(day-1), at(day-1-i%9+3)
		case rest%29 == 0:
			s.Opens, s.Blocked, s.Waits = at(-7-rest%23), []string{"obra elétrica por acabar", "sem ligação à rede do Estado", "quiosque por entregar"}[rest/29%3], []string{"município", "operador", "fornecedor"}[rest/29%3]
		default:
			s.Opens = at(5 + 190*rest/max(1, planned-open))
			s.Delivery = []registry.Delivery{registry.Installed, registry.Signed, registry.Planned}[min(2, 3*rest/max(1, planned-open))]
		}
		sites = append(sites, s)
	}
	f, err := os.Create(filepath.Join(p.Dir, "registry.csv"))
	if err != nil {
		return err
	}
	if err := registry.Write(f, sites); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
