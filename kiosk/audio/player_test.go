package audio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"balcao/kiosk/voice"
)

func hashOf(p voice.PCM) string {
	sum := sha256.Sum256(p.Bytes())
	return hex.EncodeToString(sum[:])
}

// TestTheDeviceIsGivenTheCallWhole plays through miniaudio's own null device.
func TestTheDeviceIsGivenTheCallWhole(t *testing.T) {
	t.Parallel()
	h := listen(t, &tone{}, func(c *Config) { c.Backend = Null })
	if got := h.health(NullSink); got.Backend != Null || got.Fault != "" {
		t.Errorf("health %+v", got)
	}
	p := a23("1")
	p.Second = voice.English
	h.say(p)
	started := h.state(voice.Started)
	if started.Text != "Senha A 23, balcão 4" || started.SecondText != "Ticket A 23, counter 4" || started.ID != "1" {
		t.Errorf("started: %+v", started)
	}
	if u, ok := h.player.Speaking(); !ok || u != started {
		t.Errorf("speaking %+v, %v", u, ok)
	}
	finished := h.state(voice.Finished)
	spoken, _ := (&tone{}).Speak(t.Context(), "", "")
	whole := voice.Call(spoken, spoken)
	if finished.PCM != hashOf(whole) {
		t.Errorf("the device was given something else than the call")
	}
	// The device's clock is real: a call is not swallowed at once.
	if d := finished.At.Sub(started.At); d < whole.Duration()/2 {
		t.Errorf("a call of %v was over in %v", whole.Duration(), d)
	}
	if u, ok := h.player.Speaking(); ok {
		t.Errorf("still speaking %+v", u)
	}
}

func TestCallsSoundOneAfterAnotherAndOnce(t *testing.T) {
	t.Parallel()
	s := newSet(Pulse)
	h := listenTo(t, &tone{}, func(*Config) {}, func() (*device, error) { return s.device, nil })
	h.health(Sounding)
	h.say(a23("a"))
	h.say(a23("a")) // the same message, delivered twice
	other := a23("b")
	other.Number.Value = 24
	h.say(other)
	s.play(t)
	for _, id := range []string{"a", "b"} {
		if u := h.state(voice.Started); u.ID != id {
			t.Fatalf("started %s, want %s", u.ID, id)
		}
		if u := h.state(voice.Finished); u.ID != id || u.PCM == "" {
			t.Fatalf("finished %+v, want %s", u, id)
		}
	}
	h.say(other)
	third := a23("c")
	h.say(third)
	if u := h.state(voice.Started); u.ID != "c" {
		t.Errorf("%s sounds again", u.ID)
	}
}

// TestTheNextCallIsMadeWhileOneSounds: a rush must not wait for the voice between two calls.
func TestTheNextCallIsMadeWhileOneSounds(t *testing.T) {
	t.Parallel()
	s, v := newSet(Pulse), &tone{}
	h := listenTo(t, v, func(*Config) {}, func() (*device, error) { return s.device, nil })
	h.health(Sounding)
	h.say(a23("a"))
	var buf [8]byte
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for len(h.utterances) == 0 { // until the first samples of the call went out; no more are asked for
		s.feed.fill(buf[:])
		<-pace.C
	}
	h.state(voice.Started)
	next := a23("b")
	next.Number.Value = 24
	h.say(next)
	made := func() bool {
		v.mu.Lock()
		defer v.mu.Unlock()
		return slices.Contains(v.said, next.SSML(voice.Portuguese))
	}
	for late := time.After(time.Minute); !made(); {
		select {
		case <-pace.C:
		case <-late:
			t.Fatal("the next call is not made")
		}
	}
	if u, ok := h.player.Speaking(); !ok || u.ID != "a" {
		t.Errorf("meanwhile %+v is spoken, %v", u, ok)
	}
}

func TestAReplacedCallIsTold(t *testing.T) {
	t.Parallel()
	open := make(chan *device, 1)
	h := listenTo(t, &tone{}, func(*Config) {}, func() (*device, error) { return <-open, nil })
	h.say(a23("old"))
	newer := a23("new")
	newer.CounterLabel = "9"
	h.say(newer)
	if u := h.state(voice.Replaced); u.ID != "old" {
		t.Errorf("replaced %s", u.ID)
	}
	s := newSet(Pulse)
	s.play(t)
	open <- s.device
	if u := h.state(voice.Started); u.ID != "new" || u.Text != "Senha A 23, balcão 9" {
		t.Errorf("started %+v", u)
	}
}

func TestWithoutAVoiceTheChimeSoundsAlone(t *testing.T) {
	t.Parallel()
	s := newSet(Pulse)
	s.play(t)
	v := &tone{fails: ErrNoEngine}
	h := listenTo(t, v, func(*Config) {}, func() (*device, error) { return s.device, nil })
	h.healthy(func(x Health) bool { return x.VoiceFault != "" })
	h.say(a23("a"))
	if u := h.state(voice.Started); !u.ChimeOnly {
		t.Errorf("started %+v", u)
	}
	if u := h.state(voice.Finished); !u.ChimeOnly || u.PCM != hashOf(voice.Call()) {
		t.Errorf("finished %+v", u)
	}
	v.mu.Lock()
	v.fails = nil
	v.mu.Unlock()
	h.say(a23("b"))
	if u := h.state(voice.Started); u.ChimeOnly {
		t.Errorf("the voice is back, and yet %+v", u)
	}
	h.healthy(func(x Health) bool { return x.VoiceFault == "" && x.Condition == Sounding })
}

func TestACallLostWithItsDeviceIsSpokenWholeByTheNext(t *testing.T) {
	t.Parallel()
	first, second := newSet(Pulse), newSet(Pulse)
	sets := make(chan *device, 2)
	sets <- first.device
	h := listenTo(t, &tone{}, func(*Config) {}, func() (*device, error) {
		select {
		case d := <-sets:
			return d, nil
		default:
			return nil, errUnplugged
		}
	})
	h.health(Sounding)
	h.say(a23("a"))
	var buf [4000]byte
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for len(h.utterances) == 0 { // until the first samples of the call went out
		first.feed.fill(buf[:])
		<-pace.C
	}
	h.state(voice.Started)
	first.lost <- struct{}{}
	if u := h.state(voice.Interrupted); u.ID != "a" {
		t.Errorf("interrupted %+v", u)
	}
	<-first.closed
	if x := h.healthy(func(x Health) bool { return x.Fault == errUnplugged.Error() }); x.Condition != Lost || x.Backend != "" {
		t.Errorf("health %+v", x)
	}
	second.play(t)
	sets <- second.device
	if u := h.state(voice.Started); u.ID != "a" {
		t.Errorf("started %+v", u)
	}
	spoken, _ := (&tone{}).Speak(t.Context(), "", "")
	if u := h.state(voice.Finished); u.PCM != hashOf(voice.Call(spoken)) {
		t.Errorf("finished %+v", u)
	}
	h.health(Sounding)
}

func TestACallThatWasOverIsNotSpokenAgain(t *testing.T) {
	t.Parallel()
	p, err := New(Default(), &tone{}, Listener{}, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	var told []voice.State
	p.tell.Utterance = func(u voice.Utterance) { told = append(told, u.State) }
	p.queue.Add(a23("a"))
	r := newRun(p)
	ph, _, _ := p.queue.Next(time.Time{})
	r.job = &job{phrase: ph, clip: newClip(make([]byte, 100))}
	f := &feed{}
	f.next.Store(r.job.clip)
	f.fill(make([]byte, 200)) // start and end at once, neither told yet
	r.salvage()
	if !slices.Equal(told, []voice.State{voice.Started, voice.Finished}) || p.queue.Len() != 0 {
		t.Errorf("told %v, waiting %d", told, p.queue.Len())
	}
}

func TestAStalledDeviceIsLost(t *testing.T) {
	t.Parallel()
	dead := newSet(Pulse)
	var opened atomic.Int32
	h := listenTo(t, &tone{}, func(c *Config) { c.Buffer, c.Stall = 20*time.Millisecond, 100*time.Millisecond }, func() (*device, error) {
		if opened.Add(1) > 1 {
			return nil, errUnplugged
		}
		return dead.device, nil
	})
	h.health(Sounding)
	h.health(Lost)
	<-dead.closed
}

func TestCallsOfALostHourAreUnheardAtOnce(t *testing.T) {
	t.Parallel()
	plugged := make(chan *device, 1)
	h := listenTo(t, &tone{}, func(c *Config) { c.Patience = 100 * time.Millisecond }, func() (*device, error) {
		select {
		case d := <-plugged:
			return d, nil
		default:
			return nil, errUnplugged
		}
	})
	h.health(Lost)
	h.say(a23("a"))
	if u := h.state(voice.Unheard); u.ID != "a" {
		t.Errorf("unheard %+v", u)
	}
	h.say(a23("b"))
	if u := h.state(voice.Unheard); u.ID != "b" {
		t.Errorf("unheard %+v", u)
	}
	s := newSet(Pulse)
	s.play(t)
	plugged <- s.device
	h.health(Sounding)
	h.say(a23("c"))
	if u := h.state(voice.Started); u.ID != "c" {
		t.Errorf("started %+v", u)
	}
}

func TestTheNullSinkKeepsThePaceUntilADeviceAppears(t *testing.T) {
	t.Parallel()
	plugged := make(chan *device, 1)
	h := listenTo(t, &tone{}, func(c *Config) { c.NullFallback = true }, func() (*device, error) {
		select {
		case d := <-plugged:
			return d, nil
		default:
			return nil, errUnplugged
		}
	})
	h.healthy(func(x Health) bool { return x.Condition == NullSink && x.Fault != "" })
	h.say(a23("a"))
	h.state(voice.Started)
	s := newSet(ALSA)
	s.play(t)
	plugged <- s.device // in the middle of a call, which is not cut
	h.state(voice.Finished)
	if x := h.health(Sounding); x.Backend != ALSA || x.Fault != "" {
		t.Errorf("health %+v", x)
	}
	h.say(a23("b"))
	h.state(voice.Started)
	h.state(voice.Finished)
}

// TestABoxWithoutSoundStartsAndSaysSo asks the real library for a server that
// is not there.
func TestABoxWithoutSoundStartsAndSaysSo(t *testing.T) {
	t.Parallel()
	h := listen(t, &tone{}, func(c *Config) {
		c.Backend, c.Server, c.Patience = Pulse, "unix:"+t.TempDir()+"/native", time.Millisecond
	})
	if x := h.health(Lost); x.Fault == "" || x.Backend != "" {
		t.Errorf("health %+v", x)
	}
	h.say(a23("a"))
	if u := h.state(voice.Unheard); u.ID != "a" {
		t.Errorf("unheard %+v", u)
	}
}

func TestSayRefusesWhatCannotBeSpoken(t *testing.T) {
	t.Parallel()
	s := newSet(Pulse)
	h := listenTo(t, &tone{}, func(*Config) {}, func() (*device, error) { return s.device, nil })
	h.health(Sounding)
	bad := a23("a")
	bad.CounterLabel = ""
	if err := h.player.Say(t.Context(), bad); !errors.Is(err, voice.ErrPhrase) {
		t.Errorf("no counter: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.player.Say(over, a23("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("over: %v", err)
	}
	h.leave()
	if err := h.player.Say(t.Context(), a23("a")); !errors.Is(err, ErrStopped) {
		t.Errorf("after the end: %v", err)
	}
	<-s.closed
}

func TestAConfigurationNamesAllItsFaults(t *testing.T) {
	t.Parallel()
	bad := Config{Backend: "oss", Patience: -1, Retry: 2, RetryMax: 1, Buffer: 3 * time.Second}
	_, err := New(bad, &tone{}, Listener{}, time.Now, nil)
	if !errors.Is(err, ErrConfig) {
		t.Fatalf("%v, want %v", err, ErrConfig)
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 6 {
		t.Errorf("faults named: %v", err)
	}
	if err := Default().Validate(); err != nil {
		t.Errorf("default: %v", err)
	}
}
