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

func TestACallIsPlayedOnceSampleForSample(t *testing.T) {
	t.Parallel()
	audiotest.Require(t, "espeak-ng")
	server := audiotest.Start(t)
	v := NewEspeak("")
	h := pulsing(t, server, v)
	h.health(Sounding)
	recording := server.Capture(t)
	var calls []voice.Phrase
	for i := range 3 {
		p := a23(fmt.Sprint("call ", i))
		p.Number.Value += i
		if i == 2 {
			p.Second = voice.English
		}
		calls = append(calls, p)
		h.say(p)
		h.say(p) // the same message, delivered twice
	}
	for range calls {
		h.state(voice.Started)
		h.state(voice.Finished)
	}
	heard := recording.Stop(t)
	for _, p := range calls {
		if n := audiotest.Count(heard, core(t, v, p)); n != 1 {
			t.Errorf("%s is heard %d times, want once", p.Number, n)
		}
	}
}

// TestAMutedLoudspeakerIsNotHeard is the proof's own proof: it can fail.
func TestAMutedLoudspeakerIsNotHeard(t *testing.T) {
	t.Parallel()
	audiotest.Require(t, "espeak-ng")
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
	if n := audiotest.Count(heard, sound); n != 0 {
		t.Errorf("heard %d times from a muted loudspeaker", n)
	}
	if got := voice.FromBytes(heard).Core(); len(got) != 0 {
		t.Errorf("%d samples came out of a muted loudspeaker", len(got))
	}
	server.Mute(t, false)
	recording = server.Capture(t)
	h.say(a23("loud"))
	h.state(voice.Started)
	h.state(voice.Finished)
	recording.WaitFor(t, sound, 1)
}

func TestALoudspeakerPulledOutAndBackIsHeardAgain(t *testing.T) {
	t.Parallel()
	audiotest.Require(t, "espeak-ng")
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

	// The loudspeaker is recorded from its first moment, before the box finds it.
	server.Load(t)
	recording := server.Capture(t)
	h.health(Sounding)
	h.state(voice.Started)
	h.state(voice.Finished)
	next := a23("b")
	next.Number.Value = 24
	h.say(next)
	h.state(voice.Started)
	h.state(voice.Finished)
	heard := recording.Stop(t)
	if n := audiotest.Count(heard, core(t, v, next)); n != 1 {
		t.Errorf("the call after the loss is heard %d times, want once", n)
	}
}
