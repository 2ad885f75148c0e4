package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"balcao/branch-server/branch"
	"balcao/internal/queue"
)

// managerView is everything the coordinator's page shows.
type managerView struct {
	Place     placeView       `json:"place"`
	Figures   figuresView     `json:"figures"`
	Queues    []divisionView  `json:"queues"`
	Counters  []counterTile   `json:"counters"`
	Attention []attentionView `json:"attention"`
	Devices   []deviceView    `json:"devices"`
	Link      deviceView      `json:"link"`
	Calls     []callView      `json:"calls"`
	Halves    []halfView      `json:"halves"`
}

// figuresView is the strip of figures. Minutes are whole; -1 per cent means that there was nothing to count.
type figuresView struct {
	Waiting   int    `json:"waiting"`
	Past      int    `json:"past"` // past their target
	Priority  int    `json:"priority"`
	Longest   int    `json:"longest"`
	LongestOf string `json:"longestOf"` // A019 · IRN · objetivo 20
	LongState string `json:"longState"`
	Median    int    `json:"median"`
	P90       int    `json:"p90"`
	Level     int    `json:"level"` // per cent called within target, last half hour
	Called    int    `json:"called"`
	Open      int    `json:"open"` // counters
	Counters  int    `json:"counters"`
	Busy      int    `json:"busy"`
	NoShows   int    `json:"noShows"`
	Issued    int    `json:"issued"`
	Finished  int    `json:"finished"`
}

// levelGoal is the share called within target that a branch aims at. Headquarters' own goals come with its rules.
const levelGoal = 80

// divisionView is one queue: what a ticket letter stands for.
type divisionView struct {
	Letter  string     `json:"letter"`
	Name    string     `json:"name"`
	Body    string     `json:"body"`
	Waiting int        `json:"waiting"`
	Marks   []markView `json:"marks"`
	Target  int        `json:"target"`
	Longest int        `json:"longest"`
	Median  int        `json:"median"`
	Level   int        `json:"level"`
	Open    int        `json:"open"`
	Serving int        `json:"serving"` // counters that could serve it, open or not
	Left    int        `json:"left"`    // numbers left today
	State   string     `json:"state"`
}

// markView is one waiting ticket on the minutes axis.
type markView struct {
	Minutes int    `json:"min"`
	Kind    string `json:"kind"` // law, past or plain
	Number  string `json:"tk"`
}

// mostMarks is how many tickets one queue's strip draws.
const mostMarks = 120

// counterTile is one counter on the coordinator's page.
type counterTile struct {
	ID     string `json:"id"`
	Short  string `json:"short"` // 3 of Balcão 3
	Label  string `json:"label"`
	State  string `json:"state"` // free, call, busy, long, closed
	Number string `json:"tk"`
	Since  int64  `json:"since"`
}

// attentionView is one thing that somebody should look at, with what to do.
type attentionView struct {
	Degree string `json:"degree"` // out, watch or stale
	Title  string `json:"title"`
	Text   string `json:"text"`
}

// deviceView is the health of one node or link in words.
type deviceView struct {
	Name  string `json:"name"`
	State string `json:"state"` // ok, watch, out, stale
	Text  string `json:"text"`
	Since int64  `json:"since"`
}

// callView is one of the last calls with its reason.
type callView struct {
	Visit   queue.VisitID `json:"id"`
	Number  string        `json:"tk"`
	Counter string        `json:"counter"`
	At      string        `json:"at"`
	Count   int           `json:"n"`
	Rule    string        `json:"rule"`
	State   string        `json:"state"`
}

// halfView is one half hour of the Day.
type halfView struct {
	Start  string `json:"start"`
	Issued int    `json:"issued"`
	Called int    `json:"called"`
	Level  int    `json:"level"`
	Now    bool   `json:"now"`
}

func (p painter) manager() managerView {
	v := managerView{
		Place: p.place(), Queues: []divisionView{}, Counters: []counterTile{}, Attention: []attentionView{},
		Devices: []deviceView{}, Calls: []callView{}, Halves: []halfView{},
	}
	var waiting []queue.Visit
	for _, s := range p.w.cfg.Branch.Services { // each in order already; together nobody needs them sorted
		waiting = append(waiting, p.d.Waiting(queue.ServiceID(s.ID))...)
	}
	p.fillFigures(&v.Figures, waiting)
	for _, div := range p.w.cfg.Branch.Divisions {
		v.Queues = append(v.Queues, p.division(div, waiting))
	}
	for _, k := range p.w.cfg.Branch.Counters {
		tile := p.tile(k)
		v.Counters = append(v.Counters, tile)
		if tile.State != "closed" {
			v.Figures.Open++
		}
		if tile.Number != "" {
			v.Figures.Busy++
		}
	}
	for _, one := range p.devices {
		v.Devices = append(v.Devices, p.device(one))
	}
	v.Link = p.linkView()
	v.Attention = append(v.Attention, p.attention(v)...)
	p.fillCalls(&v)
	p.fillHalves(&v)
	return v
}

func (p painter) fillFigures(f *figuresView, waiting []queue.Visit) {
	var all []int
	for _, one := range waiting {
		t := p.ticket(one)
		all = append(all, t.Minutes)
		if t.State == stateOut {
			f.Past++
		}
		if t.Class == classLaw {
			f.Priority++
		}
		if f.LongestOf == "" || t.Minutes > f.Longest {
			f.Longest, f.LongState = t.Minutes, t.State
			f.LongestOf = t.Number + " · " + t.Body
			if t.Target > 0 {
				f.LongestOf += fmt.Sprintf(" · objetivo %d", t.Target)
			}
		}
	}
	f.Waiting, f.Median, f.P90 = len(all), median(all), quantile(all, 90)
	f.Level, f.Called = p.facts.level.percent(), p.facts.level.called
	f.Counters = len(p.w.cfg.Branch.Counters)
	f.NoShows, f.Issued, f.Finished = p.facts.totals.NoShows, p.facts.totals.Issued, p.facts.totals.Finished
}

func (p painter) division(div branch.Division, waiting []queue.Visit) divisionView {
	body, _ := p.w.cfg.Branch.Body(queue.BodyID(div.Body))
	v := divisionView{
		Letter: div.Prefix, Body: body.Short, Marks: []markView{}, Level: p.facts.levels[div.ID].percent(),
		Left: p.d.Left(queue.DivisionID(div.ID)),
	}
	var target time.Duration
	var served []queue.ServiceID
	var parts []string
	for _, s := range p.w.cfg.Branch.Services {
		if s.Division != div.ID {
			continue
		}
		served = append(served, queue.ServiceID(s.ID))
		parts = append(parts, s.Name.In("pt"))
		if s.Target > 0 && (target == 0 || s.Target < target) {
			target = s.Target
		}
	}
	v.Name, v.Target = queueName(parts), minutes(target)
	for _, k := range p.w.cfg.Branch.Counters {
		id := queue.CounterID(k.ID)
		if slices.ContainsFunc(served, func(s queue.ServiceID) bool { return p.w.names.serves(id)[s] }) {
			v.Serving++
			if p.d.Counter(id).Open {
				v.Open++
			}
		}
	}
	var all []int
	for _, one := range waiting {
		if one.Division != queue.DivisionID(div.ID) {
			continue
		}
		t := p.ticket(one)
		all = append(all, t.Minutes)
		m := markView{Minutes: t.Minutes, Kind: "plain", Number: t.Number}
		switch {
		case t.State == stateOut:
			m.Kind = "past"
		case t.Class == classLaw:
			m.Kind = "law"
		}
		if len(v.Marks) < mostMarks {
			v.Marks = append(v.Marks, m)
		}
	}
	v.Waiting, v.Longest, v.Median = len(all), slices.Max(append(all, 0)), median(all)
	v.State = queueState(v)
	return v
}

// queueName names a queue by its services: one by its full name, several by what stands before the dot of each.
func queueName(services []string) string {
	if len(services) == 1 {
		return services[0]
	}
	var heads []string
	for _, s := range services {
		head, _, _ := strings.Cut(s, " · ")
		if !slices.Contains(heads, head) {
			heads = append(heads, head)
		}
	}
	return list(heads)
}

// queueState: past is a longest wait over one and a half targets, or a level ten points under the goal; to be watched
// is a longest wait over the target, or a level under the goal.
func queueState(v divisionView) string {
	switch {
	case v.Waiting == 0:
		return ""
	case v.Target > 0 && 2*v.Longest > 3*v.Target, v.Level >= 0 && v.Level < levelGoal-10:
		return stateOut
	case v.Target > 0 && v.Longest > v.Target, v.Level >= 0 && v.Level < levelGoal:
		return stateWatch
	}
	return stateOK
}

func (p painter) tile(k branch.Counter) counterTile {
	s := p.d.Counter(queue.CounterID(k.ID))
	t := counterTile{ID: k.ID, Label: k.Label, Short: strings.TrimSpace(strings.TrimPrefix(k.Label, "Balcão")), State: "free", Since: milli(later(s.Since, s.Free))}
	switch {
	case !s.Open:
		t.State, t.Since = "closed", milli(s.Since)
	case s.Visit == nil:
	case s.Visit.State == queue.StateCalled:
		t.State, t.Number, t.Since = "call", s.Visit.Number.String(), milli(s.Visit.LastCall)
	default:
		t.State, t.Number, t.Since = "busy", s.Visit.Number.String(), milli(s.Visit.StartedAt)
		if mean := p.w.names.services[s.Visit.Service].mean; mean > 0 && p.at.Sub(s.Visit.StartedAt) > 3*mean {
			t.State = "long"
		}
	}
	return t
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (p painter) fillCalls(v *managerView) {
	for _, c := range p.d.Calls() {
		visit, known := p.d.Visit(c.Visit)
		if !known || len(v.Calls) == 10 {
			continue
		}
		rule := map[queue.Rule]string{
			queue.RuleLaw: "prioridade por lei", queue.RuleGuard: "espera longa", queue.RuleArrival: "ordem de chegada",
			queue.RuleBooked: "marcação", queue.RuleClass: "classe da entidade", queue.RuleFront: "encaminhada", queue.RuleChosen: "escolhida",
		}[visit.Why.Rule]
		v.Calls = append(v.Calls, callView{
			Visit: c.Visit, Number: c.Number.String(), Counter: p.w.cfg.Branch.Label(c.Counter), At: p.w.clockSeconds(c.At),
			Count: c.Count, Rule: rule, State: stateWord(visit.State),
		})
	}
}

func (p painter) fillHalves(v *managerView) {
	if len(p.facts.halves) == 0 {
		return
	}
	known := map[int64]half{}
	for _, h := range p.facts.halves {
		known[h.start.Unix()] = h
	}
	now := p.at.Truncate(halfHour)
	for t := p.facts.halves[0].start; !t.After(now) && len(v.Halves) < 48; t = t.Add(halfHour) {
		h := known[t.Unix()]
		v.Halves = append(v.Halves, halfView{Start: p.w.clock(t), Issued: h.issued, Called: h.level.called, Level: h.level.percent(), Now: t.Equal(now)})
	}
}

// attention names what somebody should look at: waits first, then machines.
func (p painter) attention(v managerView) []attentionView {
	var out, watch []attentionView
	for _, q := range v.Queues {
		name := q.Letter + " · " + q.Name
		switch {
		case q.Waiting > 0 && q.Open == 0:
			out = append(out, attentionView{
				stateOut, name + ": ninguém atende",
				tickets(q.Waiting) + " à espera, a mais antiga há " + span(time.Duration(q.Longest)*time.Minute) + ". Nenhum balcão aberto serve esta fila.",
			})
		case q.State == stateOut && q.Longest > q.Target && q.Target > 0:
			out = append(out, attentionView{
				stateOut, name + ": fora do objetivo",
				fmt.Sprintf("A mais longa espera há %s; o objetivo é %d min. %s", span(time.Duration(q.Longest)*time.Minute), q.Target, moreCounters(q)),
			})
		case q.State == stateWatch && q.Target > 0 && q.Longest > q.Target:
			watch = append(watch, attentionView{
				stateWatch, name + ": passou o objetivo",
				fmt.Sprintf("A mais longa espera há %s; o objetivo é %d min. %s", span(time.Duration(q.Longest)*time.Minute), q.Target, moreCounters(q)),
			})
		}
		if q.Left == 0 && v.Place.Open {
			watch = append(watch, attentionView{stateWatch, name + ": senhas esgotadas", "Não há mais números hoje. Os quiosques já o dizem."})
		}
	}
	for _, d := range v.Devices {
		switch d.State {
		case stateOut:
			out = append(out, attentionView{stateOut, d.Name, d.Text})
		case stateWatch:
			watch = append(watch, attentionView{stateWatch, d.Name, d.Text})
		}
	}
	if v.Link.State == "stale" {
		watch = append(watch, attentionView{"stale", "Sem ligação à sede", v.Link.Text})
	}
	return append(out, watch...)
}

func moreCounters(q divisionView) string {
	if q.Open < q.Serving {
		return fmt.Sprintf("Há %d de %d balcões abertos.", q.Open, q.Serving)
	}
	return "Todos os balcões desta fila estão abertos."
}
