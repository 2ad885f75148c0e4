package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"balcao/internal/wire"
	"balcao/kiosk/audio"
	"balcao/kiosk/voice"
)

// board has the calls spoken that appear on the callboard, in their order. What is on the board when the program
// starts is shown and not spoken: the hall has heard it.
type board struct {
	app     *App
	speaker speaker // nil when sound is off

	mu      sync.Mutex
	day     string
	heard   map[int]int // visit → calls of it that were seen
	started bool
	saying  string // id of the phrase whose words are shown
}

// speaker puts a call in line to be spoken.
type speaker interface {
	Say(ctx context.Context, p voice.Phrase) error
}

// oldCall is the age from which a call is not spoken any more, after a time without the branch: spoken late it sends
// people to the wrong counter.
const oldCall = voice.Late

func newBoard(a *App) *board { return &board{app: a, heard: map[int]int{}} }

// hear takes in a board of this box's zone and puts its new calls in line, oldest first.
func (b *board) hear(w wire.Board) {
	for _, p := range b.fresh(w) {
		if b.speaker == nil {
			continue
		}
		if err := b.speaker.Say(context.Background(), p); err != nil {
			b.app.log.Warn("call not spoken", "call", p.ID, "err", err)
		}
	}
}

// fresh returns the calls that were not on any board before.
func (b *board) fresh(w wire.Board) []voice.Phrase {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.Day != b.day {
		b.day = w.Day
		clear(b.heard)
	}
	silent := !b.started
	b.started = true
	var phrases []voice.Phrase
	for _, c := range slices.Backward(w.Calls) {
		if c.Count <= b.heard[c.ID] {
			continue
		}
		b.heard[c.ID] = c.Count
		if silent || w.AtMS-c.AtMS > oldCall.Milliseconds() {
			continue
		}
		p, err := phrase(w.Day, c)
		if err != nil {
			b.app.log.Warn("call cannot be spoken", "ticket", c.Number, "err", err)
			continue
		}
		p.At = b.app.clock.Now().Add(-time.Duration(max(0, w.AtMS-c.AtMS)) * time.Millisecond)
		phrases = append(phrases, p)
	}
	return phrases
}

// phrase is how a call is spoken: in Portuguese, and in the ticket's language where there is a voice for it.
func phrase(day string, c wire.BoardCall) (voice.Phrase, error) {
	number, err := voice.ParseNumber(c.Number)
	if err != nil {
		return voice.Phrase{}, err
	}
	p := voice.Phrase{ID: fmt.Sprintf("%s/%d/%d", day, c.ID, c.Count), Number: number, CounterLabel: c.Counter}
	if c.Say {
		p.Body = c.Body
	}
	for _, lang := range voice.Langs() {
		if string(lang) == c.Lang && lang != voice.Portuguese {
			p.Second = lang
		}
	}
	return p, p.Validate()
}

// said shows the words while the voice says them.
func (b *board) said(u voice.Utterance) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case u.State == voice.Started:
		b.saying = u.ID
		text := u.Text
		if u.SecondText != "" {
			text += " · " + u.SecondText
		}
		b.app.screen.ShowUtterance(text, string(u.Lang))
	case u.ID == b.saying:
		b.saying = ""
		b.app.screen.ShowUtterance("", "")
	}
	if u.State != voice.Started {
		b.app.log.Info("call", "call", u.ID, "state", string(u.State), "chime_only", u.ChimeOnly)
	}
}

// heardSound takes in how the loudspeaker is.
func (a *App) heardSound(h audio.Health) {
	state := stateStarting
	switch {
	case h.Condition == audio.Lost:
		state = stateAbsent
	case h.VoiceFault != "":
		state = "no_voice"
	case h.Condition == audio.Sounding:
		state = stateReady
	case h.Condition == audio.NullSink:
		state = stateNull
	}
	a.devices.report(deviceSound, state)
}
