package flow_test

import (
	"strings"
	"testing"

	"balcao/kiosk/flow"
)

// TestAKioskWithoutPaperNamesOneThatHasSome: on the first screen and beside the number, in every language, and not
// while the branch is away, when nobody knows.
func TestAKioskWithoutPaperNamesOneThatHasSome(t *testing.T) {
	texts := func(lang string, up bool, paper ...string) (home, beside string) {
		offer := demoOffer(nil)
		offer.Paper = paper
		s, _ := flow.Next(flow.New(flow.Config{Lang: lang}), flow.OfferChanged{Offer: offer})
		s, _ = flow.Next(s, flow.LinkChanged{Up: up})
		s, _ = flow.Next(s, flow.PrinterChanged{Status: flow.PrinterNoPaper})
		for _, n := range s.View().Notices {
			if n.Icon == "b-no-paper" {
				home = n.Text
			}
		}
		s, effects := flow.Next(s, flow.Tap{Key: "tap-1", Screen: s.View().Screen, Action: flow.ActService, Arg: offer.Services[0].ID})
		for _, e := range effects {
			if r, is := e.(flow.RequestTicket); is {
				ticket := flow.Ticket{Number: "A023", Service: offer.Services[0].ID, Ahead: -1}
				s, _ = flow.Next(s, flow.TicketReply{Request: r.Request, Ticket: ticket})
				s, _ = flow.Next(s, flow.PrintOutcome{Request: r.Request, Result: flow.PrintFailed})
			}
		}
		if s.View().Screen != flow.NoPaper {
			t.Fatalf("the screen is %s", s.View().Screen)
		}
		return home, s.View().Subtitle
	}
	for _, lang := range []string{"pt", "en", "es", "fr", "uk"} {
		home, beside := texts(lang, true, "L901-D01", "L901-K02", "L901-K03", "L901-K04")
		if !strings.Contains(home, "2 / 3") || !strings.Contains(beside, "2 / 3") {
			t.Errorf("%s: %q and %q name no kiosk", lang, home, beside)
		}
		plain, alone := texts(lang, true)
		if strings.ContainsAny(plain+alone, "0123456789{") {
			t.Errorf("%s: %q and %q name a kiosk that is not there", lang, plain, alone)
		}
		if away, _ := texts(lang, false, "L901-K02"); away != plain {
			t.Errorf("%s: without the branch %q", lang, away)
		}
	}
}
