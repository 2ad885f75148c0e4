package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"balcao/internal/branch"
	calendar "balcao/internal/hours"
	"balcao/internal/queue"
)

// supplyOf paints the page of hours and numbers as its stream sends it.
func supplyOf(t *testing.T, h *house) supplyView {
	t.Helper()
	frames, err := h.web.paint(t.Context(), []viewKey{{kind: viewSupply}})
	if err != nil {
		t.Fatal(err)
	}
	var v supplyView
	raw, err := json.Marshal(frames[viewKey{kind: viewSupply}].parts)
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (v supplyView) line(t *testing.T, id string) supplyLine {
	t.Helper()
	for _, l := range v.Services {
		if l.ID == id {
			return l
		}
	}
	t.Fatalf("no service %s on the page", id)
	return supplyLine{}
}

func TestTheCoordinationDecidesWhatIsGivenToday(t *testing.T) {
	h := newHouse(t)
	c := h.as("ines")
	h.ticket("cc-renew", queue.ClassWalkIn)

	if got := c.step("suspend", "11111111", `{"svc":"cc-renew","reason":"system_down","until":"25:00"}`); got.status != http.StatusBadRequest {
		t.Errorf("an hour that is none: %d %s", got.status, got.body)
	}
	suspended := c.step("suspend", "22222222", `{"svc":"cc-renew","reason":"system_down","until":"23:30"}`)
	if l := supplyOf(t, h).line(t, "cc-renew"); l.State != "suspended" || l.Until != "23:30" || !l.Paused || !strings.Contains(l.Next, "23:30") || l.Given != 1 {
		t.Errorf("suspended: %s, the page says %+v", suspended.body, l)
	}
	given := c.step("issue", "33333333", `{"svc":"cc-renew","reason":"our_mistake"}`)
	if again := c.step("issue", "33333333", `{"svc":"cc-renew","reason":"our_mistake"}`); given.answer(t).Number == "" || again.answer(t).Number != given.answer(t).Number {
		t.Errorf("a number all the same: %s, and again %s", given.body, again.body)
	}
	back := suspended.undo(t)
	body, err := json.Marshal(back.Wish)
	if err != nil {
		t.Fatal(err)
	}
	c.step(back.Action, "44444444", string(body))
	quota := c.step("quota", "55555555", `{"svc":"cc-renew","quota":2,"reason":"agreed"}`)
	if l := supplyOf(t, h).line(t, "cc-renew"); l.State != "sold_out" || l.Left != 0 || l.Quota != 2 || !l.Set || l.Given != 2 {
		t.Errorf("two numbers of two: %s, the page says %+v", quota.body, l)
	}
	if body, err = json.Marshal(quota.undo(t).Wish); err != nil {
		t.Fatal(err)
	}
	c.step("quota", "66666666", string(body))
	if l := supplyOf(t, h).line(t, "cc-renew"); l.State != "open" || l.Quota != -1 || l.Set {
		t.Errorf("taken back: %+v", l)
	}
	for _, wrong := range []string{`{"svc":"cc-renew","reason":"agreed"}`, `{"svc":"cc-renew","quota":3}`, `{"quota":3,"reason":"agreed"}`} {
		if a := c.step("quota", "77777777", wrong); strings.Contains(a.body, `"ok":true`) {
			t.Errorf("%s: %s", wrong, a.body)
		}
	}
	for _, s := range supervised(h) {
		if s.By != "p-ines" || s.Reason == "" {
			t.Errorf("the journal does not say who and why: %+v", s)
		}
	}
}

func TestTheNumbersOfALetterAreSetForToday(t *testing.T) {
	h := newHouse(t)
	c := h.as("ines")
	h.ticket("cc-renew", queue.ClassWalkIn)
	div := h.web.cfg.Branch().Divisions[0].ID
	letter := func() letterLine { return supplyOf(t, h).Letters[0] }
	before := letter()
	if before.Given != 1 || before.Set || before.Quota < 100 || len(before.Services) == 0 {
		t.Fatalf("as configured: %+v", before)
	}
	set := c.step("quota", "division-1", fmt.Sprintf(`{"div":%q,"quota":1,"reason":"agreed"}`, div))
	if l := letter(); l.Quota != 1 || !l.Set || l.Left != 0 {
		t.Errorf("one number of one: %s, the page says %+v", set.body, l)
	}
	if l := supplyOf(t, h).line(t, "cc-renew"); l.State != "sold_out" {
		t.Errorf("a service of the letter: %+v", l)
	}
	body, err := json.Marshal(set.undo(t).Wish)
	if err != nil {
		t.Fatal(err)
	}
	c.step("quota", "division-2", string(body))
	if l := letter(); l.Set || l.Left != before.Left || l.Quota != before.Quota {
		t.Errorf("taken back: %+v, before %+v", l, before)
	}
	for _, wrong := range []string{`{"div":"nowhere","quota":3,"reason":"agreed"}`, fmt.Sprintf(`{"div":%q,"svc":"cc-renew","quota":3,"reason":"agreed"}`, div)} {
		if a := c.step("quota", "division-3", wrong); strings.Contains(a.body, `"ok":true`) {
			t.Errorf("%s: %s", wrong, a.body)
		}
	}
}

func TestTheCoordinationSeesTheDaysThatAreDifferent(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	b := &branch.Branch{
		Bodies:   []branch.Body{{ID: "irn", Short: "IRN"}},
		Services: []branch.Service{{ID: "cc"}},
	}
	week := calendar.Weekly{}
	if err := week.Days.UnmarshalText([]byte("mon-fri")); err != nil {
		t.Fatal(err)
	}
	week.Spans = []calendar.Span{{From: 9 * 60, To: 17 * 60}}
	b.Supply.Hours = []calendar.Weekly{week}
	date := func(text string) calendar.Date {
		d, err := calendar.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	b.Supply.Exceptions = []calendar.Exception{{Date: date("2026-12-24"), Spans: []calendar.Span{{From: 9 * 60, To: 12 * 60}}, Why: calendar.Text{"pt": "véspera de Natal"}}}
	b.Supply.Bodies = []branch.BodySupply{{Body: "irn", Exceptions: []calendar.Exception{{Date: date("2026-12-10")}, {Date: date("2027-12-10")}}}}
	var got []string
	for _, l := range aheadOf(b, b.House(time.UTC), calendar.DateOf(at)) {
		got = append(got, l.Day+": "+l.What+", "+l.Who)
	}
	want := `terça-feira, 1 de dezembro: fechado · feriado: Restauração da Independência, toda a loja
terça-feira, 8 de dezembro: fechado · feriado: Imaculada Conceição, toda a loja
quinta-feira, 10 de dezembro: fechado, IRN
quinta-feira, 24 de dezembro: 09:00–12:00 · véspera de Natal, toda a loja
sexta-feira, 25 de dezembro: fechado · feriado: Natal, toda a loja
sexta-feira, 1 de janeiro de 2027: fechado · feriado: Ano Novo, toda a loja`
	if strings.Join(got, "\n") != want {
		t.Errorf("days ahead:\n%s\nwant:\n%s", strings.Join(got, "\n"), want)
	}
}
