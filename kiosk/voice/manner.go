package voice

import "time"

// Manner is how much is said of a call. It follows from the line of calls that wait behind it, so that a hall in a
// rush hears every call while it still matters.
type Manner int

// The manners, from the longest to the shortest.
const (
	// Whole is the chime, then the call in Portuguese and in the ticket's language.
	Whole Manner = iota
	// Short is the chime and the call in its first language alone.
	Short
	// Brief is one short tone, then number and counter alone, a little faster: "A 23, balcão 4".
	Brief
)

// The lines from which calls are said shorter, in calls that wait behind the one being spoken. A call takes some five
// seconds in the manner Whole, nine with a second language, five in Short, three in Brief.
const (
	shortFrom = 4
	briefFrom = 7
)

// Late is the age at which a call is not begun any more: the citizen has looked at the board or asked, and a late call
// sends people to a counter that serves somebody else by now.
const Late = 2 * time.Minute

// briefAge is the age from which even a short line is said briefly.
const briefAge = time.Minute

// MannerFor returns how a call is said that is so old while so many wait behind it.
func MannerFor(behind int, age time.Duration) Manner {
	switch {
	case behind >= briefFrom || age >= briefAge:
		return Brief
	case behind >= shortFrom:
		return Short
	}
	return Whole
}

// briefRate is how fast a Brief call is read, in per cent of the usual speed.
const briefRate = "135%"

// The pauses of a Brief call.
const (
	beforeBriefPlace = "80ms"
	afterPing        = 50 * time.Millisecond
	afterBrief       = 120 * time.Millisecond
)

// Sound returns the whole sound of a call said in a manner: chime or tone, then the voices.
func (m Manner) Sound(voices ...PCM) PCM {
	if m != Brief || len(voices) == 0 {
		return Call(voices...)
	}
	parts := []PCM{Ping()}
	for _, v := range voices {
		parts = append(parts, Silence(afterPing), v.Core().Gain(VoiceGain))
	}
	return Join(append(parts, Silence(afterBrief))...)
}
