package flow_test

import (
	"slices"
	"testing"
	"time"

	"balcao/kiosk/flow"
)

func TestWhoNeedsTimeIsWarnedAndGetsItAsOftenAsTheyWant(t *testing.T) {
	w := newWalk(1)
	timer := flow.StartTimer{}
	step := func(in flow.Input) {
		var out []flow.Effect
		w.s, out = flow.Next(w.s, in)
		for _, e := range out {
			if st, ok := e.(flow.StartTimer); ok {
				timer = st
			}
		}
	}
	step(flow.Tap{Key: "k", Action: flow.ActBodies})
	for i := range 12 { // WCAG 2.2.1 asks for ten
		step(flow.TimerFired{Name: timer.Name, ID: timer.ID})
		v := w.s.View()
		if v.Warning == nil {
			t.Fatalf("extension %d: nobody is warned", i)
		}
		if v.Warning.Timer.Millis < (20 * time.Second).Milliseconds() {
			t.Errorf("extension %d: the warning leaves %d ms, want 20 s", i, v.Warning.Timer.Millis)
		}
		step(flow.Tap{Key: "k", Action: v.Warning.Button.Action})
		if v := w.s.View(); v.Warning != nil || v.Screen != flow.Bodies {
			t.Fatalf("extension %d: one touch did not go on where they were: %s", i, v.Screen)
		}
	}
}

// Screens that are help themselves, or pass at once, or say where to go because all is done.
var withoutHelp = []flow.Screen{
	flow.Help, flow.Access, flow.Tongues, flow.Sign, flow.Working, flow.TicketReady, flow.OnScreen, flow.BookingHere,
}

func TestHelpIsInTheSamePlaceOnEachScreen(t *testing.T) {
	for seed := range uint64(20) {
		w := newWalk(seed)
		for range 200 {
			w.step()
			v := w.s.View()
			help := func(b flow.Button) bool { return b.Action == flow.ActHelp }
			if slices.Contains(withoutHelp, v.Screen) {
				continue
			}
			switch i := slices.IndexFunc(v.Tools, help); {
			case i == len(v.Tools)-1 && i >= 0:
			case len(v.Tools) == 0 && slices.ContainsFunc(v.Actions, help): // a ticket's own buttons
			case len(v.Tools) == 0 && v.Modes.SignLanguage: // an interpreter is asked for on the screen in its place
			default:
				t.Errorf("%s: help is number %d of %d buttons of the lower part", v.Screen, i+1, len(v.Tools))
			}
		}
	}
}
