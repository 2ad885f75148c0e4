package voice

import (
	"math"
	"time"
)

// Rate is the samples a second of all sound here: what espeak-ng produces.
const Rate = 22050

// PCM is mono sound, 16-bit signed samples at Rate.
type PCM []int16

// Duration returns how long the sound lasts.
func (p PCM) Duration() time.Duration {
	return time.Duration(len(p)) * time.Second / Rate
}

// Bytes returns the samples as a sound device wants them, little-endian.
func (p PCM) Bytes() []byte {
	out := make([]byte, 2*len(p))
	for i, s := range p {
		out[2*i], out[2*i+1] = byte(s), byte(uint16(s)>>8)
	}
	return out
}

// FromBytes reads little-endian samples; an odd last byte is left out.
func FromBytes(b []byte) PCM {
	out := make(PCM, len(b)/2)
	for i := range out {
		out[i] = int16(uint16(b[2*i]) | uint16(b[2*i+1])<<8)
	}
	return out
}

// Silence returns d of zeros; a negative d is none.
func Silence(d time.Duration) PCM {
	return make(PCM, max(0, int64(d)*Rate/int64(time.Second)))
}

// Join returns the sounds one after another in a slice of their own.
func Join(parts ...PCM) PCM {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	out := make(PCM, 0, n)
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// Core returns the sound without its leading and trailing zeros: the part that
// a recording must hold, sample for sample, if it was played.
func (p PCM) Core() PCM {
	for len(p) > 0 && p[0] == 0 {
		p = p[1:]
	}
	for len(p) > 0 && p[len(p)-1] == 0 {
		p = p[:len(p)-1]
	}
	return p
}

// ceiling is the highest level a sound is raised to, −1 dB of full scale: what
// stands above it is at the mercy of the amplifier's rounding.
const ceiling = 29204

// Gain returns the sound raised by db decibels, or by as much less as keeps
// its highest peak under −1 dB of full scale. A sound is never turned down
// below its own level by the guard.
func (p PCM) Gain(db float64) PCM {
	peak := 0.0
	for _, s := range p {
		peak = max(peak, math.Abs(float64(s)))
	}
	factor := math.Pow(10, db/20)
	if peak*factor > ceiling {
		factor = min(factor, max(1, ceiling/peak))
	}
	out := make(PCM, len(p))
	for i, s := range p {
		v := math.Round(float64(s) * factor)
		out[i] = int16(max(math.MinInt16, min(math.MaxInt16, v)))
	}
	return out
}

// VoiceGain is how much the engine's voice is raised, in decibels: it comes at
// about −21 LUFS with peaks at −4 dB, and the hall's volume is set on site.
const VoiceGain = 2.5

// The pauses of a call: between chime and voice, between two languages, and
// after the call so that two calls are told apart.
const (
	afterChime   = 100 * time.Millisecond
	betweenLangs = 300 * time.Millisecond
	afterCall    = 300 * time.Millisecond
)

// Call returns the whole sound of a call: the chime, then the voice in each
// language without the silence around it (espeak-ng appends half a second,
// which a busy hall has no time for). With no voice the chime sounds alone.
func Call(voices ...PCM) PCM {
	parts := []PCM{Chime()}
	for i, v := range voices {
		pause := afterChime
		if i > 0 {
			pause = betweenLangs
		}
		parts = append(parts, Silence(pause), v.Core().Gain(VoiceGain))
	}
	return Join(append(parts, Silence(afterCall))...)
}
