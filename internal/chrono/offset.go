// Package chrono judges clocks: how far one is from another, measured through messages that take their time, whether a
// clock was ever set, and whether a program should follow its machine's clock when that jumps. It reads no clock itself.
package chrono

import "time"

// samples is how many measurements an Offset looks back on (sync-protocol §8).
const samples = 16

// Offset is how far another clock is ahead, from readings of it that arrive late by an unknown and varying time. The
// best of the last sixteen counts. The zero value knows nothing.
type Offset struct {
	last [samples]time.Duration
	n    int
}

// Note takes in what was read of the other clock, and what this one said when it arrived.
func (o *Offset) Note(theirs, ours time.Time) {
	o.last[o.n%samples] = theirs.Round(0).Sub(ours.Round(0))
	o.n++
}

// Forget drops all readings: one of the clocks was set.
func (o *Offset) Forget() { o.n = 0 }

// Value returns how far the other clock is ahead, negative when it is behind; false while nothing was read.
func (o *Offset) Value() (time.Duration, bool) {
	if o.n == 0 {
		return 0, false
	}
	best := o.last[0]
	for _, d := range o.last[1:min(o.n, samples)] {
		// A reading is older when it arrives than when it was made.
		best = max(best, d)
	}
	return best, true
}
