package screen_test

import (
	"encoding/json"
	"strings"
	"testing"

	"balcao/kiosk/flow"
	"balcao/kiosk/screen"
)

func marked(card int) flow.View {
	given, initial := screen.Marks(card)
	return view("Olá, " + given + " " + initial + ".")
}

func TestAStreamPutsTheNameInPlaceOfItsMarks(t *testing.T) {
	s, base := start(t, both())
	title := func(data string) string {
		t.Helper()
		var v struct{ Title string }
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		return v.Title
	}
	next, leave := events(t, base+"/events", "")
	defer leave()
	next()
	for i, tt := range []struct{ given, initial, want string }{
		{"Conceição", "Á", "Olá, Conceição Á."},
		{`D'"A\<b>&`, "É", `Olá, D'"A\<b>& É.`},
		{strings.Repeat("é", 200), "S", "Olá, " + strings.Repeat("é", 128) + " S."},
	} {
		s.Name(i+1, []byte(tt.given), []byte(tt.initial))
		s.Show(marked(i + 1))
		e := next()
		if got := title(e.data); got != tt.want {
			t.Errorf("title = %q, want %q", got, tt.want)
		}
		if strings.ContainsAny(e.data, "<>&") {
			t.Errorf("%s may not stand in HTML", e.data)
		}
	}
	late, leaveLate := events(t, base+"/events", "")
	defer leaveLate()
	if got := title(late().data); !strings.HasSuffix(got, "é S.") {
		t.Errorf("a page that comes later sees %q", got)
	}
}

func TestANameIsNeverPutWhereAnotherCardsWasMeant(t *testing.T) {
	s, base := start(t, both())
	next, leave := events(t, base+"/events", "")
	defer leave()
	next()
	s.Name(2, []byte("Outra"), []byte("P"))
	s.Show(marked(1))
	if e := next(); strings.Contains(e.data, "Outra") || strings.Contains(e.data, "\uE000") {
		t.Errorf("the marks of card 1 became %q", e.data)
	}
	s.Show(marked(2))
	if e := next(); !strings.Contains(e.data, "Olá, Outra P.") {
		t.Errorf("the marks of card 2 became %q", e.data)
	}
	s.Forget()
	seen, gone := events(t, base+"/events", "")
	defer gone()
	if e := seen(); strings.Contains(e.data, "Outra") {
		t.Errorf("after Forget: %q", e.data)
	}
}
