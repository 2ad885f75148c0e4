package audio

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"balcao/kiosk/audio/audiotest"
	"balcao/kiosk/voice"
)

// heardCall is where one announcement is in a recording, in bytes.
type heardCall struct {
	from, to int
	manner   voice.Manner
	exact    bool // in one piece, sample for sample; else a busy machine put silence between its parts
}

// piece is how much of a sound is looked for at once where it is not found as a whole: a fiftieth of a second.
const piece = 2 * 22050 / 50

// find looks for a call after a place in a recording, said in any manner: in one piece, or all its pieces in their order
// with nothing but silence between them.
func find(t *testing.T, v Voice, recording []byte, after int, p voice.Phrase) (heardCall, bool) {
	t.Helper()
	best := heardCall{from: len(recording)}
	for _, m := range []voice.Manner{voice.Whole, voice.Short, voice.Brief} {
		p.Manner = m
		var voices []voice.PCM
		for _, lang := range p.Languages() {
			pcm, err := v.Speak(context.Background(), lang, p.SSML(lang))
			if err != nil {
				t.Fatalf("speak: %v", err)
			}
			voices = append(voices, pcm)
		}
		sound := m.Sound(voices...).Core().Bytes()
		if i := bytes.Index(recording[after:], sound); i >= 0 && after+i < best.from {
			best = heardCall{after + i, after + i + len(sound), m, true}
		} else if from, to, whole := inPieces(recording, after, sound); whole && from < best.from {
			best = heardCall{from, to, m, false}
		}
	}
	return best, best.from < len(recording)
}

// inPieces tells whether all of a sound is there, from its first loud part on, with at most silence put in.
func inPieces(recording []byte, after int, sound []byte) (from, to int, whole bool) {
	from, at := -1, after
	for len(sound) > 0 {
		n := min(piece, len(sound))
		part := sound[:n]
		sound = sound[n:]
		if len(bytes.Trim(part, "\x00")) == 0 {
			continue
		}
		i := bytes.Index(recording[at:], part)
		if i < 0 {
			return 0, 0, false
		}
		if from < 0 {
			from = at + i
		} else if len(bytes.Trim(recording[at:at+i], "\x00")) > 0 {
			return 0, 0, false
		}
		at += i + n
	}
	return from, at, from >= 0
}

// TestARushIsHeardInTheRecording says fifty calls of one minute to a real sound server and looks for each in what reached
// its loudspeaker: all are there, in order, none is cut or spoken over, nothing else sounds, none begins two minutes after
// its call, and the sentences grow shorter with the line of calls. It takes as long as it takes to say them.
func TestARushIsHeardInTheRecording(t *testing.T) {
	if os.Getenv("BALCAO_SOAK") == "" {
		t.Skip("two and a half minutes of calls: BALCAO_SOAK=1")
	}
	listens(t)
	const calls = 50
	server := audiotest.Start(t)
	v := NewEspeak("")
	// The buffer is that of a box: a longer one is silence between calls. Where the machine stutters, the pieces are looked for.
	h := listen(t, v, func(c *Config) { c.Backend, c.Server, c.Buffer = Pulse, server.Address(), Default().Buffer })
	h.health(Sounding)
	recording := server.Capture(t)
	began := time.Now()
	phrases := make([]voice.Phrase, calls)
	for i := range phrases {
		phrases[i] = voice.Phrase{
			ID: fmt.Sprint(i), Number: voice.Number{Prefix: "H", Value: 123 + i}, CounterLabel: fmt.Sprintf("Balcão %d", 10+i%30),
		}
		if i%10 == 0 {
			phrases[i].Second = voice.English
		}
	}
	called := make([]time.Time, calls)
	every := time.NewTicker(time.Minute / calls)
	defer every.Stop()
	for i := range phrases {
		called[i] = time.Now()
		phrases[i].At = called[i]
		h.say(phrases[i])
		<-every.C
	}
	for range calls {
		h.state(voice.Started)
		h.state(voice.Finished)
	}
	heard := recording.Stop(t)

	manners := map[voice.Manner]int{}
	oldest, stutters, at := time.Duration(0), 0, 0
	for i, p := range phrases {
		c, ok := find(t, v, heard, at, p)
		if !ok {
			t.Fatalf("%s is not heard whole after the call before it", p.Number)
		}
		if between := bytes.Trim(heard[at:c.from], "\x00"); len(between) > 0 {
			t.Errorf("something else sounds before %s: %d bytes", p.Number, len(between))
		}
		if !c.exact {
			stutters++
		}
		age := began.Add(time.Duration(c.from/2) * time.Second / 22050).Sub(called[i])
		if age >= voice.Late {
			t.Errorf("%s is heard %v after it was called", p.Number, age.Round(time.Second))
		}
		oldest = max(oldest, age)
		manners[c.manner]++
		at = c.to
	}
	if rest := bytes.Trim(heard[at:], "\x00"); len(rest) > 0 {
		t.Errorf("something sounds after the last call: %d bytes", len(rest))
	}
	if manners[voice.Whole] == 0 || manners[voice.Brief] < calls/2 {
		t.Errorf("the sentences do not follow the line of calls: %v", manners)
	}
	t.Logf("%d calls in order and whole; the oldest begins %v after its call; whole, short, brief: %d, %d, %d; %d with silence of a busy machine inside; %v in all",
		calls, oldest.Round(time.Second), manners[voice.Whole], manners[voice.Short], manners[voice.Brief], stutters, time.Since(began).Round(time.Second))
}
