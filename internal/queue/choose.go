package queue

import (
	"slices"
	"time"
)

// choice is what is known of the visits a counter could call.
type choice struct {
	best   *Visit
	rule   Rule
	rank   rank
	second bool
	oldest *Visit
	others int // visits in all
	law    int // of them with priority by law
}

// choose looks over the visits a counter can be given now. Priority by law is left out if it has to wait its turn
// under a ratio.
func (d *Day) choose(k Counter, at time.Time, withoutLaw bool) choice {
	var c choice
	skill := 0
	open := len(k.Closed)+len(k.Only) == 0
	consider := func(services []ServiceID, secondary bool) {
		for _, s := range services {
			skill++
			rules := d.index.calling(d.index.services[s].Body)
			var heads heads
			for _, v := range d.waiting[s] {
				if !v.ready(at) || !open && !k.takes(v.Class) {
					continue
				}
				c.others++
				if v.Class == ClassLaw {
					c.law++
				}
				if !heads.seen && (c.oldest == nil || byArrival(v, c.oldest) < 0) {
					c.oldest = v
				}
				heads.seen = true
				if withoutLaw && v.Class == ClassLaw || heads.behind(v) {
					continue
				}
				r, rule := rules.rank(v, secondary, at)
				r.skill = skill
				if c.best == nil || r.before(c.rank) {
					c.best, c.rank, c.rule, c.second = v, r, rule, secondary
				}
			}
		}
	}
	consider(k.Primary, false)
	consider(k.Secondary, true)
	return c
}

// heads remembers the first plain visit of each class in one queue: whoever stands behind it cannot rank before it, so
// a call looks closely at a handful of the hundreds who wait. A booking, or a visit placed at the front, ranks by more
// than its arrival and is always looked at.
type heads struct {
	classes [maxTier + 1]ClassID
	n       int
	seen    bool // whoever came first of all
}

// behind reports whether a plain visit of the same class stood before; queues are ordered by arrival.
func (h *heads) behind(v *Visit) bool {
	if v.Front || !v.Slot.IsZero() {
		return false
	}
	if slices.Contains(h.classes[:h.n], v.Class) {
		return true
	}
	if h.n < len(h.classes) {
		h.classes[h.n] = v.Class
		h.n++
	}
	return false
}

// next chooses among the visits a counter can serve; nil if nobody waits for it.
func (d *Day) next(k Counter, at time.Time) (*Visit, Why) {
	c := d.choose(k, at, false)
	unlawful := false
	if ratio := d.index.policy.Ratio; ratio.acts() && c.rule == RuleLaw && d.sinceLaw < ratio.Others && c.law < c.others {
		c, unlawful = d.choose(k, at, true), true
	}
	if c.best == nil {
		return nil, Why{}
	}
	why := d.why(c, c.best, at)
	why.Unlawful = unlawful
	return c.best, why
}

// why explains the call of a visit among those a counter could be given.
func (d *Day) why(c choice, v *Visit, at time.Time) Why {
	class, _ := d.index.calling(v.Body).class(v.Class)
	why := Why{
		Rule: c.rule, Tier: c.rank.tier, Penalty: c.rank.penalty, Key: c.rank.key,
		Waited: max(0, at.Sub(v.Asked)), Others: max(0, c.others-1), Secondary: c.second,
	}
	if c.rule == RuleClass || c.rule == RuleLaw {
		why.Basis = class.Basis
	}
	if c.oldest != nil && c.oldest != v {
		why.Passed, why.PassedTkt = c.oldest.ID, c.oldest.Number.String()
	}
	return why
}

func (d *Day) callNext(c CallNext, at time.Time) ([]Event, error) {
	if err := d.free(c.Counter); err != nil {
		return nil, err
	}
	k, _ := d.staffed(c.Counter)
	v, why := d.next(k, at)
	if v == nil {
		return nil, ErrQueueEmpty
	}
	return []Event{called(v, c.Counter, why)}, nil
}

func called(v *Visit, counter CounterID, why Why) Called {
	return Called{Visit: v.ID, Number: v.Number, Service: v.Service, Counter: counter, Why: why}
}

// callVisit calls a chosen ticket. Who may do so is decided before; here it must have a reason, and the skill.
func (d *Day) callVisit(c CallVisit, at time.Time) ([]Event, error) {
	if err := d.free(c.Counter); err != nil {
		return nil, err
	}
	if c.Reason == "" {
		return nil, ErrNoReason
	}
	v := d.visit(c.Visit)
	switch {
	case v == nil:
		return nil, ErrUnknownVisit
	case v.State != StateWaiting:
		return nil, ErrNotWaiting
	}
	k, _ := d.desk(c.Counter)
	known, secondary := k.serves(v.Service)
	if !known {
		return nil, ErrNotServed
	}
	chosen := d.choose(k, at, false)
	chosen.rank, _ = d.index.calling(v.Body).rank(v, secondary, at)
	chosen.rule, chosen.second = RuleChosen, secondary
	why := d.why(chosen, v, at)
	why.Reason = c.Reason
	return []Event{called(v, c.Counter, why)}, nil
}

// free refuses a counter that cannot call now.
func (d *Day) free(id CounterID) error {
	p, err := d.post(id)
	switch {
	case err != nil:
		return err
	case p.visit != nil:
		return ErrCounterBusy
	case p.onBreak:
		return ErrOnBreak
	}
	return nil
}

// idle returns the idle counter that a waiting visit goes straight to: one whose own skill it is before one that only
// helps, then the one idle longest. Empty if there is none.
func (d *Day) idle(v *Visit) CounterID {
	var (
		best   CounterID
		helps  bool
		waited time.Time
	)
	for id, p := range d.counters {
		if !p.open || p.onBreak || p.visit != nil {
			continue
		}
		k, _ := d.staffed(id)
		known, secondary := k.serves(v.Service)
		if !known || !k.takes(v.Class) {
			continue
		}
		if best == "" || compareIdle(secondary, p.free, id, helps, waited, best) < 0 {
			best, helps, waited = id, secondary, p.free
		}
	}
	return best
}

func compareIdle(helps bool, free time.Time, id CounterID, otherHelps bool, otherFree time.Time, other CounterID) int {
	switch {
	case helps != otherHelps && otherHelps:
		return -1
	case helps != otherHelps:
		return 1
	}
	if c := free.Compare(otherFree); c != 0 {
		return c
	}
	if len(id) != len(other) { // 9 before 10
		return len(id) - len(other)
	}
	if id < other {
		return -1
	}
	return 1
}

// assign gives idle counters to visits that just began to wait. A counter takes whoever stands first for it, so an
// older visit that nobody called yet goes before the new one.
func (d *Day) assign(fresh []VisitID, at time.Time) []Event {
	for _, id := range fresh {
		v := d.visit(id)
		if v == nil || v.State != StateWaiting || !v.ready(at) {
			continue
		}
		counter := d.idle(v)
		if counter == "" {
			continue
		}
		k, _ := d.staffed(counter)
		if first, why := d.next(k, at); first != nil {
			return []Event{called(first, counter, why)}
		}
	}
	return nil
}
