package queue_test

import (
	"testing"
	"time"

	"balcao/internal/queue"
)

// nameless is a slip without a number that kiosk k gave.
func nameless(request, name string, asked time.Time) queue.ReserveAlone {
	return queue.ReserveAlone{
		Request: queue.RequestID(request), Kiosk: "k", Epoch: 7, Service: "A", Class: queue.ClassWalkIn, Day: storyDay,
		Asked: asked, Slip: name,
	}
}

func TestASlipWithoutANumberGetsOneAndKeepsItsPlace(t *testing.T) {
	d, at := lentDay(t)
	wish(t, d, at, queue.Reserve{Request: "r1", Kiosk: "k", Service: "A", Class: queue.ClassWalkIn}) // nobody heard of it
	wish(t, d, at, queue.Issue{Request: "later", Service: "A", Class: queue.ClassWalkIn})
	back := at.Add(20 * time.Minute)
	wish(t, d, back, nameless("r2", "K1-2", at.Add(-5*time.Minute)))
	wish(t, d, back, nameless("r1", "K1-1", at.Add(-10*time.Minute)))
	for _, r := range []queue.RequestID{"r1", "r2"} {
		wish(t, d, back, queue.ConfirmPrint{Request: r})
	}
	if again := wish(t, d, back, nameless("r1", "K1-1", at)); len(again) != 0 {
		t.Errorf("told again, it led to %+v", again)
	}
	var order []string
	numbers := map[string]bool{}
	for _, v := range d.Waiting() {
		order = append(order, v.Slip)
		if numbers[v.Number.String()] {
			t.Errorf("%s stands twice", v.Number)
		}
		numbers[v.Number.String()] = true
	}
	if len(order) != 3 || order[0] != "K1-1" || order[1] != "K1-2" || order[2] != "" {
		t.Errorf("they wait in the order %q", order)
	}
	valid := 0
	for _, v := range d.Visits() {
		if v.Request == "r1" && v.State != queue.StateVoid {
			valid++
		}
	}
	if valid != 1 {
		t.Errorf("one wish has %d valid numbers", valid)
	}
	wish(t, d, back, queue.CallNext{Counter: "1"})
	if calls := d.Calls(); calls[0].Slip != "K1-1" || calls[0].Number.String() == "" {
		t.Errorf("the board says %+v", calls[0])
	}
}
