package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"balcao/internal/branch"
	calendar "balcao/internal/hours" // this package has a function named hours
	"balcao/internal/queue"
)

// supplyView is what the page «Horário e senhas» shows: how every service stands now, and which days are different.
type supplyView struct {
	Place    placeView               `json:"place"`
	House    string                  `json:"house"` // Aberto até às 19:30.
	Week     []string                `json:"week"`  // the hours of a week, a line each
	DayEnd   string                  `json:"dayEnd"`
	Inside   int                     `json:"inside"`
	Most     int                     `json:"most"` // people inside; 0 is no limit
	Services []supplyLine            `json:"services"`
	Letters  []letterLine            `json:"letters"`
	Ahead    []aheadLine             `json:"ahead"`
	Reasons  map[string][]reasonWord `json:"reasons"`
}

// supplyLine is one service.
type supplyLine struct {
	ID      string `json:"id"`
	Letter  string `json:"letter"`
	Name    string `json:"name"`
	Body    string `json:"body"`
	State   string `json:"state"` // as kiosks are told
	Why     string `json:"why"`
	Next    string `json:"next"`
	Hours   string `json:"hours"` // of today
	Waiting int    `json:"waiting"`
	Given   int    `json:"given"`
	Back    int    `json:"back"` // of those, places that are given again
	Left    int    `json:"left"`
	Quota   int    `json:"quota"` // -1 is none of its own
	Set     bool   `json:"set"`   // for today, by hand
	Paused  bool   `json:"paused"`
	Until   string `json:"until"` // the end of the suspension
}

// aheadLine is a date that is not like its weekday.
type aheadLine struct {
	Date string `json:"date"`
	Day  string `json:"day"` // quinta-feira, 24 de dezembro
	Who  string `json:"who"` // whom it concerns
	What string `json:"what"`
	Open bool   `json:"open"`
}

// aheadDays is how far the page looks.
const aheadDays = 90

func (p painter) supply() supplyView {
	b := p.w.cfg.Branch()
	house := b.House(p.at.Location())
	v := supplyView{
		Place: p.place(), House: house.State(p.at).Say()["pt"], Week: []string{}, Inside: p.d.Inside(), Most: b.Supply.Occupancy,
		Services: []supplyLine{}, Letters: []letterLine{}, Ahead: aheadOf(b, house, calendar.DateOf(p.at)),
		Reasons: map[string][]reasonWord{},
	}
	if !p.d.Open() {
		v.House = "O dia terminou. Não há mais senhas hoje."
	}
	for _, action := range []string{"suspend", "reopen", "quota", "issue"} {
		v.Reasons[action] = officeReasons[action]
	}
	for _, line := range house.Week() {
		v.Week = append(v.Week, line["pt"])
	}
	if end := b.Ends(p.d.Date(), p.at.Location()); !end.IsZero() {
		v.DayEnd = p.w.clock(end)
	}
	for _, s := range b.Services {
		v.Services = append(v.Services, p.supplyLine(b, s))
	}
	for _, div := range b.Divisions {
		v.Letters = append(v.Letters, p.letterLine(b, div))
	}
	return v
}

func (p painter) supplyLine(b *branch.Branch, s branch.Service) supplyLine {
	id := queue.ServiceID(s.ID)
	div, _ := b.Division(s.Division)
	body, _ := b.Body(queue.BodyID(div.Body))
	stand := b.Stand(p.d, id, p.at)
	quota := p.d.Quota(id)
	one := supplyLine{
		ID: s.ID, Letter: div.Prefix, Name: s.Name.In("pt"), Body: body.Short, State: stand.State, Why: stand.Why["pt"], Next: stand.Next["pt"],
		Hours: spanWords(b.Schedule(id, p.at.Location()).Spans(calendar.DateOf(p.at))), Waiting: p.d.WaitingCount(id),
		Given: quota.Given, Back: quota.Back, Left: quota.Left, Quota: -1, Set: quota.Set,
	}
	if quota.Limited {
		one.Quota = quota.Quota
	}
	if paused, is := p.d.Suspension(id); is {
		one.Paused = true
		if !paused.Until.IsZero() {
			one.Until = p.w.clock(paused.Until)
		}
	}
	return one
}

// letterLine is one division: the numbers that its services share.
type letterLine struct {
	ID       string   `json:"id"`
	Letter   string   `json:"letter"`
	Body     string   `json:"body"`
	Services []string `json:"services"`
	Given    int      `json:"given"`
	Left     int      `json:"left"`
	Quota    int      `json:"quota"`
	Set      bool     `json:"set"` // for today, by hand
}

func (p painter) letterLine(b *branch.Branch, div branch.Division) letterLine {
	body, _ := b.Body(queue.BodyID(div.Body))
	n := p.d.DivisionNumbers(queue.DivisionID(div.ID))
	one := letterLine{ID: div.ID, Letter: div.Prefix, Body: body.Short, Services: []string{}, Given: n.Given, Left: n.Left, Quota: n.Quota, Set: n.Set}
	for _, s := range b.Services {
		if s.Division == div.ID {
			one.Services = append(one.Services, s.Name.In("pt"))
		}
	}
	return one
}

// spanWords writes spans as on a door.
func spanWords(spans []calendar.Span) string {
	if len(spans) == 0 {
		return "fechado"
	}
	if len(spans) == 1 && spans[0] == (calendar.Span{From: 0, To: calendar.Midnight}) {
		return "sempre"
	}
	var words []string
	for _, s := range spans {
		words = append(words, s.From.String()+"–"+s.To.String())
	}
	return strings.Join(words, ", ")
}

// aheadOf lists the days to come that are not like their weekday: holidays and exceptions of the house, then the
// exceptions of bodies and services.
func aheadOf(b *branch.Branch, house calendar.Schedule, today calendar.Date) []aheadLine {
	all := []aheadLine{}
	add := func(d calendar.Date, who string, spans []calendar.Span, why string) {
		what := "fechado"
		if len(spans) > 0 {
			what = spanWords(spans)
		}
		if why != "" {
			what += " · " + why
		}
		all = append(all, aheadLine{Date: d.String(), Day: d.In("pt", today), Who: who, What: what, Open: len(spans) > 0})
	}
	for _, x := range house.Ahead(today, aheadDays) {
		why := x.Why["pt"]
		switch x.Cause { //nolint:exhaustive // an exception has its own words
		case calendar.CauseMunicipal:
			why = "feriado municipal"
		case calendar.CauseHoliday:
			why = "feriado: " + why
		}
		add(x.Date, "toda a loja", x.Spans, why)
	}
	own := func(who string, exceptions []calendar.Exception) {
		for _, e := range exceptions {
			if e.Date.Compare(today) >= 0 && e.Date.Compare(today.Plus(aheadDays)) < 0 {
				add(e.Date, who, e.Spans, e.Why["pt"])
			}
		}
	}
	for _, o := range b.Supply.Bodies {
		body, _ := b.Body(queue.BodyID(o.Body))
		own(body.Short, o.Exceptions)
	}
	for _, o := range b.Supply.Services {
		service, _ := b.Service(queue.ServiceID(o.Service))
		own(service.Name.In("pt"), o.Exceptions)
	}
	slices.SortStableFunc(all, func(x, y aheadLine) int { return strings.Compare(x.Date, y.Date) })
	return all
}

// supplyPage is GET /horario.
func (w *Web) supplyPage(rw http.ResponseWriter, _ *http.Request, v visitor) {
	w.show(rw, http.StatusOK, v, page{Title: "Horário e senhas", Tab: "horario", Template: "supply.html", Modules: []string{"supply.js"}})
}

// untilOf returns the moment of a time of the present Day such as 14:30; zero for none.
func untilOf(day queue.Date, clock string, zone *time.Location) (time.Time, error) {
	if clock == "" {
		return time.Time{}, nil
	}
	var c calendar.Clock
	date, err := calendar.ParseDate(string(day))
	if err == nil {
		err = c.UnmarshalText([]byte(clock))
	}
	if err != nil {
		return time.Time{}, errBadClock
	}
	return date.Moment(c, zone), nil
}

// planSupply is planOf for what is given: numbers of today, and a number all the same.
func planSupply(action string, w officeWish, d *queue.Day) (plan, error) {
	back := officeWish{Service: w.Service, Division: w.Division, Reason: reasonUndo}
	if action == "issue" {
		class := queue.ClassWalkIn
		if w.Law {
			class = queue.ClassLaw
		}
		return plan{do: []queue.Command{queue.Issue{
			Request: queue.RequestID("office-" + w.key), Service: w.Service, Class: class, Override: w.Reason,
		}}}, need(w.Service != "")
	}
	if w.Quota == nil {
		return plan{}, errNothingToDo
	}
	before := queue.QuotaAsConfigured
	now := d.Quota(w.Service)
	if w.Division != "" {
		now = d.DivisionNumbers(w.Division)
	}
	if now.Set {
		before = now.Quota
	}
	back.Quota = &before
	return plan{
		do:   []queue.Command{queue.SetQuota{Service: w.Service, Division: w.Division, Quota: *w.Quota}},
		undo: &undoOffer{Action: "quota", Wish: back},
	}, need((w.Service != "") != (w.Division != ""))
}
