package voice

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var testMoment = time.Date(2026, 11, 22, 10, 24, 0, 0, time.UTC)

func call(id string, value int, counter string) Phrase {
	return Phrase{ID: id, Number: Number{"A", value}, CounterLabel: counter}
}

func ids(ps []Phrase) string {
	var s string
	for _, p := range ps {
		s += p.ID
	}
	return s
}

func TestCallsAreSpokenInOrderOneAtATime(t *testing.T) {
	var q Queue
	q.Add(call("a", 1, "1"))
	q.Add(call("b", 2, "2"))
	if p, _, ok := q.Next(testMoment); !ok || p.ID != "a" {
		t.Fatalf("first spoken: %v, %v", p, ok)
	}
	if p, _, ok := q.Next(testMoment); ok {
		t.Fatalf("%v spoken over another call", p)
	}
	q.Done()
	if p, _, ok := q.Next(testMoment); !ok || p.ID != "b" {
		t.Fatalf("second spoken: %v, %v", p, ok)
	}
	q.Done()
	if p, _, ok := q.Next(testMoment); ok {
		t.Fatalf("%v spoken from an empty queue", p)
	}
}

func TestARepeatedCallTakesThePlaceOfItsOlderCopy(t *testing.T) {
	var q Queue
	q.Add(call("a", 1, "1"))
	q.Add(call("b", 2, "2"))
	q.Add(call("c", 3, "3"))
	gone, fresh := q.Add(call("d", 2, "7"))
	if ids(gone) != "b" || !fresh {
		t.Fatalf("gone %q, fresh %v", ids(gone), fresh)
	}
	var order []string
	for p, _, ok := q.Next(testMoment); ok; p, _, ok = q.Next(testMoment) {
		order = append(order, p.ID+p.CounterLabel)
		q.Done()
	}
	if fmt.Sprint(order) != "[a1 d7 c3]" {
		t.Errorf("spoken %v", order)
	}
	if _, fresh := q.Add(call("b", 2, "2")); fresh {
		t.Error("the replaced copy came back as new")
	}
}

func TestTheSameLettersOfTwoBodiesAreTwoTickets(t *testing.T) {
	var q Queue
	a, b := call("a", 1, "1"), call("b", 1, "2")
	a.Body, b.Body = "Finanças", "Segurança Social"
	q.Add(a)
	if gone, _ := q.Add(b); len(gone) != 0 || q.Len() != 2 {
		t.Errorf("gone %v, waiting %d", gone, q.Len())
	}
}

func TestACallBeingSpokenIsNotCutByItsRepetition(t *testing.T) {
	var q Queue
	q.Add(call("a", 1, "1"))
	q.Next(testMoment)
	if gone, fresh := q.Add(call("b", 1, "1")); len(gone) != 0 || !fresh || q.Len() != 1 {
		t.Errorf("gone %v, fresh %v, waiting %d", gone, fresh, q.Len())
	}
}

func TestOneIDIsSpokenOnce(t *testing.T) {
	var q Queue
	for range 3 {
		q.Add(call("a", 1, "1"))
	}
	q.Next(testMoment)
	q.Add(call("a", 1, "1"))
	q.Done()
	if _, fresh := q.Add(call("a", 1, "1")); fresh || q.Len() != 0 {
		t.Errorf("fresh %v, waiting %d", fresh, q.Len())
	}
	q.Add(call("", 1, "1"))
	q.Next(testMoment)
	q.Done()
	if _, fresh := q.Add(call("", 1, "1")); !fresh {
		t.Error("a phrase without an ID was taken as a repetition")
	}
}

func TestAFullQueueGivesUpItsOldest(t *testing.T) {
	var q Queue
	for i := range Waiting {
		q.Add(call(fmt.Sprint(i), i+1, "1"))
	}
	gone, _ := q.Add(call("x", 500, "1"))
	if ids(gone) != "0" || q.Len() != Waiting {
		t.Errorf("gone %q, waiting %d", ids(gone), q.Len())
	}
}

func TestACallLostWithTheDeviceIsSpokenAgainFirst(t *testing.T) {
	var q Queue
	q.Add(call("a", 1, "1"))
	q.Add(call("b", 2, "2"))
	q.Next(testMoment)
	if gone := q.Again(); len(gone) != 0 {
		t.Errorf("gone %v", gone)
	}
	if p, _, _ := q.Next(testMoment); p.ID != "a" {
		t.Fatalf("spoken after the device came back: %v", p)
	}
	q.Add(call("c", 1, "9"))
	if gone := q.Again(); ids(gone) != "a" {
		t.Errorf("gone %v, want the interrupted copy", gone)
	}
	if p, _, _ := q.Next(testMoment); p.ID != "c" {
		t.Errorf("spoken instead: %v", p)
	}
	if gone := q.Clear(); ids(gone) != "b" || q.Len() != 0 {
		t.Errorf("cleared %v, waiting %d", gone, q.Len())
	}
}

// TestEveryCallIsSpokenOrGivenUpOnce lives random hours of calls and losses.
func TestEveryCallIsSpokenOrGivenUpOnce(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		var q Queue
		added := map[string]bool{}
		over := map[string]int{}
		count := func(ps []Phrase) {
			for _, p := range ps {
				over[p.ID]++
			}
		}
		var now Phrase
		speaking := false
		for i := range 300 {
			switch r.IntN(5) {
			case 0, 1:
				id := fmt.Sprint(i)
				gone, fresh := q.Add(call(id, 1+r.IntN(30), "1"))
				if !fresh {
					t.Fatalf("seed %d: new call %s refused", seed, id)
				}
				added[id] = true
				count(gone)
			case 2:
				if p, _, ok := q.Next(testMoment); ok {
					if speaking {
						t.Fatalf("seed %d: %s spoken over %s", seed, p.ID, now.ID)
					}
					now, speaking = p, true
				}
			case 3:
				if speaking {
					over[now.ID]++
					speaking = false
				}
				q.Done()
			case 4:
				count(q.Again())
				speaking = false
			}
			if q.Len() > Waiting+1 {
				t.Fatalf("seed %d: %d waiting", seed, q.Len())
			}
		}
		if speaking {
			over[now.ID]++
		}
		count(q.Clear())
		for id := range added {
			if over[id] != 1 {
				t.Fatalf("seed %d: call %s ended %d times", seed, id, over[id])
			}
		}
		if slices.Contains(q.heard, "") || len(q.heard) > remembered {
			t.Fatalf("seed %d: remembers %d", seed, len(q.heard))
		}
	}
}

func TestWhatComesNextIsToldBeforehandAndStaysInLine(t *testing.T) {
	var q Queue
	calls := rush(3, time.Second)
	q.Add(calls[0])
	if _, ok := q.Upcoming(calls[0].At); ok {
		t.Error("something comes next while nothing is spoken")
	}
	if _, _, ok := q.Next(calls[0].At); !ok {
		t.Fatal("nothing is spoken")
	}
	if _, ok := q.Upcoming(calls[0].At); ok {
		t.Error("something comes next, and nothing waits")
	}
	q.Add(calls[1])
	q.Add(calls[2])
	for _, age := range []time.Duration{0, briefAge} {
		now := calls[1].At.Add(age)
		told, ok := q.Upcoming(now)
		if !ok || told.ID != "1" || told.Manner != MannerFor(1, age) {
			t.Errorf("after %v: %+v, %v", age, told, ok)
		}
	}
	if _, ok := q.Upcoming(calls[1].At.Add(Late)); ok {
		t.Error("a late call is made beforehand")
	}
	now := calls[1].At
	told, _ := q.Upcoming(now)
	q.Done()
	if next, _, ok := q.Next(now); !ok || next != told {
		t.Errorf("next is %+v, and %+v was told", next, told)
	}
}
