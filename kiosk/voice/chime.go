package voice

import (
	"math"
	"time"
)

// The chime falls a major third, E5 to C5, as doorbells and stations do: two
// tones that carry through talk and survive a small loudspeaker.
const (
	chimeHigh   = 659.26 // hertz
	chimeLow    = 523.25 // hertz
	chimeLevel  = 0.45   // of full scale, at the start of each tone
	chimeAttack = 8 * time.Millisecond
	chimeSecond = 320 * time.Millisecond // when the second tone starts
	chimeLength = 850 * time.Millisecond
	chimeFade   = 60 * time.Millisecond // to nothing, at the end
)

// Chime returns the sound before every call: two tones, under one second.
func Chime() PCM {
	out := make(PCM, len(Silence(chimeLength)))
	for i := range out {
		t := float64(i) / Rate
		v := tone(chimeHigh, t) + tone(chimeLow, t-chimeSecond.Seconds())
		if left := chimeLength.Seconds() - t; left < chimeFade.Seconds() {
			v *= left / chimeFade.Seconds()
		}
		out[i] = int16(math.Round(v * chimeLevel * math.MaxInt16))
	}
	return out
}

// pingLength is how long the one tone before a Brief call lasts.
const pingLength = 220 * time.Millisecond

// Ping returns the sound before a call in a rush: the chime's second tone, cut short.
func Ping() PCM {
	out := make(PCM, len(Silence(pingLength)))
	for i := range out {
		t := float64(i) / Rate
		v := tone(chimeLow, t)
		if left := pingLength.Seconds() - t; left < chimeFade.Seconds() {
			v *= left / chimeFade.Seconds()
		}
		out[i] = int16(math.Round(v * chimeLevel * math.MaxInt16))
	}
	return out
}

// tone is a struck tone at t seconds after the stroke, within −1 to 1: a soft
// attack against clicks, a dying fundamental and a fainter, faster octave.
func tone(hertz, t float64) float64 {
	if t < 0 {
		return 0
	}
	attack := min(1, t/chimeAttack.Seconds())
	fundamental := math.Sin(2*math.Pi*hertz*t) * math.Exp(-5*t)
	octave := math.Sin(4*math.Pi*hertz*t) * math.Exp(-9*t)
	return attack * (0.8*fundamental + 0.2*octave)
}
