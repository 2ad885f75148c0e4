package queue

import (
	"slices"
	"time"
)

// Candidate is a visit that a counter could be given, with what decides its place.
type Candidate struct {
	Visit     Visit
	Rule      Rule // that gives it its tier
	Tier      int  // 0 is called first
	Penalty   int  // 1 for a secondary skill that is not due yet
	Front     bool // placed before others of its tier
	Key       time.Time
	Secondary bool
}

// Candidates returns the visits that a counter could call at a moment, in the order of the calling rule, with what
// gives each its place. A ratio that delays priority by law is left out of it. An unknown counter has none.
func (d *Day) Candidates(id CounterID, at time.Time) []Candidate {
	order := d.ordered(id, at)
	all := make([]Candidate, len(order))
	for i, r := range order {
		all[i] = Candidate{
			Visit: *r.visit, Rule: r.rule, Tier: r.rank.tier, Penalty: r.rank.penalty, Front: r.rank.behind == 0, Key: r.rank.key,
			Secondary: r.secondary,
		}
	}
	return all
}

// Order returns copies of the visits that a counter can call, in the order in which it would call them now.
func (d *Day) Order(id CounterID, at time.Time) []Visit {
	order := d.ordered(id, at)
	visits := make([]Visit, len(order))
	for i, r := range order {
		visits[i] = *r.visit
	}
	return visits
}

// ranked is a waiting visit with its place for one counter.
type ranked struct {
	visit     *Visit
	rank      rank
	rule      Rule
	secondary bool
}

func (d *Day) ordered(id CounterID, at time.Time) []ranked {
	k, known := d.staffed(id)
	if !known {
		return nil
	}
	var all []ranked
	skill := 0
	add := func(services []ServiceID, secondary bool) {
		for _, s := range services {
			skill++
			rules := d.index.calling(d.index.services[s].Body)
			for _, v := range d.waiting[s] {
				if v.ready(at) && k.takes(v.Class) {
					r, rule := rules.rank(v, secondary, at)
					r.skill = skill
					all = append(all, ranked{v, r, rule, secondary})
				}
			}
		}
	}
	add(k.Primary, false)
	add(k.Secondary, true)
	slices.SortFunc(all, func(a, b ranked) int {
		switch {
		case a.rank.before(b.rank):
			return -1
		case b.rank.before(a.rank):
			return 1
		}
		return 0
	})
	return all
}
