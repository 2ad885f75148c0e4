package audio

import (
	"context"
	"fmt"
	"testing"

	"balcao/kiosk/audio/audiotest"
	"balcao/kiosk/voice"
)

// pulsing is a hall whose loudspeaker is the test's own sound server.
func pulsing(t *testing.T, s *audiotest.Server, v Voice) *hall {
	t.Helper()
	return listen(t, v, func(c *Config) { c.Backend, c.Server = Pulse, s.Address() })
}

// core is the sound that a recording must hold if the call was played.
func core(t *testing.T, v Voice, p voice.Phrase) []byte {
	t.Helper()
	var voices []voice.PCM
	for _, lang := range p.Languages() {
		pcm, err := v.Speak(context.Background(), lang, p.SSML(lang))
		if err != nil {
			t.Fatalf("speak: %v", err)
		}
		voices = append(voices, pcm)
	}
	return voice.Call(voices...).Core().Bytes()
}

// attempts is how often a test may say a call until it is recorded without a
// stutter of the machine in it. What is played twice fails at once.
const attempts = 3

// prove says calls until each of them is found once, sample for sample, in the
// recording of one attempt.
func prove(t *testing.T, h *hall, server *audiotest.Server, v Voice, phrases ...voice.Phrase) {
	t.Helper()
	for attempt := 1; ; attempt++ {
		recording := server.Capture(t)
		for _, p := range phrases {
			p.ID = fmt.Sprint(p.Number, " attempt ", attempt)
			h.say(p)
			h.say(p) // the same message, delivered twice
		}
		for range phrases {
			h.state(voice.Started)
			h.state(voice.Finished)
		}
		heard := recording.Stop(t)
		whole := true
		for _, p := range phrases {
			sound := core(t, v, p)
			n, share := audiotest.Count(heard, sound), audiotest.Share(heard, sound)
			if n > 1 {
				t.Fatalf("%s is heard %d times, want once", p.Number, n)
			}
			if n == 0 && attempt == attempts {
				t.Fatalf("%s is not heard whole in any of %d attempts; of the last, %.3f", p.Number, attempts, share)
			}
			if n == 0 {
				t.Logf("attempt %d: %.3f of %s is heard", attempt, share, p.Number)
				whole = false
			}
			if n == 1 && share != 1 {
				t.Errorf("%s is heard, but in pieces only %.3f of it", p.Number, share)
			}
		}
		if whole {
			return
		}
	}
}

// listens prepares a test that hears a call from its first to its last sample, as long as it takes to say it.
func listens(t *testing.T) {
	t.Helper()
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: a call takes as long as it takes to say it")
	}
	audiotest.Require(t, "espeak-ng")
}

func TestCallsArePlayedOnceSampleForSample(t *testing.T) {
	listens(t)
	server := audiotest.Start(t)
	v := NewEspeak("")
	h := pulsing(t, server, v)
	h.health(Sounding)
	first, second, third := a23(""), a23(""), a23("")
	second.Number.Value, second.Second = 24, voice.English
	third.Number.Value = 25
	prove(t, h, server, v, first, second, third)
}

// TestAMutedLoudspeakerIsNotHeard is the proof's own proof: it can fail.
func TestAMutedLoudspeakerIsNotHeard(t *testing.T) {
	listens(t)
	server := audiotest.Start(t)
	v := NewEspeak("")
	h := pulsing(t, server, v)
	h.health(Sounding)
	server.Mute(t, true)
	recording := server.Capture(t)
	h.say(a23("muted"))
	h.state(voice.Started)
	h.state(voice.Finished)
	sound := core(t, v, a23(""))
	heard := recording.Stop(t)
	if n, share := audiotest.Count(heard, sound), audiotest.Share(heard, sound); n != 0 || share != 0 {
		t.Errorf("heard %d times, %.3f of it, from a muted loudspeaker", n, share)
	}
	if got := voice.FromBytes(heard).Core(); len(got) != 0 {
		t.Errorf("%d samples came out of a muted loudspeaker", len(got))
	}
	server.Mute(t, false)
	prove(t, h, server, v, a23(""))
}

func TestALoudspeakerPulledOutAndBackIsHeardAgain(t *testing.T) {
	listens(t)
	server := audiotest.Start(t)
	v := NewEspeak("")
	server.Unload(t)
	h := pulsing(t, server, v)
	h.health(Lost) // the box starts without a loudspeaker and says so
	server.Load(t)
	h.health(Sounding)

	h.say(a23("a"))
	h.state(voice.Started)
	server.Unload(t) // in the middle of the call
	if u := h.state(voice.Interrupted); u.ID != "a" {
		t.Errorf("interrupted %+v", u)
	}
	h.health(Lost)

	server.Load(t)
	h.health(Sounding)
	if u := h.state(voice.Started); u.ID != "a" {
		t.Errorf("started %+v", u)
	}
	h.state(voice.Finished)
	next := a23("")
	next.Number.Value = 24
	prove(t, h, server, v, next)
}
