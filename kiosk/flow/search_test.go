package flow

import (
	"reflect"
	"slices"
	"testing"
)

func searched() Offer {
	return Offer{
		Open:   true,
		Bodies: []Body{{ID: "irn", Short: "IRN", Name: Text{"pt": "Registos e Notariado"}}, {ID: "at", Short: "AT", Name: Text{"pt": "Finanças"}}},
		Services: []Service{
			{ID: "cc", Body: "irn", Name: Text{"pt": "Cartão de Cidadão", "uk": "Картка громадянина"}, Also: []string{"bilhete de identidade", "morada"}, State: Open},
			{ID: "pass", Body: "irn", Name: Text{"pt": "Passaporte"}, State: Open},
			{ID: "irs", Body: "at", Name: Text{"pt": "IRS"}, Help: Text{"pt": "Declaração e reembolso"}, State: Open},
		},
	}
}

func TestServicesAreFoundByWhatPeopleCallThem(t *testing.T) {
	for text, want := range map[string][]string{
		"cidadao":       {"cc"},
		"CIDADÃO":       {"cc"},
		"bilhete ident": {"cc"},
		"morada":        {"cc"},
		"reembolso":     {"irs"},
		"financas":      {"irs"},
		"registos":      {"cc", "pass"},
		"громадянина":   {"cc"},
		"dadão":         nil,
		"bicicleta":     nil,
		"":              nil,
		"   ":           nil,
	} {
		var got []string
		for _, s := range searched().find(text, "pt") {
			got = append(got, s.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", text, got, want)
		}
	}
}

func TestATicketIsTwoKeysAndATouchFromTheSearch(t *testing.T) {
	s := New(Config{})
	s, _ = Next(s, OfferChanged{Offer: searched()})
	for _, tap := range []Tap{{Action: ActSearch}, {Action: ActKey, Arg: "I"}, {Action: ActKey, Arg: "R"}, {Action: ActKey, Arg: "S"}} {
		tap.Key = "k"
		s, _ = Next(s, tap)
	}
	if v := s.View(); v.Screen != Search || v.Pad.Text != "irs" || len(v.Sections) != 1 || v.Sections[0].Choices[0].Arg != "irs" {
		t.Fatalf("after IRS the screen shows %+v", v)
	}
	s, _ = Next(s, Tap{Key: "e", Action: ActErase})
	if got := s.View().Pad.Text; got != "ir" {
		t.Errorf("erased to %q", got)
	}
	_, out := Next(s, Tap{Key: "t", Action: ActService, Arg: "irs"})
	if len(out) == 0 || !reflect.DeepEqual(out[0], RequestTicket{Request: "t", Service: "irs", Lang: "pt"}) {
		t.Errorf("the touch asked for %v", out)
	}
	s, _ = Next(s, Tap{Key: "b", Action: ActBack})
	if s.session.query != "" {
		t.Error("what was typed outlives its screen")
	}
}

func TestAnInterpreterIsAskedForOnceAndTheNextPersonStartsAfresh(t *testing.T) {
	s := New(Config{})
	s, _ = Next(s, OfferChanged{Offer: searched()})
	s, _ = Next(s, Tap{Key: "s", Action: ActSign})
	if v := s.View(); v.Video == nil || v.Video.Name != "home" || v.Video.Caption == "" || !v.Modes.SignLanguage {
		t.Fatalf("sign language shows %+v", v.Video)
	}
	s, out := Next(s, Tap{Key: "c", Action: ActCall, Arg: "interpreter"})
	if len(out) == 0 || out[0] != (CallStaff{Who: Interpreter}) {
		t.Fatalf("asking led to %v", out)
	}
	if s.View().offers(ActCall, "interpreter") {
		t.Error("somebody who was called can be called again at once")
	}
	s, _ = s.end()
	if s.session.modes != (Modes{}) || s.session.called != "" {
		t.Error("the next person finds the last one's wishes")
	}
}

func TestEveryModeIsOneTouchAwayOnTheFirstScreenAndAllGoTogether(t *testing.T) {
	s := New(Config{})
	s, _ = Next(s, OfferChanged{Offer: searched()})
	for _, m := range []Mode{LargePrint, HighContrast, LowReach, EasyReading, MoreTime} {
		if !s.View().offers(ActMode, string(m)) {
			t.Errorf("%s cannot be reached from the first screen", m)
		}
		s, _ = Next(s, Tap{Key: "m", Action: ActMode, Arg: string(m)})
	}
	if got := countOn(s.View().Modes); got != 5 {
		t.Errorf("%d modes are on together, want 5", got)
	}
	if v := s.View(); v.Title != "O que quer fazer?" || v.Strip != nil {
		t.Errorf("easy reading says %q, with calls %v", v.Title, v.Strip)
	}
	if !s.View().offers(ActSign, "") || !s.View().offers(ActLanguage, "uk") {
		t.Error("sign language or another language cannot be reached")
	}
}
