package engine_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/queue"
)

// memory is a journal that keeps its batches, and fails or waits on demand.
type memory struct {
	mu      sync.Mutex
	batches []engine.Batch
	fail    error
	replays int

	entered chan struct{} // told that an append began, if not nil
	release chan struct{}
}

func (m *memory) Append(_ context.Context, b engine.Batch) error {
	if m.entered != nil {
		m.entered <- struct{}{}
		<-m.release
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.batches = append(m.batches, b)
	return nil
}

func (m *memory) Replay(_ context.Context, c queue.Catalogue) (*queue.Day, map[string]engine.Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.replays++
	day, answers := queue.NewDay(c, 0), map[string]engine.Answer{}
	for _, b := range m.batches {
		for _, e := range b.Entries {
			day.Apply(e)
		}
		for _, a := range b.Answers {
			answers[a.Key] = a
		}
	}
	return day, answers, nil
}

func (m *memory) breakDown(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// ears is an audience that remembers what it heard.
type ears struct {
	mu    sync.Mutex
	heard []queue.Entry
}

func (a *ears) Hear(entries []queue.Entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heard = append(a.heard, entries...)
}

func (a *ears) last() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.heard) == 0 {
		return 0
	}
	return a.heard[len(a.heard)-1].Seq
}

func branchOf(counters int) queue.Catalogue {
	c := queue.Catalogue{
		Policy:    queue.DefaultPolicy(),
		Divisions: []queue.Division{{ID: "a", Body: "irn", Prefix: "A", First: 1}},
		Services:  []queue.Service{{ID: "cc", Body: "irn", Division: "a"}},
	}
	for i := range counters {
		c.Counters = append(c.Counters, queue.Counter{ID: queue.CounterID(strconv.Itoa(i + 1)), Primary: []queue.ServiceID{"cc"}})
	}
	return c
}

func start(t *testing.T, j *memory, counters int) (*engine.Engine, *ears) {
	t.Helper()
	audience := &ears{}
	at := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	e, err := engine.New(t.Context(), engine.Config{
		Catalogue: branchOf(counters), Zone: time.UTC, Journal: j, Audience: audience,
		Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return e, audience
}

func do(t *testing.T, e *engine.Engine, key string, cmd queue.Command) engine.Answer {
	t.Helper()
	a, err := e.Do(t.Context(), key, cmd)
	if err != nil {
		t.Fatalf("%T: %v", cmd, err)
	}
	return a
}

func ticket(id string) queue.Issue {
	return queue.Issue{Request: queue.RequestID(id), Service: "cc", Class: queue.ClassWalkIn}
}

func TestNobodyHearsWhatIsNotOnDisk(t *testing.T) {
	t.Parallel()
	j := &memory{}
	e, audience := start(t, j, 1)
	do(t, e, "", queue.OpenDay{Day: "2026-11-23"})
	do(t, e, "k1", ticket("r1"))
	heard, replays := len(audience.heard), j.replays

	full := errors.New("no space left on device")
	j.breakDown(full)
	if _, err := e.Do(t.Context(), "k2", ticket("r2")); !errors.Is(err, engine.ErrUnavailable) || !errors.Is(err, full) {
		t.Fatalf("with a full disk: %v", err)
	}
	if len(audience.heard) != heard {
		t.Errorf("heard %+v, which is not on disk", audience.heard[heard:])
	}
	if err := e.Read(t.Context(), func(d *queue.Day, _ time.Time) {
		if n := d.WaitingCount("cc"); n != 1 {
			t.Errorf("%d wait in memory, 1 on disk", n)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if j.replays == replays {
		t.Error("the day was not replayed from the journal")
	}

	j.breakDown(nil)
	if a := do(t, e, "k2", ticket("r2")); a.Number != "A002" {
		t.Errorf("after the disk is well again the same press got %s, want A002", a.Number)
	}
	if got, want := audience.last(), uint64(5); got != want {
		t.Errorf("journal ends at %d, want %d: numbers of lost entries are used again", got, want)
	}
}

func TestAnAnswerIsGivenOnceAndForAll(t *testing.T) {
	t.Parallel()
	j := &memory{}
	e, _ := start(t, j, 1)
	do(t, e, "", queue.OpenDay{Day: "2026-11-23"})
	do(t, e, "", queue.OpenCounter{Counter: "1"})
	if a := do(t, e, "next", queue.CallNext{Counter: "1"}); a.Refused != queue.ErrQueueEmpty {
		t.Fatalf("an empty queue answers %+v", a)
	}
	do(t, e, "", ticket("r1"))
	if a := do(t, e, "next", queue.CallNext{Counter: "1"}); a.Refused != queue.ErrQueueEmpty {
		t.Errorf("the refused press, repeated, answers %+v", a)
	}
	j.breakDown(errors.New("torn"))
	if _, err := e.Do(t.Context(), "other", ticket("r2")); err == nil {
		t.Fatal("no error")
	}
	j.breakDown(nil)
	if a := do(t, e, "next", queue.CallNext{Counter: "1"}); a.Refused != queue.ErrQueueEmpty {
		t.Errorf("after a replay the refused press answers %+v", a)
	}
}

func TestCommandsThatArriveTogetherShareACommit(t *testing.T) {
	t.Parallel()
	j := &memory{}
	e, _ := start(t, j, 1)
	do(t, e, "", queue.OpenDay{Day: "2026-11-23"})
	j.entered, j.release = make(chan struct{}), make(chan struct{})
	before := len(j.batches)

	var all sync.WaitGroup
	press := func(id string) {
		all.Go(func() {
			if _, err := e.Do(t.Context(), id, ticket(id)); err != nil {
				t.Error(err)
			}
		})
	}
	press("first")
	<-j.entered // its append is under way, and the engine locked
	for i := range 20 {
		press(strconv.Itoa(i))
	}
	for e.Queued() < 20 && t.Context().Err() == nil {
		runtime.Gosched()
	}
	j.release <- struct{}{}
	<-j.entered
	j.release <- struct{}{}
	all.Wait()
	if got := len(j.batches) - before; got != 2 {
		t.Fatalf("%d commits for 21 commands, want 2", got)
	}
	if n := len(j.batches[before+1].Answers); n != 20 {
		t.Errorf("the second commit holds %d answers, want 20", n)
	}
}

// press is one command with what its client saw: which entries were on disk before it asked and after it was answered.
type press struct {
	call          bool
	answer        engine.Answer
	before, after uint64
}

// TestFiftyClientsSeeOneOrder lets 50 counters take tickets and call at once. What they see must be what one after the
// other would have seen: the order of the journal, which respects who finished before whom began.
func TestFiftyClientsSeeOneOrder(t *testing.T) {
	t.Parallel()
	const clients, rounds = 50, 16
	e, audience := start(t, &memory{}, clients)
	do(t, e, "", queue.OpenDay{Day: "2026-11-23"})
	for i := range clients {
		do(t, e, "", queue.OpenCounter{Counter: queue.CounterID(strconv.Itoa(i + 1))})
	}
	seen := make([][]press, clients)
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			counter := queue.CounterID(strconv.Itoa(i + 1))
			for n := range rounds {
				for _, cmd := range []queue.Command{
					queue.CallNext{Counter: counter}, ticket(strconv.Itoa(i) + "-" + strconv.Itoa(n)), queue.NoShow{Counter: counter},
				} {
					p := press{before: audience.last()}
					a, err := e.Do(t.Context(), "", cmd)
					if err != nil {
						t.Error(err)
						return
					}
					p.answer, p.after = a, audience.last()
					_, p.call = cmd.(queue.CallNext)
					seen[i] = append(seen[i], p)
				}
			}
		})
	}
	all.Wait()
	oneOrder(t, audience.heard, slices.Concat(seen...), clients*rounds)
}

// oneOrder holds what clients saw to the journal.
func oneOrder(t *testing.T, journal []queue.Entry, seen []press, tickets int) {
	t.Helper()
	day := queue.NewDay(branchOf(50), 0)
	waiting := make([]int, len(journal)+1) // after each entry
	numbers, called := map[int]bool{}, map[queue.VisitID]bool{}
	for i, e := range journal {
		if e.Seq != uint64(i+1) {
			t.Fatalf("entry %d is numbered %d", i+1, e.Seq)
		}
		switch ev := e.Event.(type) {
		case queue.Reserved:
			if numbers[ev.Number.N] {
				t.Errorf("%s was given twice", ev.Number)
			}
			numbers[ev.Number.N] = true
		case queue.Called:
			first := day.Waiting("cc")[0]
			if called[ev.Visit] || first.ID != ev.Visit {
				t.Errorf("entry %d called %s; %s was first", e.Seq, ev.Number, first.Number)
			}
			called[ev.Visit] = true
		default:
		}
		day.Apply(e)
		waiting[i+1] = day.WaitingCount("cc")
	}
	if len(numbers) != tickets {
		t.Errorf("%d numbers given, want %d", len(numbers), tickets)
	}
	for _, p := range seen {
		switch {
		case p.answer.Seq != 0 && (p.answer.Seq <= p.before || p.answer.Seq > p.after):
			t.Errorf("%s was decided at %d, not between %d and %d", p.answer.Number, p.answer.Seq, p.before, p.after)
		case p.call && p.answer.Refused == queue.ErrQueueEmpty && !slices.Contains(waiting[p.before:p.after+1], 0):
			t.Errorf("told that nobody waits, between %d and %d, when somebody always did", p.before, p.after)
		}
	}
}
