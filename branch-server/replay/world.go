package replay

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"balcao/internal/queue"
	"balcao/internal/trace"
)

// world is the outside of a branch: citizens who come, wait and leave, clerks who work and pause.
type world struct {
	in      trace.Day
	rule    Rule
	day     *queue.Day
	now     time.Duration
	agenda  agenda
	planned int

	citizens map[queue.VisitID]*citizen
	clerks   map[queue.CounterID]*clerk
	entries  []queue.Entry
	events   []trace.Event
}

type citizen struct {
	trace.Arrival
	served int // legs that ended
}

type clerk struct {
	trace.Counter
	due []time.Duration // lengths of the breaks that should have begun
}

func newWorld(in trace.Day, day *queue.Day) *world {
	w := &world{in: in, day: day, citizens: map[queue.VisitID]*citizen{}, clerks: map[queue.CounterID]*clerk{}}
	w.plan(0, 0, func() error { return w.wish(queue.OpenDay{Day: queue.Date(midnight.Format(time.DateOnly))}) })
	for _, k := range in.Counters {
		c := &clerk{Counter: k}
		w.clerks[counterID(k.ID)] = c
		w.plan(k.From, k.ID, func() error { return w.comes(c) })
		for _, off := range k.Off {
			w.plan(off.From, k.ID, func() error {
				c.due = append(c.due, off.For)
				return w.pause(c)
			})
		}
		w.plan(k.To, k.ID, func() error { return w.idle(c) })
	}
	for _, a := range in.Arrivals {
		w.plan(a.At, 0, func() error { return w.arrives(&citizen{Arrival: a}) })
	}
	return w
}

// wish makes a wish and lives what follows from it. A refusal is an answer that the asker reads from the Day.
func (w *world) wish(cmd queue.Command) error {
	entries, err := w.day.Handle(cmd, midnight.Add(w.now))
	if err != nil {
		return fmt.Errorf("%T: %w", cmd, err)
	}
	w.entries = append(w.entries, entries...)
	for _, e := range entries {
		if err := w.hear(e.Event); err != nil {
			return err
		}
	}
	return nil
}

// hear writes the log, and lets citizens and clerks do what they do when something happens to them.
func (w *world) hear(e queue.Event) error {
	switch ev := e.(type) {
	case queue.Called:
		c, k := w.citizens[ev.Visit], w.clerks[ev.Counter]
		w.note(trace.Event{Kind: trace.Call, Ticket: c.ID, Counter: k.ID})
		w.appears(c, ev.Visit, k)
	case queue.NotShown:
		w.note(trace.Event{Kind: trace.NoShow, Ticket: w.citizens[ev.Visit].ID, Counter: w.clerks[ev.Counter].ID})
	case queue.Finished:
		w.note(trace.Event{Kind: trace.End, Ticket: w.citizens[ev.Visit].ID, Counter: w.clerks[ev.Counter].ID})
	case queue.Forwarded:
		to, err := strconv.Atoi(string(ev.Service))
		if err != nil {
			return err
		}
		w.note(trace.Event{Kind: trace.Transfer, Ticket: w.citizens[ev.Visit].ID, Counter: w.clerks[ev.Counter].ID, Service: &to})
	case queue.CounterOpened:
		w.note(trace.Event{Kind: trace.Up, Counter: w.clerks[ev.Counter].ID})
	case queue.CounterClosed:
		w.note(trace.Event{Kind: trace.Down, Counter: w.clerks[ev.Counter].ID})
	case queue.BreakEnded:
		w.note(trace.Event{Kind: trace.Up, Counter: w.clerks[ev.Counter].ID})
	case queue.BreakStarted:
		k := w.clerks[ev.Counter]
		w.note(trace.Event{Kind: trace.Down, Counter: k.ID})
		length := k.due[0]
		k.due = k.due[1:]
		w.plan(w.now+length, k.ID, func() error { return w.back(k) })
	default: // the log tells no more
	}
	return nil
}

func (w *world) note(e trace.Event) {
	e.At = int64(math.Round(w.now.Seconds()))
	w.events = append(w.events, e)
}

// arrives takes a ticket, or checks in a booking.
func (w *world) arrives(c *citizen) error {
	class, slot := queue.ClassWalkIn, time.Time{}
	e := trace.Event{Kind: trace.Issue, Ticket: c.ID, Service: &c.Service}
	if c.Slot > 0 {
		class, slot, e.Slot = queue.ClassBooked, midnight.Add(c.Slot), int64(c.Slot/time.Second)
	}
	if c.Law {
		class, e.Law = queue.ClassLaw, 1
	}
	class = w.rule.class(class)
	if _, twice := w.day.Requested(queue.RequestID(strconv.Itoa(c.ID))); twice {
		return fmt.Errorf("ticket %d arrives twice", c.ID)
	}
	w.note(e)
	w.citizens[queue.VisitID(len(w.citizens)+1)] = c
	return w.wish(queue.Issue{
		Request: queue.RequestID(strconv.Itoa(c.ID)), Service: queue.ServiceID(strconv.Itoa(c.Service)), Class: class, Slot: slot,
	})
}

// appears lets a citizen come to the counter, or find that he has gone.
func (w *world) appears(c *citizen, id queue.VisitID, k *clerk) {
	counter := counterID(k.ID)
	if c.served == 0 && w.now-c.At > c.Patience {
		w.plan(w.now+w.in.Policy.NoShow, k.ID, func() error { return w.leaves(k, queue.NoShow{Counter: counter, Visit: id}) })
		return
	}
	work := c.Work
	if c.served > 0 {
		work = c.NextWork
	}
	// The reference lives in whole seconds.
	ends := w.now.Truncate(time.Second) + time.Duration(math.Round(work.Seconds()/k.Speed))*time.Second
	w.plan(w.now, k.ID, func() error { return w.wish(queue.Start{Counter: counter, Visit: id}) })
	w.plan(ends, k.ID, func() error {
		c.served++
		if c.served == 1 && c.Next >= 0 {
			return w.goesOn(k, id, c.Next)
		}
		return w.leaves(k, queue.Finish{Counter: counter, Visit: id})
	})
}

// walk is how long a forwarded citizen is under way: the counter that sent him calls its next one first, as in the
// reference, and only then he can be called.
const walk = time.Millisecond

func (w *world) goesOn(k *clerk, id queue.VisitID, to int) error {
	w.plan(w.now+walk, k.ID, func() error { return w.wish(queue.Tick{}) })
	return w.leaves(k, queue.Forward{
		Counter: counterID(k.ID), Visit: id, Service: queue.ServiceID(strconv.Itoa(to)), Place: queue.PlaceAfter, After: walk,
	})
}

func (w *world) leaves(k *clerk, cmd queue.Command) error {
	if err := w.wish(cmd); err != nil {
		return err
	}
	return w.idle(k)
}

// comes opens a counter.
func (w *world) comes(k *clerk) error {
	if err := w.wish(queue.OpenCounter{Counter: counterID(k.ID)}); err != nil {
		return err
	}
	return w.idle(k)
}

// pause asks for the break that should have begun; the queue starts it when the service in progress has ended.
func (w *world) pause(k *clerk) error {
	s := w.day.Counter(counterID(k.ID))
	if !s.Open || s.OnBreak || s.BreakDue || len(k.due) == 0 {
		return nil
	}
	return w.wish(queue.TakeBreak{Counter: counterID(k.ID), Reason: "break"})
}

// back ends a break; another one that came due meanwhile begins at once.
func (w *world) back(k *clerk) error {
	if err := w.wish(queue.EndBreak{Counter: counterID(k.ID)}); err != nil {
		return err
	}
	return w.idle(k)
}

// idle is what a clerk does with a free counter: a break that is due, else the next visit; after hours, when nobody
// waits, the way home.
func (w *world) idle(k *clerk) error {
	counter := counterID(k.ID)
	if err := w.pause(k); err != nil {
		return err
	}
	if s := w.day.Counter(counter); !s.Open || s.OnBreak || s.Visit != nil {
		return nil
	}
	err := w.wish(queue.CallNext{Counter: counter})
	if errors.Is(err, queue.ErrQueueEmpty) {
		if w.now >= k.To {
			return w.wish(queue.CloseCounter{Counter: counter})
		}
		return nil
	}
	return err
}
