package audio

import (
	"context"
	"fmt"
	"testing"

	"balcao/kiosk/audio/audiotest"
	"balcao/kiosk/voice"
)

// BenchmarkSpeakCold is a call that was never spoken before.
func BenchmarkSpeakCold(b *testing.B) {
	audiotest.Require(b, "espeak-ng")
	e := NewEspeak("")
	for i := 0; b.Loop(); i++ {
		p := voice.Phrase{Number: voice.Number{Prefix: "A", Value: i%voice.MaxValue + 1}, CounterLabel: fmt.Sprint(i)}
		pcm, err := e.Speak(context.Background(), voice.Portuguese, p.SSML(voice.Portuguese))
		if err != nil {
			b.Fatal(err)
		}
		voice.Call(pcm).Bytes()
	}
}

// BenchmarkSpeakCached is a recall.
func BenchmarkSpeakCached(b *testing.B) {
	audiotest.Require(b, "espeak-ng")
	e := NewEspeak("")
	ssml := a23("").SSML(voice.Portuguese)
	for b.Loop() {
		pcm, err := e.Speak(context.Background(), voice.Portuguese, ssml)
		if err != nil {
			b.Fatal(err)
		}
		voice.Call(pcm).Bytes()
	}
}

// BenchmarkSayToFirstSample is from Say to the first sample handed to the
// device, with a voice that has to be made each time; the null sink asks for
// samples at the pace of a real one.
func BenchmarkSayToFirstSample(b *testing.B) {
	audiotest.Require(b, "espeak-ng")
	h := listen(b, NewEspeak(""), func(c *Config) { c.Backend, c.Buffer = Null, Default().Buffer })
	h.health(NullSink)
	var total, worst float64
	n := 0
	for b.Loop() {
		n++
		p := voice.Phrase{ID: fmt.Sprint(n), Number: voice.Number{Prefix: "A", Value: n}, CounterLabel: "3"}
		said := h.now()
		h.say(p)
		started := h.state(voice.Started)
		ms := started.At.Sub(said).Seconds() * 1000
		total += ms
		worst = max(worst, ms)
		b.StopTimer()
		h.state(voice.Finished)
		b.StartTimer()
	}
	b.ReportMetric(total/float64(n), "ms/first-sample")
	b.ReportMetric(worst, "ms/worst")
}
