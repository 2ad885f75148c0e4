package rollup

import (
	"encoding/binary"
	"time"
)

// HalfHours is how many half hours a Day has.
const HalfHours = 48

// Counts are numbers of visits, and sums of seconds.
type Counts struct {
	Issued, Called, Finished, NoShows, Cancelled, Inaccurate, Served int

	WaitSeconds, WalkSeconds, ServiceSeconds int64 // of Called, and of Served
	OpenSeconds, BusySeconds, PausedSeconds  int64 // of counters
}

// fields are the numbers in the order in which they are stored: a new one goes to the end.
func (c *Counts) fields() [13]int64 {
	return [...]int64{
		int64(c.Issued), int64(c.Called), int64(c.Finished), int64(c.NoShows), int64(c.Cancelled), int64(c.Inaccurate), int64(c.Served),
		c.WaitSeconds, c.WalkSeconds, c.ServiceSeconds, c.OpenSeconds, c.BusySeconds, c.PausedSeconds,
	}
}

func (c *Counts) add(f [13]int64) {
	for i, n := range []*int{&c.Issued, &c.Called, &c.Finished, &c.NoShows, &c.Cancelled, &c.Inaccurate, &c.Served} {
		*n += int(f[i])
	}
	for i, n := range []*int64{&c.WaitSeconds, &c.WalkSeconds, &c.ServiceSeconds, &c.OpenSeconds, &c.BusySeconds, &c.PausedSeconds} {
		*n += f[i+7]
	}
}

// Abandonment is the share of the visits issued that ended as no-show, from 0 to 1.
func (c *Counts) Abandonment() float64 { return share(int64(c.NoShows), int64(c.Issued)) }

// Used is the share of the time in which counters were open and not on a break that somebody was called or served there,
// from 0 to 1.
func (c *Counts) Used() float64 { return share(c.BusySeconds, c.OpenSeconds-c.PausedSeconds) }

// Idle is how long counters were open without a break and without anybody.
func (c *Counts) Idle() time.Duration {
	return time.Duration(max(0, c.OpenSeconds-c.PausedSeconds-c.BusySeconds)) * time.Second
}

func share(part, all int64) float64 {
	if all <= 0 {
		return 0
	}
	return float64(part) / float64(all)
}

// Half is one local half hour.
type Half struct {
	Issued, Called    int
	OpenSeconds, Busy int64
	Wait              Hist // of those called in it
}

// Sum is what some visits come to. Halves are nil where nobody asked for them.
type Sum struct {
	Counts

	Wait, Walk, Serving Hist
	Halves              *[HalfHours]Half
}

// Merge adds another sum; its halves only where both have some.
func (s *Sum) Merge(o *Sum) {
	s.add(o.fields())
	s.Wait.Merge(&o.Wait)
	s.Walk.Merge(&o.Walk)
	s.Serving.Merge(&o.Serving)
	if s.Halves == nil || o.Halves == nil {
		return
	}
	for i := range s.Halves {
		h, p := &s.Halves[i], &o.Halves[i]
		h.Issued, h.Called, h.OpenSeconds, h.Busy = h.Issued+p.Issued, h.Called+p.Called, h.OpenSeconds+p.OpenSeconds, h.Busy+p.Busy
		h.Wait.Merge(&p.Wait)
	}
}

// version begins what is stored, so that another way of writing can follow.
const version = 1

// Encode writes a sum as two texts of bytes: the whole, and its half hours, so that who does not ask for these need not
// read them.
func (s *Sum) Encode() (whole, halves []byte) {
	whole = append(whole, version)
	for _, n := range s.fields() {
		whole = binary.AppendUvarint(whole, uint64(max(0, n))) //nolint:gosec // not below zero
	}
	whole = s.Serving.append(s.Walk.append(s.Wait.append(whole)))
	halves = append(halves, version)
	if s.Halves == nil {
		return whole, halves
	}
	for i := range s.Halves {
		h := &s.Halves[i]
		if h.Issued == 0 && h.Called == 0 && h.OpenSeconds == 0 {
			continue
		}
		halves = binary.AppendUvarint(halves, uint64(i)) //nolint:gosec // an index
		for _, n := range []int64{int64(h.Issued), int64(h.Called), h.OpenSeconds, h.Busy} {
			halves = binary.AppendUvarint(halves, uint64(max(0, n))) //nolint:gosec // not below zero
		}
		halves = h.Wait.append(halves)
	}
	return whole, halves
}

// mostNumber bounds what one stored number says: far above what a country does in a century.
const mostNumber = 1 << 50

// Add adds a stored sum, its half hours if s has some. After ErrMalformed the sum is of no use.
func (s *Sum) Add(whole, halves []byte) error {
	if len(whole) == 0 || whole[0] != version {
		return ErrMalformed
	}
	r := reader{b: whole[1:]}
	var f [13]int64
	for i := range f {
		n := r.number()
		r.bad = r.bad || n > mostNumber
		f[i] = int64(n & (mostNumber - 1)) //nolint:gosec // bounded
	}
	s.add(f)
	for _, h := range []*Hist{&s.Wait, &s.Walk, &s.Serving} {
		r.hist(h)
	}
	if r.bad || len(r.b) > 0 {
		return ErrMalformed
	}
	if s.Halves == nil {
		return nil
	}
	return s.addHalves(halves)
}

func (s *Sum) addHalves(halves []byte) error {
	if len(halves) == 0 || halves[0] != version {
		return ErrMalformed
	}
	r := reader{b: halves[1:]}
	for len(r.b) > 0 && !r.bad {
		i := r.number()
		var n [4]uint64
		for j := range n {
			n[j] = r.number()
			r.bad = r.bad || n[j] > mostNumber
		}
		if r.bad || i >= HalfHours {
			return ErrMalformed
		}
		h := &s.Halves[i]
		h.Issued, h.Called = h.Issued+int(n[0]), h.Called+int(n[1])           //nolint:gosec // bounded
		h.OpenSeconds, h.Busy = h.OpenSeconds+int64(n[2]), h.Busy+int64(n[3]) //nolint:gosec // bounded
		r.hist(&h.Wait)
	}
	if r.bad {
		return ErrMalformed
	}
	return nil
}
