package visit_test

import (
	"testing"
	"time"

	"balcao/hq/visit"
	"balcao/internal/queue"
)

func only(body queue.BodyID) func(queue.BodyID) bool {
	return func(b queue.BodyID) bool { return b == body }
}

// TestABodysPartOfADayIsItsOwn: whatever is asked for one body is told of its visits alone.
func TestABodysPartOfADayIsItsOwn(t *testing.T) {
	t.Parallel()
	d := newDay(t)
	d.at(0, queue.CounterOpened{Counter: "2"}, queue.CounterOpened{Counter: "10"})
	d.at(0, reserved(1, "cc-renew", "irn", "A"), reserved(2, "cc-renew", "irn", "A"), reserved(3, "tax", "at", "F"))
	d.at(1, issued(1), issued(2), issued(3))
	d.at(11, called(1, "2"), queue.Started{Visit: 1, Counter: "2"})
	d.at(20, queue.Finished{Visit: 1, Counter: "2"})
	d.at(31, called(3, "10"))

	f := d.branch.FiguresOf(only("at"), minute(40))
	if f.Issued != 1 || f.Called != 1 || f.Waiting != 0 || f.Served != 0 || f.LongestNow != 0 || f.Wait.Count != 1 || f.Wait.Mean != 30*time.Minute {
		t.Errorf("the tax authority's: %+v", f)
	}
	if f := d.branch.FiguresOf(only("irn"), minute(40)); f.Issued != 2 || f.Waiting != 1 || f.Longest.String() != "A002" || f.ServiceTime.Count != 1 {
		t.Errorf("the registries': %+v", f)
	}
	if f := d.branch.FiguresOf(only("iss"), minute(40)); f != (visit.Figures{}) {
		t.Errorf("a body that is not there has %+v", f)
	}
	if h := d.branch.HalvesOf(only("at")); h[18] != (visit.Slot{Issued: 1}) || h[19] != (visit.Slot{Called: 1}) {
		t.Errorf("half hours: %v", h[18:20])
	}
	for _, r := range d.branch.RowsOf(only("at"), minute(40)) {
		if r.Body != "at" {
			t.Errorf("a visit of %s", r.Body)
		}
	}
	counters := d.branch.CountersOf(only("irn"))
	if len(counters) != 2 || counters[1].Visit == nil || counters[1].Visit.Number.N != 0 || counters[1].Visit.Service != "" || counters[1].Visit.State != queue.StateCalled {
		t.Errorf("counter 10 tells %+v", counters[1].Visit)
	}
	d.at(50, queue.ServiceSuspended{Service: "tax"}, queue.DayClosed{Totals: queue.Totals{Finished: 1}})
	for _, f := range d.branch.RecentOf(only("irn")) {
		switch f.Event.(type) {
		case queue.ServiceSuspended, queue.DayClosed:
			t.Errorf("told: %T", f.Event)
		}
		if f.Number.Prefix == "F" {
			t.Errorf("told of %s: %T", f.Number, f.Event)
		}
	}
}
