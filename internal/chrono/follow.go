package chrono

import "time"

// Verdict is what a program does about a machine's clock that is not its own any more.
type Verdict int

// The verdicts.
const (
	// Stay means that they agree.
	Stay Verdict = iota
	// Slew means that the program comes closer little by little, so that nobody's wait jumps.
	Slew
	// Step means that the program takes the machine's time over at once.
	Step
	// Hold means that the machine's clock jumped further than clocks are set right: the program keeps its own time and
	// says so.
	Hold
)

// The bounds of Follow.
const (
	agree    = 20 * time.Millisecond
	furthest = 2 * time.Hour
)

// Follow judges a machine's clock that is so far ahead of the program's own time. A program whose own time was never set
// takes over any that was. A jump of hours never opens another Day.
func Follow(ours time.Time, ahead time.Duration) Verdict {
	switch {
	case Unset(ours) && !Unset(ours.Add(ahead)):
		return Step
	case ahead.Abs() <= agree:
		return Stay
	case ahead.Abs() <= furthest:
		return Slew
	}
	return Hold
}

// SlewBy returns how far to come closer after so much time: a tenth of it, so that a wait of ten minutes is told as nine
// or eleven at the worst.
func SlewBy(ahead, passed time.Duration) time.Duration {
	most := passed / 10
	return max(-most, min(most, ahead))
}
