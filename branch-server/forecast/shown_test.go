package forecast_test

import (
	"testing"
	"time"

	"balcao/branch-server/forecast"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// oracle says what it is told to.
type oracle struct {
	next  forecast.Estimate
	asked int
}

func (o *oracle) Ask(_ *queue.Day, at time.Time, _ ...queue.Newcomer) forecast.Answer {
	o.asked++
	return forecast.Answer{At: at, Newcomers: map[queue.Newcomer]forecast.Estimate{{Service: "A", Class: queue.ClassWalkIn}: o.next}}
}

func known(minutes float64) forecast.Estimate {
	return forecast.Estimate{Known: true, Mid: time.Duration(minutes * float64(time.Minute))}
}

func TestAShownRangeMovesOnlyByFiveMinutesOrMore(t *testing.T) {
	h := newHall(t, "A", counters(1, "A")...)
	o := &oracle{}
	s := forecast.NewShown(o)
	at := opening
	show := func(e forecast.Estimate) wire.Range {
		o.next = e
		at = at.Add(10 * time.Second)
		return s.Wait(h.day, at, "A", queue.ClassWalkIn)
	}
	first := show(known(20))
	for _, m := range []float64{22, 18, 24.9, 15.1, 20} {
		if got := show(known(m)); got != first {
			t.Errorf("at %.1f min the range moved from %+v to %+v", m, first, got)
		}
	}
	moved := show(known(25))
	if moved == first {
		t.Error("the range stood still although the estimate moved by five minutes")
	}
	if got := show(known(20.5)); got != moved {
		t.Error("the range went back after less than five minutes")
	}
	if got := show(forecast.Estimate{}); got.Known() {
		t.Errorf("nobody knows, but %+v is shown", got)
	}
	if got := show(forecast.Estimate{Known: true, Next: true}); !got.Next {
		t.Errorf("they are next, but %+v is shown", got)
	}
}

func TestAForecastIsAskedOncePerStateOfTheDay(t *testing.T) {
	h := newHall(t, "A", counters(1, "A")...)
	o := &oracle{next: known(20)}
	s := forecast.NewShown(o)
	for range 5 {
		s.Wait(h.day, opening, "A", queue.ClassWalkIn)
		s.Told(h.day, opening, "A", queue.ClassBooked, time.Time{})
	}
	h.issue("A", queue.ClassWalkIn)
	s.Wait(h.day, opening, "A", queue.ClassWalkIn)
	s.Wait(h.day, opening.Add(time.Minute), "A", queue.ClassWalkIn)
	if o.asked != 3 {
		t.Errorf("asked %d times, want once for each state and once for time that passed", o.asked)
	}
}

func TestAClosedDayTellsNoWait(t *testing.T) {
	h := newHall(t, "A", counters(1, "A")...)
	h.do(queue.CloseDay{})
	s := forecast.NewShown(h.queue(0))
	if r := s.Wait(h.day, h.at, "A", queue.ClassWalkIn); r.Known() {
		t.Errorf("closed, but %+v", r)
	}
}

func TestLongWaitsAreNotToldToTheMinute(t *testing.T) {
	for _, c := range []struct {
		mid   float64
		over  bool
		least int
	}{{20, false, 5}, {60, false, 30}, {80, true, 40}, {200, true, 90}} {
		r := known(c.mid).Range()
		if r.Over() != c.over || r.Low < c.least || r.Low > wire.MostWait || r.Low%5 != 0 || r.High%5 != 0 {
			t.Errorf("%.0f min is told as %+v, over %v", c.mid, r, r.Over())
		}
	}
}

func TestWhatWasToldIsHeldToWhatCameTrue(t *testing.T) {
	h := newHall(t, "AB", counters(1, "A", "B")...)
	issue := func(id string, s queue.ServiceID, told *queue.Told) {
		h.do(queue.Issue{Request: queue.RequestID(id), Service: s, Class: queue.ClassWalkIn, Told: told})
	}
	told := func(s queue.ServiceID, lo, hi int, mid time.Duration) *queue.Told {
		return &queue.Told{Service: s, Low: lo, High: hi, Mid: mid}
	}
	issue("in", "A", told("A", 5, 15, 10*time.Minute))
	issue("long", "A", told("A", 5, 15, 10*time.Minute))
	issue("silent", "A", nil)
	issue("sent on", "A", told("A", 5, 15, time.Minute))
	issue("waits", "B", told("B", 5, 15, time.Minute))
	h.do(queue.Transfer{Visit: 4, Service: "B"})
	for range 4 {
		h.at = h.at.Add(12 * time.Minute)
		h.do(queue.CallNext{Counter: "1"})
		h.do(queue.Start{Counter: "1"})
		h.do(queue.Finish{Counter: "1"})
	}
	got := forecast.Judge(h.day)
	want := forecast.Score{Told: 2, Silent: 1, Inside: 1, Longer: 1, Bias: -8 * time.Minute, Error: 8 * time.Minute}
	if got["A"] != want || got[""] != want {
		t.Errorf("A %+v, all %+v, want %+v", got["A"], got[""], want)
	}
	if got["B"] != (forecast.Score{}) {
		t.Errorf("B %+v, want nothing: one was sent there, one waits", got["B"])
	}
}

// TestABookingIsToldItsOwnWait: who is due soon is told so, and not the wait of those who walk in.
func TestABookingIsToldItsOwnWait(t *testing.T) {
	h := newHall(t, "A", counters(1, "A")...)
	h.busy("1", "A")
	for range 6 {
		h.issue("A", queue.ClassWalkIn)
	}
	at := h.at.Add(time.Second)
	s := forecast.NewShown(h.queue(0))
	told := func(class queue.ClassID, slot time.Time) time.Duration {
		told := s.Told(h.day, at, "A", class, slot)
		if told == nil {
			t.Fatalf("%s at %v is told nothing", class, slot)
		}
		return told.Mid.Round(time.Minute)
	}
	for _, c := range []struct {
		class queue.ClassID
		slot  time.Duration // from now; 0 is no booking
		want  time.Duration
	}{
		{queue.ClassWalkIn, 0, 70 * time.Minute},
		{queue.ClassBooked, 2 * time.Minute, 10 * time.Minute},  // due: the next that the counter calls
		{queue.ClassBooked, 23 * time.Minute, 20 * time.Minute}, // from five minutes before its time
		{queue.ClassLaw, 2 * time.Minute, 10 * time.Minute},
	} {
		var slot time.Time
		if c.slot > 0 {
			slot = at.Add(c.slot)
		}
		if got := told(c.class, slot); got != c.want {
			t.Errorf("%s with a booking in %v is told %v, want %v", c.class, c.slot, got, c.want)
		}
	}
}
