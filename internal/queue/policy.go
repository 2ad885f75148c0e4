package queue

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Policy holds the rules of a branch: how visits are called, and how long things may take. It is data: a branch, or a
// body in it, changes its rule without a new program.
type Policy struct {
	Calling // the branch's calling rule

	Bodies map[BodyID]Calling // bodies with a rule of their own

	AutoCall bool  // a new ticket goes straight to an idle counter that serves it
	Ratio    Ratio // delays priority by law; see Ratio

	Recalls      int           // most recalls of one call; 0 is no limit
	RecallPause  time.Duration // least time between two calls of one visit; 0 is none
	ReviveWithin time.Duration // how long after a no-show a visit may be put back; 0 is no time
	ReviveCalls  int           // how many calls of its division may have passed since; 0 is none
	Reprint      time.Duration // how long a reservation whose print failed may still be printed or accepted
	Occupancy    int           // most citizens inside at a time; 0 is no limit. Bookings come in all the same
	Silence      time.Duration // how long a reservation may stay without news before it waits as print unknown
}

// Calling is a calling rule: the classes and the times that move visits between tiers.
type Calling struct {
	Classes  map[ClassID]Class
	Guard    time.Duration // a wait this long moves a visit to tier 1; 0 is off
	Overflow time.Duration // secondary skills are served without penalty after this wait
	Early    time.Duration // a booking is due from so long before its slot
	Late     time.Duration // who checks in later than so long after the slot is a walk-in from then on
}

// Class says where visits of a class stand, on which ground.
type Class struct {
	Tier  int    // 0 is called first
	Order Order  // among those of one tier
	Basis string // code of the law or rule that gives the class its place, such as "dl-58-2016"; empty if none does
}

// Order says which moment orders the visits of a class.
type Order string

// The orders of a class.
const (
	OrderArrival Order = ""     // first come, first called
	OrderSlot    Order = "slot" // by the booked time
)

// BasisLaw is the legal basis of priority by law: Decreto-Lei 58/2016, in its present version.
const BasisLaw = "dl-58-2016"

// Ratio makes priority by law wait for so many others between two of its calls. The law asks for priority before
// everyone else, so a ratio is against it; it acts only where Unlawful owns up to that, and every call made under it
// says so.
type Ratio struct {
	Others   int
	Unlawful bool
}

func (r Ratio) acts() bool { return r.Unlawful && r.Others > 0 }

// DefaultPolicy is the default calling rule: priority by law first; bookings from 5 minutes before their time
// together with those who waited 45; then arrival; own skills first for 10 minutes. A no-show may come back once
// within 10 minutes.
func DefaultPolicy() Policy {
	return Policy{
		Calling: Calling{
			Classes: map[ClassID]Class{
				ClassLaw:    {Tier: 0, Basis: BasisLaw},
				ClassBooked: {Tier: 1, Order: OrderSlot},
				ClassWalkIn: {Tier: 2},
			},
			Guard:    45 * time.Minute,
			Overflow: 10 * time.Minute,
			Early:    5 * time.Minute,
			Late:     15 * time.Minute,
		},
		ReviveWithin: 10 * time.Minute,
		Reprint:      2 * time.Minute,
		Silence:      20 * time.Second,
	}
}

// faults names what contradicts itself in the policy.
func (p Policy) faults() []string {
	faults := p.Calling.faults("the policy")
	for _, b := range slices.Sorted(maps.Keys(p.Bodies)) {
		faults = append(faults, p.Bodies[b].faults("the policy of body "+string(b))...)
	}
	if p.Ratio.Others > 0 && !p.Ratio.Unlawful {
		faults = append(faults, "a ratio delays priority by law, against DL 58/2016: it must be marked unlawful")
	}
	return faults
}

func (c Calling) faults(whose string) []string {
	if c.Classes == nil {
		return []string{whose + " has no classes"}
	}
	var faults []string
	if _, known := c.Classes[ClassWalkIn]; !known {
		faults = append(faults, whose+" has no class for those who walk in")
	}
	for _, id := range slices.Sorted(maps.Keys(c.Classes)) {
		switch class := c.Classes[id]; {
		case class.Tier < 0 || class.Tier > maxTier:
			faults = append(faults, fmt.Sprintf("%s: class %s: the tier is not between 0 and %d", whose, id, maxTier))
		case class.Order != OrderArrival && class.Order != OrderSlot:
			faults = append(faults, fmt.Sprintf("%s: class %s: unknown order %q", whose, id, class.Order))
		case id == ClassLaw && class.Tier != 0:
			faults = append(faults, whose+": priority by law must be in tier 0")
		}
	}
	return faults
}

// maxTier bounds tiers; a branch has a handful.
const maxTier = 9

// calling is a Calling prepared for look-ups: rules are asked for hundreds of visits at each call.
type calling struct {
	Calling
	classes []namedClass
	walkIn  int // tier of walk-ins
}

type namedClass struct {
	id ClassID
	Class
}

func (p Policy) callings() map[BodyID]*calling {
	all := map[BodyID]*calling{"": prepare(p.Calling)}
	for b, c := range p.Bodies {
		all[b] = prepare(c)
	}
	return all
}

func prepare(c Calling) *calling {
	x := &calling{Calling: c, walkIn: lastTier}
	for id, class := range c.Classes {
		x.classes = append(x.classes, namedClass{id, class})
		if id == ClassWalkIn {
			x.walkIn = class.Tier
		}
	}
	slices.SortFunc(x.classes, func(a, b namedClass) int { return cmp.Compare(a.id, b.id) })
	return x
}

// lastTier is where a class stands that the policy no longer knows.
const lastTier = 2

func (c *calling) class(id ClassID) (Class, bool) {
	if found := c.find(id); found != nil {
		return *found, true
	}
	return Class{Tier: c.walkIn}, false
}

// find returns a class as it stands in the rules; nil if they do not know it.
func (c *calling) find(id ClassID) *Class {
	for i := range c.classes {
		if c.classes[i].id == id {
			return &c.classes[i].Class
		}
	}
	return nil
}
