package voice_test

import (
	"strings"
	"testing"

	"balcao/kiosk/voice"
)

func TestAReadingIsWrittenOutAsItIsSaid(t *testing.T) {
	spell := func(s string) string { return `<say-as interpret-as="characters">` + s + `</say-as>` }
	for _, tt := range []struct {
		lang        voice.Lang
		text, want  string
		shown       string
		spellItself bool
	}{
		{voice.Portuguese, "A sua senha é A023.", "A sua senha é " + spell("A") + `<break time="150ms"/> 23.`, "A sua senha é A 23.", false},
		{voice.Portuguese, "Espera: 10 a 15 min.", "Espera: 10 a 15 minutos", "", false},
		{voice.Portuguese, "mais de 1 h 30", "mais de 1 hora 30", "", false},
		{voice.English, "08:30–19:30, 20 to 35 min", "08:30 to 19:30, 20 to 35 minutes", "", false},
		{voice.French, "1 h", "1 heure", "", false},
		{voice.Portuguese, "Pedido · IRN Registos «hoje»", "Pedido , " + spell("I") + " " + spell("R") + " " + spell("N") + " Registos hoje", "", false},
		{voice.Portuguese, "Dia 24-11-2026", "Dia 24, 11, 2026", "", false},
		{voice.Portuguese, "7K", spell("7") + `<break time="150ms"/> ` + spell("K"), "7 K", true},
		{voice.Portuguese, "<b>&", "&lt;b&gt;&amp;", "", false},
		{voice.Portuguese, "Olá, \uE0001g\uE001", "Olá, 1g", "", false},
	} {
		r := voice.Reading{Lang: tt.lang, Text: tt.text, Spell: tt.spellItself}
		if got := r.SSML(0); !strings.Contains(got, tt.want) {
			t.Errorf("%q is said as %q, want %q in it", tt.text, got, tt.want)
		}
		if tt.shown != "" && r.Shown() != tt.shown {
			t.Errorf("%q is shown as %q, want %q", tt.text, r.Shown(), tt.shown)
		}
	}
}

func TestStepsOfLoudnessAndSpeedGoUpAndHaveEnds(t *testing.T) {
	for step := voice.QuietestStep; step < voice.LoudestStep; step++ {
		if d := voice.ReadingGain(step+1) - voice.ReadingGain(step); d != voice.StepDB {
			t.Errorf("a step louder than %d is %v dB", step, d)
		}
	}
	for step := voice.SlowestStep; step < voice.FastestStep; step++ {
		if voice.ReadingRate(step+1) <= voice.ReadingRate(step) {
			t.Errorf("a step faster than %d is not faster", step)
		}
	}
	if voice.ReadingGain(99) != voice.ReadingGain(voice.LoudestStep) || voice.ReadingRate(-99) != voice.ReadingRate(voice.SlowestStep) {
		t.Error("there are steps beyond the ends")
	}
}

func TestASoundIsReadBackAsItWasWritten(t *testing.T) {
	p := voice.PCM{1, -2, 3, -32768, 32767}
	back, err := voice.DecodeWAV(voice.EncodeWAV(p))
	if err != nil || string(back.Bytes()) != string(p.Bytes()) {
		t.Errorf("became %v, %v", back, err)
	}
}

func FuzzReadingStaysMarkup(f *testing.F) {
	f.Add("A023 <speak> 10–15 min & IRN", true)
	f.Fuzz(func(t *testing.T, text string, spell bool) {
		for _, lang := range voice.Langs() {
			got := voice.Reading{Lang: lang, Text: text, Spell: spell}.SSML(1)
			inside := strings.TrimSuffix(strings.TrimPrefix(got, "<speak><prosody rate=\"125%\">"), "</prosody></speak>")
			for _, tag := range []string{`<say-as interpret-as="characters">`, "</say-as>", `<break time="150ms"/>`} {
				inside = strings.ReplaceAll(inside, tag, "")
			}
			if strings.ContainsAny(inside, "<>") {
				t.Fatalf("%q brings markup: %s", text, got)
			}
		}
	})
}
