package audio

import (
	"bytes"
	"container/list"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"time"

	"balcao/kiosk/voice"
)

// ErrNoEngine is the error under every call that stays unspoken because the
// speech engine is not installed.
var ErrNoEngine = errors.New("speech engine is not installed")

// How espeak-ng speaks a call: words a minute and the gap between words in
// tens of milliseconds. Slower than talk, for a hall.
const (
	speakSpeed = "140"
	speakGap   = "4"
)

// cacheBytes bounds the cached speech: about thirty calls, so that a recall
// costs nothing and the box's memory stays small.
const cacheBytes = 4 << 20

// Espeak has text spoken by the espeak-ng program, started anew for each text:
// its licence (GPL-3) asks for a process of its own, and 10 ms is nothing. It
// is safe for use by several goroutines.
type Espeak struct {
	program string

	mu     sync.Mutex
	cached map[string]*list.Element
	recent *list.List // of speech, most recent first
	bytes  int
}

type speech struct {
	key string
	pcm voice.PCM
}

// NewEspeak returns a voice that runs program, a path or a name to be looked up
// in PATH at each use; empty means "espeak-ng".
func NewEspeak(program string) *Espeak {
	if program == "" {
		program = "espeak-ng"
	}
	return &Espeak{program: program, cached: map[string]*list.Element{}, recent: list.New()}
}

// Speak returns the sound of an SSML text in lang. The result is shared with
// later callers and must not be changed. It ends with ctx. The error wraps
// ErrNoEngine when the program is absent and voice.ErrWAV when it produced no
// usable sound.
func (e *Espeak) Speak(ctx context.Context, lang voice.Lang, ssml string) (voice.PCM, error) {
	name, ok := voice.EngineVoice(lang)
	if !ok {
		return nil, fmt.Errorf("speak in %q: %w", string(lang), voice.ErrPhrase)
	}
	key := name + "\x00" + ssml
	if pcm, ok := e.lookup(key); ok {
		return pcm, nil
	}
	pcm, err := e.run(ctx, name, ssml)
	if err != nil {
		return nil, fmt.Errorf("speak in %s: %w", lang, err)
	}
	e.keep(key, pcm)
	return pcm, nil
}

func (e *Espeak) run(ctx context.Context, name, ssml string) (voice.PCM, error) {
	path, err := exec.LookPath(e.program)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoEngine, err)
	}
	out := &bounded{limit: 44 + 2*len(voice.Silence(voice.MaxSpeech))}
	said := &bounded{limit: 512}
	// The text is one argument of its own after "--": no shell, no option.
	cmd := exec.CommandContext(ctx, path, "-m", "-v", name, "-s", speakSpeed, "-g", speakGap, "--stdout", "--", ssml)
	cmd.Stdout, cmd.Stderr = out, said
	// A grandchild that holds the pipes must not hold the call.
	cmd.WaitDelay = 500 * time.Millisecond
	if err := cmd.Run(); err != nil {
		switch {
		case ctx.Err() != nil:
			err = context.Cause(ctx)
		case out.over: // Run tells of the broken pipe, its consequence
			err = errTooMuch
		}
		return nil, fmt.Errorf("run %s: %w%s", e.program, err, said.quoted())
	}
	pcm, err := voice.DecodeWAV(out.buf.Bytes())
	if err != nil {
		return nil, fmt.Errorf("read the sound of %s: %w%s", e.program, err, said.quoted())
	}
	return pcm, nil
}

func (e *Espeak) lookup(key string) (voice.PCM, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	el, ok := e.cached[key]
	if !ok {
		return nil, false
	}
	e.recent.MoveToFront(el)
	return el.Value.(speech).pcm, true
}

func (e *Espeak) keep(key string, pcm voice.PCM) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.cached[key]; ok {
		return
	}
	e.cached[key] = e.recent.PushFront(speech{key, pcm})
	e.bytes += 2 * len(pcm)
	for e.bytes > cacheBytes {
		el := e.recent.Back()
		old := e.recent.Remove(el).(speech)
		delete(e.cached, old.key)
		e.bytes -= 2 * len(old.pcm)
	}
}

// errTooMuch ends a program that writes more than any call can need.
var errTooMuch = errors.New("more output than a call can hold")

// bounded is a buffer with an end. It does not embed the Buffer, whose ReadFrom
// io.Copy would prefer to Write.
type bounded struct {
	buf   bytes.Buffer
	limit int
	over  bool // more was written than it holds
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.buf.Len()+len(p) > b.limit {
		b.over = true
		return 0, errTooMuch
	}
	return b.buf.Write(p)
}

func (b *bounded) quoted() string {
	s := strings.TrimSpace(b.buf.String())
	if s == "" {
		return ""
	}
	return fmt.Sprintf(" (it says %q)", s)
}
