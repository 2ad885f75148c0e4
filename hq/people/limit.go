package people

import (
	"slices"
	"strings"
)

// Sees says whether a branch of a district is theirs to see. Somebody of the whole country sees those without one too.
func (p Person) Sees(district string) bool {
	return len(p.Districts) == 0 || slices.Contains(p.Districts, district)
}

// Serves says whether the visits of a body are theirs to see; upper and lower case are the same.
func (p Person) Serves(body string) bool {
	return len(p.Bodies) == 0 || slices.Contains(p.Bodies, strings.ToLower(body))
}

// Limited says whether they see a part alone, of the country or of what branches do.
func (p Person) Limited() bool { return len(p.Districts)+len(p.Bodies) > 0 }

// covers says whether whoever has these limits may give somebody those of a record: no more than their own.
func (p Person) covers(r Record) bool {
	return within(r.Districts, p.Districts) && within(r.Bodies, p.Bodies)
}

// within says whether a limit is no wider than another one; an empty one is everything.
func within(inner, outer []string) bool {
	if len(outer) == 0 {
		return true
	}
	return len(inner) > 0 && !slices.ContainsFunc(inner, func(one string) bool { return !slices.Contains(outer, one) })
}

// Managed returns those whom somebody may change: whose limits are no wider than their own.
func (r *Roster) Managed(by Person) []Record {
	return slices.DeleteFunc(r.All(), func(one Record) bool { return !by.covers(one) })
}

// Where says the limits in words; name says what a body is called, nil its id in capitals.
func (r Record) Where(name func(body string) string) string {
	if name == nil {
		name = strings.ToUpper
	}
	where := "todo o país"
	if len(r.Districts) > 0 {
		where = strings.Join(r.Districts, ", ")
	}
	if len(r.Bodies) == 0 {
		return where
	}
	bodies := make([]string, len(r.Bodies))
	for i, b := range r.Bodies {
		bodies[i] = name(b)
	}
	return where + "; só " + strings.Join(bodies, ", ")
}
