package branch

import (
	"slices"
	"time"

	"balcao/internal/config"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// Policy holds the tunables of the branch as people write them. What is left out has the value of
// queue.DefaultPolicy; a time of 0s is a value, and turns the rule it belongs to off.
type Policy struct {
	Calling

	Bodies []BodyCalling `yaml:"bodies"` // bodies with a rule of their own

	AutoCall bool  `yaml:"auto_call"` // a new ticket goes straight to an idle counter
	Ratio    Ratio `yaml:"ratio"`

	Recalls      int            `yaml:"recalls"`       // most recalls of one call; 0 is no limit
	RecallPause  time.Duration  `yaml:"recall_pause"`  // least time between two calls of one visit
	ClerksChoose bool           `yaml:"clerks_choose"` // clerks too may call a ticket out of turn, with a reason
	ReviveWithin *time.Duration `yaml:"revive_within"` // a no-show may be put back so long; 0s is never by time
	ReviveCalls  int            `yaml:"revive_calls"`  // or for so many calls of its division
	Reprint      time.Duration  `yaml:"reprint"`       // a number whose print failed may be printed again so long
	Silence      time.Duration  `yaml:"silence"`       // a print without news counts as unknown after so long
}

// Calling is a calling rule: the branch's, or of a body.
type Calling struct {
	Guard    *time.Duration `yaml:"guard"`    // a wait this long counts as a booking; 0s is off
	Overflow *time.Duration `yaml:"overflow"` // counters help with secondary skills after this wait
	Early    *time.Duration `yaml:"early"`    // a booking may be called so long before its time
	Late     *time.Duration `yaml:"late"`     // who checks in later than this is a walk-in
	Classes  []Class        `yaml:"classes"`  // in place of the usual three; those of a body in place of the branch's
}

// BodyCalling is the calling rule of a body; what it leaves out is the branch's.
type BodyCalling struct {
	Body string `yaml:"body"`
	Calling
}

// Class is a kind of visit with its place in the order and the ground for it. Which person a class fits is never
// recorded: priority by law is one class, whatever its ground.
type Class struct {
	ID    string    `yaml:"id"`    // law, booked and walkin have a meaning; others are the branch's own
	Tier  int       `yaml:"tier"`  // 0 is called first
	Order string    `yaml:"order"` // slot by the booked time; empty by arrival
	Basis string    `yaml:"basis"` // code of the law or rule, such as dl-58-2016
	Text  wire.Text `yaml:"text"`  // what the citizen is told
}

// Ratio calls others between two calls of priority by law. The law forbids it: it acts only where Unlawful says that
// whoever set it knows, and then the coordination and headquarters are told as long as it stands.
type Ratio struct {
	Others   int  `yaml:"others"`
	Unlawful bool `yaml:"unlawful"`
}

// Limits of the tunables (queueing facts, section 2).
const (
	leastGuard   = 15 * time.Minute
	mostGuard    = 90 * time.Minute
	mostOverflow = 30 * time.Minute
	mostEarly    = 10 * time.Minute
	mostLate     = 30 * time.Minute
	mostRecalls  = 10
	mostRatio    = 20
	mostTier     = 9
)

// policy returns the queue's form of the tunables.
func (p Policy) policy() queue.Policy {
	q := queue.DefaultPolicy()
	q.Calling = p.over(q.Calling)
	for _, b := range p.Bodies {
		if q.Bodies == nil {
			q.Bodies = map[queue.BodyID]queue.Calling{}
		}
		q.Bodies[queue.BodyID(b.Body)] = b.over(q.Calling)
	}
	q.AutoCall, q.Ratio = p.AutoCall, queue.Ratio(p.Ratio)
	q.Recalls, q.RecallPause, q.ReviveCalls = p.Recalls, p.RecallPause, p.ReviveCalls
	set(&q.ReviveWithin, p.ReviveWithin)
	if p.Reprint > 0 {
		q.Reprint = p.Reprint
	}
	if p.Silence > 0 {
		q.Silence = p.Silence
	}
	return q
}

func (c Calling) over(base queue.Calling) queue.Calling {
	set(&base.Guard, c.Guard)
	set(&base.Overflow, c.Overflow)
	set(&base.Early, c.Early)
	set(&base.Late, c.Late)
	if len(c.Classes) == 0 {
		return base
	}
	base.Classes = map[queue.ClassID]queue.Class{}
	for _, class := range c.Classes {
		base.Classes[queue.ClassID(class.ID)] = queue.Class{Tier: class.Tier, Order: queue.Order(class.Order), Basis: class.Basis}
	}
	return base
}

func set(to, from *time.Duration) {
	if from != nil {
		*to = *from
	}
}

// UsualClasses are the classes of a branch that names none, with what the citizen is told.
func UsualClasses() []Class {
	return []Class{
		{ID: string(queue.ClassLaw), Basis: queue.BasisLaw, Text: wire.Text{"pt": "Atendimento prioritário", "en": "Priority by law"}},
		{ID: string(queue.ClassBooked), Tier: 1, Order: string(queue.OrderSlot), Text: wire.Text{"pt": "Com marcação", "en": "Booked"}},
		{ID: string(queue.ClassWalkIn), Tier: 2, Text: wire.Text{"pt": "Sem marcação", "en": "Without booking"}},
	}
}

// Classes returns the classes of a body's services, with what the citizen is told.
func (b *Branch) Classes(body queue.BodyID) []Class {
	for _, own := range b.Policy.Bodies {
		if own.Body == string(body) && len(own.Classes) > 0 {
			return own.Classes
		}
	}
	if len(b.Policy.Classes) > 0 {
		return b.Policy.Classes
	}
	return UsualClasses()
}

// Class returns one class of a body's services.
func (b *Branch) Class(body queue.BodyID, id queue.ClassID) (Class, bool) {
	for _, c := range b.Classes(body) {
		if c.ID == string(id) {
			return c, true
		}
	}
	return Class{}, false
}

// ClassText is what the citizen is told of a class that a branch or body made; nothing for priority by law, a booking
// and a walk-in, which have words of their own everywhere.
func (b *Branch) ClassText(body queue.BodyID, id queue.ClassID) wire.Text {
	switch id {
	case queue.ClassLaw, queue.ClassBooked, queue.ClassWalkIn:
		return nil
	}
	c, _ := b.Class(body, id)
	return c.Text
}

// Unlawful says how many others the branch calls between two calls of priority by law, against the law; 0 is none.
func (b *Branch) Unlawful() int {
	if b.Policy.Ratio.Unlawful {
		return b.Policy.Ratio.Others
	}
	return 0
}

func (c checker) policy() {
	p := c.b.Policy
	c.calling("policy", p.Calling)
	seen := map[string]bool{}
	for i, own := range p.Bodies {
		at := config.Index("policy.bodies", i)
		switch {
		case !slices.ContainsFunc(c.b.Bodies, func(b Body) bool { return b.ID == own.Body }):
			c.add(at+".body", "unknown body %q", own.Body)
		case seen[own.Body]:
			c.add(at+".body", "%q stands twice", own.Body)
		}
		seen[own.Body] = true
		c.calling(at, own.Calling)
	}
	c.ratio(p.Ratio)
	c.within("policy.recalls", p.Recalls, 0, mostRecalls)
	c.within("policy.revive_calls", p.ReviveCalls, 0, 50)
	c.lasts("policy.recall_pause", &p.RecallPause, 0, 5*time.Minute)
	c.lasts("policy.revive_within", p.ReviveWithin, 0, 2*time.Hour)
	if p.Reprint != 0 {
		c.lasts("policy.reprint", &p.Reprint, 10*time.Second, 10*time.Minute)
	}
	if p.Silence != 0 {
		c.lasts("policy.silence", &p.Silence, 5*time.Second, 2*time.Minute)
	}
}

func (c checker) ratio(r Ratio) {
	c.within("policy.ratio.others", r.Others, 0, mostRatio)
	switch {
	case r.Others > 0 && !r.Unlawful:
		c.add("policy.ratio.unlawful", "a ratio delays priority by law, against DL 58/2016: take it away, or own up to it with unlawful: true")
	case r.Others == 0 && r.Unlawful:
		c.add("policy.ratio.unlawful", "marks a ratio that is not set: take the mark away, or say others")
	}
}

func (c checker) calling(at string, r Calling) {
	if r.Guard != nil && *r.Guard != 0 {
		c.lasts(at+".guard", r.Guard, leastGuard, mostGuard)
	}
	c.lasts(at+".overflow", r.Overflow, 0, mostOverflow)
	c.lasts(at+".early", r.Early, 0, mostEarly)
	c.lasts(at+".late", r.Late, 0, mostLate)
	if len(r.Classes) > 0 {
		c.classes(at+".classes", r.Classes)
	}
}

func (c checker) classes(list string, all []Class) {
	seen := map[string]bool{}
	for i, class := range all {
		at := config.Index(list, i)
		c.once(seen, list, i, class.ID)
		if !validClass(class.ID) && class.ID != "" {
			c.add(at+".id", "%q is not a class id: lower case letters, digits and dashes", class.ID)
		}
		c.within(at+".tier", class.Tier, 0, mostTier)
		if class.Order != string(queue.OrderArrival) && class.Order != string(queue.OrderSlot) {
			c.add(at+".order", "%q is neither slot nor empty", class.Order)
		}
		if class.Text["pt"] == "" {
			c.add(at+".text", "needs a Portuguese text (pt) for the citizen")
		}
		switch queue.ClassID(class.ID) {
		case queue.ClassLaw:
			if class.Tier != 0 {
				c.add(at+".tier", "priority by law must be in tier 0")
			}
			if class.Basis == "" {
				c.add(at+".basis", "say the law that gives priority, such as %s", queue.BasisLaw)
			}
			if class.Order != "" {
				c.add(at+".order", "priority by law goes by arrival")
			}
		case queue.ClassWalkIn:
			if class.Order != "" {
				c.add(at+".order", "those who walk in have no booked time to go by")
			}
		default:
			if class.Tier == 0 && class.Basis == "" {
				c.add(at+".basis", "a class called beside priority by law needs the law or rule that says so")
			}
		}
	}
	for _, must := range []queue.ClassID{queue.ClassLaw, queue.ClassWalkIn} {
		if !seen[string(must)] {
			c.add(list, "the class %s is missing: every branch has one", must)
		}
	}
	c.tiers(list, all)
}

// tiers names classes that stand before those they must not.
func (c checker) tiers(list string, all []Class) {
	i := slices.IndexFunc(all, func(k Class) bool { return k.ID == string(queue.ClassWalkIn) })
	if i >= 0 && all[i].Tier == 0 {
		c.add(config.Index(list, i)+".tier", "those who walk in cannot stand beside priority by law")
	}
}

func validClass(id string) bool {
	return len(id) >= 1 && len(id) <= 16 && !slices.ContainsFunc([]byte(id), func(b byte) bool {
		return (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-'
	})
}

func (c checker) within(key string, n, least, most int) {
	if n < least || n > most {
		c.add(key, "%d is not between %d and %d", n, least, most)
	}
}

func (c checker) lasts(key string, d *time.Duration, least, most time.Duration) {
	if d != nil && (*d < least || *d > most) {
		c.add(key, "%s is not between %s and %s", config.Brief(*d), config.Brief(least), config.Brief(most))
	}
}

// gates names classes of counters that no body has, and services of which no counter takes some class.
func (c checker) gates() {
	known := map[string]bool{}
	for _, body := range c.b.Bodies {
		for _, class := range c.b.Classes(queue.BodyID(body.ID)) {
			known[class.ID] = true
		}
	}
	for i, k := range c.b.Counters {
		at := config.Index("counters", i)
		for _, l := range []struct {
			key string
			ids []string
		}{{"closed", k.Closed}, {"only", k.Only}} {
			for j, id := range l.ids {
				if !known[id] {
					c.add(config.Index(at+"."+l.key, j), "unknown class %q", id)
				}
				if l.key == "only" && slices.Contains(k.Closed, id) {
					c.add(config.Index(at+".only", j), "%q stands in closed too: nobody could be called", id)
				}
			}
		}
	}
	for i, s := range c.b.Services {
		div, _ := c.b.Division(s.Division)
		for _, class := range c.b.Classes(queue.BodyID(div.Body)) {
			if c.served(s.ID) && !c.taken(s.ID, class.ID) {
				c.add(config.Index("services", i)+".id", "no counter that serves %q takes the class %s", s.ID, class.ID)
			}
		}
	}
}

func (c checker) served(service string) bool {
	return slices.ContainsFunc(c.b.Counters, func(k Counter) bool {
		return slices.Contains(k.Primary, service) || slices.Contains(k.Secondary, service)
	})
}

func (c checker) taken(service, class string) bool {
	return slices.ContainsFunc(c.b.Counters, func(k Counter) bool {
		return (slices.Contains(k.Primary, service) || slices.Contains(k.Secondary, service)) &&
			!slices.Contains(k.Closed, class) && (len(k.Only) == 0 || slices.Contains(k.Only, class))
	})
}
