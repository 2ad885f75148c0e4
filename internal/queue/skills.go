package queue

import "slices"

// SetSkills gives a counter other skills until the end of the Day, in place of those of the catalogue. With no skills
// at all it goes back to those.
type SetSkills struct {
	Counter   CounterID
	Primary   []ServiceID
	Secondary []ServiceID
}

// SkillsSet says what a counter serves for the rest of the Day; nothing at all means what the catalogue says.
type SkillsSet struct {
	Counter   CounterID   `json:"counter"`
	Primary   []ServiceID `json:"own,omitempty"`
	Secondary []ServiceID `json:"helps,omitempty"`
}

func (SetSkills) command()       {}
func (SkillsSet) about() VisitID { return 0 }

func (d *Day) setSkills(c SetSkills) ([]Event, error) {
	k, known := d.index.counters[c.Counter]
	if !known {
		return nil, ErrUnknownCounter
	}
	seen := map[ServiceID]bool{}
	for _, s := range slices.Concat(c.Primary, c.Secondary) {
		if _, known := d.index.services[s]; !known || seen[s] {
			return nil, ErrUnknownService
		}
		seen[s] = true
	}
	now, set := d.skills[c.Counter]
	if set && slices.Equal(now.Primary, c.Primary) && slices.Equal(now.Secondary, c.Secondary) ||
		!set && (len(seen) == 0 || slices.Equal(k.Primary, c.Primary) && slices.Equal(k.Secondary, c.Secondary)) {
		return nil, nil
	}
	return []Event{SkillsSet{Counter: c.Counter, Primary: slices.Clone(c.Primary), Secondary: slices.Clone(c.Secondary)}}, nil
}

func (d *Day) applySkills(ev SkillsSet) {
	if len(ev.Primary)+len(ev.Secondary) == 0 {
		delete(d.skills, ev.Counter)
		return
	}
	d.skills[ev.Counter] = ev
}

// desk returns a counter with the skills it has today.
func (d *Day) desk(id CounterID) (Counter, bool) {
	k, known := d.index.counters[id]
	if today, set := d.skills[id]; known && set {
		k.Primary, k.Secondary = today.Primary, today.Secondary
	}
	return k, known
}

// Desk returns a counter with the skills it has today: those of the catalogue, unless it was given others for the rest
// of the Day, which changed tells. The zero Counter is one that the catalogue does not know.
func (d *Day) Desk(id CounterID) (k Counter, changed bool) {
	k, _ = d.desk(id)
	_, changed = d.skills[id]
	k.Primary, k.Secondary = slices.Clone(k.Primary), slices.Clone(k.Secondary)
	return k, changed
}
