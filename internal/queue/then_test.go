package queue_test

import (
	"errors"
	"testing"
	"time"

	"balcao/internal/queue"
)

// TestAnOutlookKnowsWhoComesFromAnotherService: who is taken for two services stands before a newcomer to the second, by
// their first arrival, from the moment at which the first is done; from a queue, and from a counter.
func TestAnOutlookKnowsWhoComesFromAnotherService(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	pace := queue.Pace{
		Call: func(queue.ServiceID) time.Duration { return 10 * time.Minute },
		Left: func(queue.Visit) time.Duration { return 10 * time.Minute },
	}
	foreseen := func(then []queue.ServiceID, called bool) time.Duration {
		d := queue.NewDay(storyCatalogue(), 0)
		do := func(cmd queue.Command) {
			t.Helper()
			if _, err := d.Handle(cmd, at); err != nil {
				t.Fatalf("%#v: %v", cmd, err)
			}
		}
		do(queue.OpenDay{Day: storyDay})
		do(queue.OpenCounter{Counter: "1"})
		do(queue.OpenCounter{Counter: "2"})
		do(queue.Issue{Request: "r1", Service: "A", Then: then, Class: queue.ClassWalkIn})
		do(queue.Issue{Request: "r2", Service: "B", Class: queue.ClassWalkIn})
		if called {
			do(queue.CallNext{Counter: "1"})
			do(queue.Start{Counter: "1"})
			do(queue.CallNext{Counter: "2"})
		}
		who := queue.Newcomer{Service: "B", Class: queue.ClassWalkIn}
		out := d.Outlook(at, pace, []queue.Newcomer{who})
		if f, waits := out.Visits[1]; waits == called || f.Wait != 0 {
			t.Errorf("the first call of the visit is foreseen %v in %s", waits, f.Wait)
		}
		return out.Newcomers[who].Wait
	}
	for _, called := range []bool{false, true} {
		if got := foreseen(nil, called); got != 10*time.Minute {
			t.Errorf("called %v: behind one visit: %s, want 10m", called, got)
		}
		if got := foreseen([]queue.ServiceID{"B"}, called); got != 20*time.Minute {
			t.Errorf("called %v: behind one visit and one that goes on: %s, want 20m", called, got)
		}
	}
}

func TestServicesOfOneVisitCountAgainstTheirQuotas(t *testing.T) {
	t.Parallel()
	c := storyCatalogue()
	c.Services[2].Quota = 1 // L
	d := queue.NewDay(c, 0)
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	if _, err := d.Handle(queue.OpenDay{Day: storyDay}, at); err != nil {
		t.Fatal(err)
	}
	both := queue.Issue{Request: "r1", Service: "A", Then: []queue.ServiceID{"L"}, Class: queue.ClassWalkIn}
	if _, err := d.Handle(both, at); err != nil {
		t.Fatal(err)
	}
	if left := d.Rest("L"); left != 0 {
		t.Errorf("%d numbers left of L after its only one was chosen as a second service", left)
	}
	both.Request = "r2"
	if _, err := d.Handle(both, at); !errors.Is(err, queue.ErrSoldOut) {
		t.Errorf("a second visit for L: %v, want %v", err, queue.ErrSoldOut)
	}
}
