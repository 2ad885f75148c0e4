package atlas

import (
	"hash/fnv"
	"math"
)

// district is one of the eighteen of the mainland, or an autonomous region.
type district struct {
	name   string
	at     Position // its capital
	weight int      // roughly, of a hundred branches, how many are there
}

// districts are told by their capitals: enough to place invented branches, not to say in which district a place lies.
var districts = [...]district{
	{"Aveiro", Position{40.64, -8.65}, 7},
	{"Beja", Position{38.02, -7.86}, 4},
	{"Braga", Position{41.55, -8.42}, 7},
	{"Bragança", Position{41.81, -6.76}, 4},
	{"Castelo Branco", Position{39.82, -7.49}, 4},
	{"Coimbra", Position{40.21, -8.43}, 6},
	{"Évora", Position{38.57, -7.91}, 4},
	{"Faro", Position{37.14, -8.02}, 6},
	{"Guarda", Position{40.54, -7.27}, 4},
	{"Leiria", Position{39.74, -8.81}, 6},
	{"Lisboa", Position{38.80, -9.15}, 11},
	{"Portalegre", Position{39.29, -7.43}, 3},
	{"Porto", Position{41.18, -8.55}, 10},
	{"Santarém", Position{39.24, -8.69}, 5},
	{"Setúbal", Position{38.53, -8.89}, 6},
	{"Viana do Castelo", Position{41.75, -8.65}, 4},
	{"Vila Real", Position{41.35, -7.74}, 4},
	{"Viseu", Position{40.66, -7.91}, 6},
	{"Açores", Position{37.8, -25.4}, 5},
	{"Madeira", Position{32.76, -16.95}, 4},
}

// Districts returns the names of the eighteen districts of the mainland and the two autonomous regions.
func Districts() []string {
	all := make([]string, len(districts))
	for i, d := range districts {
		all[i] = d.name
	}
	return all
}

// Invent returns a place on land and its district for a branch that exists only as a simulation. The same name gives
// the same place.
func (m *Map) Invent(name string) (Position, string) {
	d := &dice{}
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash never fails
	d.state = h.Sum64()
	sum := 0
	for _, one := range districts {
		sum += one.weight
	}
	pick := int(d.roll() * float64(sum))
	i := 0
	for pick >= districts[i].weight {
		pick -= districts[i].weight
		i++
	}
	home := districts[i]
	tall, wide := 0.55, 0.7
	if home.name == "Açores" {
		home.at, tall, wide = Position{38.3, -28}, 1.5, 3.6
	}
	for range 4000 {
		p := Position{home.at.Lat + (2*d.roll()-1)*tall, home.at.Lon + (2*d.roll()-1)*wide}
		if m.OnLand(p) && nearest(p) == home.name {
			if _, _, ok := m.Place(p); ok {
				return p, home.name
			}
		}
	}
	return districts[i].at, home.name
}

func nearest(p Position) string {
	best, name := math.Inf(1), ""
	for _, d := range districts {
		if far := math.Hypot(p.Lat-d.at.Lat, (p.Lon-d.at.Lon)*0.77); far < best {
			best, name = far, d.name
		}
	}
	return name
}

// dice is SplitMix64: small, and the same on every machine.
type dice struct{ state uint64 }

// roll returns a number from 0 to below 1.
func (d *dice) roll() float64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}
