package audio

import (
	"fmt"
	"testing"
	"time"

	"balcao/kiosk/voice"
)

// TestARushIsSpokenToItsEnd says fifty calls of one minute through espeak-ng and miniaudio's null device, which keeps
// the pace of a real one: every call is spoken, in order, whole, and begun within two minutes.
func TestARushIsSpokenToItsEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("takes nearly three minutes")
	}
	t.Parallel()
	const calls = 50
	h := listen(t, NewEspeak(""), func(c *Config) { c.Backend, c.Buffer = Null, 160*time.Millisecond })
	h.health(NullSink)
	go func() {
		every := time.NewTicker(time.Minute / calls)
		defer every.Stop()
		for i := range calls {
			p := voice.Phrase{
				ID: fmt.Sprint(i), Number: voice.Number{Prefix: "A", Value: i + 1}, CounterLabel: fmt.Sprintf("Balcão %d", 1+i%40),
				At: time.Now(),
			}
			if err := h.player.Say(t.Context(), p); err != nil {
				t.Errorf("say: %v", err)
			}
			<-every.C
		}
	}()
	began := time.Now()
	oldest, brief := time.Duration(0), 0
	for i := range calls {
		started := h.state(voice.Started)
		if started.ID != fmt.Sprint(i) {
			t.Fatalf("call %s is spoken as the %d.", started.ID, i+1)
		}
		called := began.Add(time.Duration(i) * time.Minute / calls)
		oldest = max(oldest, started.At.Sub(called))
		if started.Text[0] == 'A' {
			brief++
		}
		if ended := h.state(voice.Finished); ended.PCM == "" || ended.ChimeOnly {
			t.Errorf("call %s: %+v", ended.ID, ended)
		}
	}
	t.Logf("the oldest was begun %v after its call; %d of %d were said briefly; all in %v", oldest.Round(time.Second), brief, calls, time.Since(began).Round(time.Second))
}
