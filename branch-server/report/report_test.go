package report_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"balcao/branch-server/report"
	"balcao/internal/queue"
)

const (
	cards queue.ServiceID = "cards"
	taxes queue.ServiceID = "taxes"
)

func catalogue() queue.Catalogue {
	return queue.Catalogue{
		Divisions: []queue.Division{{ID: "a", Body: "irn", Prefix: "A", First: 1}, {ID: "b", Body: "at", Prefix: "B", First: 1}},
		Services:  []queue.Service{{ID: cards, Body: "irn", Division: "a"}, {ID: taxes, Body: "at", Division: "b"}},
		Counters: []queue.Counter{
			{ID: "1", Primary: []queue.ServiceID{cards, taxes}},
			{ID: "2", Primary: []queue.ServiceID{taxes}, Secondary: []queue.ServiceID{cards}},
		},
		Policy: queue.DefaultPolicy(),
	}
}

func terms() report.Terms {
	return report.Terms{Zone: time.UTC, Target: map[queue.ServiceID]time.Duration{cards: 15 * time.Minute, taxes: 30 * time.Minute}}
}

// diary is a Day being lived, beside its journal.
type diary struct {
	t       testing.TB
	day     *queue.Day
	entries []queue.Entry
}

func newDiary(t testing.TB) *diary { return &diary{t: t, day: queue.NewDay(catalogue(), 0)} }

func at(clock string) time.Time {
	when, err := time.Parse("2006-01-02 15:04:05", "2026-11-23 "+clock)
	if err != nil {
		panic(err)
	}
	return when
}

func (d *diary) do(clock string, cmd queue.Command) {
	d.t.Helper()
	if len(clock) == 5 {
		clock += ":00"
	}
	entries, err := d.day.Handle(cmd, at(clock))
	if err != nil {
		d.t.Fatalf("%s %T: %v", clock, cmd, err)
	}
	d.entries = append(d.entries, entries...)
}

func (d *diary) issue(clock string, s queue.ServiceID, c queue.ClassID, slot time.Time) {
	d.t.Helper()
	d.do(clock, queue.Issue{Request: queue.RequestID("r" + clock), Service: s, Class: c, Slot: slot})
}

func (d *diary) record(until time.Time, ended bool) report.Record {
	c := report.NewCollector("2026-11-23")
	for _, e := range d.entries {
		c.Add(e)
	}
	return c.Record(until, ended)
}

// morning is a small day, computed by hand in the comments.
func morning(t testing.TB) *diary {
	d := newDiary(t)
	never := time.Time{}
	d.do("08:59", queue.OpenDay{Day: "2026-11-23"})
	d.do("09:00", queue.OpenCounter{Counter: "1"})
	d.issue("09:00", cards, queue.ClassWalkIn, never) // 1, A001
	d.issue("09:02", cards, queue.ClassLaw, never)    // 2, A002
	d.issue("09:04", taxes, queue.ClassWalkIn, never) // 3, B001
	d.do("09:05", queue.CallNext{Counter: "1"})       // A002 by law: waited 3, passes A001
	d.do("09:06", queue.Start{Counter: "1"})          // walk 1
	d.do("09:16", queue.Finish{Counter: "1", Delivered: []queue.Delivered{{Service: cards, Quantity: 2}}})
	d.do("09:16", queue.CallNext{Counter: "1"}) // A001: waited 16, past its 15
	d.do("09:17", queue.Recall{Counter: "1"})
	d.do("09:18", queue.NoShow{Counter: "1"})
	d.do("09:18", queue.CallNext{Counter: "1"}) // B001: waited 14
	d.do("09:19", queue.Start{Counter: "1"})    // walk 1
	d.do("09:24", queue.Hold{Counter: "1", Visit: 3})
	d.do("09:25", queue.Revive{Visit: 1})
	d.do("09:25", queue.CallNext{Counter: "1"})                              // A001 again: its wait stays 16
	d.do("09:26", queue.Start{Counter: "1"})                                 // walk 1
	d.do("09:30", queue.Forward{Counter: "1", Visit: 1, Service: taxes})     // service 4
	d.do("09:30", queue.Resume{Counter: "1", Visit: 3})                      //
	d.do("09:35", queue.Finish{Counter: "1"})                                // B001: service 5 + 5
	d.do("09:40", queue.CallNext{Counter: "1"})                              // A001 for taxes: waited 10
	d.do("09:42", queue.Start{Counter: "1"})                                 // walk 2
	d.do("09:50", queue.Finish{Counter: "1"})                                // service 8, stay 50
	d.do("09:50", queue.TakeBreak{Counter: "1", Reason: "lunch"})            //
	d.do("10:00", queue.EndBreak{Counter: "1"})                              //
	d.issue("10:05", cards, queue.ClassWalkIn, never)                        // 4, A003
	d.do("10:06", queue.Cancel{Visit: 4, Cause: "left"})                     //
	d.issue("10:07", cards, queue.ClassWalkIn, never)                        // 5, A004
	d.issue("10:08", cards, queue.ClassWalkIn, never)                        // 6, A005
	d.do("10:10", queue.CallVisit{Counter: "1", Visit: 6, Reason: "urgent"}) // waited 2, passes A004
	d.do("10:11", queue.Start{Counter: "1"})                                 // walk 1
	d.do("10:11:05", queue.Finish{Counter: "1"})                             // service of 5 s
	d.do("10:12", queue.CallNext{Counter: "1"})                              // A004
	d.do("10:13", queue.Start{Counter: "1"})                                 //
	d.do("10:20", queue.Finish{Counter: "1"})                                //
	d.do("10:20", queue.MarkInaccurate{Visit: 5, Inaccurate: true})          // its times count nowhere
	d.issue("10:21", cards, queue.ClassWalkIn, never)                        // 7, A006: still waits
	d.do("10:22", queue.Walk{Request: "w", Counter: "1", Service: taxes, Class: queue.ClassWalkIn})
	d.do("10:25", queue.Finish{Counter: "1"}) // service 3, never waited
	return d
}

func TestASmallDayIsAsComputedByHand(t *testing.T) {
	r := morning(t).record(at("10:30:00"), false)
	m, s := time.Minute, time.Second
	want := report.Figures{
		Issued: 8, Entered: 1, Finished: 6, PassedOn: 1, Cancelled: 1, Open: 1, Walked: 1, Called: 6,
		Delivered: 2, Holds: 1, Inaccurate: 1, Implausible: 1,
		Wait:    report.Times{N: 4, Mean: 8*m + 45*s, Median: 8*m + 30*s, P90: 16 * m, Longest: 16 * m},                             // 2 3 14 16
		Walk:    report.Times{N: 5, Mean: 72 * s, Median: m, P90: 2 * m, Longest: 2 * m},                                            // 1 1 1 1 2
		Service: report.Times{N: 6, Mean: 35*m/6 + 5*s/6, Median: 6 * m, P90: 10 * m, Longest: 10 * m},                              // 0:05 3 4 8 10 10
		Stay:    report.Times{N: 5, Mean: (14*m + 31*m + 50*m + 3*m + 5*s + 3*m) / 5, Median: 14 * m, P90: 50 * m, Longest: 50 * m}, // A002 B001 A001 A005 walk
		Level:   report.Level{Called: 5, Within: 4},
	}
	if got := report.Total(terms(), r); got != want {
		t.Errorf("total\n got %+v\nwant %+v", got, want)
	}

	byService := report.ByService(terms(), r)
	if len(byService) != 2 || byService[0].Key != "cards" || byService[1].Key != "taxes" {
		t.Fatalf("services: %+v", byService)
	}
	c, x := byService[0], byService[1]
	if c.Issued != 6 || c.Entered != 0 || c.Finished != 3 || c.PassedOn != 1 || c.Cancelled != 1 || c.Open != 1 {
		t.Errorf("cards: %+v", c)
	}
	if x.Issued != 2 || x.Entered != 1 || x.Finished != 3 || x.Level != (report.Level{Called: 2, Within: 2}) {
		t.Errorf("taxes: %+v", x)
	}
	if x.Wait.N != 2 || x.Wait.Mean != 12*m { // 14 and 10
		t.Errorf("waits for taxes: %+v", x.Wait)
	}

	k := report.ByCounter(terms(), r)[0]
	if k.Open != 90*m || k.Break != 10*m || k.Serving != 42*m+5*s || k.Idle != 28*m+55*s || k.Chosen != 1 {
		t.Errorf("counter 1: open %s, break %s, serving %s, idle %s, chosen %d", k.Open, k.Break, k.Serving, k.Idle, k.Chosen)
	}

	halves := report.ByHalfHour(terms(), r)
	if len(halves) != 3 || halves[0].Clock() != "09:00" || halves[0].Issued != 3 || halves[0].Called != 3 || halves[0].Ended != 1 ||
		halves[1].Called != 1 || halves[1].Ended != 3 || halves[2].Issued != 5 || halves[2].Called != 2 || halves[2].Ended != 3 {
		t.Errorf("half hours: %+v", halves)
	}

	f := report.FairnessOf(r)
	if f.Slips != 2 || f.Tickets != 7 || f.Slipped != 2 || f.Rules[queue.RuleLaw] != 1 || f.Rules[queue.RuleChosen] != 1 || f.Worst.Number != "A001" {
		t.Errorf("fairness: %+v", f)
	}
	if share, ok := f.Explained(); !ok || share != 0.5 {
		t.Errorf("explained by law or booking: %v", share)
	}
	if len(f.Chosen) != 1 || f.Chosen[0].Reason != "urgent" || f.Chosen[0].Counter != "1" {
		t.Errorf("calls by hand: %+v", f.Chosen)
	}
}

func TestABookingWaitsFromTheLaterOfCheckInAndItsTime(t *testing.T) {
	d := newDiary(t)
	d.do("09:00", queue.OpenDay{Day: "2026-11-23"})
	d.do("09:00", queue.OpenCounter{Counter: "1"})
	d.issue("09:10", cards, queue.ClassBooked, at("09:30:00"))
	d.issue("09:20", cards, queue.ClassBooked, at("09:15:00"))
	d.do("09:31", queue.CallNext{Counter: "1"}) // the one of 09:15
	d.do("09:32", queue.NoShow{Counter: "1"})
	d.do("09:34", queue.CallNext{Counter: "1"})
	got := report.Total(terms(), d.record(at("09:40:00"), false)).Wait
	if got.N != 2 || got.Mean != (11+4)*time.Minute/2 {
		t.Errorf("waits of two bookings: %+v", got)
	}
}

func TestWhatWasToldIsHeldToWhatCameTrue(t *testing.T) {
	d := newDiary(t)
	d.do("09:00", queue.OpenDay{Day: "2026-11-23"})
	d.do("09:00", queue.OpenCounter{Counter: "1"})
	for i, told := range []*queue.Told{
		{Service: cards, Low: 5, High: 15, Mid: 9 * time.Minute}, // waits 12: within, 3 too little
		{Service: cards, Low: 5, High: 10, Mid: 8 * time.Minute}, // waits 14: longer, 6 too little
		{Service: cards}, // not known
		nil,
	} {
		d.do("09:00", queue.Issue{Request: queue.RequestID(fmt.Sprint(i)), Service: cards, Class: queue.ClassWalkIn, Told: told})
	}
	for _, clock := range []string{"09:12", "09:14", "09:16", "09:18"} {
		d.do(clock, queue.CallNext{Counter: "1"})
		d.do(clock, queue.NoShow{Counter: "1"})
	}
	want := report.Promise{Told: 2, Within: 1, Longer: 1, Error: 4*time.Minute + 30*time.Second, Bias: -4*time.Minute - 30*time.Second}
	if got := report.Total(terms(), d.record(at("09:40:00"), false)).Told; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestACounterNobodyClosedCountsUpToItsLastSignOfLife(t *testing.T) {
	d := newDiary(t)
	d.do("09:00", queue.OpenDay{Day: "2026-11-23"})
	d.do("09:00", queue.OpenCounter{Counter: "1"})
	d.issue("09:10", cards, queue.ClassWalkIn, time.Time{})
	d.do("09:11", queue.CallNext{Counter: "1"})
	d.do("09:12", queue.Start{Counter: "1"})
	d.do("09:20", queue.Finish{Counter: "1"})
	k := report.ByCounter(terms(), d.record(at("23:59:59"), true))[0]
	if k.Open != 20*time.Minute || k.LeftOpen != 1 {
		t.Errorf("open %s, left open %d", k.Open, k.LeftOpen)
	}
}

func TestANumberGivenWhileTheBranchWasSilentWaitedAllTheTime(t *testing.T) {
	c := report.NewCollector("2026-11-23")
	number := queue.Number{Prefix: "A", N: 901}
	for _, e := range []queue.Entry{
		{At: at("09:30:00"), Event: queue.Reserved{Visit: 1, Number: number, Service: cards, Class: queue.ClassWalkIn, Alone: true, Asked: at("09:10:00")}},
		{At: at("09:30:00"), Event: queue.Issued{Visit: 1, Number: number}},
		{At: at("09:31:00"), Event: queue.Called{Visit: 1, Number: number, Service: cards, Counter: "1"}},
	} {
		c.Add(e)
	}
	if got := report.Total(terms(), c.Record(at("09:32:00"), false)).Wait.Longest; got != 21*time.Minute {
		t.Errorf("waited %s", got)
	}
}

func TestARecordReadsBackAsItWasWritten(t *testing.T) {
	r := morning(t).record(at("10:30:00"), true)
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back report.Record
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r, back) {
		t.Errorf("wrote %+v\nread %+v", r, back)
	}
}

// TestSumsAgreeOnRandomDays lives random days: nobody is lost between the columns, groups add up to the total, and
// the total is what the Day itself counts.
func TestSumsAgreeOnRandomDays(t *testing.T) {
	for seed := range uint64(40) {
		d := randomDay(t, seed)
		r := d.record(d.day.Last(), false)
		total, want := report.Total(terms(), r), d.day.Totals()
		if total.Issued != want.Issued || total.Finished != want.Finished || total.NoShows != want.NoShows ||
			total.Cancelled != want.Cancelled || total.Open != want.Open || r.Voided != want.Voided {
			t.Fatalf("seed %d: report %+v, the Day %+v", seed, total, want)
		}
		if total.Entered != total.PassedOn {
			t.Errorf("seed %d: %d went on, %d came", seed, total.PassedOn, total.Entered)
		}
		for name, rows := range map[string][]report.Row{
			"services": report.ByService(terms(), r), "bodies": report.ByBody(terms(), r), "days": report.ByDay(terms(), r), "classes": report.ByClass(terms(), r),
		} {
			var sum report.Figures
			for _, row := range rows {
				balance(t, fmt.Sprint("seed ", seed, " ", row.Key), row.Figures)
				sum.Issued += row.Issued
				sum.Finished += row.Finished
				sum.Called += row.Called
				sum.Delivered += row.Delivered
				sum.Inaccurate += row.Inaccurate
				sum.Service.N += row.Service.N
				sum.Level.Called += row.Level.Called
				sum.Level.Within += row.Level.Within
			}
			if sum.Issued != total.Issued || sum.Finished != total.Finished || sum.Called != total.Called || sum.Delivered != total.Delivered ||
				sum.Inaccurate != total.Inaccurate || sum.Service.N != total.Service.N || sum.Level != total.Level {
				t.Errorf("seed %d: %s add up to %+v, the total is %+v", seed, name, sum, total)
			}
		}
		balance(t, fmt.Sprint("seed ", seed), total)
		halves(t, seed, r, total)
		fair(t, seed, r)
	}
}

func balance(t *testing.T, what string, f report.Figures) {
	t.Helper()
	if in, out := f.Issued+f.Entered, f.Finished+f.PassedOn+f.NoShows+f.Cancelled+f.Open; in != out {
		t.Errorf("%s: %d came, %d went or are here", what, in, out)
	}
}

func halves(t *testing.T, seed uint64, r report.Record, total report.Figures) {
	t.Helper()
	issued, called, ended := 0, 0, 0
	for _, h := range report.ByHalfHour(terms(), r) {
		issued, called, ended = issued+h.Issued, called+h.Called, ended+h.Ended
	}
	if issued != total.Issued || called != total.Called || ended != total.Finished+total.PassedOn {
		t.Errorf("seed %d: half hours add up to %d issued, %d called, %d ended; the total is %+v", seed, issued, called, ended, total)
	}
}

func fair(t *testing.T, seed uint64, r report.Record) {
	t.Helper()
	f, slips, skips := report.FairnessOf(r), 0, 0
	for _, v := range r.Visits {
		for _, l := range v.Legs {
			slips, skips = slips+l.Slips, skips+l.Skips
		}
	}
	if slips != f.Slips || skips != f.Slips {
		t.Errorf("seed %d: %d slips and %d skips of %d pairs", seed, slips, skips, f.Slips)
	}
	for _, k := range r.Counters {
		if k.BreakMS+k.BusyMS > k.OpenMS || k.ServiceMS > k.BusyMS {
			t.Errorf("seed %d: counter %+v was busier than open", seed, k)
		}
	}
}

// randomDay wishes for anything at any time; refusals are part of it.
func randomDay(t testing.TB, seed uint64) *diary {
	rng := rand.New(rand.NewPCG(seed, 3))
	d := newDiary(t)
	d.do("08:30", queue.OpenDay{Day: "2026-11-23"})
	now := at("08:30:00")
	for i := range 700 {
		now = now.Add(time.Duration(rng.IntN(40)) * time.Second)
		entries, err := d.day.Handle(randomWish(rng, i, d.day.Totals().Reserved), now)
		if err == nil {
			d.entries = append(d.entries, entries...)
		}
	}
	return d
}

func randomWish(rng *rand.Rand, i, visits int) queue.Command {
	counter := queue.CounterID(fmt.Sprint(1 + rng.IntN(2)))
	service := []queue.ServiceID{cards, taxes}[rng.IntN(2)]
	class := []queue.ClassID{queue.ClassWalkIn, queue.ClassWalkIn, queue.ClassLaw}[rng.IntN(3)]
	visit := queue.VisitID(1 + rng.IntN(max(1, visits)))
	request := queue.RequestID(fmt.Sprint("r", i))
	done := []queue.Delivered{{Service: service, Quantity: 1 + rng.IntN(3)}}
	switch rng.IntN(28) {
	case 26:
		return queue.TakeBack{Counter: counter, Visit: visit}
	case 27:
		return queue.MoveQueue{From: service, To: cards}
	case 0:
		return queue.OpenCounter{Counter: counter}
	case 1:
		return queue.CloseCounter{Counter: counter}
	case 2:
		return queue.TakeBreak{Counter: counter, Reason: "lunch"}
	case 3:
		return queue.EndBreak{Counter: counter}
	case 4:
		return queue.Forward{Counter: counter, Service: service, Place: queue.PlaceAfter, After: time.Minute, Delivered: done}
	case 5:
		return queue.Transfer{Visit: visit, Service: service}
	case 6:
		return queue.Hold{Counter: counter}
	case 7:
		return queue.Resume{Counter: counter, Visit: visit}
	case 8:
		return queue.Cancel{Visit: visit}
	case 9:
		return queue.Revive{Visit: visit}
	case 10:
		return queue.Postpone{Counter: counter}
	case 11:
		return queue.Return{Visit: visit}
	case 12:
		return queue.Walk{Request: request, Counter: counter, Service: service, Class: class}
	case 13:
		return queue.MarkInaccurate{Visit: visit, Inaccurate: rng.IntN(2) == 0}
	case 14:
		return queue.CallVisit{Counter: counter, Visit: visit, Reason: "urgent"}
	case 15:
		return queue.Reserve{Request: request, Service: service, Class: class}
	case 16:
		return queue.Tick{}
	case 17:
		return queue.NoShow{Counter: counter}
	case 18, 19:
		return queue.Start{Counter: counter}
	case 20, 21:
		return queue.Finish{Counter: counter, Delivered: done}
	case 22, 23:
		return queue.CallNext{Counter: counter}
	}
	return queue.Issue{Request: request, Service: service, Class: class}
}
