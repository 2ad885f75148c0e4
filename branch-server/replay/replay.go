// Package replay lives an example day again through the real rules of the queue, with citizens and clerks that behave
// as the day's input says, in virtual time. It is how the calling rule is held to a reference, and how a bad day can be
// looked at on a desk.
package replay

import (
	"cmp"
	"container/heap"
	"fmt"
	"strconv"
	"time"

	"balcao/internal/queue"
	"balcao/internal/trace"
)

// Catalogue returns the catalogue of an example day: one body, one division for all services, and the day's calling
// rule. New tickets go straight to idle counters, as the reference policy has it.
func Catalogue(d trace.Day) queue.Catalogue {
	c := queue.Catalogue{Policy: queue.DefaultPolicy()}
	c.Policy.AutoCall = true
	c.Policy.Early, c.Policy.Late = d.Policy.Early, d.Policy.Late
	c.Policy.Guard, c.Policy.Overflow = d.Policy.Guard, d.Policy.Overflow
	for _, s := range d.Services {
		id := strconv.Itoa(s.ID)
		c.Divisions = append(c.Divisions, queue.Division{
			ID: queue.DivisionID(id), Body: "body", Prefix: letters(s.ID), First: 1,
		})
		c.Services = append(c.Services, queue.Service{ID: queue.ServiceID(id), Body: "body", Division: queue.DivisionID(id)})
	}
	for _, k := range d.Counters {
		c.Counters = append(c.Counters, queue.Counter{
			ID: counterID(k.ID), Primary: serviceIDs(k.Primary), Secondary: serviceIDs(k.Secondary),
		})
	}
	return c
}

func letters(n int) string {
	if n < 26 {
		return string(rune('A' + n))
	}
	return letters(n/26-1) + string(rune('A'+n%26))
}

func counterID(id int) queue.CounterID { return queue.CounterID(strconv.Itoa(id)) }

func serviceIDs(ids []int) []queue.ServiceID {
	all := make([]queue.ServiceID, len(ids))
	for i, id := range ids {
		all[i] = queue.ServiceID(strconv.Itoa(id))
	}
	return all
}

// Result is a day that was lived again.
type Result struct {
	Events  []trace.Event // what the branch saw
	Entries []queue.Entry // the same day as a journal
	Day     *queue.Day    // as it stood at the end
}

// Run lives a day to its end: all who wait at closing time are still served.
func Run(d trace.Day) (Result, error) { return RunUnder(d, Rule{Guard: d.Policy.Guard}) }

// RunUnder lives a day under another calling rule.
func RunUnder(d trace.Day, rule Rule) (Result, error) {
	c := Catalogue(d)
	c.Policy.Guard, c.Policy.Ratio = rule.Guard, rule.Ratio
	if faults := c.Faults(); len(faults) > 0 {
		return Result{}, fmt.Errorf("the day's catalogue: %s", faults[0])
	}
	w := newWorld(d, queue.NewDay(c, 0))
	w.rule = rule
	if err := w.live(); err != nil {
		return Result{}, err
	}
	return Result{Events: w.events, Entries: w.entries, Day: w.day}, nil
}

// midnight is when every example day begins; the date has no meaning.
var midnight = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// happening is something that the world outside does at a moment.
type happening struct {
	at    time.Duration
	who   int // at the same moment citizens come first (0), then counters act in their order, as in the reference
	order int // of one, what was planned first
	do    func() error
}

type agenda []happening

func (a agenda) Len() int { return len(a) }

func (a agenda) Less(i, j int) bool {
	x, y := a[i], a[j]
	return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.who, y.who), cmp.Compare(x.order, y.order)) < 0
}

func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push and Pop are for container/heap alone.
func (a *agenda) Push(x any) { *a = append(*a, x.(happening)) }

// Pop removes the last happening.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	*a = (*a)[:last]
	return x
}

func (w *world) plan(at time.Duration, who int, do func() error) {
	w.planned++
	heap.Push(&w.agenda, happening{at: at, who: who, order: w.planned, do: do})
}

func (w *world) live() error {
	for w.agenda.Len() > 0 {
		next := heap.Pop(&w.agenda).(happening)
		w.now = next.at
		if err := next.do(); err != nil {
			return fmt.Errorf("at %s: %w", w.now, err)
		}
	}
	return nil
}
