package audio

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/kiosk/audio/audiotest"
	"balcao/kiosk/voice"
)

// ipa is what espeak-ng says it would say, in the phonetic alphabet.
func ipa(t *testing.T, lang voice.Lang, p voice.Phrase) string {
	t.Helper()
	name, _ := voice.EngineVoice(lang)
	out, err := exec.CommandContext(t.Context(), "espeak-ng", "-q", "--ipa", "-m", "-v", name, "--", p.SSML(lang)).Output()
	if err != nil {
		t.Fatalf("espeak-ng --ipa: %v", err)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

func TestLettersAreSpelledAndNumbersAreRead(t *testing.T) {
	audiotest.Require(t, "espeak-ng")
	m1008 := voice.Phrase{Number: voice.Number{Prefix: "M", Value: 1008}, CounterLabel: "12"}
	ab := voice.Phrase{Number: voice.Number{Prefix: "AB", Value: 100}, CounterLabel: "4B", Body: "Finanças"}
	for _, c := range []struct {
		phrase voice.Phrase
		lang   voice.Lang
		want   string
	}{
		{a23(""), voice.Portuguese, "sˈeɲɐ ˈa vˈiŋtɨitɹˈeʃ bˌɑlkˈɐ̃ʊ̃ kwˈatɹu"},
		{a23(""), voice.English, "tˈɪkɪt ˈeɪ twˈɛnti θɹˈiː kˈaʊntə fˈɔː"},
		{m1008, voice.Portuguese, "sˈeɲɐ ˈɛm mˈil i ˈoɪtu bˌɑlkˈɐ̃ʊ̃ dˈozɨ"},
		{ab, voice.Portuguese, "fˌinˈɐ̃ŋsɐʃ sˈeɲɐ ˈa bˈe sˈeɪŋ bˌɑlkˈɐ̃ʊ̃ kwˈatɹu bˈe"},
	} {
		if got := ipa(t, c.lang, c.phrase); got != c.want {
			t.Errorf("%s is said %s, want %s", c.phrase.Text(c.lang), got, c.want)
		}
	}
}

func TestTextFromOutsideIsNotMarkupToTheEngine(t *testing.T) {
	audiotest.Require(t, "espeak-ng")
	p := a23("")
	p.Body = `-f/etc/hostname <audio src="/x"/> &amp;`
	got := ipa(t, voice.Portuguese, p)
	if !strings.HasSuffix(got, "sˈeɲɐ ˈa vˈiŋtɨitɹˈeʃ bˌɑlkˈɐ̃ʊ̃ kwˈatɹu") {
		t.Errorf("said %s", got)
	}
	if pcm, err := NewEspeak("").Speak(t.Context(), voice.Portuguese, "-v xx --help"); err != nil || len(pcm) == 0 {
		t.Errorf("a text that looks like an option: %d samples, %v", len(pcm), err)
	}
}

func TestTheEngineSpeaksEveryLanguage(t *testing.T) {
	audiotest.Require(t, "espeak-ng")
	e := NewEspeak("")
	for _, lang := range voice.Langs() {
		pcm, err := e.Speak(t.Context(), lang, a23("").SSML(lang))
		if err != nil {
			t.Errorf("%s: %v", lang, err)
		}
		if d := pcm.Duration(); d < time.Second || d > 8*time.Second {
			t.Errorf("%s takes %v", lang, d)
		}
		if len(pcm.Core()) < len(pcm)/2 {
			t.Errorf("%s is mostly silent", lang)
		}
	}
}

func TestSpeechIsCachedWithinBounds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// A stand-in that counts its runs: two seconds of sound each time.
	counting := script(t, dir, `echo x >> "`+dir+`/runs"; cat "`+dir+`/wav"`)
	sound := voice.Silence(2 * time.Second)
	header := "RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x22\x56\x00\x00\x44\xac\x00\x00\x02\x00\x10\x00data\x00\xf0\xff\x7f"
	if err := os.WriteFile(filepath.Join(dir, "wav"), append([]byte(header), sound.Bytes()...), 0o600); err != nil {
		t.Fatal(err)
	}
	runs := func() int {
		b, err := os.ReadFile(filepath.Join(dir, "runs"))
		if err != nil {
			t.Fatal(err)
		}
		return len(b) / 2
	}
	e := NewEspeak(counting)
	speak := func(text string) {
		t.Helper()
		pcm, err := e.Speak(t.Context(), voice.Portuguese, text)
		if err != nil || !slices.Equal(pcm, sound) {
			t.Fatalf("speak: %d samples, %v", len(pcm), err)
		}
	}
	speak("one")
	speak("one")
	if n := runs(); n != 1 {
		t.Errorf("the same text was spoken by %d runs", n)
	}
	for i := range 60 {
		speak("text " + strings.Repeat("i", i))
		speak("one")
	}
	if n := runs(); n != 61 {
		t.Errorf("%d runs, want 61: what is used stays", n)
	}
	if e.bytes > cacheBytes || len(e.cached) != e.recent.Len() || len(e.cached) > 60 {
		t.Errorf("cache holds %d bytes in %d texts", e.bytes, len(e.cached))
	}
	speak("text ")
	if n := runs(); n != 62 {
		t.Errorf("%d runs, want 62: the oldest is forgotten", n)
	}
}

// script writes a program for a speech engine that goes wrong.
func script(t *testing.T, dir, body string) string {
	t.Helper()
	path := filepath.Join(dir, "engine")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnEngineThatGoesWrongIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		program string
		is      error
		says    string
	}{
		"absent":    {filepath.Join(t.TempDir(), "none"), ErrNoEngine, "not installed"},
		"complains": {script(t, t.TempDir(), "echo no such voice >&2; exit 1"), nil, "no such voice"},
		"silent":    {script(t, t.TempDir(), "echo voice data missing >&2; exit 0"), voice.ErrWAV, "voice data missing"},
		"endless":   {script(t, t.TempDir(), "exec cat /dev/zero"), errTooMuch, ""},
	} {
		_, err := NewEspeak(c.program).Speak(t.Context(), voice.Portuguese, "x")
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %v with %q", name, err, c.is, c.says)
		}
	}
	if _, err := NewEspeak("").Speak(t.Context(), "xx", "x"); !errors.Is(err, voice.ErrPhrase) {
		t.Errorf("a language without voice: %v", err)
	}
}

func TestAnEngineThatHangsIsEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := NewEspeak(script(t, t.TempDir(), "sleep 600 & wait")).Speak(ctx, voice.Portuguese, "x")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want %v", err, context.DeadlineExceeded)
	}
}
