package disk

import "time"

// Setting is the part `disk` of a program's configuration.
type Setting struct {
	// ReserveMiB is the size of the reserve; 0 is the program's own default. All levels are multiples of it.
	ReserveMiB int `yaml:"reserve_mib"`
	// Every is how often it is looked; 0 is the default.
	Every time.Duration `yaml:"-"`
}

// mostReserve is the largest reserve in MiB.
const mostReserve = 4096

// Valid reports whether the reserve can be one.
func (s Setting) Valid() bool { return s.ReserveMiB >= 0 && s.ReserveMiB <= mostReserve }

// Bytes returns the size of the reserve.
func (s Setting) Bytes(otherwiseMiB int) uint64 {
	if s.ReserveMiB > 0 {
		otherwiseMiB = s.ReserveMiB
	}
	return uint64(max(1, otherwiseMiB)) << 20 //nolint:gosec // at least one
}

// When a disk counts as slow: what was pressed then takes long enough for people to press again. A single hiccup is
// none, unless it is one of seconds.
const (
	fewWrites  = 4
	slowMedian = 150 * time.Millisecond
	slowWorst  = 2 * time.Second
)

// Judge returns the pace of so many writes.
func Judge(writes int, median, worst time.Duration) Pace {
	return Pace{Median: median, Worst: worst, Slow: writes >= fewWrites && median >= slowMedian || worst >= slowWorst}
}
