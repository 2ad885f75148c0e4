package voice

import (
	"slices"
	"time"
)

// Waiting limits how many calls wait to be spoken: more than can be said before
// they are Late, so only a hostile branch reaches it. Beyond it the oldest gives
// way; the board has shown it.
const Waiting = 128

// remembered is how many spoken calls a queue knows again by their ID.
const remembered = 256

// Queue holds the calls to be spoken and the rules of their order: in order of
// arrival, one at a time, never cut short, each call once. The zero Queue is
// empty and ready. It is owned by one goroutine.
type Queue struct {
	waiting  []Phrase
	speaking *Phrase
	heard    []string // IDs spoken or given up, oldest first
}

// Add puts a phrase into the queue. A call of a ticket that already waits
// replaces its older copy and keeps that place; the ticket being spoken is not
// cut, its repetition waits. The phrases that will not be spoken because of
// this one are returned: the older copy, or the oldest of a full queue. A
// phrase whose ID the queue has met before changes nothing, and fresh is false.
func (q *Queue) Add(p Phrase) (gone []Phrase, fresh bool) {
	if q.met(p.ID) {
		return nil, false
	}
	same := func(w Phrase) bool { return w.Ticket() == p.Ticket() }
	if i := slices.IndexFunc(q.waiting, same); i >= 0 {
		older := q.waiting[i]
		q.waiting[i] = p
		q.remember(older.ID)
		return []Phrase{older}, true
	}
	q.waiting = append(q.waiting, p)
	if len(q.waiting) > Waiting {
		oldest := q.waiting[0]
		q.waiting = slices.Delete(q.waiting, 0, 1)
		q.remember(oldest.ID)
		return []Phrase{oldest}, true
	}
	return nil, true
}

// Next takes the phrase that is to be spoken now, and says in which manner. It
// gives none while one is being spoken or nothing waits. Phrases that are Late
// by now are not spoken; they are returned.
func (q *Queue) Next(now time.Time) (p Phrase, late []Phrase, ok bool) {
	if q.speaking != nil {
		return Phrase{}, nil, false
	}
	for len(q.waiting) > 0 {
		p = q.waiting[0]
		q.waiting = slices.Delete(q.waiting, 0, 1)
		age := p.age(now)
		if age >= Late {
			q.remember(p.ID)
			late = append(late, p)
			continue
		}
		p.Manner = MannerFor(len(q.waiting), age)
		q.speaking = &p
		return p, late, true
	}
	return Phrase{}, late, false
}

// Upcoming returns the phrase that Next would give if the one being spoken were over now, in its manner, so that its
// sound can be made meanwhile. It changes nothing, and looks at the first that waits alone.
func (q *Queue) Upcoming(now time.Time) (p Phrase, ok bool) {
	if q.speaking == nil || len(q.waiting) == 0 {
		return Phrase{}, false
	}
	p = q.waiting[0]
	age := p.age(now)
	p.Manner = MannerFor(len(q.waiting)-1, age)
	return p, age < Late
}

// Done says that the phrase being spoken is over, spoken or given up.
func (q *Queue) Done() {
	if q.speaking == nil {
		return
	}
	q.remember(q.speaking.ID)
	q.speaking = nil
}

// Again puts the phrase being spoken back before all others, because the
// device was lost under it. When a newer call of its ticket waits, that one
// stands for both and moves to the front; the interrupted phrase is returned.
func (q *Queue) Again() (gone []Phrase) {
	if q.speaking == nil {
		return nil
	}
	p := *q.speaking
	q.speaking = nil
	same := func(w Phrase) bool { return w.Ticket() == p.Ticket() }
	if i := slices.IndexFunc(q.waiting, same); i >= 0 {
		newer := q.waiting[i]
		q.waiting = slices.Insert(slices.Delete(q.waiting, i, i+1), 0, newer)
		q.remember(p.ID)
		return []Phrase{p}
	}
	q.waiting = slices.Insert(q.waiting, 0, p)
	return nil
}

// Clear gives up every waiting phrase and returns them in order. The phrase
// being spoken is not touched.
func (q *Queue) Clear() []Phrase {
	gone := q.waiting
	q.waiting = nil
	for _, p := range gone {
		q.remember(p.ID)
	}
	return gone
}

// Len returns how many phrases wait, without the one being spoken.
func (q *Queue) Len() int { return len(q.waiting) }

func (q *Queue) met(id string) bool {
	if id == "" {
		return false
	}
	if q.speaking != nil && q.speaking.ID == id {
		return true
	}
	return slices.Contains(q.heard, id) ||
		slices.ContainsFunc(q.waiting, func(w Phrase) bool { return w.ID == id })
}

func (q *Queue) remember(id string) {
	if id == "" {
		return
	}
	q.heard = append(q.heard, id)
	if len(q.heard) > remembered {
		q.heard = slices.Delete(q.heard, 0, len(q.heard)-remembered)
	}
}
