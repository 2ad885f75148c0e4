package queue_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"balcao/internal/queue"
)

// crowd is a branch with 12 services, 40 counters and 600 visits waiting, kept that full: whoever is called leaves, and
// another one comes.
type crowd struct {
	b     *testing.B
	rng   *rand.Rand
	c     queue.Catalogue
	d     *queue.Day
	at    time.Time
	asked int
	took  map[string][]time.Duration
}

func newCrowd(b *testing.B) *crowd {
	w := &crowd{
		b: b, rng: rand.New(rand.NewPCG(1, 2)), at: time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC),
		took: map[string][]time.Duration{},
	}
	w.c.Policy = queue.DefaultPolicy()
	for i := range 12 {
		id := fmt.Sprint("s", i)
		w.c.Divisions = append(w.c.Divisions, queue.Division{ID: queue.DivisionID(id), Body: "b", Prefix: string(rune('A' + i)), First: 1})
		w.c.Services = append(w.c.Services, queue.Service{ID: queue.ServiceID(id), Body: "b", Division: queue.DivisionID(id)})
	}
	for i := range 40 {
		k := queue.Counter{ID: queue.CounterID(fmt.Sprint(i))}
		for j, s := range w.c.Services {
			switch {
			case i%10 == 0 || (i+j)%4 == 0: // every tenth counter serves everything
				k.Primary = append(k.Primary, s.ID)
			case (i+j)%3 == 0:
				k.Secondary = append(k.Secondary, s.ID)
			}
		}
		w.c.Counters = append(w.c.Counters, k)
	}
	w.fill()
	return w
}

// fill begins a Day with 600 waiting: two in ten booked, one in ten with priority by law.
func (w *crowd) fill() {
	w.d = queue.NewDay(w.c, 0)
	w.must(queue.OpenDay{Day: "2026-11-23"})
	for range 600 {
		w.at = w.at.Add(6 * time.Second)
		w.must(w.citizen())
	}
	for _, k := range w.c.Counters {
		w.must(queue.OpenCounter{Counter: k.ID})
	}
}

func (w *crowd) citizen() queue.Issue {
	w.asked++
	i := queue.Issue{
		Request: queue.RequestID(fmt.Sprint(w.asked)), Service: w.c.Services[w.rng.IntN(12)].ID, Class: queue.ClassWalkIn,
	}
	switch n := w.rng.IntN(10); {
	case n == 0:
		i.Class = queue.ClassLaw
	case n < 3:
		i.Class, i.Slot = queue.ClassBooked, w.at.Add(time.Duration(w.rng.IntN(60)-10)*time.Minute)
	}
	return i
}

func (w *crowd) must(cmd queue.Command) {
	begin := time.Now()
	_, err := w.d.Handle(cmd, w.at)
	took := time.Since(begin)
	if err != nil {
		w.b.Fatalf("%T: %v", cmd, err)
	}
	kind := fmt.Sprintf("%T", cmd)
	w.took[kind] = append(w.took[kind], took)
}

// BenchmarkDecide decides one command after another with 600 waiting and 40 counters: somebody comes, some counter
// calls, serves and ends. It reports the 99th percentile over all commands, and that of the dearest one.
func BenchmarkDecide(b *testing.B) {
	w := newCrowd(b)
	clear(w.took)
	for n := 0; b.Loop(); n++ {
		if n%5000 == 4999 { // a division has only so many numbers
			kept := w.took
			w.took = map[string][]time.Duration{}
			w.fill()
			w.took = kept
		}
		w.at = w.at.Add(2 * time.Second)
		counter := w.c.Counters[n%40].ID
		w.must(w.citizen())
		w.must(queue.CallNext{Counter: counter})
		w.must(queue.Start{Counter: counter})
		w.must(queue.Finish{Counter: counter})
		w.must(queue.Tick{})
	}
	var all []time.Duration
	for _, some := range w.took {
		all = append(all, some...)
	}
	b.ReportMetric(micros(all, 50), "p50-µs")
	b.ReportMetric(micros(all, 99), "p99-µs")
	b.ReportMetric(micros(w.took["queue.CallNext"], 50), "call-p50-µs")
	b.ReportMetric(micros(w.took["queue.CallNext"], 99), "call-p99-µs")
}

func micros(all []time.Duration, percent int) float64 {
	slices.Sort(all)
	return float64(all[(len(all)-1)*percent/100]) / float64(time.Microsecond)
}
