package store_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"balcao/branch-server/engine"
	"balcao/internal/queue"
)

// TestFiftyClientsCouldHaveStoodInLine lets 50 clients take numbers and call at once, on the real engine and journal.
// What each was answered, and when it asked and heard, must be what some line of one after the other would have seen:
// allocation and call-next are linearizable. The checker looks at the clients only, never at the journal.
func TestFiftyClientsCouldHaveStoodInLine(t *testing.T) {
	const clients = 50
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	br := open(t, filepath.Join(t.TempDir(), "branch.db"))
	cfg := br.config()
	cfg.Catalogue.Counters = nil
	for i := range clients {
		cfg.Catalogue.Counters = append(cfg.Catalogue.Counters, queue.Counter{
			ID: queue.CounterID(fmt.Sprint(i)), Primary: []queue.ServiceID{"cc"},
		})
	}
	e, err := engine.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	br.engine = e
	for i := range clients {
		br.do(t, "", queue.OpenCounter{Counter: queue.CounterID(fmt.Sprint(i))})
	}
	var clock atomic.Int64
	histories := make([][]operation, clients)
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			counter := queue.CounterID(fmt.Sprint(i))
			for n := range rounds {
				ask := func(cmd queue.Command) engine.Answer {
					op := operation{asked: clock.Add(1)}
					a := br.do(t, "", cmd)
					op.heard = clock.Add(1)
					_, op.call = cmd.(queue.CallNext)
					op.answer = a.Number
					if a.Refused != "" {
						op.answer = string(a.Refused)
					}
					histories[i] = append(histories[i], op)
					return a
				}
				if (i+n)%3 != 0 { // fewer tickets than calls, so that queues run empty
					ask(queue.Issue{Request: queue.RequestID(fmt.Sprint(i, "-", n)), Service: "cc", Class: queue.ClassWalkIn})
				}
				if a := ask(queue.CallNext{Counter: counter}); a.Refused == "" {
					br.do(t, "", queue.NoShow{Counter: counter})
				}
			}
		})
	}
	all.Wait()
	history := slices.Concat(histories...)
	if !linearizable(history) {
		t.Fatalf("no line of one after the other explains what %d clients saw in %d operations", clients, len(history))
	}
}

// TestTheCheckerSeesDisorder keeps the checker honest: it must refuse histories that no line explains.
func TestTheCheckerSeesDisorder(t *testing.T) {
	for name, history := range map[string][]operation{
		"a number twice":        {{1, 2, false, "A001"}, {3, 4, false, "A001"}},
		"a number left out":     {{1, 2, false, "A001"}, {3, 4, false, "A003"}},
		"one visit to two":      {{1, 2, false, "A001"}, {3, 5, true, "A001"}, {4, 6, true, "A001"}},
		"called before issued":  {{1, 2, true, "A001"}, {3, 4, false, "A001"}},
		"out of turn":           {{1, 2, false, "A001"}, {3, 4, false, "A002"}, {5, 6, true, "A002"}},
		"nobody, though one is": {{1, 2, false, "A001"}, {3, 4, true, string(queue.ErrQueueEmpty)}},
	} {
		if linearizable(history) {
			t.Errorf("%s: taken for a line", name)
		}
	}
	fine := []operation{
		{1, 4, false, "A002"}, {2, 3, false, "A001"}, {5, 8, true, "A002"}, {6, 7, true, "A001"}, {9, 10, true, string(queue.ErrQueueEmpty)},
	}
	if !linearizable(fine) {
		t.Error("a line is there and was not found")
	}
}

// operation is one command as its client saw it. Moments are of one clock that all clients share.
type operation struct {
	asked, heard int64
	call         bool   // else a number was taken
	answer       string // the number, or a refusal
}

// linearizable looks for an order of the operations that respects who heard before whom asked, and in which one after
// the other takes numbers and calls as an ordinary queue would (Wing and Gong 1993). As every answer names its number,
// a state is how many numbers were given and called: a dead end is not tried twice.
func linearizable(history []operation) bool {
	slices.SortFunc(history, func(a, b operation) int { return int(a.asked - b.asked) })
	s := search{history: history, done: make([]bool, len(history)), dead: map[string]bool{}}
	return s.rest(0, 0, len(history))
}

type search struct {
	history []operation
	done    []bool
	dead    map[string]bool
}

func (s *search) rest(given, called, left int) bool {
	if left == 0 {
		return true
	}
	var open []int // those that could be next: nobody who is still to come heard before they asked
	first := int64(1) << 62
	for i, op := range s.history {
		if s.done[i] {
			continue
		}
		if op.asked > first {
			break
		}
		open = append(open, i)
		first = min(first, op.heard)
	}
	key := fmt.Sprint(given, called, open)
	if s.dead[key] {
		return false
	}
	for _, i := range open {
		op := s.history[i]
		g, c := given, called
		switch {
		case op.call && op.answer == string(queue.ErrQueueEmpty):
			if given != called {
				continue
			}
		case op.call:
			c++
			if c > g || op.answer != number(c) {
				continue
			}
		default:
			g++
			if op.answer != number(g) {
				continue
			}
		}
		s.done[i] = true
		if s.rest(g, c, left-1) {
			return true
		}
		s.done[i] = false
	}
	s.dead[key] = true
	return false
}

func number(n int) string { return queue.Number{Prefix: "A", N: n}.String() }
