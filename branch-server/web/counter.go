package web

import (
	"slices"
	"time"

	"balcao/internal/queue"
	"balcao/internal/signin"
	"balcao/internal/wire"
)

// Seats: whether the page's session still holds its counter.
const (
	seatYours = "yours"
	seatNone  = "none" // the session has no counter, perhaps because somebody took it over
	seatOut   = "out"  // the session has ended
)

// counterView is everything the clerk's page shows.
type counterView struct {
	Seat      string     `json:"seat"`
	Place     placeView  `json:"place"`
	Counter   postView   `json:"counter"`
	Visit     *visitView `json:"visit"`
	Next      *nextView  `json:"next"`
	Queue     queueView  `json:"queue"`
	Today     todayView  `json:"today"`
	SoldOut   []string   `json:"soldOut"` // services of this counter without numbers left today
	LastCall  string     `json:"lastCall"`
	Elsewhere int        `json:"elsewhere"` // tickets that wait, but not for this counter

	Aside  []asideView `json:"aside"`  // held, missed, to come back
	Alarms []alarmView `json:"alarms"` // of the counters beside this one that nobody has answered
	Wishes []wishView  `json:"wishes"` // people at kiosks who wish for somebody
	Auto   bool        `json:"auto"`   // this page calls the next one by itself
}

// postView is a counter. Moments are Unix milliseconds; 0 has not happened.
type postView struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Open  bool   `json:"open"`
	Since int64  `json:"since"` // open or closed since
	Free  int64  `json:"free"`  // without a visit since

	Break    string   `json:"break"`    // why it pauses, in words; empty if it does not
	BreakDue bool     `json:"breakDue"` // the break begins once the visit has left
	Planned  bool     `json:"planned"`
	Skills   []string `json:"skills"`   // ids of the services that the clerk chose; empty is all
	Alarm    int64    `json:"alarm"`    // the clerk's own alarm: raised
	Answered string   `json:"answered"` // who answered it; empty while nobody has
}

// ticketView is one ticket in a list or in the hand.
type ticketView struct {
	ID      queue.VisitID `json:"id"`
	Number  string        `json:"tk"`
	Service string        `json:"svc"`
	Body    string        `json:"body"`
	Class   string        `json:"class"` // law, booked, long or walkin
	SvcID   string        `json:"svcId"`
	Group   string        `json:"group"` // request, collection or empty
	Minutes int           `json:"min"`   // waited, whole minutes
	Target  int           `json:"target"`
	State   string        `json:"state"`          // ok, watch, out; empty without a target
	Doubt   bool          `json:"doubt"`          // nobody knows whether its slip came out
	Slot    string        `json:"slot,omitempty"` // booked hour, 10:45
	Lang    string        `json:"lang"`           // of the citizen's screen; empty for Portuguese
	Nth     int           `json:"nth,omitempty"`  // which of several services of the visit it is: 2 of 3
	Of      int           `json:"of,omitempty"`
	Told    string        `json:"told,omitempty"` // the wait that the citizen was told: 20 a 35 min
}

// visitView is the ticket at the counter.
type visitView struct {
	ticketView
	Stage    string `json:"stage"` // called or serving
	Issued   int64  `json:"issued"`
	Called   int64  `json:"called"`
	LastCall int64  `json:"lastCall"`
	Recalled int    `json:"recalled"`
	Started  int64  `json:"started"`
	Usual    int    `json:"usual"` // usual minutes at the counter for this service; 0 if not known
	Why      string `json:"why"`
	Waited   string `json:"waited"`

	Held       int64      `json:"held"`       // how long it was held, milliseconds: no part of the service
	Recalls    int        `json:"recalls"`    // how often it may still be called again; -1 is any number
	RecallAt   int64      `json:"recallAt"`   // may be called again from then on
	Inaccurate bool       `json:"inaccurate"` // left out of the times
	Walked     bool       `json:"walked"`     // came without a ticket
	Then       []thenView `json:"then"`       // services still to come, in order
	More       bool       `json:"more"`       // it can take a further one
	Before     string     `json:"before"`     // what was done before at another counter; empty if nothing
}

// nextView is who would be called now, and why.
type nextView struct {
	ticketView
	Why string `json:"why"`
}

// queueView is who waits for the counter, in the order in which it would call.
type queueView struct {
	Count   int          `json:"count"`
	Longest int          `json:"longest"` // minutes
	Rows    []ticketView `json:"rows"`    // the first listedTickets
}

// listedTickets is how many waiting tickets a clerk's page lists.
const listedTickets = 40

// todayView is what the counter did today.
type todayView struct {
	Visits int `json:"visits"`
	Median int `json:"median"` // minutes
	Acts   int `json:"acts"`   // services delivered
}

// Classes as screens show them: priority by law, a wait past the guard time, everyone else.
const (
	classLaw    = "law"
	classLong   = "long"
	classWalkIn = "walkin"
	classBooked = "booked"
)

func (p painter) counterOf(token signin.TokenHash, now time.Time) counterView {
	v := counterView{Seat: seatYours, Place: p.place(), SoldOut: []string{}, Queue: queueView{Rows: []ticketView{}}, Aside: []asideView{}, Alarms: []alarmView{}, Wishes: []wishView{}}
	s, live := p.w.seats.get(token, now)
	switch {
	case !live:
		v.Seat = seatOut
		return v
	case s.Counter == "":
		v.Seat = seatNone
		return v
	}
	p.fillCounter(&v, s.Counter)
	v.Auto = s.AutoCall
	return v
}

func (p painter) fillCounter(v *counterView, id queue.CounterID) {
	state := p.d.Counter(id)
	v.Counter = postView{ID: string(id), Label: p.w.cfg.Branch().Label(id), Open: state.Open, Since: milli(state.Since), Free: milli(state.Free)}
	v.Counter.pause(state)
	v.Counter.alarm(p.w.cfg.Branch().Label, state.Alarm)
	if state.Visit != nil {
		v.Visit = p.visitView(*state.Visit)
	}
	v.Aside, v.Alarms, v.Wishes = p.aside(id), p.alarmsNear(id), p.wishes()
	order := p.d.Order(id, p.at)
	v.Queue.Count = len(order)
	for i, one := range order {
		t := p.ticket(one)
		v.Queue.Longest = max(v.Queue.Longest, t.Minutes)
		if i < listedTickets {
			v.Queue.Rows = append(v.Queue.Rows, t)
		}
	}
	if len(order) > 0 {
		v.Next = &nextView{ticketView: v.Queue.Rows[0], Why: p.whyNext(order)}
	}
	post := p.facts.posts[id]
	v.Today = todayView(post)
	v.Elsewhere = max(0, p.waitingInAll()-len(order))
	v.SoldOut = p.soldOut(p.serves(id))
	for _, c := range p.d.Calls() {
		if c.Counter == id {
			v.LastCall = p.w.clock(c.At)
			break
		}
	}
}

func (p painter) waitingInAll() int {
	n := 0
	for id := range p.w.names().services {
		n += p.d.WaitingCount(id)
	}
	return n
}

// soldOut names the services, of some or of all (nil), that have no numbers left today.
func (p painter) soldOut(of map[queue.ServiceID]bool) []string {
	names := []string{}
	if !p.d.Open() {
		return names
	}
	for _, s := range p.w.cfg.Branch().Services {
		if (of == nil || of[queue.ServiceID(s.ID)]) && p.d.Free(queue.DivisionID(s.Division)) == 0 {
			names = append(names, s.Name.In("pt"))
		}
	}
	return names
}

func (p painter) ticket(v queue.Visit) ticketView {
	s := p.w.names().services[v.Service]
	wait := v.Wait(p.at)
	t := ticketView{
		ID: v.ID, Number: v.Number.String(), Service: s.name, Body: s.body, Class: p.class(v),
		Minutes: minutes(wait), Target: minutes(s.target), State: againstTarget(wait, s.target),
		Doubt: v.Print == queue.PrintUnknown,
	}
	if v.Slip != "" {
		t.Service = "Talão " + v.Slip + " · " + t.Service
	}
	t.SvcID, t.Group = string(v.Service), s.group
	t.Nth, t.Of = several(v)
	if !v.Slot.IsZero() {
		t.Slot = p.w.clock(v.Slot)
	}
	if v.Lang != "pt" && v.Lang != "pt-PT" {
		t.Lang = v.Lang
	}
	if v.Told != nil && v.Told.Service == v.Service {
		t.Told = waitWords(wire.Range{Low: v.Told.Low, High: v.Told.High, Next: v.Told.Next}, "pt")
	}
	return t
}

// class says what a screen calls a ticket's class. A long wait counts only while it can still decide a call.
func (p painter) class(v queue.Visit) string {
	switch {
	case v.Class == queue.ClassLaw:
		return classLaw
	case v.Class == queue.ClassBooked && !v.Slot.IsZero():
		return classBooked
	case v.State == queue.StateWaiting && p.w.names().guard > 0 && p.at.Sub(v.Asked) >= p.w.names().guard,
		v.State != queue.StateWaiting && v.Why.Rule == queue.RuleGuard:
		return classLong
	}
	return classWalkIn
}

func (p painter) visitView(v queue.Visit) *visitView {
	stage := "called"
	if v.State == queue.StateServing {
		stage = "serving"
	}
	policy := p.w.cfg.Branch().Catalogue().Policy
	left := -1
	if policy.Recalls > 0 {
		left = max(0, policy.Recalls-v.Recalled)
	}
	return &visitView{
		Held: v.HeldFor.Milliseconds(), Recalls: left, RecallAt: milli(v.LastCall.Add(policy.RecallPause)),
		Inaccurate: v.Inaccurate, Walked: v.Walked, Before: p.before(v), Then: p.then(v, v.Counter), More: p.mayGoOn(v),
		ticketView: p.ticket(v), Stage: stage,
		Issued: milli(v.IssuedAt), Called: milli(v.LegCall), LastCall: milli(v.LastCall), Recalled: v.Recalled,
		Started: milli(v.StartedAt), Usual: minutes(p.w.names().services[v.Service].mean),
		Why: p.w.whyCalled(v), Waited: span(v.Wait(p.at)),
	}
}

// whyNext says why the first of some waiting tickets, in calling order, would be called.
func (p painter) whyNext(order []queue.Visit) string {
	first := order[0]
	wait := " Espera há " + span(first.Wait(p.at)) + "."
	oldest := slices.MinFunc(order, func(a, b queue.Visit) int { return a.Asked.Compare(b.Asked) })
	switch {
	case first.Class == queue.ClassLaw:
		return "Prioridade por lei, à frente de todas." + wait
	case first.Front:
		return "Foi encaminhada para a frente desta fila." + wait
	case p.class(first) == classBooked && !p.at.Before(first.Slot.Add(-p.w.cfg.Branch().Catalogue().Policy.Early)):
		return "Tem marcação para as " + p.w.clock(first.Slot) + "." + wait
	case p.class(first) == classLong:
		return "Passou a espera de " + span(p.w.names().guard) + "." + wait
	case len(order) == 1:
		return "É a única à espera por este balcão." + wait
	case oldest.ID != first.ID:
		return "É dos serviços próprios deste balcão; as outras ainda não esperaram o bastante." + wait
	}
	return "É a que espera há mais tempo." + wait
}

// before says at which counters a visit was served before this one.
func (p painter) before(v queue.Visit) string {
	var done []string
	for _, leg := range v.Legs {
		if !leg.StartedAt.IsZero() {
			done = append(done, p.w.names().services[leg.Service].name+" no "+inSentence(p.w.cfg.Branch().Label(leg.Counter)))
		}
	}
	return list(done)
}

func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
