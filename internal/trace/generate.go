package trace

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Generate makes up a normal day of a Loja with 20 counters, 12 services and about 640 tickets, shaped like the built-in
// days of such a branch: the crowd at opening, a fifth booked, an eighth of the others with priority by law, clerks of
// different speeds, breaks that last longer than planned, somebody away now and then. The same seed gives the same day.
func Generate(seed uint64) Day {
	g := &generator{dice: dice{seed*0x9e3779b97f4a7c15 + 1}}
	g.day = Day{
		Branch: "generated", Open: 30600 * time.Second, Close: 63000 * time.Second,
		Policy: Policy{Mode: "default", Early: 5 * time.Minute, Late: 15 * time.Minute, Guard: 45 * time.Minute, Overflow: 10 * time.Minute, NoShow: 45 * time.Second},
	}
	for range 10 {
		g.dice.next()
	}
	g.services()
	g.counters()
	g.citizens()
	return g.day
}

// shape is a service of the generated branch: code, usual time at the counter in seconds and its variation, share of
// those who come, whether it can be booked.
type shape struct {
	code   string
	mean   float64
	cv     float64
	share  float64
	booked bool
}

var shapes = []shape{
	{"CC", 720, .5, .15, true},
	{"CCE", 240, .6, .14, false},
	{"PAS", 840, .5, .06, true},
	{"REG", 1080, .7, .06, true},
	{"AT", 780, .8, .16, true},
	{"ATI", 1020, .8, .07, true},
	{"SS", 840, .8, .13, true},
	{"SSP", 1140, .7, .06, true},
	{"IMT", 600, .6, .06, true},
	{"EC", 660, .8, .06, false},
	{"CM", 420, .6, .03, false},
	{"INF", 360, .9, .02, false},
}

// skills are the services of the counters, first their own, then those they help with.
var skills = [][2][]int{
	{{0, 2}, {1}},
	{{0, 2}, {1}},
	{{0, 2}, {1}},
	{{1}, {0, 2}},
	{{0, 1}, nil},
	{{3}, {0}},
	{{3}, {0}},
	{{4}, {5}},
	{{4}, {5}},
	{{4}, {5}},
	{{5}, {4}},
	{{5}, {4}},
	{{6}, {7}},
	{{6}, {7}},
	{{6}, {7}},
	{{7}, {6}},
	{{7}, {6}},
	{{8}, {9}},
	{{9, 10}, {8, 11}},
	{{9, 10, 11}, {1, 4, 6}},
}

// perHalfHour is how many come in each half hour of a usual day.
var perHalfHour = []float64{77.8, 56.6, 49.5, 47.7, 46, 42.4, 35.4, 30.1, 26.5, 26.5, 30.1, 35.4, 35.4, 31.8, 26.5, 21.2, 14.1, 7.1}

// Shares of a usual day.
const (
	shareBooked  = 0.2   // of all who come
	shareShows   = 0.88  // of those booked
	shareLaw     = 0.125 // of those not booked
	shareGoesOn  = 0.05  // of all, to a second service
	usualPatient = 9000  // seconds, mean
)

type generator struct {
	dice dice
	day  Day
	pace []float64 // of each service on this day: longer or shorter than usual
}

func (g *generator) services() {
	for i, s := range shapes {
		g.day.Services = append(g.day.Services, Service{ID: i, Code: s.code, Mean: seconds(s.mean)})
		g.pace = append(g.pace, g.dice.around(1, .05))
	}
}

func (g *generator) counters() {
	for i, s := range skills {
		k := Counter{ID: i + 1, Primary: s[0], Secondary: s[1], From: g.day.Open, To: g.day.Close, Speed: min(max(g.dice.around(.975, .1), .65), 1.3)}
		if i%4 == 3 {
			k.From += 30 * time.Minute
		}
		k.Plan = []Break{
			{From: seconds(36000 + 600*float64(g.dice.below(8))), For: 15 * time.Minute},
			{From: seconds(43200 + 1800*float64(g.dice.below(5))), For: time.Hour},
		}
		if i%3 == 1 {
			k.Plan = append(k.Plan, Break{From: seconds(54000 + 600*float64(g.dice.below(4))), For: 15 * time.Minute})
		}
		for _, b := range k.Plan {
			k.Off = append(k.Off, Break{From: b.From, For: seconds(b.For.Seconds() * max(.8, g.dice.around(1.08, .12)))})
		}
		if g.dice.below(10) == 0 {
			k.Off = append(k.Off, Break{From: seconds(33000 + 27000*g.dice.unit()), For: seconds(600 + 1800*g.dice.unit())})
			slices.SortFunc(k.Off, func(a, b Break) int { return cmp.Compare(a.From, b.From) })
		}
		g.day.Counters = append(g.day.Counters, k)
	}
}

func (g *generator) citizens() {
	busy := min(max(g.dice.around(1, .12), .7), 1.3)
	for half, usual := range perHalfHour {
		from := g.day.Open.Seconds() + 1800*float64(half)
		gap := 1800 / (usual * (1 - shareBooked) * busy)
		for at := from + g.dice.wait(gap); at < from+1800; at += g.dice.wait(gap) {
			a := g.citizen(at, false)
			a.Law = g.dice.unit() < shareLaw
			g.day.Arrivals = append(g.day.Arrivals, a)
		}
		for n := usual * shareBooked / shareShows; n > 0; n-- {
			if n < 1 && g.dice.unit() > n {
				break
			}
			g.booked(from + 600*float64(g.dice.below(3)))
		}
	}
	slices.SortStableFunc(g.day.Arrivals, func(a, b Arrival) int { return cmp.Compare(a.At, b.At) })
	for i := range g.day.Arrivals {
		g.day.Arrivals[i].ID = i + 1
	}
}

// booked books a slot, and lets its citizen come around it or not at all.
func (g *generator) booked(slot float64) {
	a := g.citizen(max(g.day.Open.Seconds(), slot+g.dice.around(0, 450)-420), true)
	a.Slot = seconds(slot)
	g.day.Bookings = append(g.day.Bookings, Booking{Service: a.Service, Slot: a.Slot})
	if g.dice.unit() < shareShows && a.At < g.day.Close {
		g.day.Arrivals = append(g.day.Arrivals, a)
	}
}

func (g *generator) citizen(at float64, booked bool) Arrival {
	s := g.choose(booked)
	a := Arrival{At: seconds(math.Floor(at)), Service: s, Patience: seconds(g.dice.wait(usualPatient)), Work: g.work(s), Next: -1}
	if g.dice.unit() < shareGoesOn {
		if next := g.choose(false); next != s {
			a.Next, a.NextWork = next, g.work(next)/2
		}
	}
	return a
}

// choose draws a service by its share.
func (g *generator) choose(booked bool) int {
	sum := 0.0
	for _, s := range shapes {
		if s.booked || !booked {
			sum += s.share
		}
	}
	at := sum * g.dice.unit()
	for i, s := range shapes {
		if !s.booked && booked {
			continue
		}
		if at -= s.share; at < 0 {
			return i
		}
	}
	return 0
}

// work draws a time at the counter: log-normal, as times of service are.
func (g *generator) work(service int) time.Duration {
	s := shapes[service]
	spread := math.Log(1 + s.cv*s.cv)
	return seconds(math.Floor(max(20, s.mean*g.pace[service]*math.Exp(math.Sqrt(spread)*g.dice.normal()-spread/2))))
}

// dice are SplitMix64: small, and the same on every machine. The heart and its neighbours draw from no other source.
type dice struct{ state uint64 }

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (d *dice) unit() float64                { return float64(d.next()>>11) / (1 << 53) }
func (d *dice) below(n int) int              { return int(d.unit() * float64(n)) }
func (d *dice) wait(m float64) float64       { return -m * math.Log(1-d.unit()) }
func (d *dice) around(m, sd float64) float64 { return m + sd*d.normal() }

// normal draws from the standard normal distribution (Box and Muller).
func (d *dice) normal() float64 {
	return math.Sqrt(-2*math.Log(1-d.unit())) * math.Cos(2*math.Pi*d.unit())
}
