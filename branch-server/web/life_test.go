package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
)

// presses sends one press after another, each under a key of its own, and fails at the first that is refused.
func (b *browser) does(name, format string, args ...any) answer {
	b.h.t.Helper()
	a := b.press(name, fmt.Sprintf("key-%s-%d", name, b.h.now().UnixNano()), fmt.Sprintf(format, args...)).answer(b.h.t)
	if !a.OK {
		b.h.t.Fatalf("%s: %+v", name, a)
	}
	return a
}

func (b *browser) refused(name, code, format string, args ...any) answer {
	b.h.t.Helper()
	a := b.press(name, fmt.Sprintf("key-%s-%d", name, b.h.now().UnixNano()), fmt.Sprintf(format, args...)).answer(b.h.t)
	if a.OK || a.Code != code {
		b.h.t.Fatalf("%s: %+v, want %s", name, a, code)
	}
	return a
}

// view reads what a page of somebody shows now.
func view[V any](b *browser, name string) V {
	b.h.t.Helper()
	messages, stop := b.listen(name, "")
	defer stop()
	for {
		if m := next(b.h.t, messages); m.event == "snapshot" {
			var v V
			if err := json.Unmarshal([]byte(m.data), &v); err != nil {
				b.h.t.Fatal(err)
			}
			return v
		}
	}
}

// serving is a clerk at counter 1 with a citizen.
func serving(t *testing.T) (*house, *browser, queue.VisitID) {
	t.Helper()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	v := marta.does("call", "{}").Visit
	marta.does("start", `{"visit":%d}`, v)
	return h, marta, v
}

func TestACitizenIsForwardedServedElsewhereAndCountedOnce(t *testing.T) {
	t.Parallel()
	h, marta, v := serving(t)
	marta.does("forward", `{"visit":%d,"service":"tax","place":"front","delivered":[{"svc":"cc-renew","n":2,"outcome":"done"}]}`, v)
	rui := h.at("rui", "4")
	if got := view[counterView](rui, "counter"); got.Next == nil || got.Next.ID != v || !strings.Contains(got.Next.Why, "frente") {
		t.Errorf("next at the tax counter = %+v", got.Next)
	}
	called := rui.does("call", "{}")
	if called.Number != "A001" {
		t.Errorf("the number on the paper is %s, called %s", "A001", called.Number)
	}
	rui.does("start", `{"visit":%d}`, v)
	if got := view[counterView](rui, "counter"); !strings.Contains(got.Visit.Before, "balcão 1") {
		t.Errorf("done before = %q", got.Visit.Before)
	}
	rui.does("finish", `{"visit":%d}`, v)
	if got := view[counterView](marta, "counter").Today; got.Visits != 1 || got.Acts != 2 {
		t.Errorf("counter 1 today = %+v", got)
	}
}

func TestAForwardedTicketIsExplainedByItsLastCall(t *testing.T) {
	t.Parallel()
	h, marta, v := serving(t)
	marta.does("forward", `{"visit":%d,"service":"tax","place":"front"}`, v)
	older := h.ticket("tax", queue.ClassWalkIn)
	rui := h.at("rui", "4")
	rui.does("call", "{}")
	r := marta.page("/porque/A001")
	for _, want := range []string{"Balcão 4", "encaminhou para a frente", older.Number, "Chegou ao balcão 1", "Chamada ao balcão 4"} {
		if !strings.Contains(r.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestWhatWasPressedByMistakeIsUndone(t *testing.T) {
	t.Parallel()
	_, marta, v := serving(t)
	for name, body := range map[string]string{
		"finish": `{"visit":%d,"delivered":[{"svc":"cc-renew","n":1,"outcome":"done"}]}`, "forward": `{"visit":%d,"service":"tax"}`,
		"postpone": `{"visit":%d,"service":"cc-pickup"}`,
	} {
		marta.does(name, body, v)
		marta.does("takeback", `{"visit":%d}`, v)
		if got := view[counterView](marta, "counter").Visit; got == nil || got.ID != v || got.Stage != "serving" || got.SvcID != "cc-renew" {
			t.Fatalf("after undoing %s the counter has %+v", name, got)
		}
	}
	marta.does("hold", `{"visit":%d,"reason":"document"}`, v)
	marta.does("resume", `{"visit":%d}`, v)
}

func TestAHeldTicketIsResumedAtAnotherCounter(t *testing.T) {
	t.Parallel()
	h, marta, v := serving(t)
	marta.does("hold", `{"visit":%d,"reason":"copies"}`, v)
	rui := h.at("rui", "3")
	aside := view[counterView](rui, "counter").Aside
	if len(aside) != 1 || aside[0].Kind != asideHeld || aside[0].Reason != "Foi tirar cópias ou fotografias" || aside[0].Where != "Balcão 1" || aside[0].Mine {
		t.Fatalf("held, as counter 3 sees it: %+v", aside)
	}
	rui.does("resume", `{"visit":%d}`, v)
	if got := view[counterView](rui, "counter"); got.Visit == nil || got.Visit.ID != v || len(got.Aside) != 0 {
		t.Errorf("resumed = %+v", got)
	}
}

func TestWhoMissedTheCallIsPutBackOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	v := marta.does("call", "{}").Visit
	marta.does("noshow", `{"visit":%d}`, v)
	if aside := view[counterView](marta, "counter").Aside; len(aside) != 1 || aside[0].Kind != asideMissed || aside[0].Until == 0 {
		t.Fatalf("missed = %+v", aside)
	}
	marta.does("revive", `{"visit":%d}`, v) // a mistake, undone at once
	marta.does("call", "{}")
	marta.does("noshow", `{"visit":%d}`, v)
	rui := h.at("rui", "3")
	rui.does("revive", `{"visit":%d}`, v) // the citizen came to somebody else
	marta.does("call", "{}")
	marta.does("noshow", `{"visit":%d}`, v)
	if aside := view[counterView](marta, "counter").Aside; len(aside) != 0 {
		t.Errorf("put back twice is offered: %+v", aside)
	}
	rui.refused("revive", "revived_before", `{"visit":%d}`, v)
	found := marta.find("A001")
	if len(found) != 1 || slices.Contains(found[0].Can, "revive") || found[0].No == "" {
		t.Errorf("found = %+v", found)
	}
}

func TestTheRecallsLeftAndTheirPauseAreOnTheScreen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.web.cfg.Branch().Policy.Recalls, h.web.cfg.Branch().Policy.RecallPause = 2, 30*time.Second
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	marta.does("call", "{}")
	marta.does("recall", "{}")
	got := view[counterView](marta, "counter").Visit
	if got.Recalls != 1 || got.RecallAt != got.LastCall+30_000 {
		t.Errorf("recalls left = %d, again at %d, called at %d", got.Recalls, got.RecallAt, got.LastCall)
	}
}

func (b *browser) find(number string) []foundView {
	b.h.t.Helper()
	var out struct{ Tickets []foundView }
	if err := json.Unmarshal([]byte(b.send(http.MethodGet, "/api/senhas/"+number, "", "").body), &out); err != nil {
		b.h.t.Fatal(err)
	}
	return out.Tickets
}

func TestATicketIsCalledOutOfTurnOnlyByWhoMayAndWithAReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	v := h.ticket("cc-renew", queue.ClassWalkIn).Visit
	marta, ines := h.at("marta", "1"), h.at("ines", "3")
	if found := marta.find("a-0002"); len(found) != 1 || slices.Contains(found[0].Can, "choose") {
		t.Errorf("a clerk is offered %+v", found)
	}
	marta.refused("choose", "not_allowed", `{"visit":%d,"reason":"agreed"}`, v)
	if found := ines.find("A002"); len(found) != 1 || !slices.Contains(found[0].Can, "choose") {
		t.Errorf("the coordinator is offered %+v", found)
	}
	ines.refused("choose", "no_reason", `{"visit":%d}`, v)
	ines.refused("choose", "bad_request", `{"visit":%d,"reason":"she is ill"}`, v)
	if a := ines.does("choose", `{"visit":%d,"reason":"agreed"}`, v); a.Number != "A002" {
		t.Errorf("chosen = %+v", a)
	}
	h.web.cfg.Branch().Policy.ClerksChoose = true
	first := marta.find("A001")
	if !slices.Contains(first[0].Can, "choose") {
		t.Errorf("with the branch's setting a clerk is offered %v", first[0].Can)
	}
	marta.does("choose", `{"visit":%d,"reason":"agreed"}`, first[0].ID)
}

func TestACitizenWithoutATicketIsServedOnceHoweverOftenThePressIsSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	marta := h.at("marta", "1")
	marta.refused("walk", "not_served", `{"service":"tax"}`)
	first := marta.press("walk", "key-walk-in", `{"service":"cc-address","granted":true}`)
	h.down()
	h.start()
	if again := marta.press("walk", "key-walk-in", `{"service":"cc-address","granted":true}`); again.body != first.body {
		t.Errorf("repeated = %s, first %s", again.body, first.body)
	}
	all := h.visits(queue.StateServing)
	if len(all) != 1 || !all[0].Walked || all[0].Class != queue.ClassLaw || strings.Contains(string(all[0].Request), "web/") {
		t.Fatalf("served = %+v", all)
	}
	marta.does("finish", `{"visit":%d}`, all[0].ID)
	if r := marta.page("/porque/A001"); r.status != http.StatusOK || !strings.Contains(r.body, "foi atendida sem senha") {
		t.Errorf("why a citizen without a ticket was served: %d %.600s", r.status, r.body)
	}
	if calls := view[boardView](marta, "board").Board.Calls; len(calls) != 0 {
		t.Errorf("the board calls %+v", calls)
	}
}

func TestReceptionGivesANumberToWhoCannotUseTheKiosk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana := h.as("ana")
	if r := ana.page("/rececao"); r.status != http.StatusOK {
		t.Fatalf("page = %d", r.status)
	}
	first := ana.press("issue", "key-issue-one", `{"service":"cc-renew","granted":true,"lang":"uk"}`)
	again := ana.press("issue", "key-issue-one", `{"service":"cc-renew","granted":true,"lang":"uk"}`)
	if a := first.answer(t); !a.OK || a.Number != "A001" || again.body != first.body {
		t.Fatalf("issued %s, again %s", first.body, again.body)
	}
	if got := view[receptionView](ana, "reception"); len(got.Given) != 1 || got.Given[0].Number != "A001" || got.Waiting != 1 {
		t.Errorf("reception = %+v", got)
	}
	ana.refused("issue", "bad_request", `{"service":"cc-renew","lang":"tlh"}`)
	marta := h.at("marta", "1")
	marta.refused("issue", "not_allowed", `{"service":"cc-renew"}`)
	if got := view[counterView](marta, "counter"); got.Next == nil || got.Next.Class != classLaw || got.Next.Lang != "uk" {
		t.Errorf("next = %+v", got.Next)
	}
}

func TestAnAlarmIsSeenBesideAndAtTheCoordinationUntilAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	marta, rui, ines := h.at("marta", "1"), h.at("rui", "2"), h.as("ines")
	far := h.at("zita", "6")
	for i, id := range []queue.CounterID{"3", "4", "5"} {
		h.do(queue.OpenCounter{Counter: id})
		_ = i
	}
	marta.does("alarm", "{}")
	marta.does("alarm", "{}")
	if got := view[counterView](rui, "counter").Alarms; len(got) != 1 || got[0].Counter != "1" {
		t.Errorf("beside = %+v", got)
	}
	if got := view[counterView](far, "counter").Alarms; len(got) != 0 {
		t.Errorf("far away = %+v", got)
	}
	if got := view[managerView](ines, "manager").Attention; len(got) == 0 || !strings.Contains(got[0].Title, "Balcão 1") {
		t.Errorf("at the coordination = %+v", got)
	}
	if got := view[counterView](marta, "counter"); got.Counter.Alarm == 0 || got.Counter.Answered != "" || len(got.Alarms) != 0 {
		t.Errorf("own = %+v", got.Counter)
	}
	ines.does("answer-alarm", `{"of":"1"}`)
	if got := view[counterView](marta, "counter").Counter.Answered; got != "coordenação" {
		t.Errorf("answered by %q", got)
	}
	if got := view[counterView](rui, "counter").Alarms; len(got) != 0 {
		t.Errorf("still seen beside: %+v", got)
	}
}

func TestHowAClerkWorksIsKeptOverARestartAndHonouredByTheCall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-address", queue.ClassWalkIn)
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	r := marta.send(http.MethodPost, "/balcao/preferencias", "application/json", `{"auto":true,"skills":["cc-renew","tax"]}`)
	if !r.answer(t).OK {
		t.Fatalf("preferences = %s", r.body)
	}
	h.down()
	h.start()
	got := view[counterView](marta, "counter")
	if !got.Auto || !slices.Equal(got.Counter.Skills, []string{"cc-renew"}) || got.Queue.Count != 1 {
		t.Errorf("after a restart: auto %t, skills %v, %d waiting", got.Auto, got.Counter.Skills, got.Queue.Count)
	}
	marta.does("close", "{}")
	marta.does("open", "{}")
	if a := marta.does("call", "{}"); a.Number != "A002" {
		t.Errorf("called %s, want the one that the clerk serves", a.Number)
	}
}

func TestABreakBeginsWhenTheCitizenHasLeft(t *testing.T) {
	t.Parallel()
	_, marta, v := serving(t)
	marta.refused("break", "no_reason", "{}")
	marta.does("break", `{"reason":"lunch"}`)
	if got := view[counterView](marta, "counter").Counter; !got.BreakDue || got.Break != "Almoço" || !got.Planned {
		t.Errorf("due = %+v", got)
	}
	marta.does("finish", `{"visit":%d}`, v)
	if got := view[counterView](marta, "counter").Counter; got.BreakDue || got.Break != "Almoço" {
		t.Errorf("paused = %+v", got)
	}
	marta.refused("call", "on_break", "{}")
	marta.does("endbreak", "{}")
}

func TestPostponedTransferredCancelledAndInaccurate(t *testing.T) {
	t.Parallel()
	h, marta, v := serving(t)
	marta.does("inaccurate", `{"visit":%d,"inaccurate":true}`, v)
	if got := view[counterView](marta, "counter").Visit; !got.Inaccurate {
		t.Error("the visit's times still count")
	}
	marta.does("postpone", `{"visit":%d,"service":"cc-pickup"}`, v)
	if aside := view[counterView](marta, "counter").Aside; len(aside) != 1 || aside[0].Kind != asideBack || aside[0].SvcID != "cc-pickup" {
		t.Fatalf("to come back = %+v", aside)
	}
	ana := h.as("ana") // who sits at no counter
	ana.does("return", `{"visit":%d}`, v)
	ana.does("transfer", `{"visit":%d,"service":"social"}`, v)
	ana.does("priority", `{"visit":%d,"granted":true,"reason":"asked"}`, v)
	ana.refused("cancel", "bad_request", `{"visit":%d,"reason":"free words"}`, v)
	ana.does("cancel", `{"visit":%d,"reason":"left"}`, v)
	if n := len(h.visits(queue.StateCancelled)); n != 1 {
		t.Errorf("%d cancelled", n)
	}
}

func FuzzDecodePreferences(f *testing.F) {
	f.Add([]byte(`{"auto":true,"skills":["cc-renew"]}`))
	f.Add([]byte(`null`))
	f.Add([]byte(`{"skills":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if wanted, err := decodePreferences(body); err == nil && len(wanted.Skills) > mostChosen {
			t.Errorf("%d skills", len(wanted.Skills))
		}
	})
}
