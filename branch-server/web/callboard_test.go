package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/internal/branch"
	"balcao/internal/queue"
)

// boardNow opens the stream of a board and returns its first picture.
func (h *house) boardNow(zone string) boardView {
	h.t.Helper()
	messages, stop := h.browser().listen("board&zona="+zone, "")
	defer stop()
	var v boardView
	for {
		m := next(h.t, messages)
		if m.event != "snapshot" {
			continue
		}
		if err := json.Unmarshal([]byte(m.data), &v); err != nil {
			h.t.Fatal(err)
		}
		return v
	}
}

func numbers(v boardView) []string {
	all := []string{}
	for _, c := range v.Board.Calls {
		all = append(all, c.Number)
	}
	return all
}

func TestAZoneShowsItsOwnCallsQueuesAndMessages(t *testing.T) {
	h := newHouse(t)
	for _, s := range []queue.ServiceID{"cc-renew", "tax", "social", "cc-renew"} {
		h.ticket(s, queue.ClassWalkIn)
	}
	for _, k := range []queue.CounterID{"1", "4", "5", "3"} {
		h.do(queue.OpenCounter{Counter: k})
		h.do(queue.CallNext{Counter: k})
	}
	if err := h.Put(t.Context(), Message{ID: "a", Text: map[string]string{"pt": "Só nos outros"}, Zone: "outros", Until: h.now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	for zone, want := range map[string]struct {
		calls, lines, notes []string
		place               string
	}{
		"":         {[]string{"A002", "S001", "F001", "A001"}, []string{"IRN", "Finanças", "Seg. Social"}, []string{"Só nos outros", "Tenha o documento à mão."}, ""},
		"registos": {[]string{"A002", "A001"}, []string{"IRN"}, []string{"Tenha o documento à mão."}, "Registos"},
		"outros":   {[]string{"S001", "F001"}, []string{"Finanças", "Seg. Social"}, []string{"Só nos outros"}, "Finanças e Segurança Social"},
	} {
		v := h.boardNow(zone)
		var lines, notes []string
		for _, q := range v.Board.Queues {
			lines = append(lines, q.Body)
		}
		for _, n := range v.Board.Notes {
			notes = append(notes, n.Text.In("pt"))
		}
		if got := numbers(v); !slices.Equal(got, want.calls) || !slices.Equal(lines, want.lines) || !slices.Equal(notes, want.notes) || v.Place != want.place {
			t.Errorf("zone %q: calls %v, lines %v, notes %v, place %q; want %+v", zone, got, lines, notes, v.Place, want)
		}
		if zone != "" && (len(v.Board.Zones) != 1 || v.Board.Zones[0].ID != zone) {
			t.Errorf("zone %q is told its rules as %+v", zone, v.Board.Zones)
		}
	}
	if r := h.browser().page("/painel?zona=registos"); r.status != http.StatusOK || !strings.Contains(r.body, "/events?view=board&amp;zona=registos") {
		t.Errorf("page of a zone: %d %.500s", r.status, r.body)
	}
	if r := h.browser().page("/painel?zona=cave"); r.status != http.StatusNotFound || !strings.Contains(r.body, "/painel?zona=registos") {
		t.Errorf("page of an unknown zone: %d", r.status)
	}
	if r := h.browser().page("/events?view=board&zona=cave"); r.status != http.StatusBadRequest {
		t.Errorf("stream of an unknown zone: %d", r.status)
	}
}

// TestARushIsWholeOnTheBoard: of fifty calls in a minute every one is told to every screen, also to one that missed
// some pictures; a repeated call stands once.
func TestARushIsWholeOnTheBoard(t *testing.T) {
	h := newHouse(t)
	h.do(queue.OpenCounter{Counter: "4"})
	want := []string{}
	for i := range 50 {
		h.ticket("tax", queue.ClassWalkIn)
		h.do(queue.CallNext{Counter: "4"})
		if i == 20 {
			h.do(queue.Recall{Counter: "4"})
		}
		h.do(queue.Start{Counter: "4"})
		h.do(queue.Finish{Counter: "4"})
		want = append(want, fmt.Sprintf("F%03d", i+1))
		h.later(time.Second)
	}
	slices.Reverse(want)
	if got := numbers(h.boardNow("outros")); !slices.Equal(got, want) {
		t.Errorf("calls on the board: %v", got)
	}
	h.later(10 * time.Minute)
	if got := numbers(h.boardNow("outros")); len(got) > 20 || got[0] != "F050" {
		t.Errorf("old calls on the board: %v", got)
	}
}

func TestMessagesAreTypedShownAndTakenAway(t *testing.T) {
	h := newHouse(t)
	if r := h.as("marta").page("/painel/mensagens"); r.status != http.StatusForbidden {
		t.Errorf("a clerk got %d", r.status)
	}
	ines := h.as("ines")
	key := strings.Repeat("k", 26)
	put := func(changes map[string]string) reply {
		form := []string{}
		fields := map[string]string{"key": key, "until": "30", "zone": "", "pt": "", "en": ""}
		maps.Copy(fields, changes)
		for k, v := range fields {
			form = append(form, k, v)
		}
		return ines.form("/painel/mensagens", form...)
	}
	for problem, fields := range map[string]map[string]string{
		"Escreva a mensagem":    {"pt": "  "},
		"comprida de mais":      {"pt": strings.Repeat("a", branch.MaxMessage+1)},
		"Esse painel já não":    {"pt": "Olá", "zone": "cave"},
		"formulário estava inc": {"pt": "Olá", "key": "short"},
	} {
		if r := put(fields); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, problem) {
			t.Errorf("%s: %d", problem, r.status)
		}
	}
	for range 2 { // sent twice
		if r := put(map[string]string{"pt": "Obras no\npiso 1 <b>", "en": "Works on floor 1"}); r.status != http.StatusSeeOther {
			t.Fatalf("put: %d %.500s", r.status, r.body)
		}
	}
	page := ines.page("/painel/mensagens").body
	if !strings.Contains(page, "Obras no piso 1 &lt;b&gt;") || strings.Count(page, "Retirar<") != 1 {
		t.Errorf("page: %.2000s", page)
	}
	if notes := h.boardNow("").Board.Notes; len(notes) != 2 || notes[0].Text.In("en") != "Works on floor 1" {
		t.Errorf("on the board: %+v", notes)
	}
	h.later(31 * time.Minute)
	if notes := h.boardNow("").Board.Notes; len(notes) != 1 {
		t.Errorf("past its end it is on the board still: %+v", notes)
	}
	if r := put(map[string]string{"pt": "Fica", "key": strings.Repeat("z", 26), "until": "dia"}); r.status != http.StatusSeeOther {
		t.Fatalf("put: %d", r.status)
	}
	if r := ines.form("/painel/mensagens/retirar", "id", strings.Repeat("z", 26)); r.status != http.StatusSeeOther || len(h.All()) != 0 {
		t.Errorf("removed: %d, %v left", r.status, h.All())
	}
}
