package queue

import "time"

// rank is the triple that orders visits for a counter; ties go to the lower visit.
type rank struct {
	tier    int
	penalty int
	key     time.Time
	id      VisitID
}

func (r rank) before(o rank) bool {
	if r.tier != o.tier {
		return r.tier < o.tier
	}
	if r.penalty != o.penalty {
		return r.penalty < o.penalty
	}
	if !r.key.Equal(o.key) {
		return r.key.Before(o.key)
	}
	return r.id < o.id
}

// rankOf returns the place of a waiting visit for a counter, and the rule that gives it.
func (p Policy) rankOf(v *Visit, secondary bool, at time.Time) (rank, Rule) {
	r := rank{tier: p.tier(v.Class), key: v.Asked, id: v.ID}
	rule := RuleArrival
	waited := at.Sub(v.Asked)
	switch {
	case r.tier == 0:
		rule = RuleLaw
	case r.tier > 1 && p.Guard > 0 && waited >= p.Guard:
		r.tier, r.key, rule = 1, v.Asked.Add(p.Guard), RuleGuard
	}
	if secondary && waited < p.Overflow {
		r.penalty = 1
	}
	return r, rule
}

func (p Policy) tier(c ClassID) int {
	if t, known := p.Tiers[c]; known {
		return t
	}
	return 2
}

// next chooses among the visits a counter can serve; nil if nobody waits for it.
func (d *Day) next(k Counter, at time.Time) (*Visit, Why) {
	var (
		best   *Visit
		rule   Rule
		top    rank
		oldest *Visit
		second bool
		others int
	)
	consider := func(services []ServiceID, secondary bool) {
		for _, s := range services {
			for _, v := range d.waiting[s] {
				others++
				if oldest == nil || v.Asked.Before(oldest.Asked) || (v.Asked.Equal(oldest.Asked) && v.ID < oldest.ID) {
					oldest = v
				}
				if r, ru := d.index.policy.rankOf(v, secondary, at); best == nil || r.before(top) {
					best, top, rule, second = v, r, ru, secondary
				}
			}
		}
	}
	consider(k.Primary, false)
	consider(k.Secondary, true)
	if best == nil {
		return nil, Why{}
	}
	why := Why{
		Rule: rule, Tier: top.tier, Penalty: top.penalty, Key: top.key,
		Waited: max(0, at.Sub(best.Asked)), Others: others - 1, Secondary: second,
	}
	if oldest != best {
		why.Passed, why.PassedTkt = oldest.ID, oldest.Number.String()
	}
	return best, why
}
