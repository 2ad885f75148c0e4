package queue

import "time"

// rank is what orders visits for a counter: tier, penalty, those placed at the front, key. Ties, as of two bookings for
// one time, go to the skill that the counter lists first, then to the lower visit.
type rank struct {
	tier    int
	penalty int
	behind  int // 0 if placed at the front
	key     time.Time
	skill   int // place of the service in the counter's lists
	id      VisitID
}

func (r rank) before(o rank) bool {
	switch {
	case r.tier != o.tier:
		return r.tier < o.tier
	case r.penalty != o.penalty:
		return r.penalty < o.penalty
	case r.behind != o.behind:
		return r.behind < o.behind
	case !r.key.Equal(o.key):
		return r.key.Before(o.key)
	case r.skill != o.skill:
		return r.skill < o.skill
	}
	return r.id < o.id
}

// rank returns the place of a waiting visit for a counter, and the rule that gives it.
func (c *calling) rank(v *Visit, secondary bool, at time.Time) (rank, Rule) {
	r := rank{tier: c.walkIn, behind: 1, key: v.Since, id: v.ID}
	bySlot := false
	if class := c.find(v.Class); class != nil {
		r.tier, bySlot = class.Tier, class.Order == OrderSlot
	}
	waited := at.Sub(v.Since)
	rule := RuleArrival
	booked := bySlot && !v.Slot.IsZero() && !v.Since.After(v.Slot.Add(c.Late))
	switch {
	case booked:
		r.key, rule = v.Slot, RuleBooked
		if at.Before(v.Slot.Add(-c.Early)) {
			r.tier, rule = c.walkIn, RuleArrival
		}
	case bySlot: // checked in too late: a walk-in from then on
		r.tier = c.walkIn
	case v.Class == ClassLaw:
		rule = RuleLaw
	case r.tier < c.walkIn:
		rule = RuleClass
	}
	switch {
	case v.Front && r.tier > 0:
		r.tier, r.behind, rule = 1, 0, RuleFront
	case !booked && r.tier > 1 && c.Guard > 0 && waited >= c.Guard:
		r.tier, r.key, rule = 1, v.Since.Add(c.Guard), RuleGuard
	}
	if secondary && waited < c.Overflow {
		r.penalty = 1
	}
	return r, rule
}
