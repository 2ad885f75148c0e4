package web

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
)

// manager is what the coordinator's page shows now.
func (h *house) manager() managerView {
	h.t.Helper()
	key := viewKey{kind: viewManager}
	w, err := New(context.Background(), h.web.cfg) // one of its own: the hub's goroutine owns the other's memory
	if err != nil {
		h.t.Fatal(err)
	}
	frames, err := w.paint(context.Background(), []viewKey{key})
	if err != nil {
		h.t.Fatal(err)
	}
	var view managerView
	if err := json.Unmarshal(frames[key].snapshot().data, &view); err != nil {
		h.t.Fatal(err)
	}
	return view
}

func (v managerView) alert(title string) (attentionView, bool) {
	for _, a := range v.Attention {
		if strings.Contains(a.Title, title) {
			return a, true
		}
	}
	return attentionView{}, false
}

func TestEachAlertSaysWhatToDoFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(queue.OpenCounter{Counter: "1"})
	h.ticket("cc-renew", queue.ClassWalkIn)
	h.ticket("social", queue.ClassWalkIn)
	h.do(queue.CallNext{Counter: "1"})
	h.do(queue.RaiseAlarm{Counter: "1"})
	h.later(6 * time.Minute)
	v := h.manager()
	for _, want := range []string{"Balcão 1 pede ajuda", "S · Segurança Social · atendimento geral: ninguém atende", "Balcão 1: chamada sem resposta"} {
		a, found := v.alert(want)
		if !found || a.First == "" || a.Since == 0 || a.Act == "" {
			t.Errorf("%s: found %v, %+v", want, found, a)
		}
	}
	if v.Attention[0].Title != "Balcão 1 pede ajuda" {
		t.Errorf("the alarm does not come first: %s", v.Attention[0].Title)
	}
	h.as("ines").step("answer", "11111111", `{"counter":"1","reason":"going"}`)
	if _, found := h.manager().alert("pede ajuda"); found {
		t.Error("an alarm that was answered still rings")
	}
	h.do(queue.Start{Counter: "1"})
	h.later(45 * time.Minute)
	if a, found := h.manager().alert("Balcão 1: atendimento longo"); !found || a.Open != "counter:1" {
		t.Errorf("a service of 45 minutes: %v %+v", found, a)
	}
	h.do(queue.Finish{Counter: "1"})
	h.later(6 * time.Minute)
	if _, found := h.manager().alert("Balcão 1: aberto sem ninguém"); !found {
		t.Error("a counter left open is not told")
	}
	h.later(30 * time.Minute)
	if a, found := h.manager().alert("ninguém atende"); !found || a.Degree != stateOut || h.now().Sub(time.UnixMilli(a.Since)) < 80*time.Minute {
		t.Errorf("a queue that nobody serves since it began: %v %+v", found, a)
	}
}

func TestABreachAheadIsToldOnceItLasts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(queue.OpenCounter{Counter: "4"})
	for range 8 { // 12 minutes each: from the third on nobody is called within 30
		h.ticket("tax", queue.ClassWalkIn)
	}
	w, err := New(context.Background(), h.web.cfg)
	if err != nil {
		t.Fatal(err)
	}
	told := func() bool {
		frames, err := w.paint(context.Background(), []viewKey{{kind: viewManager}})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(string(frames[viewKey{kind: viewManager}].snapshot().data), "vai passar o objetivo")
	}
	if told() {
		t.Error("told at first sight")
	}
	h.later(aheadHolds + time.Second)
	if !told() {
		t.Error("not told after five minutes")
	}
}

func TestTheDayIsToldAsATimeline(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.do(queue.OpenCounter{Counter: "1"})
	h.ticket("cc-renew", queue.ClassWalkIn)
	h.do(queue.TakeBreak{Counter: "1", Reason: "lunch"})
	h.as("ines").step("suspend", "11111111", `{"svc":"tax","reason":"system_down"}`)
	v := h.manager()
	var told []string
	for _, f := range v.Facts {
		told = append(told, f.Text)
	}
	if got := strings.Join(told, "; "); got != "balcão 1 abre; primeira senha, A001; balcão 1 em pausa: almoço; Finanças · atendimento geral · Finanças suspenso" {
		t.Errorf("the day: %s", got)
	}
	if v.Figures.Paused != 1 || v.Counters[0].State != "pause" || v.Counters[0].Pause != "almoço" {
		t.Errorf("a counter on a break: %+v", v.Counters[0])
	}
	if q := v.Queues[3]; q.ID != "fin" || !q.Suspended {
		t.Errorf("a queue without tickets: %+v", q)
	}
}
