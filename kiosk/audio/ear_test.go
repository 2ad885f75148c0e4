package audio

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"balcao/kiosk/audio/audiotest"
	"balcao/kiosk/voice"
)

// loudVoice says every text as a long sound of its own level, so that it is known again.
type loudVoice struct {
	mu     sync.Mutex
	levels map[string]int16
}

func (v *loudVoice) Speak(_ context.Context, _ voice.Lang, ssml string) (voice.PCM, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	p := make(voice.PCM, voice.Rate)
	for i := range p {
		p[i] = v.levels[ssml]
	}
	return p, nil
}

// oneEar is an Ear whose device the test asks for samples itself.
func oneEar(t *testing.T, open func(*Ear) func() (*device, error)) (*Ear, chan Heard, chan Health) {
	t.Helper()
	heard, health := make(chan Heard, 64), make(chan Health, 64)
	cfg := Default()
	cfg.Backend, cfg.Stall = Null, time.Hour
	voices := &loudVoice{levels: map[string]int16{sentenceOf("old").SSML(0): 8000, sentenceOf("new").SSML(0): -8000}}
	e, err := NewEar(cfg, voices, EarListener{Heard: func(h Heard) { heard <- h }, Health: func(h Health) { health <- h }}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	e.open = open(e)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return e, heard, health
}

func sentenceOf(text string) voice.Reading { return voice.Reading{Text: text} }

func (e *Ear) sayOne(id uint64, text string, after bool) {
	e.Say(Sentences{ID: id, Readings: []voice.Reading{sentenceOf(text)}, After: after})
}

func wait[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case x := <-c:
		return x
	case <-time.After(30 * time.Second):
		t.Fatal("nothing comes")
		panic("unreachable")
	}
}

// until waits for news of a kind.
func until[T any](t *testing.T, c <-chan T, holds func(T) bool) {
	t.Helper()
	for !holds(wait(t, c)) {
		continue
	}
}

// hears asks for samples until one of a sign comes, and fails on one of the other sign.
func hears(t *testing.T, e *Ear, sign int16) {
	t.Helper()
	ask := time.NewTicker(time.Millisecond)
	defer ask.Stop()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); <-ask.C {
		out := make([]byte, 256)
		e.feed.fill(out)
		for _, s := range voice.FromBytes(out) {
			if s != 0 {
				if (s > 0) != (sign > 0) {
					t.Fatalf("one hears %d", s)
				}
				return
			}
		}
	}
	t.Fatal("one hears nothing")
}

func TestANewSentenceEndsTheOldOneAtOnce(t *testing.T) {
	t.Parallel()
	e, heard, health := oneEar(t, func(*Ear) func() (*device, error) {
		return func() (*device, error) {
			return &device{backend: Null, lost: make(chan struct{}, 1), close: func() {}}, nil
		}
	})
	wait(t, health)
	e.sayOne(1, "old", false)
	hears(t, e, 1)
	if h := wait(t, heard); h.ID != 1 || h.State != voice.Started {
		t.Errorf("told %+v", h)
	}
	e.sayOne(2, "new", false)
	hears(t, e, -1) // not one sample of the old one more
	for _, want := range []Heard{{ID: 1, State: voice.Interrupted}, {ID: 2, State: voice.Started}} {
		if h := wait(t, heard); h.ID != want.ID || h.State != want.State {
			t.Errorf("told %+v, want %+v", h, want)
		}
	}
	e.sayOne(3, "old", true) // this one waits
	hears(t, e, -1)
	e.Hush()
	out := make([]byte, 512)
	e.feed.fill(out)
	if !bytes.Equal(out, make([]byte, 512)) {
		t.Error("after Hush one hears something")
	}
	if h := wait(t, heard); h.ID != 2 || h.State != voice.Interrupted {
		t.Errorf("told %+v", h)
	}
}

func TestWithoutTheHeadphonesOutputNothingIsSaidAnywhere(t *testing.T) {
	t.Parallel()
	cfg := Default()
	if _, err := NewEar(cfg, &loudVoice{}, EarListener{}, time.Now, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrConfig) {
		t.Errorf("without a named output: %v", err)
	}
	e, heard, health := oneEar(t, func(*Ear) func() (*device, error) {
		return func() (*device, error) { return nil, ErrNoOutput }
	})
	if h := wait(t, health); h.Condition != Lost || h.Fault == "" {
		t.Errorf("told %+v", h)
	}
	e.sayOne(7, "old", false)
	if h := wait(t, heard); h.ID != 7 || h.State != voice.Unheard {
		t.Errorf("told %+v", h)
	}
}

// The hall's loudspeaker is the server's preferred output; what is meant for the headphones never reaches it, not even
// when their output is pulled out in the middle of a sentence.
func TestTheGuideReachesTheHeadphonesAndNeverTheLoudspeaker(t *testing.T) {
	audiotest.Require(t, "pulseaudio", "pactl", "parec", "espeak-ng")
	s := audiotest.Start(t)
	module := s.Sink(t, "headphones")
	speak := NewEspeak("")
	heard := make(chan Heard, 64)
	health := make(chan Health, 64)
	cfg := Default()
	cfg.Backend, cfg.Server, cfg.Device = Pulse, s.Address(), "headphones"
	e, err := NewEar(cfg, speak, EarListener{Heard: func(h Heard) { heard <- h }, Health: func(h Health) { health <- h }}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	until(t, health, func(h Health) bool { return h.Condition == Sounding })
	hall, ear := s.Capture(t), s.CaptureOf(t, "headphones")
	e.Say(Sentences{ID: 1, Readings: []voice.Reading{{Text: "A sua senha é A023."}}})
	until(t, heard, func(h Heard) bool { return h.State == voice.Finished })
	ear.Advance(t, 500*time.Millisecond)
	if silent(ear.Bytes()) {
		t.Error("the headphones are silent")
	}
	e.Say(Sentences{ID: 2, Readings: []voice.Reading{{Text: "Guia falado. Seguinte e anterior percorrem as escolhas. OK escolhe."}}})
	until(t, heard, func(h Heard) bool { return h.State == voice.Started })
	s.Unplug(t, module)
	until(t, health, func(h Health) bool { return h.Condition == Lost })
	e.Say(Sentences{ID: 3, Readings: []voice.Reading{{Text: "Isto não se ouve."}}})
	until(t, heard, func(h Heard) bool { return h.ID == 3 })
	hall.Advance(t, time.Second)
	if !silent(hall.Bytes()) {
		t.Error("the loudspeaker of the hall said something")
	}
}

func silent(recording []byte) bool { return bytes.Count(recording, []byte{0}) == len(recording) }
