// Package forecast says how long people will wait: honestly simple, from the work that stands before them at the
// counters that really serve, as a range and never as a promise to the minute. It also keeps what is shown calm, and
// holds what was told to what came true. It is pure: it reads no clock and draws nothing.
package forecast

import (
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Forecast foretells waits. Queue is the first; one that plays the day many times stands behind the same port.
type Forecast interface {
	// Ask returns the waits of newcomers to every service and of everybody who waits, as the Day stands at a moment, and
	// of further newcomers, such as one with a booking.
	Ask(d *queue.Day, at time.Time, more ...queue.Newcomer) Answer
}

// Estimate is one wait. The zero Estimate is not known: there is no ground for a figure, and none is made up.
type Estimate struct {
	Known bool
	Next  bool          // nobody stands between them and the next free counter
	Mid   time.Duration // the middle of what is likely
}

// Answer is what a Forecast says of one moment.
type Answer struct {
	At        time.Time
	Newcomers map[queue.Newcomer]Estimate
	Visits    map[queue.VisitID]Estimate
}

// The width of a range: from Mid times low to Mid times high and a margin. They were set on the example days so that
// some eight of ten waits lie inside and under-estimates, which annoy most, are the rarer half; see
// docs/benchmarks.md.
const (
	low    = 0.65
	high   = 1.4
	margin = 3 * time.Minute
)

const step = 5 * time.Minute

// Range widens the estimate and rounds it outward to five minutes; the lower end is never above wire.MostWait.
func (e Estimate) Range() wire.Range {
	if !e.Known {
		return wire.Range{}
	}
	from := time.Duration(float64(e.Mid)*low) / step * step
	to := (time.Duration(float64(e.Mid)*high) + margin + step - 1) / step * step
	return wire.Range{Low: min(wire.MostWait, int(from/time.Minute)), High: int(to / time.Minute), Next: e.Next}
}
