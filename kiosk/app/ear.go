package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"balcao/internal/config"
	"balcao/kiosk/audio"
	"balcao/kiosk/flow"
	"balcao/kiosk/keypad"
	"balcao/kiosk/voice"
)

// Devices of the spoken guide, as health and facts name them.
const (
	deviceEar    = "headphones"
	deviceKeypad = "keypad"
)

// Ear says how the spoken guide is heard and by which keys it is led.
type Ear struct {
	Sound  string `yaml:"sound"`  // way to the headphones: auto, pulse, alsa, null or off
	Server string `yaml:"server"` // PulseAudio server; empty is the environment's
	// Device is the output of the headphones by its name. No other one is ever used in its place.
	Device string `yaml:"device"`
	// Inputs are input devices that the program reads itself: the keypad, and the plug of the headphones where the sound
	// card tells it, such as /dev/input/by-id/usb-…-event-kbd.
	Inputs []string `yaml:"inputs"`
	// Keys assign keys by their name in browsers (KeyboardEvent.code): next: [ArrowDown]. What is not named keeps its
	// default.
	Keys map[string][]string `yaml:"keys"`
	// Log lets a page of this machine read what was said, in order, for tests and demonstrations. It is in memory only,
	// and of the present session.
	Log bool `yaml:"log"`
}

// defaultKeys are those of keyboards and of keypads that pretend to be one.
func defaultKeys() map[string][]string {
	return map[string][]string{
		string(flow.KeyBack): {"ArrowUp", "ArrowLeft"}, string(flow.KeyNext): {"ArrowDown", "ArrowRight"},
		string(flow.KeyOK): {"Enter", "NumpadEnter"}, string(flow.KeyRepeat): {"F1", "Help"},
		string(flow.KeyLouder): {"AudioVolumeUp", "PageUp"}, string(flow.KeyQuieter): {"AudioVolumeDown", "PageDown"},
		string(flow.KeyFaster): {"End"}, string(flow.KeySlower): {"Home"},
		string(flow.KeyIn): {"F15"}, string(flow.KeyOut): {"F16"},
	}
}

// keys are the keys as they are assigned.
func (e Ear) keys() map[string][]string {
	all := defaultKeys()
	maps.Copy(all, e.Keys)
	return all
}

// VirtualEar is a guide that is heard nowhere and told to this machine, with a keypad of software.
func VirtualEar(keypad string) Ear {
	return Ear{Sound: string(audio.Null), Inputs: []string{keypad}, Log: true}
}

// hears tells whether there is an output for the guide.
func (e Ear) hears() bool { return e.Sound != "" && e.Sound != soundOff }

func (c *Config) checkEar(faults *config.Faults) {
	e := c.Ear
	if !slices.Contains([]string{"", soundOff, string(audio.Auto), string(audio.Pulse), string(audio.ALSA), string(audio.Null)}, e.Sound) {
		faults.Add("ear.sound", "%q is none of auto, pulse, alsa, null, off", e.Sound)
	}
	if e.hears() && e.Sound != string(audio.Null) && e.Device == "" {
		faults.Add("ear.device", "name the output of the headphones; without it the guide could sound in the hall")
	}
	known := defaultKeys()
	used := map[string]string{}
	for key, names := range e.keys() {
		if _, ok := known[key]; !ok {
			faults.Add("ear.keys", "%q is none of %s", key, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		for _, name := range names {
			if _, ok := keypad.Code(name); !ok {
				faults.Add("ear.keys", "%q is no key such as ArrowDown, Enter, F15", name)
			}
			if other := used[name]; other != "" {
				faults.Add("ear.keys", "%s does two things: %s and %s", name, min(key, other), max(key, other))
			}
			used[name] = key
		}
	}
}

// strikeWithin is how soon after a key the same one counts as a trembling hand (EN 301 549 §5.8).
const strikeWithin = 500 * time.Millisecond

// guide has the spoken guide heard, by the loop's wishes, and keeps the log of it.
type guide struct {
	app    *App
	ear    *audio.Ear // nil without an output
	speech *speech    // nil without a log
	said   uint64

	// Only the loop's.
	struck   string
	struckAt time.Time
}

func newGuide(a *App) (*guide, error) {
	g := &guide{app: a, speech: a.speech}
	if !a.cfg.Ear.hears() {
		return g, nil
	}
	sound := audio.Default()
	sound.Backend, sound.Server, sound.Device, sound.Buffer = audio.Backend(a.cfg.Ear.Sound), a.cfg.Ear.Server, a.cfg.Ear.Device, audio.EarBuffer
	var err error
	g.ear, err = audio.NewEar(sound, audio.NewEspeak(""), audio.EarListener{Heard: g.heard, Health: g.felt}, a.clock.Now, a.log)
	if err != nil {
		return nil, fmt.Errorf("prepare the spoken guide: %w", err)
	}
	a.devices.expect(deviceEar)
	return g, nil
}

// run keeps the output and reads the keypad.
func (g *guide) run(ctx context.Context) error {
	if len(g.app.cfg.Ear.Inputs) == 0 {
		return g.listen(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- g.listen(ctx) }()
	assigned := map[uint16]string{}
	for key, names := range g.app.cfg.Ear.keys() {
		for _, name := range names {
			if code, ok := keypad.Code(name); ok {
				assigned[code] = key
			}
		}
	}
	err := keypad.Run(ctx, keypad.Config{
		Devices: g.app.cfg.Ear.Inputs, Log: g.app.log,
		Heard: func(e keypad.Event) {
			switch key := assigned[e.Code]; {
			case e.Kind == keypad.Jack:
				g.app.post(flow.JackChanged{In: e.In})
			case key != "":
				g.app.post(flow.Tap{Key: rand.Text(), Action: flow.ActPress, Arg: key})
			}
		},
		Ready: func(all bool) {
			state := stateAbsent
			if all {
				state = stateReady
			}
			g.app.devices.report(deviceKeypad, state)
		},
	})
	cancel()
	if ended := <-done; err == nil {
		err = ended
	}
	return err
}

func (g *guide) listen(ctx context.Context) error {
	if g.ear == nil {
		<-ctx.Done()
		return nil
	}
	return g.ear.Run(ctx)
}

// trembles tells a key that was pressed twice by a hand that meant it once.
func (g *guide) trembles(t flow.Tap) bool {
	if t.Action != flow.ActPress {
		return false
	}
	now := g.app.clock.Now()
	again := t.Arg == g.struck && now.Sub(g.struckAt) < g.app.cfg.Times.Strike
	if !again {
		g.struck, g.struckAt = t.Arg, now
	}
	return again
}

// say has lines read, and notes them.
func (g *guide) say(e flow.Speak, going bool) {
	g.said++
	s := audio.Sentences{ID: g.said, Volume: e.Volume, Speed: e.Speed, After: e.After}
	for _, l := range e.Lines {
		s.Readings = append(s.Readings, voice.Reading{Lang: voice.Lang(l.Lang), Text: l.Text, Spell: l.Spell})
	}
	aloud := e.Aloud && g.ear != nil
	if g.speech != nil && !e.Secret {
		g.speech.note(s, aloud, going, g.app.clock.Now())
	}
	switch {
	case aloud:
		g.ear.Say(s)
	case g.ear != nil && !e.After:
		g.ear.Hush()
	}
}

// hush ends what is read; when the session is going, what was said in it is forgotten.
func (g *guide) hush(going bool) {
	if g.ear != nil {
		g.ear.Hush()
	}
	if g.speech != nil && going {
		g.speech.clear()
	}
}

func (g *guide) heard(h audio.Heard) {
	if g.speech != nil {
		g.speech.heard(h)
	}
}

func (g *guide) felt(h audio.Health) {
	state := stateStarting
	switch h.Condition {
	case audio.Lost:
		state = stateAbsent
	case audio.Sounding:
		state = stateReady
	case audio.NullSink:
		state = stateNull
	case audio.Opening:
	}
	g.app.devices.report(deviceEar, state)
}
