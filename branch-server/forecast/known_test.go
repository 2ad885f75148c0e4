package forecast_test

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"balcao/branch-server/forecast"
	"balcao/internal/queue"
)

// hall is a Day with counters that are busy, for checks with known answers.
type hall struct {
	t    testing.TB
	day  *queue.Day
	cat  queue.Catalogue
	at   time.Time
	mean map[queue.ServiceID]time.Duration
	n    int
}

var opening = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// newHall opens a Day with one division a service; counters are "primary,…/secondary,…" by letter.
func newHall(t testing.TB, services string, counters ...queue.Counter) *hall {
	t.Helper()
	h := &hall{t: t, at: opening, mean: map[queue.ServiceID]time.Duration{}, cat: queue.Catalogue{Policy: queue.DefaultPolicy(), Counters: counters}}
	for _, s := range services {
		id := string(s)
		h.cat.Divisions = append(h.cat.Divisions, queue.Division{ID: queue.DivisionID(id), Body: "b", Prefix: id, First: 1})
		h.cat.Services = append(h.cat.Services, queue.Service{ID: queue.ServiceID(id), Body: "b", Division: queue.DivisionID(id)})
		h.mean[queue.ServiceID(id)] = 10 * time.Minute
	}
	h.day = queue.NewDay(h.cat, 0)
	h.do(queue.OpenDay{Day: "2026-11-23"})
	for _, k := range counters {
		h.do(queue.OpenCounter{Counter: k.ID})
	}
	return h
}

func (h *hall) do(cmd queue.Command) {
	h.t.Helper()
	if _, err := h.day.Handle(cmd, h.at); err != nil {
		h.t.Fatalf("%T: %v", cmd, err)
	}
}

func (h *hall) issue(s queue.ServiceID, class queue.ClassID) {
	h.t.Helper()
	h.n++
	h.do(queue.Issue{Request: queue.RequestID(fmt.Sprint(h.n)), Service: s, Class: class})
}

// busy gives a counter somebody to serve.
func (h *hall) busy(k queue.CounterID, s queue.ServiceID) {
	h.t.Helper()
	h.issue(s, queue.ClassWalkIn)
	h.do(queue.CallNext{Counter: k})
	h.do(queue.Start{Counter: k})
}

func (h *hall) queue(spread float64) *forecast.Queue {
	return &forecast.Queue{
		Usual: func(s queue.ServiceID) time.Duration { return h.mean[s] },
		Services: func() []queue.ServiceID {
			var all []queue.ServiceID
			for _, s := range h.cat.Services {
				all = append(all, s.ID)
			}
			return all
		},
		Spread: spread,
	}
}

func (h *hall) ask(s queue.ServiceID, class queue.ClassID) forecast.Estimate {
	return h.queue(0).Ask(h.day, h.at.Add(time.Millisecond)).Newcomers[queue.Newcomer{Service: s, Class: class}]
}

func (h *hall) wants(s queue.ServiceID, class queue.ClassID, minutes float64) {
	h.t.Helper()
	e := h.ask(s, class)
	if !e.Known || math.Abs(e.Mid.Minutes()-minutes) > 0.05 {
		h.t.Errorf("%s of %s: %+v, want %.1f min", class, s, e, minutes)
	}
}

func counters(n int, primary ...queue.ServiceID) []queue.Counter {
	all := make([]queue.Counter, n)
	for i := range all {
		all[i] = queue.Counter{ID: queue.CounterID(fmt.Sprint(i + 1)), Primary: primary}
	}
	return all
}

// TestOneKindOfVisitIsTheTextbook: with s busy counters and n waiting, (n+1)/(s·mu).
func TestOneKindOfVisitIsTheTextbook(t *testing.T) {
	for _, s := range []int{1, 2, 5, 12} {
		h := newHall(t, "A", counters(s, "A")...)
		for i := range s {
			h.busy(queue.CounterID(fmt.Sprint(i+1)), "A")
		}
		for n := range 15 {
			h.wants("A", queue.ClassWalkIn, float64(n+1)*10/float64(s))
			h.issue("A", queue.ClassWalkIn)
		}
	}
}

type completions []float64

func (c completions) Len() int           { return len(c) }
func (c completions) Less(i, j int) bool { return c[i] < c[j] }
func (c completions) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }

// Push and Pop are for container/heap alone.
func (c *completions) Push(x any) { *c = append(*c, x.(float64)) }

// Pop removes the last one.
func (c *completions) Pop() any {
	x := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return x
}

// TestErrorsInAnMMsQueueAreThoseOfTheTextbook holds the estimator, as the Outlook gives it, to M/M/s: those who wait
// wait 1/(s·mu·(1-rho)), and the squared error of QL is 1-rho of that squared (Ibrahim and Whitt).
func TestErrorsInAnMMsQueueAreThoseOfTheTextbook(t *testing.T) {
	const s, mean = 10, 10.0
	h := newHall(t, "A", counters(s, "A")...)
	for i := range s {
		h.busy(queue.CounterID(fmt.Sprint(i+1)), "A")
	}
	var says [900]float64 // of n waiting
	for n := range says {
		says[n] = h.ask("A", queue.ClassWalkIn).Mid.Minutes()
		if n < 60 {
			h.issue("A", queue.ClassWalkIn)
		} else {
			says[n] = says[n-1] + mean/s // numbers of one division end at 999
		}
	}
	draw := rand.New(rand.NewPCG(1, 2))
	for _, rho := range []float64{0.9, 0.95} {
		var (
			now, waits, squares float64
			n                   int
			starts              []float64 // of those who came and wait, in order
		)
		free := make(completions, s)
		heap.Init(&free)
		for range 400_000 {
			now += draw.ExpFloat64() * mean / (s * rho)
			for len(starts) > 0 && starts[0] <= now {
				starts = starts[1:]
			}
			begins := math.Max(now, heap.Pop(&free).(float64))
			heap.Push(&free, begins+draw.ExpFloat64()*mean)
			if wait := begins - now; wait > 0 && len(starts) < len(says) {
				n++
				waits += wait
				squares += (says[len(starts)] - wait) * (says[len(starts)] - wait)
			}
			if begins > now {
				starts = append(starts, begins)
			}
		}
		expected := mean / (s * (1 - rho))
		if got := waits / float64(n); math.Abs(got/expected-1) > 0.15 {
			t.Fatalf("the simulation itself is wrong: mean wait %.2f, want %.2f", got, expected)
		}
		if got := squares / float64(n) / (expected * expected); math.Abs(got/(1-rho)-1) > 0.15 {
			t.Errorf("rho %.2f: relative squared error %.4f, want %.4f", rho, got, 1-rho)
		}
	}
}

func TestWorkOfOtherServicesAtTheSameCountersComesBefore(t *testing.T) {
	h := newHall(t, "ABC", queue.Counter{ID: "1", Primary: []queue.ServiceID{"A", "B"}}, queue.Counter{ID: "2", Primary: []queue.ServiceID{"C"}})
	h.busy("1", "A")
	h.busy("2", "C")
	h.mean["B"] = 30 * time.Minute
	h.issue("B", queue.ClassWalkIn) // by the counter of A
	h.issue("C", queue.ClassWalkIn) // not by it
	h.wants("A", queue.ClassWalkIn, 10+30)
	h.wants("C", queue.ClassWalkIn, 10+10)
}

func TestPriorityByLawAndTheClassesOfCounters(t *testing.T) {
	h := newHall(t, "A",
		queue.Counter{ID: "1", Primary: []queue.ServiceID{"A"}},
		queue.Counter{ID: "2", Primary: []queue.ServiceID{"A"}, Only: []queue.ClassID{queue.ClassLaw}})
	h.busy("1", "A")
	h.wants("A", queue.ClassWalkIn, 10)
	h.wants("A", queue.ClassLaw, 0) // the other counter is free for them
	for range 3 {
		h.issue("A", queue.ClassWalkIn)
	}
	h.wants("A", queue.ClassWalkIn, 40)
	h.issue("A", queue.ClassLaw)
	h.do(queue.CallNext{Counter: "2"})
	h.do(queue.Start{Counter: "2"})
	h.wants("A", queue.ClassWalkIn, 40) // that one took nobody's place
	h.wants("A", queue.ClassLaw, 10)
}

func TestSecondarySkillsHelpAfterTheOverflowTime(t *testing.T) {
	h := newHall(t, "AB",
		queue.Counter{ID: "1", Primary: []queue.ServiceID{"A"}},
		queue.Counter{ID: "2", Primary: []queue.ServiceID{"B"}, Secondary: []queue.ServiceID{"A"}})
	h.busy("1", "A")
	h.busy("2", "B")
	for range 3 {
		h.issue("A", queue.ClassWalkIn)
	}
	// At 10 both are free; those who waited ten minutes are taken by either: two at 10, one of the two left at 20, the
	// newcomer too.
	h.wants("A", queue.ClassWalkIn, 20)
	for range 2 {
		h.issue("B", queue.ClassWalkIn)
	}
	if e := h.ask("A", queue.ClassWalkIn); e.Mid <= 20*time.Minute {
		t.Errorf("with work of its own the other counter helps as soon: %v", e.Mid)
	}
}

func TestCountersThatDoNotServeAreNoGroundForAnEstimate(t *testing.T) {
	h := newHall(t, "AB", queue.Counter{ID: "1", Primary: []queue.ServiceID{"A"}}, queue.Counter{ID: "2", Primary: []queue.ServiceID{"A", "B"}})
	h.busy("1", "A")
	h.busy("2", "A")
	h.wants("A", queue.ClassWalkIn, 5)
	h.do(queue.TakeBreak{Counter: "2", Reason: "lunch"}) // once its visit has left
	h.wants("A", queue.ClassWalkIn, 10)
	if e := h.ask("B", queue.ClassWalkIn); e.Known || e.Range().Known() {
		t.Errorf("nobody serves B, but the wait is %+v", e)
	}
	h.do(queue.Finish{Counter: "1"})
	h.do(queue.CloseCounter{Counter: "1"})
	if e := h.ask("A", queue.ClassWalkIn); e.Known {
		t.Errorf("every counter is closed or on a break, but the wait is %+v", e)
	}
}

func TestNextIsWhoHasNobodyBefore(t *testing.T) {
	h := newHall(t, "A", counters(1, "A")...)
	if r := h.ask("A", queue.ClassWalkIn).Range(); !r.Next {
		t.Errorf("with a free counter: %+v", r)
	}
	h.busy("1", "A")
	if r := h.ask("A", queue.ClassWalkIn).Range(); !r.Next {
		t.Errorf("with nobody before: %+v", r)
	}
	h.issue("A", queue.ClassWalkIn)
	if r := h.ask("A", queue.ClassWalkIn).Range(); r.Next || r.Low%5 != 0 || r.High%5 != 0 || r.Low >= 20 || r.High <= 20 {
		t.Errorf("with one before: %+v", r)
	}
}

// TestElapsedServiceCounts: a service of a log-normal kind that is nearly over frees its counter sooner, one that
// lasts for ever does not.
func TestElapsedServiceCounts(t *testing.T) {
	h := newHall(t, "A", counters(1, "A")...)
	h.busy("1", "A")
	left := func(after time.Duration) time.Duration {
		h.at = opening.Add(after)
		return h.queue(forecast.UsualSpread).Ask(h.day, h.at).Newcomers[queue.Newcomer{Service: "A", Class: queue.ClassWalkIn}].Mid
	}
	begun, half, long := left(0), left(6*time.Minute), left(time.Hour)
	if begun != 10*time.Minute || half >= begun || half < 2*time.Minute || long <= half || long > 20*time.Minute {
		t.Errorf("left at its beginning %v, after 6 min %v, after an hour %v", begun, half, long)
	}
}

// TestTheDayIsLearned: when today's services take twice as long, estimates follow, but not after one of them.
func TestTheDayIsLearned(t *testing.T) {
	h := newHall(t, "A", counters(1, "A")...)
	say := func() float64 {
		h.busy("1", "A")
		mid := h.ask("A", queue.ClassWalkIn).Mid.Minutes()
		h.at = h.at.Add(20 * time.Minute)
		h.do(queue.Finish{Counter: "1"})
		return mid
	}
	first := say()
	second := say()
	var late float64
	for range 20 {
		late = say()
	}
	if first != 10 || second > 12 || second <= 10 || late < 15 || late > 20 {
		t.Errorf("first %.1f, after one visit of 20 min %.1f, after twenty %.1f", first, second, late)
	}
}

// BenchmarkAsk is the estimate of everything in a large branch: 600 waiting for 12 services at 40 counters.
func BenchmarkAsk(b *testing.B) {
	letters := "ABCDEFGHIJKL"
	var posts []queue.Counter
	for i := range 40 {
		id := func(n int) queue.ServiceID { return queue.ServiceID(letters[n%12 : n%12+1]) }
		posts = append(posts, queue.Counter{ID: queue.CounterID(fmt.Sprint(i + 1)), Primary: []queue.ServiceID{id(i), id(i + 1)}, Secondary: []queue.ServiceID{id(i + 2), id(i + 3)}})
	}
	h := newHall(b, letters, posts...)
	for i := range 40 {
		h.busy(queue.CounterID(fmt.Sprint(i+1)), queue.ServiceID(letters[i%12:i%12+1]))
	}
	for i := range 600 {
		class := queue.ClassWalkIn
		if i%8 == 0 {
			class = queue.ClassLaw
		}
		h.issue(queue.ServiceID(letters[i%12:i%12+1]), class)
	}
	q := h.queue(forecast.UsualSpread)
	b.ReportAllocs()
	for b.Loop() {
		q.Ask(h.day, h.at)
	}
}
