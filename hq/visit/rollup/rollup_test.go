package rollup_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"balcao/hq/visit/rollup"
	"balcao/internal/queue"
)

var zone = time.FixedZone("winter in Lisbon", 0)

func minute(n float64) time.Time {
	return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Add(time.Duration(n * float64(time.Minute)))
}

// apply tells a Day what happened at which minute after 09:00.
func apply(d *rollup.Day, m float64, events ...queue.Event) {
	for _, e := range events {
		d.Apply(queue.Entry{At: minute(m), Event: e})
	}
}

func reserved(id queue.VisitID, service queue.ServiceID, body queue.BodyID) queue.Reserved {
	return queue.Reserved{
		Visit: id, Number: queue.Number{Prefix: "A", N: int(id)}, Division: "a", Service: service, Body: body, Class: queue.ClassWalkIn,
		Request: queue.RequestID(fmt.Sprint("r", id)),
	}
}

func issued(id queue.VisitID) queue.Issued {
	return queue.Issued{Visit: id, Print: queue.PrintConfirmed}
}

func TestADayComesToWhatItsDefinitionsSay(t *testing.T) {
	t.Parallel()
	d := rollup.NewDay(zone)
	apply(d, -30, queue.DayOpened{Day: "2026-11-23"})
	apply(d, 0, queue.CounterOpened{Counter: "2"}, queue.CounterOpened{Counter: "10"})
	apply(d, 0, reserved(1, "cc", "irn"), reserved(2, "cc", "irn"), reserved(3, "tax", "at"), reserved(4, "tax", "at"))
	apply(d, 1, issued(1))
	apply(d, 2, issued(2), issued(3))
	apply(d, 11, queue.Called{Visit: 1, Counter: "2"}) // waited 10
	apply(d, 12, queue.Started{Visit: 1, Counter: "2"})
	apply(d, 20, queue.Finished{Visit: 1, Counter: "2"}) // served 8
	apply(d, 22, queue.Called{Visit: 2, Counter: "2"})   // waited 20
	apply(d, 24, queue.NotShown{Visit: 2, Counter: "2"})
	apply(d, 32, queue.Called{Visit: 3, Counter: "10"}) // waited 30
	apply(d, 33, queue.Started{Visit: 3, Counter: "10"})
	apply(d, 40, queue.CounterClosed{Counter: "2"})

	lines := d.Lines()
	if len(lines) != 3 || lines[0].Service != "" || lines[1].Service != "tax" || lines[2].Service != "cc" {
		t.Fatalf("lines = %+v", lines)
	}
	places, tax, cc := lines[0], lines[1], lines[2]
	if got := cc.Counts; got.Issued != 2 || got.Called != 2 || got.Finished != 1 || got.NoShows != 1 || got.Served != 1 ||
		got.WaitSeconds != 30*60 || got.WalkSeconds != 60 || got.ServiceSeconds != 8*60 {
		t.Errorf("cc = %+v", got)
	}
	if got := tax.Counts; got.Issued != 1 || got.Called != 1 || got.Served != 0 || got.WaitSeconds != 30*60 {
		t.Errorf("tax = %+v", got) // the number that was never issued is nobody's, who is still served has no time
	}
	// Counter 2: 40 minutes open, 11 of them with somebody (11-20, 22-24); counter 10: 40 open, 8 with somebody.
	if got := places.Counts; got.OpenSeconds != 80*60 || got.BusySeconds != 19*60 || got.Idle() != 61*time.Minute {
		t.Errorf("counters = %+v", got)
	}
	if h := cc.Halves[18]; h.Issued != 2 || h.Called != 2 || places.Halves[18].OpenSeconds != 60*60 || places.Halves[19].OpenSeconds != 20*60 {
		t.Errorf("09:00 = %+v, counters %d and %d s", h, places.Halves[18].OpenSeconds, places.Halves[19].OpenSeconds)
	}
	if again := d.Lines(); !reflect.DeepEqual(again, lines) {
		t.Error("asked twice, a Day comes to something else")
	}
}

func TestQuantilesAreNearThoseOfEveryValue(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var h rollup.Hist
		var all []time.Duration
		for range 400 + r.IntN(4000) {
			d := time.Duration(r.ExpFloat64() * float64(11*time.Minute))
			all = append(all, d)
			h.Add(d)
		}
		slices.Sort(all)
		for _, q := range []float64{0.1, 0.5, 0.9, 0.99} {
			rank, got := int(q*float64(len(all)-1)), h.Quantile(q)
			low, high := all[max(0, rank-2)], all[min(len(all)-1, rank+2)] // rules differ in which neighbour counts
			if float64(got) < 0.96*float64(low)-1e9 || float64(got) > 1.04*float64(high)+1e9 {
				t.Errorf("of %d, quantile %g: %v, want %v to %v", len(all), q, got, low, high)
			}
		}
		within := 0
		for _, d := range all {
			if d <= 20*time.Minute {
				within++
			}
		}
		if got := h.Within(20 * time.Minute); got < float64(within)*0.98 || got > float64(within)*1.02 {
			t.Errorf("within 20 min: %.1f, want %d", got, within)
		}
	}
	var none rollup.Hist
	if none.Quantile(0.5) != 0 || none.Within(time.Hour) != 0 {
		t.Error("nothing has a quantile")
	}
}

func TestSumsAreReadBackAndAddedUp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	want, got := rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}, rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}
	for range 20 {
		one := rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}
		for range r.IntN(300) {
			d, i := time.Duration(r.IntN(40_000))*time.Second, r.IntN(rollup.HalfHours)
			one.Issued, one.Called, one.WaitSeconds = one.Issued+1, one.Called+1, one.WaitSeconds+int64(d.Seconds())
			one.Wait.Add(d)
			one.Walk.Add(d / 60)
			one.Serving.Add(d / 2)
			one.Halves[i].Issued, one.Halves[i].Called = one.Halves[i].Issued+1, one.Halves[i].Called+1
			one.Halves[i].Wait.Add(d)
		}
		want.Merge(&one)
		whole, _ := one.Encode()
		limit := time.Duration(r.IntN(40_000)) * time.Second
		if calls, within, err := rollup.Calls(whole, limit); err != nil || calls != one.Called || within != one.Wait.Within(limit) {
			t.Errorf("read alone: %d called, %.2f within %v, %v; want %d and %.2f", calls, within, limit, err, one.Called, one.Wait.Within(limit))
		}
		if err := got.Add(one.Encode()); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("what is read back is not what was written")
	}
}

func FuzzAStoredSum(f *testing.F) {
	s := rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}
	s.Issued = 3
	s.Wait.Add(time.Minute)
	s.Halves[17].Called = 1
	s.Halves[17].Wait.Add(time.Minute)
	whole, halves := s.Encode()
	f.Add(whole, halves)
	f.Fuzz(func(t *testing.T, whole, halves []byte) {
		_, _, _ = rollup.Calls(whole, time.Minute)
		read := rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}
		if read.Add(whole, halves) != nil {
			return
		}
		again := rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}
		if err := again.Add(read.Encode()); err != nil {
			t.Fatalf("what was read is written so that it cannot be: %v", err)
		}
		if whole, halves := again.Encode(); true {
			w, h := read.Encode()
			if string(w) != string(whole) || string(h) != string(halves) {
				t.Error("written twice, it differs")
			}
		}
	})
}
