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
		var begun []int
		for b := range block {
			begun = append(begun, b+1)
		}
		before = wish(t, d, at, queue.Recover{Epoch: uint64(100 + block), Today: begun})
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

// TestBlocksOfTheDayBeforeAreNotBegunAgain lives a branch that is put back on two days: ranges of the second day may have
// been lent on the first one, out of its block.
func TestBlocksOfTheDayBeforeAreNotBegunAgain(t *testing.T) {
	const second, third = "2026-11-24", "2026-11-25"
	d, at := lentDay(t)
	wish(t, d, at, queue.Recover{Epoch: 1})
	wish(t, d, at.Add(24*time.Hour), queue.OpenDay{Day: second})
	if d.Recovered().Block != 1 || !d.Recovered().Lends {
		t.Fatalf("the second day begins with %+v", d.Recovered())
	}
	from := func(holder string, day queue.Date) int {
		wish(t, d, at.Add(24*time.Hour), queue.Lease{Holder: queue.KioskID(holder), Epoch: 7, Day: day, Division: "a"})
		for _, l := range d.Leases(queue.KioskID(holder), 7) {
			if l.Day == day {
				return l.From
			}
		}
		return 0
	}
	if n := from("k", second); n < 6500 || n > 6999 {
		t.Errorf("the second day lends from %d, which the lost memory may have lent", n)
	}
	if n := from("k", third); n >= 6000 {
		t.Errorf("the third day is lent from %d, although nobody forgot any of its numbers", n)
	}
	wish(t, d, at.Add(25*time.Hour), queue.Recover{Epoch: 2})
	if got := d.Recovered(); got.Block != 2 || got.From != 7000 {
		t.Errorf("put back on the second day, it goes on with %+v", got)
	}
	wish(t, d, at.Add(25*time.Hour), queue.ReserveAlone{
		Request: "s", Kiosk: "j", Epoch: 7, Service: "A", Class: queue.ClassWalkIn, Number: queue.Number{Prefix: "A", N: 6621}, Day: second,
	})
	if v, known := d.Requested("s"); !known || v.Number.N != 6621 {
		t.Errorf("a range of the second day that was lent on the first, and forgotten, led to %+v", v)
	}
	wish(t, d, at.Add(48*time.Hour), queue.OpenDay{Day: third})
	wish(t, d, at.Add(48*time.Hour), queue.Recover{Epoch: 3})
	if got := d.Recovered(); got.Block != 1 {
		t.Errorf("on the third day nothing of the first block is out any more, and yet it goes on with %+v", got)
	}
	old := recoverable(t, at)
	wish(t, old, at, queue.Recover{Epoch: 9, Before: []int{1, 2}})
	if got := old.Recovered(); got.Block != 3 {
		t.Errorf("a copy that knows nothing of the day before goes on with %+v", got)
	}
}

func recoverable(t *testing.T, at time.Time) *queue.Day {
	t.Helper()
	c := storyCatalogue()
	c.Divisions[0].Lease = 5
	d := queue.NewDay(c, 0)
	wish(t, d, at, queue.OpenDay{Day: storyDay})
	return d
}

// TestPaperShowsThatTheLastMomentsWereLost knows a journal that lost its end, without anything else telling so, by what
// kiosks hold.
func TestPaperShowsThatTheLastMomentsWereLost(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	printed := func(n int) queue.ReserveAlone {
		return queue.ReserveAlone{
			Request: "r", Kiosk: "k", Epoch: 7, Service: "A", Class: queue.ClassWalkIn, Number: queue.Number{Prefix: "A", N: n}, Day: storyDay, Lost: true,
		}
	}
	alone := printed(1003)
	alone.Lost = false
	for name, c := range map[string]queue.Command{
		"a number that was never given":      printed(2),
		"a number of a range never lent":     alone,
		"a range that the branch never lent": queue.Lease{Holder: "k", Epoch: 7, Day: storyDay, Division: "a", Have: 1004},
	} {
		d := recoverable(t, at)
		wish(t, d, at, queue.Issue{Request: "first", Service: "A", Class: queue.ClassWalkIn})
		if !d.Forgot(c) {
			t.Errorf("%s shows nothing", name)
			continue
		}
		wish(t, d, at, queue.Recover{})
		if d.Recovered().Block != 1 || d.Forgot(c) {
			t.Errorf("%s: recovered %+v, and it still shows: %t", name, d.Recovered(), d.Forgot(c))
		}
		wish(t, d, at, c)
		if v, known := d.Requested("r"); c != (queue.Lease{Holder: "k", Epoch: 7, Day: storyDay, Division: "a", Have: 1004}) && (!known || v.Number.N < 2) {
			t.Errorf("%s led to %+v", name, v)
		}
	}
	d := recoverable(t, at)
	wish(t, d, at, queue.Issue{Request: "first", Service: "A", Class: queue.ClassWalkIn})
	wish(t, d, at, queue.Lease{Holder: "k", Epoch: 7, Day: storyDay, Division: "a"})
	of := alone
	of.Number.N = d.Leases("k", 7)[0].From
	other := printed(2)
	other.Day = "2026-11-22"
	for name, c := range map[string]queue.Command{
		"a number that was given": printed(1), "a leased number": of, "a number of another Day": other,
		"the end of a known range": queue.Lease{Holder: "k", Epoch: 7, Day: storyDay, Division: "a", Have: d.Leases("k", 7)[0].To},
		"a number beyond all":      printed(9999), "a known request": queue.ReserveAlone{Request: "first", Service: "A", Day: storyDay, Lost: true, Number: queue.Number{Prefix: "A", N: 5}},
	} {
		if d.Forgot(c) {
			t.Errorf("%s shows that something was lost", name)
		}
	}
}

// TestPaperAloneLeavesBlocksForCopies lets a kiosk that invents numbers use up no more than half of them.
func TestPaperAloneLeavesBlocksForCopies(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	d := recoverable(t, at)
	for range 2 {
		wish(t, d, at, queue.Recover{})
	}
	if _, err := d.Handle(queue.Recover{}, at); err == nil {
		t.Error("paper alone began a third block")
	}
	for _, epoch := range []uint64{1, 2} {
		wish(t, d, at, queue.Recover{Epoch: epoch})
	}
	if _, err := d.Handle(queue.Recover{Epoch: 3}, at); err == nil || d.Recovered().Block != 4 {
		t.Errorf("a fifth recovery: %v, %+v", err, d.Recovered())
	}
}
