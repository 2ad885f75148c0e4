package queue_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"balcao/internal/queue"
)

// office is a Day of the story's branch with counter 1 open.
func office(t *testing.T) (*queue.Day, func(queue.Command) ([]queue.Entry, error)) {
	t.Helper()
	d := queue.NewDay(storyCatalogue(), 0)
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	do := func(cmd queue.Command) ([]queue.Entry, error) {
		at = at.Add(time.Second)
		return d.Handle(cmd, at)
	}
	for _, cmd := range []queue.Command{queue.OpenDay{Day: "2026-11-23"}, queue.OpenCounter{Counter: "1"}} {
		if _, err := do(cmd); err != nil {
			t.Fatal(err)
		}
	}
	return d, do
}

func issue(t *testing.T, do func(queue.Command) ([]queue.Entry, error), s queue.ServiceID, n int) {
	t.Helper()
	for i := range n {
		if _, err := do(queue.Issue{Request: queue.RequestID(fmt.Sprint(s, i)), Service: s, Class: queue.ClassWalkIn}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAStuckVisitIsEndedAndKeptOutOfTheTimes(t *testing.T) {
	d, do := office(t)
	issue(t, do, "A", 1)
	for _, cmd := range []queue.Command{queue.CallNext{Counter: "1"}, queue.Start{Counter: "1"}} {
		if _, err := do(cmd); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := do(queue.Supervise{
		Action: "end_visit", By: "p-1", Reason: "left_running", Visit: 1, Counter: "1",
		Do: []queue.Command{queue.Finish{Counter: "1", Visit: 1}, queue.MarkInaccurate{Visit: 1, Inaccurate: true}},
	})
	if err != nil || len(entries) != 3 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	want := queue.Supervised{Action: "end_visit", By: "p-1", Reason: "left_running", Visit: 1, Counter: "1", Entries: 2}
	if entries[0].Event != queue.Event(want) {
		t.Errorf("recorded %+v, want %+v", entries[0].Event, want)
	}
	if v, _ := d.Visit(1); v.State != queue.StateFinished || !v.Inaccurate {
		t.Errorf("the visit is %s, inaccurate %v", v.State, v.Inaccurate)
	}
}

func TestTheCoordinationDoesAllOrNothingAndSaysWhy(t *testing.T) {
	d, do := office(t)
	issue(t, do, "A", 1)
	_, err := do(queue.Supervise{Action: "cancel", Reason: "left", Do: []queue.Command{queue.Cancel{Visit: 1}, queue.Cancel{Visit: 99}}})
	if v, _ := d.Visit(1); !errors.Is(err, queue.ErrUnknownVisit) || v.State != queue.StateWaiting {
		t.Errorf("half refused: %v, the visit is %s", err, v.State)
	}
	if _, err := do(queue.Supervise{Action: "cancel", Do: []queue.Command{queue.Cancel{Visit: 1}}}); !errors.Is(err, queue.ErrNoReason) {
		t.Errorf("without a reason: %v", err)
	}
	if entries, err := do(queue.Supervise{Action: "reopen", Reason: "x", Do: []queue.Command{queue.ReopenService{Service: "A"}}}); err != nil || len(entries) != 0 {
		t.Errorf("what changes nothing left %d entries, %v", len(entries), err)
	}
}

func TestAWholeQueueMovesByFirstArrival(t *testing.T) {
	d, do := office(t)
	issue(t, do, "B", 2)
	issue(t, do, "A", 1)
	if _, err := do(queue.MoveQueue{From: "B", To: "A"}); err != nil {
		t.Fatal(err)
	}
	var order string
	for _, v := range d.Waiting("A") {
		order += v.Number.String() + " "
	}
	if order != "B001 B002 A001 " || d.WaitingCount("B") != 0 {
		t.Errorf("waiting for A: %s, for B: %d", order, d.WaitingCount("B"))
	}
	if _, err := do(queue.MoveQueue{From: "B", To: "A"}); !errors.Is(err, queue.ErrQueueEmpty) {
		t.Errorf("an empty queue: %v", err)
	}
}

func TestACounterServesOtherThingsUntilTheNextDay(t *testing.T) {
	d, do := office(t)
	issue(t, do, "B", 1)
	if _, err := do(queue.CallNext{Counter: "1"}); !errors.Is(err, queue.ErrQueueEmpty) {
		t.Fatalf("counter 1 serves B already: %v", err)
	}
	if _, err := do(queue.SetSkills{Counter: "1", Primary: []queue.ServiceID{"B"}, Secondary: []queue.ServiceID{"A"}}); err != nil {
		t.Fatal(err)
	}
	if k, changed := d.Desk("1"); !changed || len(k.Primary) != 1 || k.Primary[0] != "B" {
		t.Errorf("counter 1 today: %+v, changed %v", k, changed)
	}
	if _, err := do(queue.CallNext{Counter: "1"}); err != nil {
		t.Errorf("counter 1 with B: %v", err)
	}
	for _, wrong := range []queue.SetSkills{{Counter: "9"}, {Counter: "1", Primary: []queue.ServiceID{"Z"}}, {Counter: "1", Primary: []queue.ServiceID{"A", "A"}}} {
		if _, err := do(wrong); err == nil {
			t.Errorf("%+v was not refused", wrong)
		}
	}
	if _, err := do(queue.SetSkills{Counter: "1"}); err != nil {
		t.Fatal(err)
	}
	if k, changed := d.Desk("1"); changed || k.Primary[0] != "A" {
		t.Errorf("back to the catalogue: %+v, changed %v", k, changed)
	}
	if _, err := do(queue.SetSkills{Counter: "1", Primary: []queue.ServiceID{"B"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := do(queue.OpenDay{Day: "2026-11-24"}); err != nil {
		t.Fatal(err)
	}
	if _, changed := d.Desk("1"); changed {
		t.Error("the next Day still has the skills of the one before")
	}
}
