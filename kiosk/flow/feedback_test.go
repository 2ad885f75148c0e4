package flow_test

import (
	"strings"
	"testing"

	"balcao/kiosk/flow"
)

// TestTheHelpScreenSaysWhereToComplain: in every language of the kiosk, with a code for the telephone; a branch that
// says nothing of it is not spoken for.
func TestTheHelpScreenSaysWhereToComplain(t *testing.T) {
	help := func(o flow.Offer, lang string) []flow.Notice {
		s, _ := flow.Next(flow.New(flow.Config{Lang: lang}), flow.OfferChanged{Offer: o})
		s, _ = flow.Next(s, flow.LinkChanged{Up: true})
		s, _ = flow.Next(s, flow.Tap{Key: "tap-1", Screen: s.View().Screen, Action: flow.ActHelp})
		if s.View().Screen != flow.Help {
			t.Fatalf("the screen is %s", s.View().Screen)
		}
		return s.View().Notices
	}
	silent := demoOffer(nil)
	before := len(help(silent, "pt"))
	said := demoOffer(nil)
	said.Feedback = flow.Feedback{Book: flow.Text{"pt": "Livro Amarelo", "en": "Yellow Book"}, Address: "https://www.livroamarelo.gov.pt"}
	for lang, words := range map[string]string{"pt": "Peça o Livro Amarelo na receção, ou use livroamarelo.gov.pt.", "en": "Ask for the Yellow Book at reception, or use livroamarelo.gov.pt."} {
		all := help(said, lang)
		last := all[len(all)-1]
		if len(all) != before+1 || last.Text != words || last.Picture == nil || last.Picture.Side < 29 || !strings.HasPrefix(last.Picture.Path, "M4 4h7") || !strings.Contains(last.Picture.Label, "livroamarelo.gov.pt") {
			t.Errorf("%s: %d notices, the last %+v", lang, len(all), last)
		}
	}
	said.Feedback.Address = ""
	if all := help(said, "pt"); all[len(all)-1].Picture != nil || !strings.HasSuffix(all[len(all)-1].Text, "na receção.") {
		t.Errorf("without an address: %+v", all[len(all)-1])
	}
}
