package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

func TestAPageHearsASnapshotAndThenWhatChanges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	marta := h.at("marta", "1")
	messages, _ := marta.listen("counter&counter=1", "")
	if m := next(t, messages); m.event != "retry" || m.data != "500" {
		t.Fatalf("first message = %+v", m)
	}
	snap := next(t, messages)
	var view counterView
	if err := json.Unmarshal([]byte(snap.data), &view); err != nil {
		t.Fatal(err)
	}
	if snap.event != "snapshot" || view.Seat != seatYours || !view.Counter.Open || view.Counter.Label != "Balcão 1" || view.Next != nil || !view.Place.Open {
		t.Fatalf("snapshot = %s %s", snap.event, snap.data)
	}
	h.ticket("cc-renew", queue.ClassWalkIn)
	var delta map[string]json.RawMessage
	m := next(t, messages)
	for ; m.event == "delta" && !strings.Contains(m.data, "A001"); m = next(t, messages) {
		continue
	}
	if err := json.Unmarshal([]byte(m.data), &delta); err != nil {
		t.Fatal(err)
	}
	if delta["queue"] == nil || delta["next"] == nil || delta["place"] != nil || delta["now"] == nil {
		t.Errorf("delta = %s", m.data)
	}
	var seq uint64
	if _, err := fmt.Sscanf(m.id, "%d-", &seq); err != nil || seq == 0 {
		t.Errorf("id = %q, want the journal's sequence first", m.id)
	}
	if r := marta.send(http.MethodGet, "/events?view=counter&counter=2", "", ""); r.status != http.StatusConflict {
		t.Errorf("another counter's stream: %d", r.status)
	}
	if r := marta.send(http.MethodGet, "/events?view=secrets", "", ""); r.status != http.StatusBadRequest {
		t.Errorf("an unknown view: %d", r.status)
	}
}

func TestAPageThatComesBackHearsOnlyWhatItMissed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser()
	messages, stop := b.listen("board", "")
	next(t, messages)
	id := next(t, messages).id
	stop()

	back, stop := b.listen("board", id)
	next(t, back) // retry
	select {
	case m := <-back:
		if m.event != "beat" {
			t.Errorf("nothing changed, and the page hears %+v", m)
		}
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	stop()

	h.ticket("tax", queue.ClassWalkIn)
	for _, known := range []string{id, "99999-zzz", "garbage", strings.Repeat("9", 3000)} {
		again, stop := b.listen("board", known)
		next(t, again)
		if m := next(t, again); m.event != "snapshot" {
			t.Errorf("with id %.20q the page hears %s, want a snapshot", known, m.event)
		}
		stop()
	}
}

func TestTheCallboardShowsACallAndNothingPersonal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	messages, _ := h.browser().listen("board", "")
	next(t, messages)
	next(t, messages)
	h.ticket("cc-renew", queue.ClassLaw)
	h.at("marta", "1").press("call", "board-call-1", "{}")
	for {
		m := next(t, messages)
		var view boardView
		if err := json.Unmarshal([]byte(m.data), &view); err != nil {
			t.Fatal(err)
		}
		if len(view.Board.Calls) == 0 {
			continue
		}
		c := view.Board.Calls[0]
		if c.Number != "A001" || c.Counter != "Balcão 1" || c.Body != "IRN" {
			t.Errorf("call = %+v", c)
		}
		if strings.Contains(m.data, "law") || strings.Contains(m.data, "Marta") {
			t.Errorf("the board says who or why: %s", m.data)
		}
		return
	}
}

func TestThePageOfTheCoordinatorKnowsWhatNeedsAttention(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mu.Lock()
	h.link = Link{State: LinkDown, Since: time.Now(), Unsent: 7}
	h.devices = []wire.KioskHealth{
		{Node: "L901-K01", Online: true, Faces: []string{"touch"}, Devices: map[string]string{"printer": "paper-out", "reader": "ready"}},
		{Node: "L901-K02", Online: false, Faces: []string{"touch"}, Since: time.Now().UnixMilli()},
		{Node: "L901-D01", Online: true, Faces: []string{"callboard"}, Devices: map[string]string{"sound": "ready"}},
	}
	h.mu.Unlock()
	h.ticket("tax", queue.ClassWalkIn)
	h.later(50 * time.Minute)
	messages, _ := h.as("ines").listen("manager", "")
	next(t, messages)
	m := next(t, messages)
	var view managerView
	if err := json.Unmarshal([]byte(m.data), &view); err != nil {
		t.Fatal(err)
	}
	if view.Figures.Waiting != 1 || view.Figures.Longest != 50 || view.Figures.Past != 1 || len(view.Queues) != 5 || len(view.Counters) != 6 {
		t.Errorf("figures = %+v", view.Figures)
	}
	all := fmt.Sprint(view.Attention)
	for _, want := range []string{"ninguém atende", "Impressora sem papel", "Quiosque 2", "Sem ligação", "7 registos"} {
		if !strings.Contains(all, want) {
			t.Errorf("attention does not say %q: %s", want, all)
		}
	}
	if view.Devices[2].State != stateOK || view.Devices[2].Name != "Painel 1" {
		t.Errorf("a board in order = %+v", view.Devices[2])
	}
}

func TestAPageThatCannotKeepUpStartsAgain(t *testing.T) {
	t.Parallel()
	n := 0
	key := viewKey{kind: viewBoard}
	h := newHub(func(context.Context, []viewKey) (map[viewKey]frame, error) {
		n++
		f, err := newFrame(map[string]int{"n": n}, uint64(n), time.Time{})
		return map[viewKey]frame{key: f}, err
	})
	slow, ok := h.join(key, "")
	if !ok {
		t.Fatal("no room")
	}
	quick, _ := h.join(key, "")
	shown := map[viewKey]frame{}
	for range bufferedEvents + 3 {
		if err := h.round(t.Context(), shown, true, false); err != nil {
			t.Fatal(err)
		}
		<-quick.out
	}
	heard := 0
	for range slow.out { // closed: the page was dropped
		heard++
	}
	if heard != bufferedEvents {
		t.Errorf("the slow page heard %d events, want %d", heard, bufferedEvents)
	}
	if _, still := h.pages[quick]; !still {
		t.Error("the quick page was dropped too")
	}
	h.close()
	if _, open := <-quick.out; open {
		t.Error("the stream goes on after the end")
	}
	if _, ok := h.join(key, ""); ok {
		t.Error("a page joined after the end")
	}
}

func TestHearingNeverBlocks(t *testing.T) {
	t.Parallel()
	h := newHub(nil) // nobody paints
	for range 1000 {
		h.wake()
	}
}
