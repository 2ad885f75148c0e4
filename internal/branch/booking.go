package branch

import (
	"slices"
	"time"

	"balcao/internal/config"
)

// Bookings says how a branch deals with booked times.
type Bookings struct {
	From    time.Duration     `yaml:"from"`    // a check-in is taken so long before the slot; 0 means 30 minutes
	Release time.Duration     `yaml:"release"` // a number kept for a booking is for everybody so long after its slot; 0 means 15 minutes
	Shares  []Share           `yaml:"shares"`  // divisions that keep numbers for bookings
	Names   map[string]string `yaml:"names"`   // what files of bookings call a service → its id
	Offer   bool              `yaml:"offer"`   // kiosks offer «Tenho marcação»
}

// Share is the part of a division's numbers that may be kept for bookings.
type Share struct {
	Division string `yaml:"division"`
	Percent  int    `yaml:"percent"` // of the quota of the Day
}

const (
	defaultFrom    = 30 * time.Minute
	defaultRelease = 15 * time.Minute
)

// CheckInFrom returns how long before its slot a booking's check-in is taken.
func (b Bookings) CheckInFrom() time.Duration {
	if b.From > 0 {
		return b.From
	}
	return defaultFrom
}

// ReleaseAfter returns how long after its slot the number kept for a booking is for everybody.
func (b Bookings) ReleaseAfter() time.Duration {
	if b.Release > 0 {
		return b.Release
	}
	return defaultRelease
}

// Share returns how many numbers of a division may be kept for bookings, rounded up, and whether any may.
func (b Bookings) Share(d Division) (numbers int, held bool) {
	i := slices.IndexFunc(b.Shares, func(s Share) bool { return s.Division == d.ID })
	if i < 0 || d.Quota == 0 {
		return 0, false
	}
	return (d.Quota*b.Shares[i].Percent + 99) / 100, true
}

// bookings names the faults of how a branch deals with booked times.
func (c checker) bookings() {
	b := c.b.Bookings
	if b.From < 0 || b.From > 4*time.Hour {
		c.add("bookings.from", "must be between 0 and 4h")
	}
	if b.Release < 0 || b.Release > 4*time.Hour {
		c.add("bookings.release", "must be between 0 and 4h")
	}
	seen := map[string]bool{}
	for i, s := range b.Shares {
		at := config.Index("bookings.shares", i)
		d, known := c.b.Division(s.Division)
		switch {
		case !known:
			c.add(at+".division", "unknown division %q", s.Division)
		case seen[s.Division]:
			c.add(at+".division", "%q stands twice", s.Division)
		case d.Quota == 0:
			c.add(at+".division", "%q has no quota to share: set one", s.Division)
		}
		seen[s.Division] = true
		if s.Percent < 1 || s.Percent > 100 {
			c.add(at+".percent", "must be between 1 and 100")
		}
	}
	for name, id := range b.Names {
		if !slices.ContainsFunc(c.b.Services, func(s Service) bool { return s.ID == id }) {
			c.add("bookings.names", "%q: unknown service %q", name, id)
		}
	}
}
