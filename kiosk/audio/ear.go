package audio

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"balcao/kiosk/voice"
)

// EarBuffer is how much sound the headphones' device holds: what is still heard of a sentence after it was cut.
const EarBuffer = 60 * time.Millisecond

// Sentences are what an Ear reads one after another.
type Sentences struct {
	// ID is told with what becomes of them.
	ID uint64
	// Readings are read in order.
	Readings []voice.Reading
	// Volume and Speed are steps, as voice.ReadingGain and voice.ReadingRate have them.
	Volume, Speed int
	// After has them wait for what is being read; otherwise they take its place at once.
	After bool
}

// Heard says what became of Sentences: voice.Started, Finished, Interrupted, or Unheard for want of a device or a voice.
type Heard struct {
	ID    uint64
	State voice.State
	At    time.Time
}

// EarListener is told what happens, in order, from Run's goroutine, and must not block. Either may be nil.
type EarListener struct {
	Heard  func(Heard)
	Health func(Health)
}

// Ear reads to one person, by one output, and can be cut short. It is a Player for somebody who presses keys: what is new
// takes the place of what is old.
type Ear struct {
	cfg    Config
	voice  Voice
	tell   EarListener
	now    func() time.Time
	log    *slog.Logger
	open   func() (*device, error)
	feed   *earFeed
	wakeup chan struct{}

	mu     sync.Mutex
	line   []Sentences
	cut    int // counts what ended everything before it
	health Health
}

var errNameless = fmt.Errorf("the spoken guide needs the name of an output for headphones: %w", ErrConfig)

// NewEar returns an Ear. It opens nothing; Run does. The error wraps ErrConfig, also for a real sound system without a
// named Device: the guide plays to headphones or not at all.
func NewEar(cfg Config, v Voice, listen EarListener, now func() time.Time, log *slog.Logger) (*Ear, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Backend != Null && cfg.Device == "" {
		return nil, errNameless
	}
	e := &Ear{
		cfg: cfg, voice: v, tell: listen, now: now, log: log, feed: &earFeed{}, wakeup: make(chan struct{}, 1),
		health: Health{Condition: Opening, Since: now()},
	}
	e.open = func() (*device, error) { return openNamed(cfg, e.feed.fill, log) }
	return e, nil
}

// Say has sentences read, in place of those being read or after them. It returns at once; nothing older sounds any more
// once the device has played what it already holds.
func (e *Ear) Say(s Sentences) {
	e.mu.Lock()
	if !s.After {
		e.line = nil
		e.cut++
		e.feed.clip.Store(nil)
	}
	e.line = append(e.line, s)
	e.mu.Unlock()
	e.wake()
}

// Hush ends what is being read.
func (e *Ear) Hush() {
	e.mu.Lock()
	e.line = nil
	e.cut++
	e.feed.clip.Store(nil)
	e.mu.Unlock()
	e.wake()
}

func (e *Ear) wake() {
	select {
	case e.wakeup <- struct{}{}:
	default:
	}
}

// Health returns the state of the output now.
func (e *Ear) Health() Health {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.health
}

func (e *Ear) feel(condition Condition, backend Backend, fault string) {
	e.mu.Lock()
	if e.health.Condition != condition {
		e.health.Since = e.now()
	}
	before := e.health
	e.health.Condition, e.health.Backend, e.health.Fault = condition, backend, fault
	after := e.health
	e.mu.Unlock()
	if before != after && e.tell.Health != nil {
		e.tell.Health(after)
	}
}

// Run opens the output, reads what Say puts in line, opens the output again when it is lost, and returns nil when ctx ends
// and everything inside has ended. It is called once.
func (e *Ear) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	r := &earRun{
		Ear: e, backoff: e.cfg.Retry,
		devices: make(chan opened, 1), voices: make(chan read, 1),
	}
	defer func() {
		cancel()
		r.end()
	}()
	r.loop(ctx)
	return nil
}

// earRun is the life of an Ear between the start and the end of Run; it belongs to the goroutine of loop.
type earRun struct {
	*Ear

	dev     *device
	beats   uint64
	still   int
	backoff time.Duration
	retry   *time.Timer
	devices chan opened
	voices  chan read
	workers sync.WaitGroup

	saying  *Sentences // being read
	cutSeen int
	next    int // of its readings
	begun   bool
	making  bool // the voice is at work
	stop    context.CancelFunc
	clip    *clip
}

type read struct {
	cut int
	pcm voice.PCM
	err error
}

func (r *earRun) loop(ctx context.Context) {
	r.retry = time.NewTimer(0)
	defer r.retry.Stop()
	watch := time.NewTicker(r.cfg.Stall / looks)
	defer watch.Stop()
	opening := false
	for {
		r.advance(ctx)
		var lost, started, finished <-chan struct{}
		if r.dev != nil {
			lost = r.dev.lost
		}
		if r.clip != nil {
			started, finished = r.clip.started, r.clip.finished
		}
		select {
		case <-ctx.Done():
			return
		case <-r.wakeup:
		case <-r.retry.C:
			if !opening {
				opening = true
				r.workers.Go(func() {
					d, err := r.open()
					r.devices <- opened{d, err}
				})
			}
		case o := <-r.devices:
			opening = false
			r.take(o)
		case <-lost:
			r.lose("the output stopped")
		case <-watch.C:
			if r.stalled() {
				r.lose("the output asks for no samples")
			}
		case v := <-r.voices:
			r.voiced(v)
		case <-started:
			r.start()
		case <-finished:
			r.start() // of two signals that are ready, select takes either
			r.clip = nil
			r.next++
		}
	}
}

// advance gives up what was cut and has the next sentence made.
func (r *earRun) advance(ctx context.Context) {
	r.mu.Lock()
	cut := r.cut != r.cutSeen
	r.cutSeen = r.cut
	r.mu.Unlock()
	if cut && r.saying != nil {
		r.over(voice.Interrupted)
	}
	for {
		if r.saying == nil && !r.pop() {
			return
		}
		if r.dev == nil {
			r.over(voice.Unheard)
			continue
		}
		if r.clip != nil || r.making {
			return
		}
		if r.next >= len(r.saying.Readings) {
			r.over(voice.Finished)
			continue
		}
		r.make(ctx, r.saying.Readings[r.next])
		return
	}
}

func (r *earRun) pop() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.line) == 0 {
		return false
	}
	s := r.line[0]
	r.line = r.line[1:]
	r.saying, r.next, r.begun = &s, 0, false
	return true
}

// over ends the sentences at hand.
func (r *earRun) over(state voice.State) {
	if r.stop != nil {
		r.stop()
	}
	id := r.saying.ID
	r.saying, r.clip, r.making = nil, nil, false
	if r.tell.Heard != nil {
		r.tell.Heard(Heard{ID: id, State: state, At: r.now()})
	}
}

func (r *earRun) make(ctx context.Context, reading voice.Reading) {
	run := ctx
	ctx, cancel := context.WithTimeout(ctx, r.cfg.SpeakTimeout)
	r.making, r.stop = true, cancel
	lang, text, cut := reading.Lang, reading.SSML(r.saying.Speed), r.cutSeen
	if lang == "" {
		lang = voice.Portuguese
	}
	r.workers.Go(func() {
		defer cancel()
		pcm, err := r.voice.Speak(ctx, lang, text)
		select {
		case r.voices <- read{cut: cut, pcm: pcm, err: err}:
		case <-run.Done():
		}
	})
}

// betweenReadings is the pause after a sentence.
const betweenReadings = 220 * time.Millisecond

func (r *earRun) voiced(v read) {
	if v.cut != r.cutSeen || r.saying == nil || !r.making {
		return
	}
	r.making = false
	if v.err != nil {
		r.log.Warn("sentence is not spoken", "err", v.err)
		r.next++
		if r.next >= len(r.saying.Readings) && !r.begun {
			r.over(voice.Unheard)
		}
		return
	}
	sound := v.pcm.Core().Gain(voice.ReadingGain(r.saying.Volume))
	c := newClip(voice.Join(sound, voice.Silence(betweenReadings)).Bytes())
	r.mu.Lock()
	if r.cut == v.cut { // inside the lock: a cut ends all that was put before it
		r.clip = c
		r.feed.clip.Store(c)
	}
	r.mu.Unlock()
}

func (r *earRun) start() {
	if r.begun || r.saying == nil {
		return
	}
	r.begun = true
	if r.tell.Heard != nil {
		r.tell.Heard(Heard{ID: r.saying.ID, State: voice.Started, At: r.now()})
	}
}

func (r *earRun) take(o opened) {
	if o.err != nil {
		if r.Health().Condition == Opening {
			r.log.Warn("no headphones' output", "err", o.err)
		}
		r.feel(Lost, "", o.err.Error())
		r.retry.Reset(r.backoff/2 + rand.N(r.backoff/2+1))
		r.backoff = min(2*r.backoff, r.cfg.RetryMax)
		return
	}
	r.dev, r.beats, r.still, r.backoff = o.dev, r.feed.beats.Load(), -looks, r.cfg.Retry
	condition := Sounding
	if o.dev.backend == Null {
		condition = NullSink
	}
	r.feel(condition, o.dev.backend, "")
}

func (r *earRun) lose(why string) {
	r.log.Warn("headphones' output lost", "reason", why)
	r.feed.clip.Store(nil)
	r.workers.Go(r.dev.close)
	r.dev = nil
	if r.saying != nil {
		r.over(voice.Unheard)
	}
	r.feel(Lost, "", why)
	r.retry.Reset(r.backoff)
}

func (r *earRun) stalled() bool {
	if r.dev == nil {
		return false
	}
	if beats := r.feed.beats.Load(); beats != r.beats {
		r.beats, r.still = beats, 0
		return false
	}
	r.still++
	return r.still >= looks
}

// end waits for everything that was started and closes the output.
func (r *earRun) end() {
	if r.dev != nil {
		r.workers.Go(r.dev.close)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		r.workers.Wait()
		select {
		case o := <-r.devices:
			if o.dev != nil {
				o.dev.close()
			}
		default:
		}
	}()
	timer := time.NewTimer(farewell)
	defer timer.Stop()
	select {
	case <-over:
	case <-timer.C:
		r.log.Warn("sound server does not let go")
	}
}

// earFeed passes one clip to the device's thread. Taking the clip away silences the device at its next question.
type earFeed struct {
	clip  atomic.Pointer[clip]
	beats atomic.Uint64
}

// fill is the device's callback: it copies what there is and silences the rest. It takes no lock, allocates nothing and
// never waits.
func (f *earFeed) fill(out []byte) {
	f.beats.Add(1)
	n := 0
	if c := f.clip.Load(); c != nil {
		if c.pos == 0 {
			c.started <- struct{}{}
		}
		n = copy(out, c.pcm[c.pos:])
		c.pos += n
		if c.pos == len(c.pcm) && f.clip.CompareAndSwap(c, nil) {
			c.finished <- struct{}{}
		}
	}
	clear(out[n:])
}
