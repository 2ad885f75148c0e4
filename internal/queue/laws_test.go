package queue_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"balcao/internal/queue"
)

// TestLawsHoldOnRandomDays lives random days and checks what must never happen, whatever is wished. Its long form, under
// BALCAO_SOAK=1, is a million wishes over a thousand days.
func TestLawsHoldOnRandomDays(t *testing.T) {
	days, wishes := 100, 600
	switch {
	case os.Getenv("BALCAO_SOAK") == "1":
		days, wishes = 1000, 1000
	case testing.Short():
		days = 20
	}
	for seed := range uint64(days) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			liveRandomDay(t, seed, wishes)
		})
	}
}

// randomDay is one day being lived, with what the outside world knows of its paper.
type randomDay struct {
	t        *testing.T
	rng      *rand.Rand
	day      *queue.Day
	at       time.Time
	entries  []queue.Entry
	requests []queue.RequestID
	numbers  map[string]queue.VisitID
	lent     int                      // the last number lent to the kiosk
	failed   map[queue.RequestID]bool // print known to have failed, and nobody accepted otherwise
	shadow   *queue.Day               // the same day replayed, one fact at a time
	last     map[queue.VisitID]queue.Visit
	owed     map[queue.VisitID][]queue.ServiceID // what a visit was taken for, and staff added, and nobody dropped
}

func liveRandomDay(t *testing.T, seed uint64, wishes int) {
	c := storyCatalogue()
	c.Divisions[1].Quota = 0
	c.Divisions[0].Lease = 5
	c.Policy.AutoCall = seed%3 == 0
	c.Policy.ReviveCalls = int(seed % 5)
	r := &randomDay{
		t: t, rng: rand.New(rand.NewPCG(seed, 7)), day: queue.NewDay(c, 0), shadow: queue.NewDay(c, 0),
		at:      time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC),
		numbers: map[string]queue.VisitID{}, failed: map[queue.RequestID]bool{}, last: map[queue.VisitID]queue.Visit{},
		owed: map[queue.VisitID][]queue.ServiceID{},
	}
	r.wish(queue.OpenDay{Day: "2026-11-23"})
	for range wishes {
		r.at = r.at.Add(time.Duration(r.rng.IntN(20)) * time.Second)
		r.wish(r.any())
		r.wish(queue.Tick{})
	}
	if a, b := portrait(r.day), portrait(r.shadow); a != b {
		t.Fatalf("replay differs from living:\n%s\n%s", a, b)
	}
}

func (r *randomDay) any() queue.Command {
	counter := queue.CounterID(fmt.Sprint(1 + r.rng.IntN(3)))
	service := []queue.ServiceID{"A", "B", "L"}[r.rng.IntN(3)]
	class := queue.ClassWalkIn
	if r.rng.IntN(5) == 0 {
		class = queue.ClassLaw
	}
	var old queue.RequestID
	if len(r.requests) > 0 {
		old = r.requests[r.rng.IntN(len(r.requests))]
	}
	var visit queue.VisitID
	if n := r.day.Totals().Reserved; n > 0 {
		visit = queue.VisitID(1 + r.rng.IntN(n))
	}
	switch r.rng.IntN(36) {
	case 31:
		return queue.SetSkills{Counter: counter, Primary: []queue.ServiceID{service}}
	case 32:
		return queue.Supervise{Action: "move_queue", Reason: "x", Do: []queue.Command{queue.MoveQueue{From: service, To: "A"}}}
	case 33:
		return queue.Supervise{Action: "end_visit", Reason: "x", Do: []queue.Command{
			queue.Finish{Counter: counter}, queue.MarkInaccurate{Visit: visit, Inaccurate: true},
		}}
	case 34:
		return queue.Lease{Holder: "k", Day: storyDay, Division: "a", Have: r.lent}
	case 35:
		return r.alone(old, class)
	case 28:
		return r.rare(counter, service, visit)
	case 29:
		return queue.Recall{Counter: counter}
	case 30:
		return queue.SetPriority{Visit: visit, Granted: r.rng.IntN(2) == 0}
	case 17:
		return queue.Issue{Request: r.fresh(), Service: service, Then: r.more(), Class: queue.ClassBooked, Slot: r.at.Add(time.Duration(r.rng.IntN(60)-30) * time.Minute)}
	case 18:
		place := []queue.Place{queue.PlaceArrival, queue.PlaceFront, queue.PlaceAfter}[r.rng.IntN(3)]
		return queue.Forward{Counter: counter, Service: service, Place: place, After: time.Minute, Stay: r.rng.IntN(4) == 0}
	case 19:
		return queue.Transfer{Visit: visit, Service: service}
	case 20:
		return queue.Hold{Counter: counter}
	case 21:
		return queue.Resume{Counter: counter, Visit: visit}
	case 22:
		return queue.Cancel{Visit: visit}
	case 23:
		return queue.Revive{Visit: visit, Counter: []queue.CounterID{"", counter}[r.rng.IntN(2)], Undo: r.rng.IntN(2) == 0}
	case 24:
		if r.rng.IntN(2) == 0 {
			return queue.Postpone{Counter: counter}
		}
		return queue.Return{Visit: visit}
	case 25:
		return queue.CallVisit{Counter: counter, Visit: visit, Reason: "x"}
	case 26:
		if r.rng.IntN(2) == 0 {
			return queue.TakeBreak{Counter: counter, Reason: "x"}
		}
		return queue.EndBreak{Counter: counter}
	case 27:
		return queue.Walk{Request: r.fresh(), Counter: counter, Service: service, Class: class}
	case 0, 1, 2:
		return queue.Reserve{Request: r.fresh(), Service: service, Then: r.more(), Class: class}
	case 3:
		return queue.Reserve{Request: old, Service: service, Class: class}
	case 4, 5, 6:
		delete(r.failed, old)
		return queue.ConfirmPrint{Request: old}
	case 7:
		return queue.FailPrint{Request: old, Cause: "paper_out"}
	case 8:
		delete(r.failed, old)
		return queue.DoubtPrint{Request: old}
	case 9:
		delete(r.failed, old)
		return queue.Accept{Request: old}
	case 10:
		return queue.Abandon{Request: old}
	case 11:
		return queue.OpenCounter{Counter: counter}
	case 12, 13:
		return queue.CallNext{Counter: counter}
	case 14:
		return queue.Start{Counter: counter}
	case 15:
		if r.rng.IntN(4) == 0 {
			return queue.CloseCounter{Counter: counter}
		}
		return queue.Finish{Counter: counter, Whole: r.rng.IntN(8) == 0}
	default:
		return queue.NoShow{Counter: counter}
	}
}

// alone is a number that a kiosk gave by itself, for a wish that the branch may have answered as well.
func (r *randomDay) alone(old queue.RequestID, class queue.ClassID) queue.Command {
	request := old
	if request == "" || r.rng.IntN(2) == 0 {
		request = r.fresh()
	}
	delete(r.failed, request)
	n := queue.Number{Prefix: "A", N: 1000 + r.rng.IntN(max(1, r.lent-1000+2))} // some are not lent, some were given
	return queue.ReserveAlone{
		Request: request, Kiosk: "k", Service: "A", Then: r.more(), Class: class, Number: n, Day: storyDay,
		Asked: r.at.Add(-time.Duration(r.rng.IntN(40)-2) * time.Minute),
	}
}

// rare is what happens some times a day.
func (r *randomDay) rare(counter queue.CounterID, service queue.ServiceID, visit queue.VisitID) queue.Command {
	switch r.rng.IntN(24) {
	case 17:
		outcome := []queue.State{queue.StateFinished, queue.StateNoShow, queue.StateWaiting, queue.StateVoid}[r.rng.IntN(4)]
		return queue.CorrectPaper{Visit: visit, Outcome: outcome, Counter: counter}
	case 18:
		return queue.Issue{Request: r.fresh(), Service: service, Class: queue.ClassLaw, Kiosk: "k", By: "p-1", Override: "x", Despite: "full"}
	case 19, 20, 21:
		return queue.AddService{Visit: visit, Service: service}
	case 22, 23:
		return queue.DropService{Visit: visit, Service: service}
	case 8, 9:
		return queue.TakeBack{Counter: counter, Visit: visit}
	case 10:
		return queue.OpenCounter{Counter: counter, Skills: []queue.ServiceID{service}}
	case 11:
		if r.rng.IntN(2) == 0 {
			return queue.RaiseAlarm{Counter: counter}
		}
		return queue.AnswerAlarm{Counter: counter, By: "2"}
	case 12:
		return queue.BlockNumbers{Division: division(service), Count: 1 + r.rng.IntN(5), First: r.rng.IntN(60)}
	case 13, 14:
		return r.paper(service)
	case 15:
		_, left := r.day.Unfinished()
		if r.rng.IntN(4) > 0 {
			return queue.ReopenDay{}
		}
		return queue.EndDay{Left: left - r.rng.IntN(2)}
	case 16:
		return queue.ReopenDay{}
	case 0:
		return queue.SuspendService{Service: service}
	case 6:
		return queue.SuspendService{Service: service, Until: r.at.Add(time.Duration(r.rng.IntN(90)) * time.Minute)}
	case 7:
		return queue.SetQuota{Service: service, Quota: r.rng.IntN(60) - 1}
	case 1, 2:
		return queue.ReopenService{Service: service}
	case 3:
		return queue.MarkInaccurate{Visit: visit, Inaccurate: r.rng.IntN(2) == 0}
	case 4:
		return queue.CloseCounter{Counter: counter}
	default:
		return queue.OpenDay{Day: storyDay} // refused: it is open
	}
}

func division(s queue.ServiceID) queue.DivisionID {
	if s == "A" {
		return "a"
	}
	return "b"
}

// paper enters a ticket of some pad, if there is one.
func (r *randomDay) paper(service queue.ServiceID) queue.Command {
	c := queue.EnterPaper{Request: r.fresh(), Division: division(service), Service: service, Class: queue.ClassWalkIn, Counter: "1"}
	c.Outcome = []queue.State{queue.StateFinished, queue.StateNoShow, queue.StateWaiting}[r.rng.IntN(3)]
	c.Came = r.at.Add(-time.Duration(r.rng.IntN(3600)) * time.Second)
	if pads := r.day.Pads(); len(pads) > 0 {
		p := pads[r.rng.IntN(len(pads))]
		c.N = p.First + r.rng.IntN(p.Last-p.First+1)
	}
	return c
}

func (r *randomDay) fresh() queue.RequestID {
	id := queue.RequestID(fmt.Sprintf("r%d", len(r.requests)))
	r.requests = append(r.requests, id)
	return id
}

// wish makes one wish and checks the laws against what followed.
func (r *randomDay) wish(cmd queue.Command) {
	r.t.Helper()
	var before string
	sampled := r.rng.IntN(150) == 0 // a portrait is long
	if sampled {
		before = portrait(r.day)
	}
	entries, err := r.day.Handle(cmd, r.at)
	var refused queue.Refusal
	if err != nil && !errors.As(err, &refused) {
		r.t.Fatalf("%T: %v", cmd, err)
	}
	if err != nil && sampled && portrait(r.day) != before {
		r.t.Fatalf("%T was refused (%v) and changed the day", cmd, err)
	}
	for i, e := range entries {
		if want := uint64(len(r.entries) + i + 1); e.Seq != want {
			r.t.Fatalf("entry numbered %d, want %d", e.Seq, want)
		}
	}
	r.entries = append(r.entries, entries...)
	for _, e := range entries {
		r.shadow.Apply(e)
		r.judge(e)
		r.lives(e)
		r.owes(e)
	}
	if len(entries) > 0 {
		r.nobodyTwice()
		r.sumsHold()
	}
}

// judge checks one fact.
func (r *randomDay) judge(e queue.Entry) {
	switch ev := e.Event.(type) {
	case queue.Reserved:
		if other, taken := r.numbers[ev.Number.String()]; taken {
			r.t.Fatalf("%s given to visits %d and %d", ev.Number, other, ev.Visit)
		}
		r.numbers[ev.Number.String()] = ev.Visit
	case queue.Leased:
		if ev.From <= max(999, r.lent) || ev.To < ev.From {
			r.t.Fatalf("lent %d to %d after %d", ev.From, ev.To, r.lent)
		}
		r.lent = ev.To
	case queue.PrintFailure:
		v, _ := r.day.Visit(ev.Visit)
		r.failed[v.Request] = true
	case queue.Issued:
		v, _ := r.day.Visit(ev.Visit)
		if r.failed[v.Request] {
			r.t.Fatalf("%s waits although its slip is known to have failed", v.Number)
		}
	case queue.Called:
		r.priorityFirst(ev)
	}
}

// priorityFirst: nobody ordinary is called while one with priority by law waits for a service that the counter
// serves as well.
func (r *randomDay) priorityFirst(ev queue.Called) {
	called, _ := r.day.Visit(ev.Visit)
	if called.Class == queue.ClassLaw || ev.Why.Rule == queue.RuleChosen {
		return
	}
	for _, v := range r.day.Waiting(called.Service) {
		if v.Class == queue.ClassLaw && !v.NotBefore.After(r.at) {
			r.t.Fatalf("%s called while %s with priority by law waits for the same service", called.Number, v.Number)
		}
	}
}

// nobodyTwice: no visit is at two counters, and no visit at a counter waits.
func (r *randomDay) nobodyTwice() {
	at := map[queue.VisitID]queue.CounterID{}
	for _, c := range []queue.CounterID{"1", "2", "3"} {
		s := r.day.Counter(c)
		if s.Visit == nil {
			continue
		}
		if other, busy := at[s.Visit.ID]; busy {
			r.t.Fatalf("%s is at counters %s and %s", s.Visit.Number, other, c)
		}
		at[s.Visit.ID] = c
	}
	for _, v := range r.day.Waiting() {
		if v.State != queue.StateWaiting {
			r.t.Fatalf("%s stands in a queue and is %s", v.Number, v.State)
		}
		if c, busy := at[v.ID]; busy {
			r.t.Fatalf("%s waits and is at counter %s", v.Number, c)
		}
	}
}
