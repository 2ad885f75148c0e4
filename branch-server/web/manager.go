package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"balcao/internal/branch"
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
	Alarms    []alarmView     `json:"alarms"`   // silent alarms of counters that nobody has answered
	Facts     []factView      `json:"facts"`    // the day as a timeline
	Services  []serviceLine   `json:"services"` // all of the branch
	Unlawful  string          `json:"unlawful"` // what is set against the law; empty if nothing is
	Reasons   officeChoices   `json:"reasons"`
}

// officeChoices is the reasons of each thing that the coordination does.
type officeChoices map[string][]reasonWord

// serviceLine is one service, for whoever moves people and skills between services.
type serviceLine struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Body      string `json:"body"`
	Letter    string `json:"letter"`
	Waiting   int    `json:"waiting"`
	Suspended bool   `json:"suspended"`
}

// figuresView is the strip of figures. Minutes are whole; -1 per cent means that there was nothing to count.
type figuresView struct {
	Waiting   int    `json:"waiting"`
	Past      int    `json:"past"` // past their target
	Priority  int    `json:"priority"`
	Longest   int    `json:"longest"`
	LongestOf string `json:"longestOf"` // A019 · objetivo 20 min
	LongState string `json:"longState"`
	Median    int    `json:"median"`
	P90       int    `json:"p90"`
	Level     int    `json:"level"` // per cent called within target, last half hour
	Called    int    `json:"called"`
	Open      int    `json:"open"` // counters
	Counters  int    `json:"counters"`
	Busy      int    `json:"busy"`
	NoShows   int    `json:"noShows"`
	Cancelled int    `json:"cancelled"`
	Paused    int    `json:"paused"` // counters on a break
	Issued    int    `json:"issued"`
	Finished  int    `json:"finished"`
}

// levelGoal is the share called within target that a branch aims at. Headquarters' own goals come with its rules.
const levelGoal = 80

// divisionView is one queue: what a ticket letter stands for.
type divisionView struct {
	ID        string     `json:"id"`
	P90       int        `json:"p90"`
	Services  []string   `json:"services"`  // ids
	Ahead     int        `json:"ahead"`     // per cent of those waiting who will pass the target, once that is so for some minutes
	Called    int        `json:"called"`    // in the last half hour, of services with a target
	Suspended bool       `json:"suspended"` // one of its services gives no numbers at present
	Letter    string     `json:"letter"`
	Name      string     `json:"name"`
	Body      string     `json:"body"`
	Waiting   int        `json:"waiting"`
	Marks     []markView `json:"marks"`
	Target    int        `json:"target"`
	Longest   int        `json:"longest"`
	Median    int        `json:"median"`
	Level     int        `json:"level"`
	Open      int        `json:"open"`
	Serving   int        `json:"serving"` // counters that could serve it, open or not
	Left      int        `json:"left"`    // numbers left today
	State     string     `json:"state"`
}

// markView is one waiting ticket on the minutes axis.
type markView struct {
	Minutes int           `json:"min"`
	Kind    string        `json:"kind"` // law, past or plain
	Number  string        `json:"tk"`
	ID      queue.VisitID `json:"id"`
	Service string        `json:"svc"`
}

// mostMarks is how many tickets one queue's strip draws.
const mostMarks = 120

// counterTile is one counter on the coordinator's page.
type counterTile struct {
	ID     string `json:"id"`
	Short  string `json:"short"` // 3 of Balcão 3
	Label  string `json:"label"`
	State  string `json:"state"` // free, call, busy, long, pause, closed
	Number string `json:"tk"`
	Since  int64  `json:"since"`

	Visit   queue.VisitID     `json:"visit"`
	Service queue.ServiceID   `json:"svc"`   // of that visit
	Pause   string            `json:"pause"` // what the break is for
	Own     []queue.ServiceID `json:"own"`
	Helps   []queue.ServiceID `json:"helps"`
	Changed bool              `json:"changed"` // serves other things today
	Alarm   bool              `json:"alarm"`   // its clerk called for help and nobody has answered
	Who     string            `json:"who"`     // pseudonym of whoever sits there; empty if nobody does
}

// attentionView is one thing that somebody should look at, with what to do.
type attentionView struct {
	Degree string `json:"degree"` // out, watch or stale
	Title  string `json:"title"`
	Text   string `json:"text"`
	First  string `json:"first"` // what to do first
	Open   string `json:"open"`  // what to look at: queue:A, counter:3 or empty
	Act    string `json:"act"`   // what the button says
	Since  int64  `json:"since"` // seen first, Unix milliseconds

	key string
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
		Devices: []deviceView{}, Calls: []callView{}, Halves: []halfView{}, Facts: p.timeline, Services: p.serviceLines(),
		Unlawful: p.unlawful(), Reasons: officeReasons,
	}
	if v.Facts == nil {
		v.Facts = []factView{}
	}
	var waiting []queue.Visit
	for _, s := range p.w.cfg.Branch().Services { // each in order already; together nobody needs them sorted
		waiting = append(waiting, p.d.Waiting(queue.ServiceID(s.ID))...)
	}
	p.fillFigures(&v.Figures, waiting)
	for _, div := range p.w.cfg.Branch().Divisions {
		v.Queues = append(v.Queues, p.division(div, waiting))
	}
	for _, k := range p.w.cfg.Branch().Counters {
		tile := p.tile(k)
		v.Counters = append(v.Counters, tile)
		if tile.State != "closed" {
			v.Figures.Open++
		}
		if tile.Number != "" {
			v.Figures.Busy++
		}
		if tile.State == "pause" {
			v.Figures.Paused++
		}
	}
	if p.server != nil {
		own := p.device(*p.server)
		own.Name = "Servidor da loja"
		v.Devices = append(v.Devices, own)
	}
	for _, one := range p.devices {
		v.Devices = append(v.Devices, p.device(one))
	}
	v.Link = p.linkView()
	v.Attention = p.book.dated(p.attention(v), p.at)
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
			f.LongestOf = t.Number
			if t.Target > 0 {
				f.LongestOf += fmt.Sprintf(" · objetivo %d min", t.Target)
			}
		}
	}
	f.Waiting, f.Median, f.P90 = len(all), median(all), quantile(all, 90)
	f.Level, f.Called = p.facts.level.percent(), p.facts.level.called
	f.Counters = len(p.w.cfg.Branch().Counters)
	f.NoShows, f.Cancelled, f.Issued, f.Finished = p.facts.totals.NoShows, p.facts.totals.Cancelled, p.facts.totals.Issued, p.facts.totals.Finished
}

func (p painter) division(div branch.Division, waiting []queue.Visit) divisionView {
	body, _ := p.w.cfg.Branch().Body(queue.BodyID(div.Body))
	v := divisionView{
		ID: div.ID, Letter: div.Prefix, Body: body.Short, Marks: []markView{}, Level: p.facts.levels[div.ID].percent(),
		Called: p.facts.levels[div.ID].called, Services: []string{},
		Left: p.d.Left(queue.DivisionID(div.ID)),
	}
	var target time.Duration
	var served []queue.ServiceID
	var parts []string
	for _, s := range p.w.cfg.Branch().Services {
		if s.Division != div.ID {
			continue
		}
		served = append(served, queue.ServiceID(s.ID))
		v.Services = append(v.Services, s.ID)
		v.Suspended = v.Suspended || p.d.Suspended(queue.ServiceID(s.ID))
		parts = append(parts, s.Name.In("pt"))
		if s.Target > 0 && (target == 0 || s.Target < target) {
			target = s.Target
		}
	}
	v.Name, v.Target = queueName(parts), minutes(target)
	for _, k := range p.w.cfg.Branch().Counters {
		id := queue.CounterID(k.ID)
		desk, _ := p.d.Desk(id)
		if slices.ContainsFunc(served, func(s queue.ServiceID) bool {
			return slices.Contains(desk.Primary, s) || slices.Contains(desk.Secondary, s)
		}) {
			v.Serving++
			if state := p.d.Counter(id); state.Open && (len(state.Skills) == 0 || slices.ContainsFunc(served, func(s queue.ServiceID) bool { return slices.Contains(state.Skills, s) })) {
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
		m := markView{Minutes: t.Minutes, Kind: "plain", Number: t.Number, ID: one.ID, Service: string(one.Service)}
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
	v.Waiting, v.Longest, v.Median, v.P90 = len(all), slices.Max(append(all, 0)), median(all), quantile(all, 90)
	v.Ahead = p.facts.ahead.percent(div.ID, p.at)
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
	desk, changed := p.d.Desk(s.ID)
	t.Own, t.Helps, t.Changed, t.Alarm, t.Who = orEmpty(desk.Primary), orEmpty(desk.Secondary), changed, s.Alarm.Ringing(), p.sitting[s.ID]
	if s.Visit != nil {
		t.Visit, t.Service = s.Visit.ID, s.Visit.Service
	}
	switch {
	case !s.Open:
		t.State, t.Since = "closed", milli(s.Since)
	case s.OnBreak:
		t.State, t.Since, t.Pause = "pause", milli(s.Since), breakWords(s.BreakReason)
	case s.Visit == nil:
	case s.Visit.State == queue.StateCalled:
		t.State, t.Number, t.Since = "call", s.Visit.Number.String(), milli(s.Visit.LastCall)
	default:
		t.State, t.Number, t.Since = "busy", s.Visit.Number.String(), milli(s.Visit.StartedAt)
		if tooLong(*s.Visit, p.w.names().services[s.Visit.Service].mean, p.at) {
			t.State = "long"
		}
	}
	return t
}

func orEmpty[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// serviceLines lists every service with what waits for it.
func (p painter) serviceLines() []serviceLine {
	lines := []serviceLine{}
	for _, s := range p.w.cfg.Branch().Services {
		div, _ := p.w.cfg.Branch().Division(s.Division)
		name := p.w.names().services[queue.ServiceID(s.ID)]
		lines = append(lines, serviceLine{
			ID: s.ID, Name: name.name, Body: name.body, Letter: div.Prefix, Waiting: p.d.WaitingCount(queue.ServiceID(s.ID)),
			Suspended: p.d.Suspended(queue.ServiceID(s.ID)),
		})
	}
	return lines
}

// unlawful says what the branch has set against the law.
func (p painter) unlawful() string {
	if ratio := p.w.names().ratio; ratio.Unlawful && ratio.Others > 0 {
		return fmt.Sprintf("Esta loja chama %d outras entre duas prioridades por lei. A lei (DL 58/2016) manda atender as prioritárias antes de todas; cada chamada feita assim fica marcada.", ratio.Others)
	}
	return ""
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
			Visit: c.Visit, Number: c.Number.String(), Counter: p.w.cfg.Branch().Label(c.Counter), At: p.w.clockSeconds(c.At),
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
		v.Halves = append(v.Halves, halfView{Start: p.w.clock(t), Issued: h.issued, Called: h.called, Level: h.level.percent(), Now: t.Equal(now)})
	}
}
