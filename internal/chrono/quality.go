package chrono

import (
	"time"

	"balcao/internal/wire"
)

// Earliest is before this program was written: a clock that stands before it was never set. It is well before, so that a
// machine whose clock is merely wrong is told so by its neighbours and not taken for one without a battery.
var Earliest = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// Unset reports whether a clock was never set, as after a battery that failed.
func Unset(now time.Time) bool { return now.Before(Earliest) }

// Near is how far two clocks may differ without anybody noticing.
const Near = 2 * time.Second

// Quality says how far a clock can be trusted that another one is so much ahead of.
func Quality(now time.Time, ahead time.Duration, known bool) wire.ClockQuality {
	switch {
	case Unset(now):
		return wire.ClockUnset
	case known && ahead.Abs() > Near:
		return wire.ClockDrift
	}
	return wire.ClockOK
}
