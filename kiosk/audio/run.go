package audio

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"balcao/kiosk/voice"
)

// run is the life of a Player between the start and the end of Run. Everything
// in it belongs to the goroutine of loop.
type run struct {
	*Player

	dev     *device // nil while there is none
	spare   *device // a real one, to replace the null sink after the call in it
	beats   uint64  // of dev's feed, when last looked at
	still   int     // for how many looks they have not changed
	opening bool    // an attempt to open a real device is under way
	backoff time.Duration
	retry   *time.Timer
	late    bool // the device has been away for longer than patience

	job     *job          // the call being made or played
	ahead   voice.Phrase  // the call last made beforehand
	making  chan struct{} // full while one is
	devices chan opened
	voices  chan spoken
	workers sync.WaitGroup
}

// looks is how often a device that may have stalled is looked at before it is
// taken for lost.
const looks = 4

// farewell is how long Run waits at its end for a sound server that does not
// answer; what still hangs then is left to the end of the process.
const farewell = 5 * time.Second

// job is one call from its turn to its end.
type job struct {
	phrase    voice.Phrase
	clip      *clip // nil until the voice is done
	chimeOnly bool
}

type opened struct {
	dev *device
	err error
}

type spoken struct {
	job    *job // nil for the trial at the start
	voices []voice.PCM
	err    error
}

func newRun(p *Player) *run {
	return &run{
		Player:  p,
		backoff: p.cfg.Retry,
		making:  make(chan struct{}, 1),
		devices: make(chan opened, 1), // one attempt at a time
		voices:  make(chan spoken, 2), // the trial and one call
	}
}

func (r *run) loop(ctx context.Context) {
	r.retry = time.NewTimer(0)
	defer r.retry.Stop()
	patience := time.NewTimer(r.cfg.Patience)
	defer patience.Stop()
	watch := time.NewTicker(r.cfg.Stall / looks)
	defer watch.Stop()

	r.try(ctx)
	for {
		r.advance(ctx)
		select {
		case <-ctx.Done():
			return
		case <-r.wakeup:
		case <-r.retry.C:
			r.reopen()
		case o := <-r.devices:
			if r.take(o) {
				patience.Stop()
				r.late = false
			}
		case <-r.lost():
			r.lose("the device stopped")
			patience.Reset(r.cfg.Patience)
		case <-watch.C:
			if r.stalled() {
				r.lose("the device asks for no samples")
				patience.Reset(r.cfg.Patience)
			}
		case <-patience.C:
			r.late = r.dev == nil
		case s := <-r.voices:
			r.voiced(s)
		case <-r.started():
			r.start()
		case <-r.finished():
			r.finish()
		}
	}
}

// advance tells what was replaced, gives up what is too late, and has the next
// call made when there is a device to play it.
func (r *run) advance(ctx context.Context) {
	if r.spare != nil && r.job == nil {
		d := r.spare
		r.spare = nil
		r.shut()
		r.use(d)
	}

	r.mu.Lock()
	replaced := r.gone
	r.gone = nil
	var unheard []voice.Phrase
	if r.dev == nil && r.late {
		unheard = r.queue.Clear()
	}
	var next voice.Phrase
	var ok bool
	if r.dev != nil {
		var old []voice.Phrase
		next, old, ok = r.queue.Next(r.now())
		unheard = append(unheard, old...)
	}
	r.mu.Unlock()

	for _, ph := range replaced {
		r.utter(r.told(ph, voice.Replaced))
	}
	for _, ph := range unheard {
		r.utter(r.told(ph, voice.Unheard))
	}
	if ok {
		r.job = &job{phrase: next}
		r.speak(ctx, r.job)
	}
	r.prepare(ctx)
}

// prepare has the voice say the next call while one sounds, and drops it: said again at its turn it is remembered, and a
// rush loses no time between calls. What is made for nothing, because the line has changed by then, costs its making alone.
func (r *run) prepare(ctx context.Context) {
	if r.job == nil || r.job.clip == nil {
		return
	}
	r.mu.Lock()
	p, ok := r.queue.Upcoming(r.now())
	r.mu.Unlock()
	if !ok || p == r.ahead {
		return
	}
	select {
	case r.making <- struct{}{}:
	default:
		return // looked at again at the next thing that happens
	}
	r.ahead = p
	r.workers.Go(func() {
		defer func() { <-r.making }()
		ctx, cancel := context.WithTimeout(ctx, r.cfg.SpeakTimeout)
		defer cancel()
		for _, lang := range p.Languages() {
			if _, err := r.voice.Speak(ctx, lang, p.SSML(lang)); err != nil {
				return // said again at its turn, and told then
			}
		}
	})
}

// try has the voice say a letter that nobody hears: it tells at the start
// whether there is a voice, and warms it for the first call.
func (r *run) try(ctx context.Context) {
	r.workers.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, r.cfg.SpeakTimeout)
		defer cancel()
		_, err := r.voice.Speak(ctx, voice.Portuguese, "<speak>a</speak>")
		r.voices <- spoken{err: err}
	})
}

func (r *run) speak(ctx context.Context, j *job) {
	r.workers.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, r.cfg.SpeakTimeout)
		defer cancel()
		s := spoken{job: j}
		for _, lang := range j.phrase.Languages() {
			pcm, err := r.voice.Speak(ctx, lang, j.phrase.SSML(lang))
			if err != nil {
				s.err = err
				break
			}
			s.voices = append(s.voices, pcm)
		}
		r.voices <- s
	})
}

// voiced hands a call to the device. Without a voice the chime sounds alone:
// it makes people look at the board.
func (r *run) voiced(s spoken) {
	fault := ""
	if s.err != nil {
		fault = s.err.Error()
	}
	r.feel(func(h *Health) { h.VoiceFault = fault })
	if s.job == nil {
		if s.err != nil {
			r.log.Warn("no voice, calls will sound as a chime alone", "err", s.err)
		}
		return
	}
	if s.err != nil {
		r.log.Warn("call is not spoken", "ticket", s.job.phrase.Number.String(), "err", s.err)
	}
	if r.dev == nil { // lost meanwhile
		r.again()
		return
	}
	s.job.chimeOnly = len(s.voices) == 0
	s.job.clip = newClip(s.job.phrase.Manner.Sound(s.voices...).Bytes())
	r.dev.feed.next.Store(s.job.clip)
}

func (r *run) start() {
	u := r.told(r.job.phrase, voice.Started)
	u.ChimeOnly = r.job.chimeOnly
	r.utter(u)
}

func (r *run) finish() {
	r.catchUp()
	u := r.told(r.job.phrase, voice.Finished)
	u.ChimeOnly = r.job.chimeOnly
	u.PCM = r.job.clip.hash()
	r.job = nil
	r.mu.Lock()
	r.queue.Done()
	r.mu.Unlock()
	r.utter(u)
}

// catchUp tells the start of a call whose end is already known: of two signals
// that are ready, select takes either.
func (r *run) catchUp() {
	select {
	case <-r.started():
		r.start()
	default:
	}
}

// again puts the call at hand back to the front of the line.
func (r *run) again() {
	r.job = nil
	r.mu.Lock()
	r.gone = append(r.gone, r.queue.Again()...)
	r.mu.Unlock()
}

// reopen starts an attempt at a real device, unless one is under way.
func (r *run) reopen() {
	if r.opening {
		return
	}
	r.opening = true
	r.workers.Go(func() {
		d, err := r.open()
		r.devices <- opened{d, err}
	})
}

// take keeps an opened device, or arranges the next attempt. It reports whether
// there is a device now.
func (r *run) take(o opened) bool {
	r.opening = false
	if o.err == nil {
		r.backoff = r.cfg.Retry
		if r.dev != nil && r.job != nil {
			r.spare = o.dev // a call is not cut, not even in the null sink
			return true
		}
		r.shut()
		r.use(o.dev)
		return true
	}
	if r.Health().Condition == Opening {
		r.log.Warn("no sound device", "err", o.err)
	}
	wait := r.backoff/2 + rand.N(r.backoff/2+1)
	r.backoff = min(2*r.backoff, r.cfg.RetryMax)
	r.retry.Reset(wait)
	if r.dev == nil && r.cfg.NullFallback {
		if d, err := openDevice(r.cfg, Null, r.log); err == nil {
			r.use(d)
		}
	}
	r.feel(func(h *Health) {
		h.Fault = o.err.Error()
		if r.dev == nil {
			h.Condition, h.Backend, h.Device = Lost, "", ""
		}
	})
	return r.dev != nil
}

func (r *run) use(d *device) {
	// A sound server may let its first request wait: twice the time, once.
	r.dev, r.beats, r.still = d, d.feed.beats.Load(), -looks
	r.feel(func(h *Health) {
		h.Condition, h.Backend, h.Device, h.Fault = Sounding, d.backend, d.name, ""
		if d.backend == Null {
			h.Condition = NullSink
		}
	})
	r.log.Info("sound device open", "backend", string(d.backend))
}

// lose gives the device up, keeps the call it was playing for the next one, and
// starts over.
func (r *run) lose(why string) {
	r.log.Warn("sound device lost", "backend", string(r.dev.backend), "reason", why)
	r.shut()
	r.feel(func(h *Health) { h.Condition, h.Backend, h.Device, h.Fault = Lost, "", "", why })
	r.salvage()
	r.backoff = r.cfg.Retry
	if !r.opening {
		r.retry.Reset(r.backoff)
	}
}

// salvage sees to the call that a lost device was playing: it is over if its
// last sample went out, and else returns to the front of the line.
func (r *run) salvage() {
	if r.job == nil || r.job.clip == nil {
		return // still being made
	}
	select {
	case <-r.finished():
		r.finish()
		return
	default:
	}
	r.catchUp()
	if _, sounding := r.Speaking(); sounding {
		r.utter(r.told(r.job.phrase, voice.Interrupted))
	}
	r.again()
}

// shut closes the device in use, if any. A lost device may take its time, in
// which the next one is already opened.
func (r *run) shut() {
	r.dispose(r.dev)
	r.dev = nil
}

func (r *run) dispose(d *device) {
	if d != nil {
		r.workers.Go(d.close)
	}
}

// end waits for everything that was started and closes every device, those
// included that arrived too late.
func (r *run) end() {
	over := make(chan struct{})
	r.shut()
	r.dispose(r.spare)
	go func() {
		defer close(over)
		r.workers.Wait()
		select {
		case o := <-r.devices:
			r.dispose(o.dev)
			r.workers.Wait()
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

func (r *run) stalled() bool {
	if r.dev == nil {
		return false
	}
	if beats := r.dev.feed.beats.Load(); beats != r.beats {
		r.beats, r.still = beats, 0
		return false
	}
	r.still++
	return r.still >= looks
}

// lost, started and finished give the channels that matter now; a nil channel
// never fires.
func (r *run) lost() <-chan struct{} {
	if r.dev == nil {
		return nil
	}
	return r.dev.lost
}

func (r *run) started() <-chan struct{} {
	if r.job == nil || r.job.clip == nil {
		return nil
	}
	return r.job.clip.started
}

func (r *run) finished() <-chan struct{} {
	if r.job == nil || r.job.clip == nil {
		return nil
	}
	return r.job.clip.finished
}
