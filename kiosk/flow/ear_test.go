package flow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"balcao/kiosk/flow"
)

// listener walks the path by keys and hears what the guide says, and nothing else.
type listener struct {
	t     *testing.T
	s     flow.State
	keys  int
	heard []flow.Speak
	asked []flow.Effect
}

func newListener(t *testing.T, lang string) *listener {
	l := &listener{t: t, s: flow.New(flow.Config{Lang: lang, Listen: true})}
	l.hear(flow.OfferChanged{Offer: demoOffer([]string{"bookings"})})
	l.hear(flow.ReaderChanged{Ready: true})
	return l
}

func (l *listener) hear(in flow.Input) {
	var out []flow.Effect
	l.s, out = flow.Next(l.s, in)
	for _, e := range out {
		if s, ok := e.(flow.Speak); ok {
			l.heard = append(l.heard, s)
		} else {
			l.asked = append(l.asked, e)
		}
	}
}

// press presses a key and returns what is heard.
func (l *listener) press(key flow.Key) string {
	l.keys++
	l.heard = nil
	l.hear(flow.Tap{Key: fmt.Sprintf("key-%d", l.keys), Action: flow.ActPress, Arg: string(key)})
	return l.words()
}

func (l *listener) words() string {
	var all []string
	for _, s := range l.heard {
		all = append(all, said(s))
	}
	return strings.Join(all, " ")
}

// find presses next until a text is heard, and gives up when it is back at the beginning.
func (l *listener) find(text string) {
	l.t.Helper()
	for range 60 {
		if strings.Contains(l.press(flow.KeyNext), text) {
			return
		}
	}
	l.t.Fatalf("no key leads to %q; last was %q", text, l.words())
}

func TestEveryModeAndLanguageIsReachedByKeysFromTheFirstScreen(t *testing.T) {
	for _, mode := range []string{"Letra grande", "Alto contraste", "Alcance baixo", "Leitura fácil", "Mais tempo"} {
		l := newListener(t, "pt")
		l.press(flow.KeyNext)
		l.find(mode)
		if got := l.press(flow.KeyOK); !strings.Contains(got, mode) || !strings.Contains(got, "Ligado.") {
			t.Errorf("%s: after OK one hears %q", mode, got)
		}
	}
	for _, lang := range flow.Languages()[1:] {
		l := newListener(t, "pt")
		l.press(flow.KeyRepeat)
		l.find(lang.Code + ":" + lang.Name) // its name, by its own voice
		l.press(flow.KeyOK)
		if got := l.s.View().Lang; got != lang.Code {
			t.Errorf("%s leads to %s", lang.Name, got)
		}
	}
	for _, way := range []struct{ name, screen string }{{"Língua gestual", "sign"}, {"Ouvir", "listen"}} {
		l := newListener(t, "pt")
		l.press(flow.KeyOK)
		l.find(way.name)
		l.press(flow.KeyOK)
		if got := l.s.View().Screen; string(got) != way.screen {
			t.Errorf("%s leads to %s", way.name, got)
		}
	}
}

func TestABookingIsConfirmedByEarAndKeys(t *testing.T) {
	l := newListener(t, "pt")
	l.press(flow.KeyNext)
	l.find("Tenho marcação")
	l.press(flow.KeyOK)
	for i, c := range "7K3M9P" {
		l.find("[" + string(c) + "]")
		if got, want := l.press(flow.KeyOK), fmt.Sprintf("[%c] %d de 6.", c, i+1); !strings.HasPrefix(got, want) {
			t.Fatalf("typing %c one hears %q, want %q", c, got, want)
		}
	}
	if !strings.Contains(l.words(), "Cheguei") {
		t.Errorf("with the whole code one hears %q", l.words())
	}
	l.press(flow.KeyOK)
	i := slices.IndexFunc(l.asked, func(e flow.Effect) bool { _, ok := e.(flow.CheckIn); return ok })
	if i < 0 || l.asked[i].(flow.CheckIn).Code != "7K3M9P" {
		t.Fatalf("asked for %v", l.asked)
	}
	l.heard = nil
	l.hear(flow.TicketReply{Request: l.asked[i].(flow.CheckIn).Request, Ticket: flow.Ticket{Number: "A031", Service: "cc", Slot: "10:45", Place: "Piso 1"}, Booked: flow.Booked{Hour: "10:45", Service: "cc"}})
	for _, part := range []string{"A sua senha é A031.", "10:45", "Piso 1"} {
		if !strings.Contains(l.words(), part) {
			t.Errorf("with the ticket one hears %q, without %q", l.words(), part)
		}
	}
}

// What is done by keys is done by what was heard last, whatever changes meanwhile.
func TestOKTakesWhatWasHeardLast(t *testing.T) {
	l := newListener(t, "pt")
	l.press(flow.KeyNext)
	l.find("Cartão de Cidadão")
	offer := demoOffer([]string{"bookings"})
	slices.Reverse(offer.Services)
	l.hear(flow.OfferChanged{Offer: offer})
	l.press(flow.KeyOK)
	if i := slices.IndexFunc(l.asked, func(e flow.Effect) bool { r, ok := e.(flow.RequestTicket); return ok && r.Service == "cc" }); i < 0 {
		t.Errorf("asked for %v", l.asked)
	}
	l = newListener(t, "pt")
	l.press(flow.KeyNext)
	l.find("Cartão de Cidadão")
	offer = demoOffer([]string{"bookings"})
	offer.Services = offer.Services[1:]
	l.hear(flow.OfferChanged{Offer: offer})
	l.asked = nil
	l.press(flow.KeyOK)
	for _, e := range l.asked {
		if r, ok := e.(flow.RequestTicket); ok {
			t.Errorf("asked for %v, which nobody chose", r)
		}
	}
}

func TestAKeyThatAnswersTheQuestionDoesNothingElse(t *testing.T) {
	l := newListener(t, "pt")
	l.press(flow.KeyNext)
	l.find("Cartão de Cidadão")
	timer := func() flow.StartTimer {
		var last flow.StartTimer
		for _, e := range l.asked {
			if st, ok := e.(flow.StartTimer); ok {
				last = st
			}
		}
		return last
	}
	idle := timer()
	l.heard = nil
	l.hear(flow.TimerFired{Name: idle.Name, ID: idle.ID})
	if !strings.Contains(l.words(), "Ainda está aí?") || !strings.Contains(l.words(), "60 segundos") || !strings.Contains(l.words(), "qualquer tecla") {
		t.Errorf("when the time is over one hears %q", l.words())
	}
	l.asked = nil
	got := l.press(flow.KeyOK)
	if !strings.HasPrefix(got, "Continuamos. Cartão de Cidadão.") || l.s.View().Warning != nil {
		t.Errorf("after the answer one hears %q", got)
	}
	if i := slices.IndexFunc(l.asked, func(e flow.Effect) bool { _, ok := e.(flow.RequestTicket); return ok }); i >= 0 {
		t.Error("the answer took a ticket")
	}
}

func TestTheNameOfACardIsNeverSaid(t *testing.T) {
	l := newListener(t, "pt")
	l.press(flow.KeyNext)
	l.find("Usar cartão")
	l.press(flow.KeyOK)
	l.heard = nil
	l.hear(flow.CardInserted{})
	l.hear(flow.CardRead{Given: canary, Initial: "Ç"})
	if l.s.View().Screen != flow.Greeting || l.words() == "" {
		t.Fatalf("on %s one hears %q", l.s.View().Screen, l.words())
	}
	if strings.Contains(l.words(), canary) || strings.Contains(l.s.View().Ear.Caption, canary) {
		t.Errorf("one hears %q", l.words())
	}
}

func TestLoudnessAndSpeedAreThoseOfOnePerson(t *testing.T) {
	l := newListener(t, "pt")
	l.press(flow.KeyNext)
	for range 9 {
		l.press(flow.KeyLouder)
		l.press(flow.KeyFaster)
	}
	if s := l.heard[0]; s.Volume != 3 || s.Speed != 3 {
		t.Errorf("after nine presses: %+v", s)
	}
	l.hear(flow.JackChanged{In: true})
	l.hear(flow.JackChanged{}) // nothing was chosen: the session is over at once
	if l.s.View().Ear != nil {
		t.Fatal("the guide goes on without headphones")
	}
	l.heard = nil
	l.hear(flow.JackChanged{In: true})
	if s := l.heard[0]; s.Volume != 0 || s.Speed != 0 || !s.Aloud {
		t.Errorf("the next person hears %+v", s)
	}
}

// Laws of the guide on random days: the focus is always on something that is there; nothing is read aloud while the plug
// is out; with the guide off nothing is said but the farewell.
func TestTheGuideKeepsItsLawsOnRandomDays(t *testing.T) {
	for seed := range uint64(20) {
		w := newWalk(seed)
		out := false
		for range 400 {
			before := w.s.View().Ear != nil
			in, effects := w.step()
			switch in := in.(type) {
			case flow.JackChanged:
				out = !in.In
			case flow.Tap:
				if in.Action == flow.ActPress && (in.Arg == string(flow.KeyIn) || in.Arg == string(flow.KeyOut)) {
					out = in.Arg == string(flow.KeyOut)
				}
			default:
			}
			v := w.s.View()
			for _, e := range effects {
				s, ok := e.(flow.Speak)
				if !ok {
					continue
				}
				if s.Aloud && out {
					t.Fatalf("seed %d: after %+v something is read aloud without headphones: %q", seed, in, said(s))
				}
				if v.Ear == nil && !before {
					t.Fatalf("seed %d: after %+v nobody listens to %q", seed, in, said(s))
				}
				if len(s.Lines) == 0 {
					t.Fatalf("seed %d: after %+v nothing is said", seed, in)
				}
			}
			if v.Ear == nil || v.Ear.At == "" {
				continue
			}
			action, arg, _ := strings.Cut(v.Ear.At, " ")
			if action != "-" && !slices.ContainsFunc(touchable(v), func(t flow.Tap) bool { return string(t.Action) == action && t.Arg == arg }) {
				t.Fatalf("seed %d: after %+v the focus on %s is on %q, which is not there", seed, in, v.Screen, v.Ear.At)
			}
		}
	}
}
