package web

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/internal/queue"
)

func TestAClerkServesACitizenFromCallToFinish(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	called := marta.press("call", "key-call-1", "").answer(t)
	if !called.OK || called.Number != "A001" || called.Counter != "1" {
		t.Fatalf("call = %+v", called)
	}
	visit := fmt.Sprintf(`{"visit":%d}`, called.Visit)
	for i, name := range []string{"recall", "start", "finish"} {
		if a := marta.press(name, fmt.Sprint("key-step-", i), visit).answer(t); !a.OK || a.Number != "A001" {
			t.Errorf("%s = %+v", name, a)
		}
	}
	if a := marta.press("close", "key-close", "{}").answer(t); !a.OK {
		t.Errorf("close = %+v", a)
	}
	r := marta.press("call", "key-call-2", "{}")
	if a := r.answer(t); r.status != http.StatusOK || a.OK || a.Code != "counter_closed" || a.Message == "" || a.Next == "" {
		t.Errorf("call at a closed counter = %d %+v", r.status, a)
	}
}

func TestOnePressCountsOnceAlsoOverARestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	first := marta.press("call", "the-same-key", "{}")
	again := marta.press("call", "the-same-key", "{}")
	if first.body != again.body || first.status != http.StatusOK {
		t.Errorf("second try: %d %s, first: %d %s", again.status, again.body, first.status, first.body)
	}
	h.down()
	h.start()
	after := marta.press("call", "the-same-key", "{}")
	if after.body != first.body {
		t.Errorf("after a restart: %d %s, before: %s", after.status, after.body, first.body)
	}
	if n := len(h.visits(queue.StateWaiting)); n != 1 {
		t.Errorf("waiting = %d, want 1: the press counted twice", n)
	}
	if r := marta.page("/balcao"); r.status != http.StatusOK {
		t.Errorf("the session did not survive the restart: %d", r.status)
	}
}

func (h *house) visits(state queue.State) []queue.Visit {
	h.t.Helper()
	var all []queue.Visit
	if err := h.engine.Read(h.t.Context(), func(d *queue.Day, _ time.Time) {
		for _, v := range d.Visits() {
			if v.State == state {
				all = append(all, v)
			}
		}
	}); err != nil {
		h.t.Fatal(err)
	}
	return all
}

func TestARefusalThatIsRepeatedStaysRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	marta := h.at("marta", "1")
	first := marta.press("call", "asked-too-early", "{}")
	h.ticket("cc-renew", queue.ClassWalkIn)
	if again := marta.press("call", "asked-too-early", "{}"); again.status != http.StatusOK || again.answer(t).Code != first.answer(t).Code {
		t.Errorf("repeated = %d %s", again.status, again.body)
	}
	if a := marta.press("call", "asked-in-time", "{}").answer(t); !a.OK {
		t.Errorf("a new press = %+v", a)
	}
}

func TestTwoClerksPressingNextTogetherGetOneTicketEach(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	marta, rui := h.at("marta", "1"), h.at("rui", "3")
	for round := range 10 {
		h.ticket("cc-renew", queue.ClassWalkIn)
		h.ticket("cc-renew", queue.ClassWalkIn)
		answers := together(marta, rui, "call", fmt.Sprint("round-two-", round))
		a, b := answers[0].answer(t), answers[1].answer(t)
		if !a.OK || !b.OK || a.Number == b.Number {
			t.Fatalf("round %d: %s and %s", round, answers[0].body, answers[1].body)
		}
		for i, one := range []struct {
			b *browser
			a answer
		}{{marta, a}, {rui, b}} {
			if s := one.b.press("noshow", fmt.Sprint("round-off-", round, "-", i), fmt.Sprintf(`{"visit":%d}`, one.a.Visit)).answer(t); !s.OK {
				t.Fatalf("no-show: %+v", s)
			}
		}
	}
	// One ticket for two: the loser is told who was faster.
	won := h.ticket("cc-renew", queue.ClassWalkIn)
	answers := together(marta, rui, "call", "the-last-one")
	winner, loser := 0, 1
	if !answers[0].answer(t).OK {
		winner, loser = 1, 0
	}
	if a := answers[winner].answer(t); !a.OK || a.Number != won.Number {
		t.Fatalf("nobody won: %s, %s", answers[0].body, answers[1].body)
	}
	counter := []string{"balcão 1", "balcão 3"}[winner]
	if a := answers[loser].answer(t); a.Code != "queue_empty" || !strings.Contains(a.Message, won.Number) || !strings.Contains(a.Message, counter) {
		t.Errorf("the loser reads %q, want %s and %s named", a.Message, won.Number, counter)
	}
}

// together lets two browsers press in the same moment.
func together(a, b *browser, name, key string) [2]reply {
	var (
		answers [2]reply
		ready   sync.WaitGroup
		done    sync.WaitGroup
	)
	ready.Add(2)
	for i, one := range []*browser{a, b} {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			answers[i] = one.press(name, key, "{}")
		})
	}
	done.Wait()
	return answers
}

func TestAStaleScreenDoesNothingToAnotherVisit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	other := h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	marta.press("call", "call-first", "{}")
	r := marta.press("start", "start-other", fmt.Sprintf(`{"visit":%d}`, other.Visit))
	if a := r.answer(t); a.OK || a.Code != "other_visit" {
		t.Errorf("start of another visit = %d %+v", r.status, a)
	}
	r = marta.press("close", "close-elsewhere", `{"counter":"5"}`)
	if a := r.answer(t); r.status != http.StatusConflict || a.Code != "other_counter" {
		t.Errorf("command for another counter = %d %+v", r.status, a)
	}
}

func TestPriorityIsGrantedAndWithdrawn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	second := h.ticket("cc-renew", queue.ClassWalkIn)
	ana := h.as("ana") // reception grants without a counter
	body := fmt.Sprintf(`{"visit":%d,"granted":true}`, second.Visit)
	if a := ana.press("priority", "grant-it-1", body).answer(t); !a.OK || a.Number != "A002" {
		t.Fatalf("grant = %+v", a)
	}
	marta := h.at("marta", "1")
	if a := marta.press("call", "call-first-one", "{}").answer(t); a.Number != "A002" {
		t.Errorf("called %s, want A002, which has priority by law", a.Number)
	}
	r := ana.press("priority", "withdraw-1", strings.Replace(body, "true", "false", 1))
	if a := r.answer(t); a.Code != "not_waiting" || !strings.Contains(a.Message, "A002") || !strings.Contains(a.Message, "já foi chamada") {
		t.Errorf("withdraw after the call = %d %+v", r.status, a)
	}
}

func TestGarbageIsAnsweredClearlyAndDoesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	for _, c := range []struct {
		name, kind, body, key string
		status                int
	}{
		{"call", "application/json", "{", "garbage-1", http.StatusBadRequest},
		{"call", "application/json", "null", "garbage-2", http.StatusBadRequest},
		{"call", "application/json", "[]", "garbage-3", http.StatusBadRequest},
		{"call", "application/json", `{"visit":"x"}`, "garbage-4", http.StatusBadRequest},
		{"call", "application/json", `{"unknown":1}`, "garbage-5", http.StatusBadRequest},
		{"call", "application/json", `{} {}`, "garbage-6", http.StatusBadRequest},
		{"start", "application/json", `{"visit":-1}`, "garbage-7", http.StatusBadRequest},
		{"call", "text/plain", "call", "garbage-8", http.StatusBadRequest},
		{"call", "application/x-www-form-urlencoded", "visit=1&visit=2", "garbage-9", http.StatusBadRequest},
		{"call", "application/x-www-form-urlencoded", "%zz", "garbage-10", http.StatusBadRequest},
		{"call", "application/json", "{}", "", http.StatusBadRequest},
		{"call", "application/json", "{}", "short", http.StatusBadRequest},
		{"call", "application/json", "{}", strings.Repeat("k", 65), http.StatusBadRequest},
		{"priority", "application/json", `{"visit":1}`, "garbage-11", http.StatusBadRequest},
		{"explode", "application/json", "{}", "garbage-12", http.StatusNotFound},
		{"call", "application/json", `{"visit":` + strings.Repeat(" ", maxBody) + `1}`, "garbage-13", http.StatusRequestEntityTooLarge},
	} {
		r := marta.send(http.MethodPost, "/commands/"+c.name, c.kind, c.body, "Idempotency-Key", c.key)
		if a := r.answer(t); r.status != c.status || a.OK || a.Message == "" {
			t.Errorf("%s %.40q: %d %+v, want %d and a message", c.name, c.body, r.status, a, c.status)
		}
	}
	if n := len(h.visits(queue.StateWaiting)); n != 1 {
		t.Errorf("waiting = %d, want 1: garbage had an effect", n)
	}
	if a := marta.send(http.MethodPost, "/commands/call", "application/x-www-form-urlencoded", "key=a-form-key-1").answer(t); !a.OK {
		t.Errorf("a form = %+v", a)
	}
}

func TestAJournalThatCannotBeWrittenIsToldAndTheKeyTriedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ticket("cc-renew", queue.ClassWalkIn)
	marta := h.at("marta", "1")
	h.journal.breakDown(true)
	r := marta.press("call", "disk-is-full", "{}")
	if a := r.answer(t); r.status != http.StatusServiceUnavailable || a.Code != "unavailable" || strings.Contains(r.body, "disk") {
		t.Errorf("with a full disk: %d %s", r.status, r.body)
	}
	h.journal.breakDown(false)
	if a := marta.press("call", "disk-is-full", "{}").answer(t); !a.OK || a.Number != "A001" {
		t.Errorf("tried again: %+v", a)
	}
}

func TestEveryRefusalOfTheQueueIsSaidInPortuguese(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "../../internal/queue/refusal.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	codes := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		lit, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		var text string
		if err := json.Unmarshal([]byte(lit.Value), &text); err != nil {
			t.Fatal(err)
		}
		found++
		said := refusals[queue.Refusal(text)]
		if said.code == "" || said.text == "" || said.next == "" || codes[said.code] {
			t.Errorf("%s (%q) has no code of its own, sentence and next step", spec.Names[0], text)
		}
		codes[said.code] = true
		return true
	})
	if found != len(refusals) || found < 20 {
		t.Errorf("the queue has %d refusals, %d are said here", found, len(refusals))
	}
}

func FuzzDecodeWish(f *testing.F) {
	f.Add("application/json", []byte(`{"visit":3,"granted":true}`))
	f.Add("application/json; charset=utf-8", []byte(`{"counter":"1"}`))
	f.Add("application/x-www-form-urlencoded", []byte("visit=3&granted=false&key=abcdefgh"))
	f.Add("", []byte(""))
	f.Add("text/html", []byte("<"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		w, _, err := decodeWish(kind, body)
		if err == nil && (w.Visit < 0 || len(w.Counter) > 32) {
			t.Errorf("took %+v", w)
		}
	})
}
