package seal

import (
	"errors"
	"slices"
	"time"
)

// ErrRepeat means that the very same statement was believed a moment ago: the way brought it twice, and nothing is to be done.
var ErrRepeat = errors.New("came twice")

// Bounds of a Window: how many numbers it tells apart, and how long a way may take to bring a statement twice.
const (
	windowSize = 64
	echo       = time.Minute
)

// Window lets each number through once. Numbers grow, but two may overtake one another on their way: one below the
// highest is let through as long as it is above all that were forgotten. The zero Window has let nothing through.
type Window struct {
	floor uint64 // nothing at or below it
	seen  []passed
}

type passed struct {
	number uint64
	at     time.Time
}

// NewWindow returns a window that lets nothing through at or below a number, that of an earlier life.
func NewWindow(floor uint64) *Window { return &Window{floor: floor} }

// Take lets a number through, or says that it is ErrRepeat or ErrOld.
func (w *Window) Take(number uint64, now time.Time) error {
	if number <= w.floor {
		return ErrOld
	}
	if i := slices.IndexFunc(w.seen, func(p passed) bool { return p.number == number }); i >= 0 {
		if now.Sub(w.seen[i].at).Abs() < echo {
			return ErrRepeat
		}
		return ErrOld
	}
	w.seen = append(w.seen, passed{number, now})
	if len(w.seen) > windowSize {
		least := slices.IndexFunc(w.seen, func(p passed) bool { return p.number == w.lowest() })
		w.floor = w.seen[least].number
		w.seen = slices.Delete(w.seen, least, least+1)
	}
	return nil
}

func (w *Window) lowest() uint64 {
	return slices.MinFunc(w.seen, func(a, b passed) int {
		if a.number < b.number {
			return -1
		}
		return 1
	}).number
}

// Highest returns the highest number that was let through, or the floor.
func (w *Window) Highest() uint64 {
	high := w.floor
	for _, p := range w.seen {
		high = max(high, p.number)
	}
	return high
}

// Numbers gives out numbers for statements that nobody asked for. They go on with the clock, so that a signer put back from
// an old copy is believed again at once, and never stand still or go back while it lives.
type Numbers struct {
	last uint64
}

// Next returns the next number.
func (n *Numbers) Next(now time.Time) uint64 {
	n.last = max(n.last+1, uint64(max(0, now.UnixMilli())))
	return n.last
}

// Above goes on above a number that a reader says it has believed: it counts also where this clock was set back.
func (n *Numbers) Above(number uint64) {
	if number < 1<<53 { // beyond that somebody lies, and would use the numbers up
		n.last = max(n.last, number)
	}
}
