package flow_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"balcao/kiosk/flow"
)

// canary is a name that no real test citizen has.
const canary = "Canária"

// everything that can be touched on a screen.
func touchable(v flow.View) []flow.Tap {
	var list []flow.Tap
	add := func(a flow.Action, arg string) {
		if a != "" {
			list = append(list, flow.Tap{Screen: v.Screen, Action: a, Arg: arg})
		}
	}
	for _, s := range v.Sections {
		for _, c := range s.Choices {
			add(c.Action, c.Arg)
		}
	}
	for _, c := range v.Wide {
		add(c.Action, c.Arg)
	}
	for _, b := range slices.Concat(v.Actions, v.Tools) {
		add(b.Action, b.Arg)
	}
	if v.Pad != nil {
		for _, b := range slices.Concat(append(v.Pad.Rows, v.Pad.Keys)...) {
			add(b.Action, b.Arg)
		}
	}
	if v.Warning != nil {
		add(v.Warning.Button.Action, v.Warning.Button.Arg)
	}
	return list
}

// walk is a kiosk with an unpredictable public, an honest branch and a printer
// of moods.
type walk struct {
	r       *rand.Rand
	s       flow.State
	timer   flow.StartTimer
	running bool
	taps    int
	open    map[string]bool // requests asked for and not yet answered
	prints  map[string]bool // slips asked for and not yet settled
	asked   map[string]int
}

func (w *walk) step() (flow.Input, []flow.Effect) { return w.hear(w.next()) }

func (w *walk) hear(in flow.Input) (flow.Input, []flow.Effect) {
	var out []flow.Effect
	w.s, out = flow.Next(w.s, in)
	for _, e := range out {
		switch e := e.(type) {
		case flow.RequestTicket:
			w.open[e.Request] = true
			w.asked[e.Request]++
		case flow.CheckIn:
			w.open[e.Request] = true
			w.asked[e.Request]++
		case flow.Print:
			w.prints[e.Request] = true
		case flow.RetryPrint:
			w.prints[e.Request] = true
		case flow.StartTimer:
			w.timer, w.running = e, true
		case flow.StopTimer:
			w.running = false
		case flow.Withdraw, flow.AcceptOnScreen, flow.Abandon, flow.StartCard, flow.StopCard, flow.WipeCard,
			flow.TypeNumber, flow.EraseNumber, flow.OpenCard, flow.CallStaff, flow.Speak, flow.Hush:
		}
	}
	return in, out
}

func (w *walk) next() flow.Input {
	switch n := w.r.IntN(20); {
	case n < 9:
		if list := touchable(w.s.View()); len(list) > 0 {
			t := list[w.r.IntN(len(list))]
			w.taps++
			t.Key = fmt.Sprintf("tap-%d", w.taps)
			return t
		}
		return flow.CardGone{}
	case n < 12:
		for request := range w.open {
			delete(w.open, request)
			if w.r.IntN(4) == 0 {
				return flow.TicketReply{Request: request, Refused: flow.RefusedUnavailable}
			}
			return flow.TicketReply{Request: request, Ticket: flow.Ticket{Number: "A" + request, Service: "cc", Ahead: w.r.IntN(3) - 1}}
		}
		return flow.LinkChanged{Up: w.r.IntN(2) == 0}
	case n < 14:
		for request := range w.prints {
			delete(w.prints, request)
			results := []flow.PrintResult{flow.PrintDone, flow.PrintFailed, flow.PrintUnknown}
			return flow.PrintOutcome{Request: request, Result: results[w.r.IntN(3)]}
		}
		return flow.PrinterChanged{Status: flow.PrinterNoPaper}
	case n < 15 && w.running:
		w.running = false
		return flow.TimerFired{Name: w.timer.Name, ID: w.timer.ID}
	case n < 16:
		return flow.CardInserted{}
	case n < 18:
		if w.r.IntN(3) == 0 {
			return flow.CardChecked{Reason: "genuine", Verified: true, Expired: w.r.IntN(2) == 0}
		}
		return flow.CardRead{Given: canary, Initial: "Ç", Checking: w.r.IntN(2) == 0}
	case n < 19:
		switch w.r.IntN(6) {
		case 0:
			return flow.CardGone{}
		case 1:
			return flow.CardWantsNumber{Wrong: w.r.IntN(2) == 0}
		case 2:
			return flow.JackChanged{In: w.r.IntN(2) == 0}
		}
		w.taps++
		return flow.Tap{Key: fmt.Sprintf("tap-%d", w.taps), Action: flow.ActPress, Arg: string(flow.Keys()[w.r.IntN(len(flow.Keys()))])}
	default:
		return flow.CardFailed{Code: flow.CardForeign}
	}
}

func newWalk(seed uint64) *walk {
	w := &walk{
		r: rand.New(rand.NewPCG(seed, 7)), s: flow.New(flow.Config{}),
		open: map[string]bool{}, prints: map[string]bool{}, asked: map[string]int{},
	}
	for _, in := range []flow.Input{flow.OfferChanged{Offer: demoOffer(nil)}, flow.ReaderChanged{Ready: true}} {
		w.s, _ = flow.Next(w.s, in)
	}
	return w
}

func TestTheCardsNameIsOnItsOwnScreenOnly(t *testing.T) {
	greeted := 0
	for seed := range uint64(30) {
		w := newWalk(seed)
		for range 300 {
			before := fmt.Sprintf("%+v", w.s)
			in, out := w.step()
			b, err := json.Marshal(w.s.View())
			if err != nil {
				t.Fatal(err)
			}
			v := w.s.View()
			if v.Screen == flow.Greeting {
				greeted++
				continue
			}
			if strings.Contains(string(b), canary) {
				t.Fatalf("seed %d: after %T the screen %s shows the name", seed, in, v.Screen)
			}
			if strings.Contains(fmt.Sprintf("%+v", w.s), canary) {
				t.Fatalf("seed %d: after %T the state on %s remembers the name", seed, in, v.Screen)
			}
			if strings.Contains(before, canary) && !slices.Contains(out, flow.Effect(flow.WipeCard{})) {
				t.Fatalf("seed %d: the greeting ended by %T without WipeCard", seed, in)
			}
		}
	}
	if greeted == 0 {
		t.Error("no walk ever reached the greeting")
	}
}

func TestEachTouchAsksForAtMostOneNumber(t *testing.T) {
	for seed := range uint64(30) {
		w := newWalk(seed)
		under := ""
		for range 300 {
			in, out := w.step()
			for _, e := range out {
				r, ok := e.(flow.RequestTicket)
				if !ok {
					continue
				}
				if under != "" && under != r.Request {
					t.Fatalf("seed %d: %s asked while %s is under way", seed, r.Request, under)
				}
				if tap, ok := in.(flow.Tap); !ok || (tap.Action == flow.ActService || tap.Action == flow.ActTake) && tap.Key != r.Request {
					t.Fatalf("seed %d: request %s does not carry its touch's key: %+v", seed, r.Request, in)
				}
				under = r.Request
			}
			switch in := in.(type) {
			case flow.TicketReply:
				if in.Request == under {
					under = ""
				}
			case flow.Tap, flow.TimerFired:
				for _, e := range out {
					if wd, ok := e.(flow.Withdraw); ok && wd.Request == under {
						under = ""
					}
				}
			default:
			}
		}
	}
}

// A number that was reserved is printed, accepted or given up: never forgotten
// by the screen while the citizen could still want it.
func TestEveryNumberIsPrintedOrGivenUp(t *testing.T) {
	for seed := range uint64(30) {
		w := newWalk(seed)
		for range 300 {
			in, out := w.step()
			reply, ok := in.(flow.TicketReply)
			if !ok || reply.Refused != "" {
				continue
			}
			settled := slices.ContainsFunc(out, func(e flow.Effect) bool {
				switch e := e.(type) {
				case flow.Print:
					return e.Request == reply.Request && reflect.DeepEqual(e.Ticket, reply.Ticket)
				case flow.Abandon:
					return e.Request == reply.Request
				default:
					return false
				}
			})
			if !settled {
				t.Fatalf("seed %d: number of %s neither printed nor given up: %v", seed, reply.Request, out)
			}
		}
	}
}

func TestAnybodyWhoLeavesIsForgotten(t *testing.T) {
	for seed := range uint64(30) {
		w := newWalk(seed)
		for range 200 {
			w.step()
		}
		// Nobody touches anything any more; only the timers run.
		for range 20 {
			if !w.running {
				break
			}
			w.running = false
			var out []flow.Effect
			w.s, out = flow.Next(w.s, flow.TimerFired{Name: w.timer.Name, ID: w.timer.ID})
			for _, e := range out {
				if st, ok := e.(flow.StartTimer); ok {
					w.timer, w.running = st, true
				}
			}
		}
		v := w.s.View()
		if w.running || v.Screen != flow.Home || v.Lang != "pt" || v.Modes != (flow.Modes{}) || v.Slip != nil {
			t.Fatalf("seed %d: left alone, the kiosk rests at %s %s %+v, timer running %t", seed, v.Screen, v.Lang, v.Modes, w.running)
		}
	}
}

func TestEveryScreenHasAWayOutAndFewChoices(t *testing.T) {
	seen := map[flow.Screen]bool{}
	for seed := range uint64(30) {
		w := newWalk(seed)
		for range 300 {
			w.step()
			v := w.s.View()
			seen[v.Screen] = true
			n, mains := 0, 0
			for _, s := range v.Sections {
				n += len(s.Choices)
			}
			if n += len(v.Wide); n > 9 {
				t.Errorf("%s offers %d choices, more than nine", v.Screen, n)
			}
			for _, b := range v.Actions {
				if b.Main {
					mains++
				}
			}
			if mains > 1 {
				t.Errorf("%s has %d main buttons", v.Screen, mains)
			}
			if v.Title == "" {
				t.Errorf("%s has no title", v.Screen)
			}
			if len(touchable(v)) == 0 && !w.running {
				t.Errorf("%s has neither a button nor a timer", v.Screen)
			}
		}
	}
	for _, s := range []flow.Screen{
		flow.Home, flow.Bodies, flow.Services, flow.Several, flow.Priority, flow.Card, flow.CardNumber, flow.CardProblem, flow.Greeting, flow.Working,
		flow.TicketReady, flow.NoPaper, flow.OnScreen, flow.Refused, flow.Access, flow.Help,
	} {
		if !seen[s] {
			t.Errorf("no walk reached %s", s)
		}
	}
}

// What is typed of a card's number is nowhere in the path or on the screen, and is forgotten on every way off its screen.
func TestTheNumberOfACardIsNeverInThePath(t *testing.T) {
	opened := 0
	for seed := range uint64(40) {
		w := newWalk(seed)
		kept := 0 // digits that the kiosk still holds, by what it was told
		for range 300 {
			before := w.s.View()
			in := w.next()
			if before.Screen == flow.CardNumber && w.r.IntN(4) > 0 { // somebody who means it
				in = flow.Tap{Key: "k", Screen: before.Screen, Action: flow.ActKey, Arg: "7"}
				if before.Pad.Keys[0].Action == "" {
					in = flow.Tap{Key: "k", Screen: before.Screen, Action: flow.ActOpen}
				}
			}
			_, out := w.hear(in)
			for _, e := range out {
				switch e.(type) {
				case flow.TypeNumber:
					kept++
				case flow.EraseNumber:
					kept--
				case flow.OpenCard:
					opened++
					if kept != 6 {
						t.Fatalf("seed %d: opened with %d digits", seed, kept)
					}
					kept = 0
				case flow.WipeCard, flow.StopCard, flow.StartCard:
					kept = 0
				default:
				}
			}
			v := w.s.View()
			if v.Screen == flow.CardNumber {
				typed := 0
				for _, c := range v.Pad.Cells {
					if c != "" {
						typed++
					}
				}
				if typed != kept {
					t.Fatalf("seed %d: %d digits shown, %d kept", seed, typed, kept)
				}
			} else if kept > 0 && v.Screen != flow.Help && v.Screen != flow.Access && v.Screen != flow.Tongues && v.Screen != flow.Sign {
				t.Fatalf("seed %d: on %s after %T on %s, %d digits are still kept", seed, v.Screen, in, before.Screen, kept)
			}
		}
	}
	if opened == 0 {
		t.Error("no walk ever opened a card")
	}
}
