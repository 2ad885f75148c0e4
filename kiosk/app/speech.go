package app

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"balcao/kiosk/audio"
	"balcao/kiosk/voice"
)

// speechKept is how many utterances the log holds.
const speechKept = 200

// Spoken is one utterance of the spoken guide, as its log tells it.
type Spoken struct {
	N      uint64 `json:"n"`
	AtMS   int64  `json:"at"`     // Unix milliseconds at which it was to be said
	Lang   string `json:"lang"`   // of its first sentence
	Text   string `json:"text"`   // as it is heard
	Output string `json:"output"` // headphones, or nowhere
	Volume int    `json:"volume"` // in steps around the usual
	Speed  int    `json:"speed"`
	After  bool   `json:"after,omitempty"` // it waited for the one before
	State  string `json:"state,omitempty"` // how far it has come, as voice.State has it
	EndMS  int64  `json:"end,omitempty"`   // when it was over, however it ended
}

// speech is what the guide said in the present session, in memory and nowhere else. It is forgotten when the session ends.
type speech struct {
	mu    sync.Mutex
	lines []Spoken
	sound map[uint64]audio.Sentences
}

func newSpeech() *speech { return &speech{sound: map[uint64]audio.Sentences{}} }

// note takes down what is to be said. What ends a session is the first line after everything before was forgotten.
func (s *speech) note(what audio.Sentences, aloud, going bool, at time.Time) {
	line := Spoken{
		N: what.ID, AtMS: at.UnixMilli(), Output: "nowhere", Volume: what.Volume, Speed: what.Speed, After: what.After,
	}
	if aloud {
		line.Output = "headphones"
	} else {
		line.State = string(voice.Unheard)
	}
	var words []string
	for _, r := range what.Readings {
		if line.Lang == "" {
			line.Lang = string(r.Lang)
		}
		words = append(words, r.Shown())
	}
	line.Text = strings.Join(words, " ")
	if going {
		s.clear()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
	s.sound[line.N] = what
	if len(s.lines) > speechKept {
		delete(s.sound, s.lines[0].N)
		s.lines = append([]Spoken(nil), s.lines[1:]...)
	}
}

func (s *speech) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = nil
	clear(s.sound)
}

func (s *speech) heard(h audio.Heard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.lines {
		if l := &s.lines[i]; l.N == h.ID {
			l.State = string(h.State)
			if h.State != voice.Started {
				l.EndMS = h.At.UnixMilli()
			}
		}
	}
}

// after are the lines that came after one.
func (s *speech) after(n uint64) []Spoken {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Spoken{}
	for _, l := range s.lines {
		if l.N > n {
			list = append(list, l)
		}
	}
	return list
}

// serveLog answers what was said after a line, GET /fala?after=12.
func (s *speech) serveLog(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64) // none is from the beginning
	answer(w, map[string]any{"said": s.after(n)})
}

// serveSound is an utterance as sound, GET /fala/12.wav, for whoever tries a kiosk far from its headphones.
func (s *speech) serveSound(w http.ResponseWriter, r *http.Request) {
	name, isSound := strings.CutSuffix(r.PathValue("file"), ".wav")
	n, err := strconv.ParseUint(name, 10, 64)
	s.mu.Lock()
	what, known := s.sound[n]
	s.mu.Unlock()
	if err != nil || !isSound || !known {
		http.NotFound(w, r)
		return
	}
	pcm, err := wholeSound(r.Context(), what)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(voice.EncodeWAV(pcm)) // whoever asked may have gone
}

// soundWithin bounds the voice's work on a whole screen.
const soundWithin = 10 * time.Second

func wholeSound(ctx context.Context, what audio.Sentences) (voice.PCM, error) {
	ctx, cancel := context.WithTimeout(ctx, soundWithin)
	defer cancel()
	engine := audio.NewEspeak("")
	var parts []voice.PCM
	for _, r := range what.Readings {
		pcm, err := engine.Speak(ctx, r.Lang, r.SSML(what.Speed))
		if err != nil {
			return nil, err
		}
		parts = append(parts, pcm.Core().Gain(voice.ReadingGain(what.Volume)), voice.Silence(200*time.Millisecond))
	}
	if len(parts) == 0 {
		return nil, errors.New("nothing was said")
	}
	return voice.Join(parts...), nil
}
