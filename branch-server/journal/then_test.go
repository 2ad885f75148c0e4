package journal_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/journal"
	"balcao/internal/queue"
)

// TestAVisitOfSeveralServicesIsLawfulOnlyWhole: a journal may not let a visit end, or go on, otherwise than it was taken.
func TestAVisitOfSeveralServicesIsLawfulOnlyWhole(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	d := queue.NewDay(queue.Catalogue{
		Divisions: []queue.Division{{ID: "a", Body: "irn", Prefix: "A", First: 1}},
		Services:  []queue.Service{{ID: "cc", Body: "irn", Division: "a"}, {ID: "pass", Body: "irn", Division: "a"}, {ID: "cert", Body: "irn", Division: "a"}},
		Counters:  []queue.Counter{{ID: "1", Primary: []queue.ServiceID{"cc", "pass", "cert"}}},
		Policy:    queue.DefaultPolicy(),
	}, 0)
	var lived []queue.Entry
	for _, cmd := range []queue.Command{
		queue.OpenDay{Day: "2026-11-23"},
		queue.OpenCounter{Counter: "1"},
		queue.Issue{Request: "r1", Service: "cc", Then: []queue.ServiceID{"pass"}, Class: queue.ClassWalkIn},
		queue.CallNext{Counter: "1"},
		queue.Start{Counter: "1"},
		queue.AddService{Visit: 1, Service: "cert"},
		queue.Forward{Counter: "1", Service: "pass", Stay: true},
		queue.TakeBack{Counter: "1", Visit: 1},
		queue.Finish{Counter: "1"},
		queue.CallNext{Counter: "1"},
		queue.Start{Counter: "1"},
	} {
		entries, err := d.Handle(cmd, at)
		if err != nil {
			t.Fatalf("%T: %v", cmd, err)
		}
		lived = append(lived, entries...)
		at = at.Add(time.Second)
	}
	faults := func(end queue.Event) []journal.Fault {
		v := journal.NewVerifier()
		for _, r := range rows(t, append(slices.Clip(lived), queue.Entry{Seq: d.Seq() + 1, At: at, Event: end})) {
			v.Take(r)
		}
		return v.Faults
	}
	if f := faults(queue.Finished{Visit: 1, Counter: "1", Left: []queue.ServiceID{"cert"}}); len(f) > 0 {
		t.Errorf("an end that says what is left: %+v", f)
	}
	for _, end := range []queue.Event{
		queue.Finished{Visit: 1, Counter: "1"},
		queue.Forwarded{Visit: 1, Counter: "1", Service: "cc", Body: "irn", Class: queue.ClassWalkIn, Planned: true},
	} {
		if f := faults(end); len(f) != 1 || !strings.Contains(f[0].Text, "assuntos") {
			t.Errorf("%T: %+v", end, f)
		}
	}
}
