package queue

import (
	"fmt"
	"slices"
)

// Catalogue is what a Day must know of its branch: services, the divisions that number them, and counters.
// It is read only; a change is a new Catalogue.
type Catalogue struct {
	Divisions []Division
	Services  []Service
	Counters  []Counter
	Policy    Policy
}

// Division numbers the tickets of some services of one body.
type Division struct {
	ID     DivisionID
	Body   BodyID
	Prefix string // one to three capital letters
	First  int    // first number of the Day; at least 1
	Quota  int    // most numbers of a Day; 0 means up to 999
	Lease  int    // how many numbers a kiosk is lent at a time, to give out alone; 0 is none
}

// Last returns the last number that the central sequence of the division may use on a Day.
func (d Division) Last() int {
	if d.Quota == 0 {
		return maxNumber
	}
	return min(maxNumber, d.First+d.Quota-1)
}

const maxNumber = 999

// Service is something a citizen comes for.
type Service struct {
	ID       ServiceID
	Body     BodyID
	Division DivisionID
	Quota    int  // most numbers of a Day without a booking; 0 is no limit but the division's
	GiveBack bool // no-shows and cancelled visits give their place back
}

// Counter is one place of service and what can be served there.
type Counter struct {
	ID        CounterID
	Primary   []ServiceID
	Secondary []ServiceID
	Closed    []ClassID // classes it is never given
	Only      []ClassID // the only classes it is given, such as a counter for priority by law; empty is all
}

// takes reports whether the counter may be given visits of a class.
func (k Counter) takes(c ClassID) bool {
	return !slices.Contains(k.Closed, c) && (len(k.Only) == 0 || slices.Contains(k.Only, c))
}

// serves returns whether a service is among the counter's skills, and whether only as a secondary one.
func (k Counter) serves(s ServiceID) (known, secondary bool) {
	if slices.Contains(k.Primary, s) {
		return true, false
	}
	known = slices.Contains(k.Secondary, s)
	return known, known
}

// index is a Catalogue prepared for look-ups.
type index struct {
	divisions map[DivisionID]Division
	services  map[ServiceID]Service
	counters  map[CounterID]Counter
	policy    Policy
	callings  map[BodyID]*calling // of each body; the branch's own under the empty name
}

func newIndex(c Catalogue) index {
	x := index{
		divisions: make(map[DivisionID]Division, len(c.Divisions)),
		services:  make(map[ServiceID]Service, len(c.Services)),
		counters:  make(map[CounterID]Counter, len(c.Counters)),
		policy:    c.Policy,
	}
	for _, d := range c.Divisions {
		x.divisions[d.ID] = d
	}
	for _, s := range c.Services {
		x.services[s.ID] = s
	}
	for _, k := range c.Counters {
		x.counters[k.ID] = k
	}
	x.callings = c.Policy.callings()
	return x
}

// calling returns the calling rule of a body.
func (x *index) calling(b BodyID) *calling {
	if r, own := x.callings[b]; own {
		return r
	}
	return x.callings[""]
}

// Faults names everything that is wrong with the catalogue; none means that a Day can run on it.
func (c Catalogue) Faults() []string {
	var faults []string
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	x := newIndex(c)
	if len(x.divisions) != len(c.Divisions) {
		add("two divisions share an id")
	}
	if len(x.services) != len(c.Services) {
		add("two services share an id")
	}
	if len(x.counters) != len(c.Counters) {
		add("two counters share an id")
	}
	letters := map[string]DivisionID{}
	for _, d := range c.Divisions {
		if !validPrefix(d.Prefix) {
			add("division %s: prefix %q is not one to three capital letters", d.ID, d.Prefix)
		}
		if d.First < 1 || d.Last() < d.First {
			add("division %s: no number between %d and %d", d.ID, d.First, d.Last())
		}
		key := string(d.Body) + " " + d.Prefix
		if other, used := letters[key]; used {
			add("divisions %s and %s of body %s share the prefix %s", other, d.ID, d.Body, d.Prefix)
		}
		letters[key] = d.ID
	}
	served := map[ServiceID]bool{}
	for _, k := range c.Counters {
		if len(k.Primary)+len(k.Secondary) == 0 {
			add("counter %s serves nothing", k.ID)
		}
		for _, s := range append(append([]ServiceID{}, k.Primary...), k.Secondary...) {
			if _, known := x.services[s]; !known {
				add("counter %s: unknown service %s", k.ID, s)
			}
			served[s] = true
		}
	}
	for _, s := range c.Services {
		if d, known := x.divisions[s.Division]; !known {
			add("service %s: unknown division %s", s.ID, s.Division)
		} else if d.Body != s.Body {
			add("service %s of body %s: division %s belongs to body %s", s.ID, s.Body, d.ID, d.Body)
		}
		if !served[s.ID] {
			add("service %s: no counter serves it", s.ID)
		}
	}
	faults = append(faults, c.Policy.faults()...)
	return append(faults, c.classFaults(x)...)
}

// classFaults names the services of which no counter may be given some class.
func (c Catalogue) classFaults(x index) []string {
	var faults []string
	for _, s := range c.Services {
		for _, class := range x.calling(s.Body).classes {
			if !slices.ContainsFunc(c.Counters, func(k Counter) bool {
				known, _ := k.serves(s.ID)
				return known && k.takes(class.id)
			}) && slices.ContainsFunc(c.Counters, func(k Counter) bool { known, _ := k.serves(s.ID); return known }) {
				faults = append(faults, fmt.Sprintf("service %s: no counter that serves it takes the class %s", s.ID, class.id))
			}
		}
	}
	return faults
}

func validPrefix(p string) bool {
	if len(p) < 1 || len(p) > 3 {
		return false
	}
	for i := range len(p) {
		if p[i] < 'A' || p[i] > 'Z' {
			return false
		}
	}
	return true
}
