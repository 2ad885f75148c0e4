package web

import (
	"errors"
	"net/http"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/queue"
)

// mediatorRoutes is the part of the table for branches of one counter, and for what citizens say afterwards.
func (w *Web) mediatorRoutes() []route {
	return []route{
		{"GET /mediador", atCounters, w.mediatorPage},
		{"POST /mediador", atCounters, w.mediator},
		{"GET /opiniao", everyone, w.opinionPage},
	}
}

// mediatorView is catalogue and queue on one page.
type mediatorView struct {
	Said     *said
	Key      string
	Counter  string
	Open     bool
	Paused   bool
	Shut     bool // the branch gives no numbers
	Visit    queue.VisitID
	Number   string
	Service  string
	State    string // free, call or busy
	Since    string
	Then     []string // names of what the visit still goes on to
	Onto     string   // the first of it, where this counter has it
	Waiting  []mediatorLine
	More     int
	Services []mediatorService
	Opinion  opinionView
}

type mediatorLine struct {
	Number, Service, Waited string
	Law                     bool
}

type mediatorService struct {
	ID, Name, Help string
	Waiting        int
	Shut           bool
}

// mostInLine bounds the queue that the page lists.
const mostInLine = 12

// onlyCounter returns the counter of a branch that has just one.
func (w *Web) onlyCounter() (queue.CounterID, bool) {
	all := w.cfg.Branch().Counters
	if len(all) != 1 {
		return "", false
	}
	return queue.CounterID(all[0].ID), true
}

// mediatorPage is GET /mediador. Where there is one counter, whoever comes sits there.
func (w *Web) mediatorPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	if v.session.Counter == "" {
		only, one := w.onlyCounter()
		if !one {
			http.Redirect(rw, r, "/balcao/escolher", http.StatusSeeOther)
			return
		}
		err := w.seats.sit(r.Context(), v.session.Token, only, false, w.cfg.Now())
		if errors.Is(err, errSeatTaken) {
			w.showChoice(rw, r, v, only)
			return
		}
		if err == nil {
			var open queue.OpenCounter
			if open, err = w.opening(r.Context(), v, queue.OpenCounter{Counter: only}); err == nil {
				_, err = w.cfg.Commands.Do(r.Context(), "", open)
			}
		}
		if err != nil {
			w.fault(rw, r, err)
			return
		}
		v.session.Counter = only
		w.hub.wake()
	}
	w.showMediator(rw, r, v, http.StatusOK, nil)
}

func (w *Web) showMediator(rw http.ResponseWriter, r *http.Request, v visitor, status int, news *said) {
	var view mediatorView
	err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) {
		view = painter{w: w, d: d, at: at}.mediator(v.session.Counter)
	})
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	view.Said, view.Key, view.Opinion = news, newKey(), w.opinion("pt")
	w.show(rw, status, v, page{Title: view.Counter, Template: "mediator.html", Data: view, Styles: []string{"day.css"}, Modules: []string{"mediator.js"}})
}

func (p painter) mediator(id queue.CounterID) mediatorView {
	b := p.w.cfg.Branch()
	s := p.d.Counter(id)
	v := mediatorView{Counter: b.Label(id), Open: s.Open, Paused: s.OnBreak, Shut: !p.d.Open(), State: "free"}
	names := p.w.names()
	if s.Visit != nil {
		for _, next := range p.then(*s.Visit, id) {
			if next.Here && v.Onto == "" && len(v.Then) == 0 {
				v.Onto = next.ID
			}
			v.Then = append(v.Then, next.Name)
		}
		v.Visit, v.Number, v.Service = s.Visit.ID, s.Visit.Number.String(), names.services[s.Visit.Service].name
		v.State, v.Since = "call", p.w.clock(s.Visit.LastCall)
		if s.Visit.State == queue.StateServing {
			v.State, v.Since = "busy", p.w.clock(s.Visit.StartedAt)
		}
	}
	line := p.d.Order(id, p.at)
	for i, one := range line {
		if i == mostInLine {
			v.More = len(line) - i
			break
		}
		v.Waiting = append(v.Waiting, mediatorLine{
			Number: one.Number.String(), Service: names.services[one.Service].name, Waited: span(one.Wait(p.at)), Law: one.Class == queue.ClassLaw,
		})
	}
	serves := names.serves(id)
	for _, service := range b.Services {
		if serves[queue.ServiceID(service.ID)] {
			v.Services = append(v.Services, mediatorService{
				ID: service.ID, Name: service.Name.In("pt"), Help: service.Help.In("pt"), Waiting: p.d.WaitingCount(queue.ServiceID(service.ID)),
				Shut: p.d.Suspended(queue.ServiceID(service.ID)),
			})
		}
	}
	return v
}

// mediator is POST /mediador: one press.
func (w *Web) mediator(rw http.ResponseWriter, r *http.Request, v visitor) {
	get, ok := w.form(rw, r)
	if !ok {
		return
	}
	at := v.session.Counter
	if at == "" {
		http.Redirect(rw, r, "/mediador", http.StatusSeeOther)
		return
	}
	visit, _ := decodeVisit(get("visit"))
	class := queue.ClassWalkIn
	if get("law") != "" {
		class = queue.ClassLaw
	}
	request := queue.RequestID("mediator-" + get("key"))
	var cmd queue.Command
	switch name := get("action"); {
	case get("onto") != "":
		cmd = queue.Forward{Counter: at, Visit: visit, Service: queue.ServiceID(get("onto")), Stay: true}
	case get("walk") != "":
		cmd = queue.Walk{Request: request, Counter: at, Service: queue.ServiceID(get("walk")), Class: class}
	case get("give") != "":
		cmd = queue.Issue{Request: request, Service: queue.ServiceID(get("give")), Class: class, Lang: "pt"}
	default:
		if cmd = mediatorPress(name, at, visit); cmd == nil {
			badRequest(rw, errors.New("falta dizer o que fazer"))
			return
		}
	}
	a, ok := w.carryOut(rw, r, v, "mediador", get("key"), cmd)
	switch {
	case !ok:
	case a.Refused != "":
		said := w.explainRefusal(r.Context(), at, cmd, a.Refused)
		w.showMediator(rw, r, v, http.StatusConflict, saidRefused(said.text, said.next))
	default:
		w.showMediator(rw, r, v, http.StatusOK, mediatorNews(cmd, a))
	}
}

// mediatorPress is what a button asks of the Day; nil for a button that is not there.
func mediatorPress(name string, at queue.CounterID, visit queue.VisitID) queue.Command {
	switch name {
	case "open":
		return queue.OpenCounter{Counter: at}
	case "close":
		return queue.CloseCounter{Counter: at}
	case "call":
		return queue.CallNext{Counter: at}
	case "recall":
		return queue.Recall{Counter: at, Visit: visit}
	case "start":
		return queue.Start{Counter: at, Visit: visit}
	case "noshow":
		return queue.NoShow{Counter: at, Visit: visit}
	case "finish":
		return queue.Finish{Counter: at, Visit: visit}
	case "whole":
		return queue.Finish{Counter: at, Visit: visit, Whole: true}
	}
	return nil
}

// mediatorNews says what a press led to, where the page itself does not show it.
func mediatorNews(cmd queue.Command, a engine.Answer) *said {
	if _, given := cmd.(queue.Issue); given {
		return saidOK("Senha "+a.Number, "Diga o número à pessoa, ou escreva-lho: é chamado por este balcão.")
	}
	return nil
}

// decodeVisit reads the id of a visit; nonsense is none.
func decodeVisit(text string) (queue.VisitID, bool) {
	n := 0
	for _, r := range text {
		if r < '0' || r > '9' || n > 1_000_000 {
			return 0, false
		}
		n = n*10 + int(r-'0')
	}
	return queue.VisitID(n), text != ""
}
