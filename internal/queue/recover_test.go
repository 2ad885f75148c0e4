package queue_test

import (
	"testing"
	"time"

	"balcao/internal/queue"
)

func TestARecoveredDayGivesNoNumberTwice(t *testing.T) {
	lost, at := lentDay(t)
	var before []queue.Entry
	given := map[string]bool{}
	take := func(d *queue.Day, request string) string {
		t.Helper()
		wish(t, d, at, queue.Issue{Request: queue.RequestID(request), Service: "A", Class: queue.ClassWalkIn})
		v, _ := d.Requested(queue.RequestID(request))
		if given[v.Number.String()] {
			t.Errorf("%s was given before", v.Number)
		}
		given[v.Number.String()] = true
		return v.Number.String()
	}
	restored := func(block int) *queue.Day {
		c := storyCatalogue()
		c.Divisions[0].Lease = 5
		d := queue.NewDay(c, 0)
		wish(t, d, at, queue.OpenDay{Day: storyDay})
		before = wish(t, d, at, queue.Recover{Epoch: uint64(100 + block), Before: block})
		return d
	}
	for _, r := range []string{"a", "b", "c"} {
		take(lost, r)
	}
	first := restored(0)
	if again := wish(t, first, at, queue.Recover{Epoch: 100}); len(before) != 1 || len(again) != 0 {
		t.Fatalf("recovered %d and %d times", len(before), len(again))
	}
	if n := take(first, "d"); n != "A6000" {
		t.Errorf("the recovered day goes on with %s", n)
	}
	wish(t, first, at, queue.Lease{Holder: "k", Epoch: 7, Day: storyDay, Division: "a"})
	wish(t, first, at, queue.Lease{Holder: "k", Epoch: 7, Day: "2026-11-24", Division: "a"})
	for _, l := range first.Leases("k", 7) {
		if l.From < 6500 {
			t.Errorf("lent %d for %s, which the lost memory may have lent", l.From, l.Day)
		}
	}
	second := restored(1)
	if n := take(second, "e"); n != "A7000" {
		t.Errorf("recovered twice, it goes on with %s", n)
	}
	next := wish(t, first, at.Add(24*time.Hour), queue.OpenDay{Day: "2026-11-24"})
	found := false
	for _, e := range next {
		ev, is := e.Event.(queue.Recovered)
		found = found || is && ev.Lends
	}
	wish(t, first, at.Add(24*time.Hour), queue.Issue{Request: "f", Service: "A", Class: queue.ClassWalkIn})
	if v, _ := first.Requested("f"); !found || v.Number.N != 1 {
		t.Errorf("the day after begins with %s, lends on: %t", v.Number, found)
	}
}

func TestPaperThatTheBranchForgotComesBackIntoTheQueue(t *testing.T) {
	d, at := lentDay(t)
	printed := queue.ReserveAlone{
		Request: "r", Kiosk: "k", Epoch: 7, Service: "A", Class: queue.ClassLaw, Number: queue.Number{Prefix: "A", N: 41},
		Day: storyDay, Asked: at.Add(-time.Minute), Lost: true,
	}
	if told := wish(t, d, at, printed); len(told) != 0 {
		t.Errorf("a branch that has its memory took in %+v", told)
	}
	wish(t, d, at, queue.Recover{Epoch: 9})
	wish(t, d, at, printed)
	wish(t, d, at, queue.ConfirmPrint{Request: "r"})
	v, _ := d.Requested("r")
	if v.State != queue.StateWaiting || v.Number.String() != "A041" || v.Class != queue.ClassLaw || !v.Since.Equal(at.Add(-time.Minute)) {
		t.Errorf("the slip led to %+v", v)
	}
	if again := wish(t, d, at, printed); len(again) != 0 {
		t.Errorf("told again, it led to %+v", again)
	}
	forgotten := alone("s", 1050, at) // of a range that the lost memory lent
	wish(t, d, at, forgotten)
	if v, known := d.Requested("s"); !known || v.Number.N != 1050 {
		t.Errorf("a number of a forgotten lease led to %+v", v)
	}
}
