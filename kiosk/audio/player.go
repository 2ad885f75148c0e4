package audio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"balcao/kiosk/voice"
)

// ErrStopped is returned by Say once Run has ended.
var ErrStopped = errors.New("player has stopped")

// Voice turns a marked-up text into sound. Espeak is one; recorded clips could
// be another. It must return when ctx ends. While a call sounds it is asked for
// the next one, whose sound is dropped: a Voice that remembers what it said
// last, as Espeak does, then leaves no silence between calls.
type Voice interface {
	Speak(ctx context.Context, lang voice.Lang, ssml string) (voice.PCM, error)
}

// Listener is told what happens, in order, from Run's goroutine. It must not
// block: the next call waits for it. Either may be nil.
type Listener struct {
	// Utterance is told of every call that starts, ends or is given up.
	Utterance func(voice.Utterance)
	// Health is told of every change of the sound's health.
	Health func(Health)
}

// Player speaks calls. Its fields below mu are shared; the sound device belongs
// to Run alone.
type Player struct {
	cfg    Config
	voice  Voice
	tell   Listener
	now    func() time.Time
	log    *slog.Logger
	open   func() (*device, error)
	wakeup chan struct{} // one signal: there is something in queue or gone

	mu       sync.Mutex
	queue    voice.Queue
	gone     []voice.Phrase // replaced, not yet told
	health   Health
	speaking *voice.Utterance
	stopped  bool
}

// New returns a Player that has calls spoken by v and tells them to listen. It
// opens nothing; Run does. The error wraps ErrConfig.
func New(cfg Config, v Voice, listen Listener, now func() time.Time, log *slog.Logger) (*Player, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	p := &Player{
		cfg: cfg, voice: v, tell: listen, now: now, log: log,
		wakeup: make(chan struct{}, 1),
		health: Health{Condition: Opening, Since: now()},
	}
	p.open = func() (*device, error) { return openFirst(cfg, log) }
	return p, nil
}

// Say puts a call in line to be spoken and returns at once. What becomes of it
// is told to the Listener under the phrase's ID. A phrase whose ID was already
// taken in is accepted and not spoken again. The error wraps voice.ErrPhrase
// for a phrase that cannot be spoken, ErrStopped after Run has ended, or is the
// context's.
func (p *Player) Say(ctx context.Context, ph voice.Phrase) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("say %s: %w", ph.Number, err)
	}
	if err := ph.Validate(); err != nil {
		return fmt.Errorf("say %s: %w", ph.Number, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return fmt.Errorf("say %s: %w", ph.Number, ErrStopped)
	}
	gone, _ := p.queue.Add(ph)
	p.gone = append(p.gone, gone...)
	select {
	case p.wakeup <- struct{}{}:
	default:
	}
	return nil
}

// Health returns the sound's health now.
func (p *Player) Health() Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.health
}

// Speaking returns the call being spoken now, if any, for a page that opens in
// the middle of it.
func (p *Player) Speaking() (voice.Utterance, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.speaking == nil {
		return voice.Utterance{}, false
	}
	return *p.speaking, true
}

// Run opens the sound device, speaks what Say puts in line, reopens the device
// when it is lost, and returns nil when ctx ends and everything inside has
// ended. It is called once.
func (p *Player) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	r := newRun(p)
	defer func() {
		cancel()
		r.end()
		p.mu.Lock()
		p.stopped = true
		p.speaking = nil
		p.mu.Unlock()
	}()
	r.loop(ctx)
	return nil
}

func (p *Player) told(ph voice.Phrase, state voice.State) voice.Utterance {
	return ph.Utter(state, p.now())
}

// utter publishes an utterance and keeps the one being spoken.
func (p *Player) utter(u voice.Utterance) {
	p.mu.Lock()
	switch u.State {
	case voice.Started:
		p.speaking = &u
	case voice.Finished, voice.Interrupted:
		p.speaking = nil
	case voice.Replaced, voice.Unheard:
	}
	p.mu.Unlock()
	if p.tell.Utterance != nil {
		p.tell.Utterance(u)
	}
}

// feel changes the health and publishes it if it differs.
func (p *Player) feel(change func(*Health)) {
	p.mu.Lock()
	before := p.health
	change(&p.health)
	if p.health.Condition != before.Condition {
		p.health.Since = p.now()
	}
	after := p.health
	p.mu.Unlock()
	if after == before {
		return
	}
	if p.tell.Health != nil {
		p.tell.Health(after)
	}
}
