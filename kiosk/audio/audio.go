// Package audio makes a callboard box heard. It keeps the sound device open,
// has calls spoken by espeak-ng, and hands them to the device one at a time in
// the order that kiosk/voice decides. It is the only door to malgo (miniaudio)
// and the only place that starts espeak-ng; neither shows through.
//
// A box without sound still works: the package says so in its Health, tells
// which calls were not heard, and speaks again when a device appears.
package audio

import (
	"errors"
	"fmt"
	"time"
)

// Backend names a way to the loudspeaker.
type Backend string

// The backends a configuration may name.
const (
	// Auto takes PulseAudio (or PipeWire in its place) and else ALSA.
	Auto Backend = "auto"
	// Pulse is PulseAudio, or PipeWire speaking its protocol.
	Pulse Backend = "pulse"
	// ALSA is the kernel's own sound interface.
	ALSA Backend = "alsa"
	// Null swallows the sound at the pace of a real device.
	Null Backend = "null"
)

// ErrConfig is the error under every configuration that New refuses.
var ErrConfig = errors.New("sound configuration is not usable")

// Config says how a Player reaches the hall.
type Config struct {
	// Backend is the way to the loudspeaker.
	Backend Backend
	// Server is the PulseAudio server's address, as in PULSE_SERVER; empty
	// leaves the choice to the environment.
	Server string
	// Device is the one output that is played to, by its name; while it is not
	// there nothing sounds. Empty is whatever the sound server prefers.
	Device string
	// NullFallback plays into a null sink while there is no device, so that a
	// box without sound keeps the pace of one that has it. Without it the calls
	// made in that time are reported as unheard.
	NullFallback bool
	// Patience is how long a call waits for a lost device before it is given
	// up. Old calls spoken late send people to the wrong counter.
	Patience time.Duration
	// Retry is the first wait before a lost device is tried again; it doubles
	// up to RetryMax, with jitter.
	Retry, RetryMax time.Duration
	// Stall is how long a device may ask for no samples before it is lost.
	Stall time.Duration
	// SpeakTimeout is how long the voice may take over one call.
	SpeakTimeout time.Duration
	// Buffer is how much sound the device holds: about how late a call is heard,
	// and for how long the machine may stutter without being heard to.
	Buffer time.Duration
}

// Default returns the configuration of a box in a hall.
func Default() Config {
	return Config{
		Backend:      Auto,
		Patience:     10 * time.Second,
		Retry:        250 * time.Millisecond,
		RetryMax:     15 * time.Second,
		Stall:        2 * time.Second,
		SpeakTimeout: 2 * time.Second,
		Buffer:       160 * time.Millisecond,
	}
}

// Validate names every fault of the configuration at once; each wraps ErrConfig.
func (c Config) Validate() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf(format+": %w", append(args, ErrConfig)...))
	}
	switch c.Backend {
	case Auto, Pulse, ALSA, Null:
	default:
		fault("backend %q is none of auto, pulse, alsa, null", string(c.Backend))
	}
	if c.Patience < 0 {
		fault("patience %v is negative", c.Patience)
	}
	if c.Retry <= 0 || c.RetryMax < c.Retry {
		fault("retry %v and its most %v do not make a backoff", c.Retry, c.RetryMax)
	}
	if c.Stall < 3*c.Buffer {
		fault("stall %v is shorter than three buffers of %v", c.Stall, c.Buffer)
	}
	if c.SpeakTimeout <= 0 {
		fault("voice timeout %v is not positive", c.SpeakTimeout)
	}
	if c.Buffer < 20*time.Millisecond || c.Buffer > 2*time.Second {
		fault("buffer %v is outside 20 ms to 2 s", c.Buffer)
	}
	return errors.Join(faults...)
}

// Condition says whether the hall can hear a call.
type Condition string

// The conditions of a Player.
const (
	// Opening: no device has been opened yet, the first attempt is under way.
	Opening Condition = "opening"
	// Sounding: a device is open and asks for samples.
	Sounding Condition = "sounding"
	// Lost: there is no device; it is tried again.
	Lost Condition = "lost"
	// NullSink: calls go into a null sink and nobody hears them.
	NullSink Condition = "null-sink"
)

// Health is what an operator wants to know about the sound.
type Health struct {
	// Condition says whether calls are heard.
	Condition Condition
	// Backend is the one in use; empty while there is none.
	Backend Backend
	// Device is what the system calls the loudspeaker; empty while there is none, and where it has no name.
	Device string
	// Fault says why there is no device, empty otherwise.
	Fault string
	// VoiceFault says why calls sound as a chime alone, empty otherwise.
	VoiceFault string
	// Since is when Condition began.
	Since time.Time
}
