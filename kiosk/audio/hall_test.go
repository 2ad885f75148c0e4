package audio

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"balcao/kiosk/voice"
)

// waiting is how long a test waits for what must come, on a busy machine.
const waiting = 25 * time.Second

func a23(id string) voice.Phrase {
	return voice.Phrase{ID: id, Number: voice.Number{Prefix: "A", Value: 23}, CounterLabel: "4"}
}

// hall is a running Player and everything it tells.
type hall struct {
	tb         testing.TB
	player     *Player
	utterances chan voice.Utterance
	healths    chan Health
	leave      func() // ends Run and waits for its end
}

// listen runs a Player until the test ends. Its times are short, for tests.
func listen(tb testing.TB, v Voice, change func(*Config)) *hall {
	tb.Helper()
	return listenTo(tb, v, change, nil)
}

// listenTo is listen with other devices than the machine's.
func listenTo(tb testing.TB, v Voice, change func(*Config), open func() (*device, error)) *hall {
	tb.Helper()
	h := &hall{
		tb: tb,
		// Room for all a test brings about: Run must not wait for the test.
		utterances: make(chan voice.Utterance, 1000),
		healths:    make(chan Health, 1000),
	}
	cfg := Default()
	cfg.Retry, cfg.RetryMax = 20*time.Millisecond, 100*time.Millisecond
	cfg.Patience = waiting
	// Under a loaded test machine espeak-ng may wait for its turn.
	cfg.SpeakTimeout = waiting
	cfg.Stall = 3 * time.Second
	// The proof is exact to the bit: a stutter of the machine would break it.
	cfg.Buffer = time.Second
	change(&cfg)
	player, err := New(cfg, v, Listener{
		Utterance: func(u voice.Utterance) { h.utterances <- u },
		Health:    func(x Health) { h.healths <- x },
	}, h.now, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatalf("new player: %v", err)
	}
	if open != nil {
		player.open = open
	}
	h.player = player
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- player.Run(ctx) }()
	var once sync.Once
	h.leave = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					tb.Errorf("run: %v", err)
				}
			case <-time.After(waiting):
				tb.Errorf("run has not ended")
			}
		})
	}
	tb.Cleanup(h.leave)
	return h
}

func (h *hall) now() time.Time { return time.Now() }

func (h *hall) say(p voice.Phrase) {
	h.tb.Helper()
	if err := h.player.Say(context.Background(), p); err != nil {
		h.tb.Fatalf("say: %v", err)
	}
}

// next returns the next utterance.
func (h *hall) next() voice.Utterance {
	h.tb.Helper()
	select {
	case u := <-h.utterances:
		return u
	case <-time.After(waiting):
		h.tb.Fatalf("no utterance; health %+v", h.player.Health())
		return voice.Utterance{}
	}
}

// state returns the next utterance, which must be in that state.
func (h *hall) state(want voice.State) voice.Utterance {
	h.tb.Helper()
	u := h.next()
	if u.State != want {
		h.tb.Fatalf("utterance %s of %s, want %s", u.State, u.ID, want)
	}
	return u
}

// health waits until the health is as wanted.
func (h *hall) health(want Condition) Health {
	h.tb.Helper()
	return h.healthy(func(x Health) bool { return x.Condition == want })
}

func (h *hall) healthy(ok func(Health) bool) Health {
	h.tb.Helper()
	deadline := time.After(waiting)
	for {
		select {
		case x := <-h.healths:
			if ok(x) {
				return x
			}
		case <-deadline:
			h.tb.Fatalf("health stays %+v", h.player.Health())
			return Health{}
		}
	}
}

// tone is a voice for tests without an engine: every text is the same sound.
type tone struct {
	mu   sync.Mutex
	said []string

	fails error
}

func (v *tone) Speak(_ context.Context, _ voice.Lang, ssml string) (voice.PCM, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.said = append(v.said, ssml)
	if v.fails != nil {
		return nil, v.fails
	}
	return voice.PCM{100, -200, 300, -400, 500}, nil
}

// set is a sound device driven by the test: it asks for samples when told to.
type set struct {
	*device

	closed chan struct{}
}

func newSet(backend Backend) *set {
	s := &set{closed: make(chan struct{})}
	s.device = &device{backend: backend, feed: &feed{}, lost: make(chan struct{}, 1), close: func() { close(s.closed) }}
	return s
}

// play asks for samples until ctx of the returned stop ends.
func (s *set) play(tb testing.TB) {
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		buf := make([]byte, 8000)
		for {
			select {
			case <-done:
				return
			case <-s.closed:
				return
			case <-tick.C:
				s.feed.fill(buf)
			}
		}
	}()
	tb.Cleanup(func() { close(done); <-over })
}

var errUnplugged = errors.New("unplugged")
