package queue_test

import (
	"errors"
	"testing"
	"time"

	"balcao/internal/queue"
)

// lentDay is a Day on which kiosk k may give out A1000 to A1004 by itself.
func lentDay(t *testing.T) (*queue.Day, time.Time) {
	t.Helper()
	c := storyCatalogue()
	c.Divisions[0].Lease = 5
	d := queue.NewDay(c, 0)
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	wish(t, d, at, queue.OpenDay{Day: storyDay})
	wish(t, d, at, queue.OpenCounter{Counter: "1"})
	wish(t, d, at, queue.Lease{Holder: "k", Epoch: 7, Day: storyDay, Division: "a"})
	return d, at
}

func wish(t *testing.T, d *queue.Day, at time.Time, cmd queue.Command) []queue.Entry {
	t.Helper()
	entries, err := d.Handle(cmd, at)
	if err != nil {
		t.Fatalf("%T: %v", cmd, err)
	}
	return entries
}

func alone(request string, n int, asked time.Time) queue.ReserveAlone {
	return queue.ReserveAlone{
		Request: queue.RequestID(request), Kiosk: "k", Epoch: 7, Service: "A", Class: queue.ClassWalkIn,
		Number: queue.Number{Prefix: "A", N: n}, Day: storyDay, Asked: asked,
	}
}

func TestALeaseStandsAboveTheQuotaAndIsGivenOnce(t *testing.T) {
	d, at := lentDay(t)
	if got := d.Leases("k", 7); len(got) != 1 || got[0].From != 1000 || got[0].To != 1004 {
		t.Fatalf("leases = %+v", got)
	}
	if more := wish(t, d, at, queue.Lease{Holder: "k", Epoch: 7, Day: storyDay, Division: "a"}); len(more) != 0 {
		t.Errorf("a wish repeated led to %+v", more)
	}
	wish(t, d, at, queue.Lease{Holder: "other", Day: storyDay, Division: "a"})
	wish(t, d, at, queue.Lease{Holder: "k", Epoch: 7, Day: storyDay, Division: "a", Have: 1004})
	if got := d.Leases("k", 7); len(got) != 2 || got[1].From != 1010 {
		t.Errorf("leases = %+v", got)
	}
	wish(t, d, at, queue.Lease{Holder: "k", Epoch: 8, Day: storyDay, Division: "a"})
	if got := d.Leases("k", 8); len(got) != 1 || got[0].From != 1015 {
		t.Errorf("a kiosk that lost its memory is lent %+v", got)
	}
	if _, err := d.Handle(queue.Lease{Holder: "k", Epoch: 7, Day: storyDay, Division: "b"}, at); !errors.Is(err, queue.ErrNotLeased) {
		t.Errorf("a division that lends nothing: %v", err)
	}
}

func TestALeaseOfTomorrowOutlivesTheNight(t *testing.T) {
	d, at := lentDay(t)
	wish(t, d, at, queue.Lease{Holder: "k", Epoch: 7, Day: "2026-11-24", Division: "a"})
	opened := wish(t, d, at.Add(24*time.Hour), queue.OpenDay{Day: "2026-11-24"})
	replayed := queue.NewDay(storyCatalogue(), opened[0].Seq-1)
	for _, e := range opened {
		if _, closed := e.Event.(queue.DayClosed); !closed {
			replayed.Apply(e)
		}
	}
	for _, day := range []*queue.Day{d, replayed} {
		if got := day.Leases("k", 7); len(got) != 1 || got[0].Day != "2026-11-24" || got[0].From != 1000 {
			t.Errorf("leases = %+v", got)
		}
	}
}

func TestATicketOfAKioskAloneWaitsSinceItWasAskedFor(t *testing.T) {
	d, at := lentDay(t)
	wish(t, d, at, queue.Issue{Request: "later", Service: "A", Class: queue.ClassWalkIn})
	wish(t, d, at.Add(time.Minute), alone("earlier", 1000, at.Add(-30*time.Minute)))
	wish(t, d, at.Add(time.Minute), queue.ConfirmPrint{Request: "earlier"})
	wish(t, d, at.Add(2*time.Minute), queue.CallNext{Counter: "1"})
	v := d.Counter("1").Visit
	if v == nil || v.Number.String() != "A1000" || v.Wait(at.Add(2*time.Minute)) != 32*time.Minute {
		t.Fatalf("called %+v", v)
	}
	next := wish(t, d, at.Add(3*time.Minute), queue.Issue{Request: "central", Service: "A", Class: queue.ClassWalkIn})
	if n := next[0].Event.(queue.Reserved).Number.N; n != 2 {
		t.Errorf("the branch's own sequence went on with %d", n)
	}
}

func TestANumberOfTheBranchIsVoidWhenTheKioskGaveAnother(t *testing.T) {
	d, at := lentDay(t)
	wish(t, d, at, queue.Reserve{Request: "r", Kiosk: "k", Service: "A", Class: queue.ClassWalkIn})
	wish(t, d, at.Add(30*time.Second), queue.Tick{}) // silence: it waits as print unknown
	wish(t, d, at.Add(time.Minute), queue.CallNext{Counter: "1"})
	wish(t, d, at.Add(2*time.Minute), alone("r", 1003, at))
	wish(t, d, at.Add(2*time.Minute), queue.ConfirmPrint{Request: "r"})
	if d.Counter("1").Visit != nil {
		t.Error("the counter still waits for a number that nobody holds")
	}
	if v, _ := d.Requested("r"); v.Number.String() != "A1003" || v.State != queue.StateWaiting {
		t.Errorf("the request led to %+v", v)
	}
	old, _ := d.Visit(1)
	if old.State != queue.StateCancelled || !old.Inaccurate {
		t.Errorf("the number of the branch is %s, counted %t", old.State, !old.Inaccurate)
	}
	if again := wish(t, d, at.Add(3*time.Minute), alone("r", 1003, at)); len(again) != 0 {
		t.Errorf("told again, it led to %+v", again)
	}
	if late := wish(t, d, at.Add(3*time.Minute), queue.Reserve{Request: "r", Kiosk: "k", Service: "A", Class: queue.ClassWalkIn}); len(late) != 0 {
		t.Errorf("a late question led to %+v", late)
	}
}

func TestNumbersThatAreNotTheKiosksToGiveMakeNoVisit(t *testing.T) {
	d, at := lentDay(t)
	wish(t, d, at, alone("r", 1000, at))
	for name, c := range map[string]struct {
		cmd  queue.ReserveAlone
		want queue.Refusal
	}{
		"taken":       {alone("s", 1000, at), queue.ErrNumberTaken},
		"not lent":    {alone("s", 1005, at), queue.ErrNotLeased},
		"the central": {alone("s", 1, at), queue.ErrNotLeased},
	} {
		if _, err := d.Handle(c.cmd, at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	yesterday := alone("s", 1001, at)
	yesterday.Day = "2026-11-22"
	if _, err := d.Handle(yesterday, at); !errors.Is(err, queue.ErrOtherDay) {
		t.Errorf("yesterday's: %v", err)
	}
}
