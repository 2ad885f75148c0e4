package visit_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"balcao/hq/visit"
	"balcao/internal/queue"
)

var lisbon = time.FixedZone("winter in Lisbon", 0)

// day writes a Day by hand: what happens at which minute after 09:00.
type day struct {
	t      *testing.T
	branch *visit.Branch
	seq    uint64
}

func newDay(t *testing.T) *day {
	d := &day{t: t, branch: visit.NewBranch(lisbon)}
	d.at(-30, queue.DayOpened{Day: "2026-11-23"})
	return d
}

func minute(n float64) time.Time {
	return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC).Add(time.Duration(n * float64(time.Minute)))
}

func (d *day) at(m float64, events ...queue.Event) {
	for _, e := range events {
		d.seq++
		d.branch.Apply(queue.Entry{Seq: d.seq, At: minute(m), Event: e})
	}
}

func reserved(id queue.VisitID, service queue.ServiceID, body queue.BodyID, prefix string) queue.Reserved {
	return queue.Reserved{
		Visit: id, Number: queue.Number{Prefix: prefix, N: int(id)}, Division: queue.DivisionID(prefix),
		Service: service, Body: body, Class: queue.ClassWalkIn, Request: queue.RequestID(fmt.Sprint("r", id)),
	}
}

func issued(id queue.VisitID) queue.Issued {
	return queue.Issued{Visit: id, Print: queue.PrintConfirmed}
}

func called(id queue.VisitID, counter queue.CounterID) queue.Called {
	return queue.Called{Visit: id, Counter: counter}
}

func TestFiguresFollowTheirDefinitions(t *testing.T) {
	d := newDay(t)
	d.at(0, queue.CounterOpened{Counter: "2"}, queue.CounterOpened{Counter: "10"})
	d.at(0, reserved(1, "cc-renew", "irn", "A"), reserved(2, "cc-renew", "irn", "A"), reserved(3, "tax", "at", "F"))
	d.at(1, issued(1))
	d.at(2, issued(2), issued(3))
	d.at(11, called(1, "2")) // waited 10
	d.at(12, queue.Started{Visit: 1, Counter: "2"})
	d.at(20, queue.Finished{Visit: 1, Counter: "2"}) // served 8
	d.at(22, called(2, "2"))                         // waited 20
	d.at(24, queue.NotShown{Visit: 2, Counter: "2"})
	d.at(30, reserved(4, "tax", "at", "F"), issued(4), reserved(5, "tax", "at", "F"))
	d.at(32, called(3, "10")) // waited 30
	d.at(33, queue.Started{Visit: 3, Counter: "10"})

	f := d.branch.Figures(minute(40))
	if f.Issued != 4 || f.Waiting != 1 || f.Called != 0 || f.Serving != 1 || f.Served != 1 || f.NoShows != 1 || f.Reserved != 1 {
		t.Errorf("counts = %+v", f)
	}
	if f.WaitNow != 10*time.Minute || f.LongestNow != 10*time.Minute || f.Longest.String() != "F004" {
		t.Errorf("waiting now: mean %v, longest %v of %s; want 10m of F004", f.WaitNow, f.LongestNow, f.Longest)
	}
	want := visit.Spread{Count: 3, Mean: 20 * time.Minute, Median: 20 * time.Minute, P90: 28 * time.Minute}
	if f.Wait != want {
		t.Errorf("waits of today = %+v, want %+v", f.Wait, want)
	}
	if f.ServiceTime.Count != 1 || f.ServiceTime.Mean != 8*time.Minute {
		t.Errorf("service = %+v, want one of 8m", f.ServiceTime)
	}
	if f.Abandonment() != 0.25 {
		t.Errorf("abandonment = %v, want 0.25", f.Abandonment())
	}
	if n := d.branch.OpenCounters(); n != 2 {
		t.Errorf("open counters = %d, want 2", n)
	}
	if c := d.branch.Counters(); c[0].ID != "2" || c[1].ID != "10" || c[1].Visit == nil || c[1].Visit.Number.N != 3 {
		t.Errorf("counters = %+v, want 2 free, then 10 with F003", c)
	}
	halves := d.branch.Halves()
	if halves[18] != (visit.Slot{Issued: 3, Called: 2}) || halves[19] != (visit.Slot{Issued: 1, Called: 1}) {
		t.Errorf("half hours from 09:00 = %v", halves[18:20])
	}
}

// TestAVisitOfSeveralServicesIsCountedWhereItIs: each service has its own time, and the visit stands in one of them.
func TestAVisitOfSeveralServicesIsCountedWhereItIs(t *testing.T) {
	d := newDay(t)
	several := reserved(1, "cc-renew", "irn", "A")
	several.Then = []queue.ServiceID{"tax"}
	d.at(0, queue.CounterOpened{Counter: "2"}, several, issued(1))
	d.at(10, called(1, "2"), queue.Started{Visit: 1, Counter: "2"})
	d.at(18, queue.Forwarded{Visit: 1, Number: several.Number, Counter: "2", Service: "tax", Body: "at", Class: queue.ClassWalkIn, Planned: true})
	lines := map[queue.ServiceID]visit.Figures{}
	for _, l := range d.branch.Services(minute(20)) {
		lines[l.Service] = l.Figures
	}
	if first := lines["cc-renew"]; first.Serving != 0 || first.Waiting != 0 || first.ServiceTime.Mean != 8*time.Minute {
		t.Errorf("the first service: %+v", first)
	}
	if second := lines["tax"]; second.Waiting != 1 || second.Serving != 0 {
		t.Errorf("the second service: %+v", second)
	}
	d.at(21, called(1, "2"), queue.Started{Visit: 1, Counter: "2"})
	d.at(25, queue.Finished{Visit: 1, Counter: "2"})
	if f := d.branch.Figures(minute(26)); f.Issued != 1 || f.Served != 1 || f.Waiting != 0 || f.Serving != 0 {
		t.Errorf("the branch: %+v", f)
	}
}

func TestServicesAndBodiesAddUpToTheBranch(t *testing.T) {
	d := newDay(t)
	random := rand.New(rand.NewPCG(2, 7))
	services := []struct {
		id   queue.ServiceID
		body queue.BodyID
	}{{"cc-renew", "irn"}, {"cc-collect", "irn"}, {"tax", "at"}}
	for id := queue.VisitID(1); id <= 200; id++ {
		s := services[random.IntN(3)]
		m := float64(id)
		d.at(m, reserved(id, s.id, s.body, "A"))
		steps := random.IntN(5)
		for i, e := range []queue.Event{
			issued(id), called(id, "1"), queue.Started{Visit: id, Counter: "1"}, queue.Finished{Visit: id, Counter: "1"},
		} {
			if i < steps {
				d.at(m+float64(i)*random.Float64()*5, e)
			}
		}
	}
	whole := d.branch.Figures(minute(300))
	for name, lines := range map[string][]visit.Line{
		"services": d.branch.Services(minute(300)), "bodies": d.branch.Bodies(minute(300)),
	} {
		var sum visit.Figures
		for _, l := range lines {
			sum.Issued += l.Issued
			sum.Waiting += l.Waiting
			sum.Served += l.Served
			sum.Wait.Count += l.Wait.Count
			sum.ServiceTime.Count += l.ServiceTime.Count
			sum.LongestNow = max(sum.LongestNow, l.LongestNow)
		}
		if sum.Issued != whole.Issued || sum.Waiting != whole.Waiting || sum.Served != whole.Served ||
			sum.Wait.Count != whole.Wait.Count || sum.ServiceTime.Count != whole.ServiceTime.Count || sum.LongestNow != whole.LongestNow {
			t.Errorf("%s add up to %+v, the branch says %+v", name, sum, whole)
		}
	}
	if rows := d.branch.Rows(minute(300)); len(rows) != 200 {
		t.Errorf("rows = %d, want 200", len(rows))
	}
}

func TestAPrintThatFailedLateLeavesTheFigures(t *testing.T) {
	d := newDay(t)
	d.at(0, reserved(1, "tax", "at", "F"), issued(1))
	d.at(1, queue.Voided{Visit: 1, Cause: "print_failed"})
	if f := d.branch.Figures(minute(2)); f.Issued != 0 || f.Waiting != 0 || f.Voided != 1 || f.LongestNow != 0 {
		t.Errorf("after a late failure: %+v", f)
	}
	d.at(3, queue.Issued{Visit: 1, Revived: true, Print: queue.PrintConfirmed})
	if f := d.branch.Figures(minute(4)); f.Issued != 1 || f.Waiting != 1 || f.Voided != 0 {
		t.Errorf("after it came back: %+v", f)
	}
}

func TestANewDayBeginsWithWhatItSaysItself(t *testing.T) {
	d := newDay(t)
	d.at(0, queue.CounterOpened{Counter: "1"}, reserved(1, "tax", "at", "F"), issued(1), called(1, "1"))
	d.at(24*60, queue.DayOpened{Day: "2026-11-24"}, queue.CounterOpened{Counter: "1"})
	if f := d.branch.Figures(minute(24 * 60)); f.Issued != 0 || f.Wait.Count != 0 || f.Called != 0 {
		t.Errorf("the next morning: %+v", f)
	}
	if date, open := d.branch.Day(); date != "2026-11-24" || !open {
		t.Errorf("day = %s open %v", date, open)
	}
	if d.branch.OpenCounters() != 1 {
		t.Error("the counter closed over night")
	}
}

func TestOnlyTheLastFactsAreRemembered(t *testing.T) {
	d := newDay(t)
	for i := range 200 {
		d.at(float64(i), queue.CounterOpened{Counter: queue.CounterID(fmt.Sprint(i))})
	}
	recent := d.branch.Recent()
	if len(recent) != 24 || recent[0].Seq != 201 || recent[23].Seq != 178 {
		t.Errorf("%d facts, from %d to %d; want 24, from 201 to 178", len(recent), recent[0].Seq, recent[len(recent)-1].Seq)
	}
	d.at(201, reserved(1, "tax", "at", "F"), issued(1))
	if f := d.branch.Recent()[0]; f.Number.String() != "F001" || f.Service != "tax" {
		t.Errorf("the last fact does not tell its number: %+v", f)
	}
}

// A printer that fails tells its state and that this is a fault: one line of a page.
func TestAFactThatRepeatsTheOneBeforeIsToldOnce(t *testing.T) {
	d := newDay(t)
	noted := func(kind string, seq uint64, node string) queue.Noted {
		return queue.Noted{Type: kind, Version: 1, Data: []byte(`{"dev":"printer","state":"paper_out"}`), From: queue.Origin{Node: node, Epoch: 1, Seq: seq}}
	}
	d.at(1, noted("printer.state", 7, "L901-K01"), noted("device.fault", 8, "L901-K01"), noted("printer.state", 9, "L901-K02"))
	if got := d.branch.Recent(); len(got) != 3 { // with the opening of the day
		t.Errorf("%d facts: %+v", len(got), got)
	}
}

func TestAnyOrderOfFactsIsSurvived(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		d := newDay(t)
		for range 60 {
			id := queue.VisitID(random.IntN(5))
			d.at(random.Float64()*100, [...]queue.Event{
				reserved(id, "tax", "at", "F"), issued(id), called(id, "1"),
				queue.Recalled{Visit: id},
				queue.Started{Visit: id},
				queue.Finished{Visit: id},
				queue.NotShown{Visit: id},
				queue.Voided{Visit: id},
				queue.PrintFailure{Visit: id},
				queue.PrintKnown{Visit: id},
				queue.PrioritySet{Visit: id},
				queue.DayClosed{},
				queue.Noted{Type: "x"},
			}[random.IntN(13)])
		}
		f := d.branch.Figures(minute(100))
		rows := d.branch.Rows(minute(100))
		if got := f.Issued + f.Voided + f.Reserved; got != len(rows) || f.LongestNow < 0 || f.Wait.Mean < 0 {
			t.Fatalf("%d visits in the figures, %d rows: %+v", got, len(rows), f)
		}
	}
}
