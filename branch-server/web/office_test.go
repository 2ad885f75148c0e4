package web

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"balcao/internal/queue"
)

// step presses something on the coordinator's page.
func (b *browser) step(action, key, body string) reply {
	b.h.t.Helper()
	return b.send(http.MethodPost, "/coordenacao/"+action, "application/json", body, "Idempotency-Key", key)
}

func (r reply) undo(t *testing.T) undoOffer {
	t.Helper()
	var a officeAnswer
	if err := json.Unmarshal([]byte(r.body), &a); err != nil || a.Undo == nil {
		t.Fatalf("nothing to take it back with: %s, %v", r.body, err)
	}
	return *a.Undo
}

func supervised(h *house) []queue.Supervised {
	h.journal.mu.Lock()
	defer h.journal.mu.Unlock()
	var all []queue.Supervised
	for _, e := range h.journal.entries {
		if s, ok := e.Event.(queue.Supervised); ok {
			all = append(all, s)
		}
	}
	return all
}

func TestWhatTheCoordinationDoesCountsOnceAndCanBeTakenBack(t *testing.T) {
	h := newHouse(t)
	h.do(queue.OpenCounter{Counter: "1"})
	h.ticket("cc-renew", queue.ClassWalkIn)
	c := h.as("ines")

	moved := c.step("transfer", "11111111", `{"visit":1,"to":"tax","reason":"wrong_service"}`)
	if again := c.step("transfer", "11111111", `{"visit":1,"to":"tax","reason":"wrong_service"}`); !again.answer(t).OK {
		t.Errorf("the same press again: %s", again.body)
	}
	if got := supervised(h); len(got) != 1 || got[0].Action != "transfer" || got[0].Reason != "wrong_service" || got[0].By != "p-ines" || got[0].Visit != 1 {
		t.Fatalf("the journal says %+v", got)
	}
	back := moved.undo(t)
	body, err := json.Marshal(back.Wish)
	if err != nil {
		t.Fatal(err)
	}
	c.step(back.Action, "22222222", string(body))
	if v := h.visits(queue.StateWaiting); len(v) != 1 || v[0].Service != "cc-renew" {
		t.Errorf("taken back: %+v", v)
	}

	ended := c.step("end", "33333333", `{"visit":1,"reason":"left"}`)
	if back := ended.undo(t); back.Action != "revive" || len(h.visits(queue.StateCancelled)) != 1 {
		t.Errorf("ended: %s, cancelled %d", ended.body, len(h.visits(queue.StateCancelled)))
	}
	c.step("revive", "44444444", `{"visit":1,"reason":"undo"}`)
	h.do(queue.CallNext{Counter: "1"})
	h.do(queue.Start{Counter: "1"})
	h.later(3 * time.Hour)
	if r := c.step("close", "55555555", `{"counter":"1","reason":"left_open"}`); r.answer(t).Code != "counter_busy" {
		t.Errorf("closing under a citizen: %s", r.body)
	}
	c.step("end", "66666666", `{"visit":1,"reason":"left_running"}`)
	if v := h.visits(queue.StateFinished); len(v) != 1 || !v[0].Inaccurate {
		t.Errorf("a stuck visit: %+v", v)
	}
	if r := c.step("close", "77777777", `{"counter":"1","reason":"left_open"}`); !r.answer(t).OK || r.undo(t).Action != "open" {
		t.Errorf("close: %s", r.body)
	}
}

func TestACounterIsGivenOtherServicesForToday(t *testing.T) {
	h := newHouse(t)
	h.do(queue.OpenCounter{Counter: "4"})
	h.ticket("social", queue.ClassWalkIn)
	c := h.as("ines")
	if a := h.do(queue.CallNext{Counter: "4"}); a.Refused == "" {
		t.Fatal("counter 4 serves social security already")
	}
	changed := c.step("skills", "11111111", `{"counter":"4","own":["tax"],"helps":["social"],"reason":"relieve"}`)
	if a := h.do(queue.CallNext{Counter: "4"}); a.Refused != "" {
		t.Errorf("counter 4 with social security: %s; %s", a.Refused, changed.body)
	}
	if back := changed.undo(t); back.Action != "skills" || len(back.Wish.Primary) != 0 {
		t.Errorf("back to its own: %+v", back)
	}
}

func TestAServiceIsSuspendedAndAQueueMoved(t *testing.T) {
	h := newHouse(t)
	h.ticket("tax", queue.ClassWalkIn)
	h.ticket("tax", queue.ClassWalkIn)
	c := h.as("ines")
	if r := c.step("suspend", "11111111", `{"svc":"tax","reason":"system_down"}`); !r.answer(t).OK || r.undo(t).Action != "reopen" {
		t.Errorf("suspend: %s", r.body)
	}
	if a := h.do(queue.Issue{Request: "late", Service: "tax", Class: queue.ClassWalkIn}); a.Refused != queue.ErrSuspended {
		t.Errorf("a ticket for a suspended service: %s", a.Refused)
	}
	if r := c.step("move", "22222222", `{"svc":"tax","to":"social","reason":"no_counter"}`); !r.answer(t).OK {
		t.Errorf("move: %s", r.body)
	}
	for _, v := range h.visits(queue.StateWaiting) {
		if v.Service != "social" {
			t.Errorf("%s waits for %s", v.Number, v.Service)
		}
	}
	if r := c.step("move", "33333333", `{"svc":"tax","to":"social","reason":"no_counter"}`); r.answer(t).Code != "queue_empty" {
		t.Errorf("an empty queue: %s", r.body)
	}
}

func TestSteppingInIsForTheCoordinationAndNeedsAReason(t *testing.T) {
	h := newHouse(t)
	h.ticket("tax", queue.ClassWalkIn)
	if r := h.as("marta").step("end", "11111111", `{"visit":1,"reason":"left"}`); r.status != http.StatusForbidden {
		t.Errorf("a clerk: %d", r.status)
	}
	c := h.as("ines")
	for body, code := range map[string]string{
		`{"visit":1}`: "no_reason",
		`{"visit":1,"reason":"ela está doente"}`: "no_reason",
		`{"visit":1,"reason":"left","x":1}`:      "bad_request",
		`{"reason":"left"}`:                      "bad_request",
		`{"visit":99,"reason":"left"}`:           "unknown_visit",
		`nada`:                                   "bad_request",
	} {
		if got := c.step("end", "22222222", body).answer(t).Code; got != code {
			t.Errorf("%s: %s, want %s", body, got, code)
		}
	}
	if r := c.step("dance", "11111111", `{}`); r.status != http.StatusNotFound {
		t.Errorf("an action that is none: %d", r.status)
	}
	if len(h.visits(queue.StateWaiting)) != 1 || len(supervised(h)) != 0 {
		t.Error("something happened all the same")
	}
}

func FuzzDecodeOfficeWish(f *testing.F) {
	f.Add([]byte(`{"visit":1,"counter":"3","svc":"tax","to":"social","own":["tax"],"helps":[],"reason":"left"}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decodeOfficeWish(body)
		if err == nil && got.Visit < 0 {
			t.Errorf("%q became %+v", body, got)
		}
	})
}
