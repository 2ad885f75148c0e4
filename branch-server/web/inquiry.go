package web

import (
	"context"
	"slices"
	"time"

	"balcao/branch-server/journal"
	"balcao/internal/queue"
)

// inquiry is what the journal says of one ticket of a Day. It is found by living the Day again, so that each call is
// explained by the queue as it stood in that moment.
type inquiry struct {
	date    queue.Date
	ended   bool       // a later Day was opened
	day     *queue.Day // as it stands, or stood at the end
	visit   queue.Visit
	same    []queue.Visit // every visit of the Day under the number, this one among them
	calls   []callCase
	passers []passer
	earlier int // calls of visits that had come before it, made while it waited, at counters that could serve it
	lines   []journal.Line
}

// callCase is one call of the ticket, with everybody whom the counter could have called instead.
type callCase struct {
	seq        uint64
	at         time.Time
	called     queue.Called
	candidates []queue.Candidate // in order; the ticket is among them
	elsewhere  int               // others that waited, but not for this counter
}

// passer is a visit that had come later and was called first, at a counter that could have served the ticket.
type passer struct {
	at     time.Time
	visit  queue.Visit
	called queue.Called
}

// inquire lives a Day again and follows the tickets of a number; visit chooses among several, 0 is the first. It
// returns false if the Day has none.
func (w *Web) inquire(ctx context.Context, date queue.Date, number string, visit queue.VisitID) (inquiry, bool, error) {
	q := inquiry{date: date, day: queue.NewDay(w.cfg.Branch().Catalogue(), 0)}
	story := journal.NewStory(w.storyNames())
	cases := map[queue.VisitID]*inquiry{}
	ended, err := w.cfg.Archive.Entries(ctx, date, func(e queue.Entry) bool {
		if taken, ok := e.Event.(queue.Reserved); ok && taken.Number.String() == number {
			cases[taken.Visit] = &inquiry{}
		}
		if called, ok := e.Event.(queue.Called); ok {
			for id, c := range cases {
				c.follow(q.day, id, called, e)
			}
		}
		q.day.Apply(e)
		if len(cases) > 0 {
			story.Hear(e)
		} else {
			story.Day.Apply(e)
		}
		return true
	})
	if err != nil {
		return inquiry{}, false, err
	}
	for id := range cases {
		if v, known := q.day.Visit(id); known {
			q.same = append(q.same, v)
		}
	}
	if len(q.same) == 0 {
		return inquiry{}, false, nil
	}
	slices.SortFunc(q.same, func(a, b queue.Visit) int { return int(a.ID) - int(b.ID) })
	q.visit = q.same[max(0, slices.IndexFunc(q.same, func(v queue.Visit) bool { return v.ID == visit }))]
	found := cases[q.visit.ID]
	q.ended, q.calls, q.passers, q.earlier = ended, found.calls, found.passers, found.earlier
	q.lines = story.About(q.visit.ID)
	return q, true, nil
}

// follow looks at a call before it takes effect.
func (q *inquiry) follow(d *queue.Day, id queue.VisitID, called queue.Called, e queue.Entry) {
	mine, known := d.Visit(id)
	switch {
	case !known:
		return
	case called.Visit == id:
		c := callCase{seq: e.Seq, at: e.At, called: called, candidates: d.Candidates(called.Counter, e.At)}
		c.elsewhere = len(d.Waiting()) - len(c.candidates)
		q.calls = append(q.calls, c)
		return
	case mine.State != queue.StateWaiting:
		return
	}
	if !slices.ContainsFunc(d.Candidates(called.Counter, e.At), func(c queue.Candidate) bool { return c.Visit.ID == id }) {
		return
	}
	other, known := d.Visit(called.Visit)
	if !known {
		return
	}
	if other.Since.Before(mine.Since) || other.Since.Equal(mine.Since) && other.ID < mine.ID {
		q.earlier++
		return
	}
	q.passers = append(q.passers, passer{at: e.At, visit: other, called: called})
}

func (w *Web) storyNames() journal.Names {
	n := journal.Names{Services: map[queue.ServiceID]string{}, Counters: map[queue.CounterID]string{}, Zone: w.cfg.Zone, Reason: reasonText}
	for id, s := range w.names().services {
		n.Services[id] = s.name
	}
	for _, k := range w.cfg.Branch().Counters {
		n.Counters[queue.CounterID(k.ID)] = inSentence(k.Label)
	}
	return n
}
