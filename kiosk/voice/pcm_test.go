package voice

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"
	"time"
)

func peak(p PCM) int {
	m := 0
	for _, s := range p {
		m = max(m, max(int(s), -int(s)))
	}
	return m
}

func TestTheChimeIsShortSoftAndAudible(t *testing.T) {
	c := Chime()
	if d := c.Duration(); d > time.Second || d < 500*time.Millisecond {
		t.Errorf("chime lasts %v", d)
	}
	if p := peak(c); p < math.MaxInt16/4 || p > math.MaxInt16*7/10 {
		t.Errorf("chime peaks at %d", p)
	}
	if first, last := peak(c[:20]), peak(c[len(c)-20:]); first > 1000 || last > 100 {
		t.Errorf("chime starts at %d and ends at %d: it clicks", first, last)
	}
	for i := 1; i < len(c); i++ {
		if step := int(c[i]) - int(c[i-1]); step > 5000 || step < -5000 {
			t.Fatalf("chime jumps by %d at sample %d", step, i)
		}
	}
	early, late := c[Rate/10:Rate/4], c[Rate/2:Rate*7/10]
	if power(early, chimeHigh) < 10*power(early, chimeLow) || power(late, chimeLow) < 2*power(late, chimeHigh) {
		t.Error("the second tone does not follow the first")
	}
}

// power is the sound's power at one frequency (Goertzel).
func power(p PCM, hertz float64) float64 {
	var re, im float64
	for i, s := range p {
		a := 2 * math.Pi * hertz * float64(i) / Rate
		re += float64(s) * math.Cos(a)
		im += float64(s) * math.Sin(a)
	}
	return re*re + im*im
}

func TestGainRaisesAndNeverClips(t *testing.T) {
	quiet := PCM{1000, -2000, 0, 3000}
	if got := quiet.Gain(2.5); !slices.Equal(got, PCM{1334, -2667, 0, 4001}) {
		t.Errorf("raised by 2.5 dB: %v", got)
	}
	loud := PCM{30, 28000, -28000}
	if got := peak(loud.Gain(6)); got > ceiling || got < 28000 {
		t.Errorf("guarded peak = %d", got)
	}
	full := PCM{math.MinInt16, math.MaxInt16}
	if got := full.Gain(6); !slices.Equal(got, full) {
		t.Errorf("full scale became %v", got)
	}
	if got := (PCM{}).Gain(3); len(got) != 0 {
		t.Errorf("nothing became %v", got)
	}
}

func TestBytesAndSamplesAreTheSame(t *testing.T) {
	p := PCM{0, 1, -1, math.MaxInt16, math.MinInt16, 0x1234}
	if got := FromBytes(p.Bytes()); !slices.Equal(got, p) {
		t.Errorf("came back as %v", got)
	}
	if got := p.Bytes()[10:]; got[0] != 0x34 || got[1] != 0x12 {
		t.Errorf("0x1234 is written % x", got)
	}
}

func TestCoreHasNoZerosAround(t *testing.T) {
	if got := (PCM{0, 0, 5, 0, 6, 0}).Core(); !slices.Equal(got, PCM{5, 0, 6}) {
		t.Errorf("core = %v", got)
	}
	if got := Silence(time.Second).Core(); len(got) != 0 {
		t.Errorf("core of silence has %d samples", len(got))
	}
}

func TestACallIsChimePauseVoice(t *testing.T) {
	voice := PCM{1000, -1000, 1000}
	one := Call(voice)
	chime := len(Chime())
	if !slices.Equal(one[:chime], Chime()) {
		t.Error("no chime at the start")
	}
	pause := Rate / 10
	if peak(one[chime:chime+pause]) != 0 || one[chime+pause] == 0 {
		t.Error("the voice does not follow 100 ms after the chime")
	}
	two := Call(voice, voice)
	if len(two) != len(one)+len(Silence(betweenLangs))+len(voice) {
		t.Errorf("two languages: %d samples", len(two))
	}
	if got := Call(); !slices.Equal(got.Core(), Chime().Core()) {
		t.Error("without a voice it is not the chime alone")
	}
	if len(Silence(-time.Second)) != 0 {
		t.Error("negative silence is not nothing")
	}
}

// wav builds a file; size is what the data chunk claims, -1 for the truth.
func wav(rate uint32, channels, bits uint16, size int64, pcm []byte) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00")
	b = binary.LittleEndian.AppendUint16(b, channels)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate*uint32(channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, channels*bits/8)
	b = binary.LittleEndian.AppendUint16(b, bits)
	b = append(b, "LIST\x03\x00\x00\x00abc\x00data"...)
	if size < 0 {
		size = int64(len(pcm))
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	return append(b, pcm...)
}

func TestWAVOfTheEngineIsRead(t *testing.T) {
	want := PCM{1, -2, 3}
	for name, b := range map[string][]byte{
		"file": wav(Rate, 1, 16, -1, want.Bytes()),
		"pipe": wav(Rate, 1, 16, 0x7ffff000, append(want.Bytes(), 9)),
	} {
		if got, err := DecodeWAV(b); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestWAVThatCannotBeJoinedIsRefused(t *testing.T) {
	good := wav(Rate, 1, 16, -1, make([]byte, 8))
	for name, b := range map[string][]byte{
		"empty":       nil,
		"no RIFF":     []byte("OggS00000000000000000000"),
		"other rate":  wav(48000, 1, 16, -1, make([]byte, 8)),
		"stereo":      wav(Rate, 2, 16, -1, make([]byte, 8)),
		"8 bits":      wav(Rate, 1, 8, -1, make([]byte, 8)),
		"cut short":   good[:len(good)-2],
		"half sample": wav(Rate, 1, 16, -1, make([]byte, 7)),
		"no data":     good[:36],
		"no format":   append([]byte("RIFF\x00\x00\x00\x00WAVEdata\x02\x00\x00\x00"), 1, 2),
		"too long":    wav(Rate, 1, 16, -1, make([]byte, 2*61*Rate)),
	} {
		if got, err := DecodeWAV(b); !errors.Is(err, ErrWAV) {
			t.Errorf("%s: %d samples, %v, want %v", name, len(got), err, ErrWAV)
		}
	}
}

func FuzzDecodeWAV(f *testing.F) {
	f.Add(wav(Rate, 1, 16, -1, []byte{1, 2, 3, 4}))
	f.Add(wav(Rate, 1, 16, 0x7ffff000, []byte{1, 2, 3}))
	f.Add(wav(48000, 2, 8, 3, []byte{1, 2, 3}))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEdata\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := DecodeWAV(b)
		if err != nil && !errors.Is(err, ErrWAV) {
			t.Errorf("error %v is not ErrWAV", err)
		}
		if 2*len(p) > len(b) {
			t.Errorf("%d samples out of %d bytes", len(p), len(b))
		}
	})
}
