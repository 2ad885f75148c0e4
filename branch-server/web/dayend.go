package web

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/journal"
	"balcao/internal/branch"
	"balcao/internal/queue"
)

// dayRoutes is the part of the table for the end of a day and for paper.
func (w *Web) dayRoutes() []route {
	return []route{
		{"GET /fecho", coordination, w.dayEndPage},
		{"POST /fecho", coordination, w.dayEnd},
		{"GET /blocos", coordination, w.padsPage},
		{"POST /blocos", coordination, w.pads},
		{"GET /blocos/{division}/{first}", coordination, w.padPage},
		{"GET /papel", atCounters, w.paperPage},
		{"POST /papel", atCounters, w.paper},
		{"POST /papel/corrigir", atCounters, w.correctPaper},
	}
}

// said is what a page tells of the last press.
type said struct {
	Kind string // ok or refused
	Icon string
	Text string
	Next string
}

func saidOK(text, next string) *said      { return &said{"ok", "solid-check-circle", text, next} }
func saidRefused(text, next string) *said { return &said{"refused", "b-watch", text, next} }

// dayEndView is the page of a day's end.
type dayEndView struct {
	Said     *said
	Key      string
	Day      string
	Open     bool
	Confirm  bool // who is left was listed, and the count is in the button
	Accounts []accountView
	Whole    accountView
	Balanced bool
	Busy     []string // counters with somebody
	Left     []leftView
	Words    string // 7 senhas
	Ended    bool
	AsOf     string // time of day
}

type accountView struct {
	Name  string
	Range string
	journal.Account
}

type leftView struct{ Number, Service, State, Waited, Link string }

// dayEndPage is GET /fecho.
func (w *Web) dayEndPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	w.showDayEnd(rw, r, v, http.StatusOK, r.URL.Query().Get("terminar") != "", nil)
}

func (w *Web) showDayEnd(rw http.ResponseWriter, r *http.Request, v visitor, status int, confirm bool, news *said) {
	var view dayEndView
	err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) { view = painter{w: w, d: d, at: at}.dayEnd() })
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	view.Said, view.Key, view.Confirm = news, newKey(), confirm && len(view.Busy) == 0 && !view.Ended
	w.show(rw, status, v, page{Title: "Fecho do dia", Tab: "fecho", Template: "dayend.html", Data: view, Styles: []string{"day.css"}})
}

// newKey names one wish of a page that is sent without a script.
func newKey() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return "form-" + hex.EncodeToString(b[:])
}

func (p painter) dayEnd() dayEndView {
	v := dayEndView{Day: dayWords(p.d.Date()), Open: p.d.Open(), AsOf: p.w.clock(p.at)}
	divisions, whole := journal.Reconcile(p.d)
	for _, a := range divisions {
		name := string(a.Division)
		if div, known := p.w.cfg.Branch().Division(name); known {
			body, _ := p.w.cfg.Branch().Body(queue.BodyID(div.Body))
			name = a.Prefix + " · " + body.Short
		}
		v.Accounts = append(v.Accounts, accountView{
			Name: name, Range: queue.Number{Prefix: a.Prefix, N: a.First}.String() + " a " + queue.Number{Prefix: a.Prefix, N: a.Last}.String(), Account: a,
		})
	}
	v.Whole, v.Balanced = accountView{Name: "Total", Account: whole}, whole.Balanced()
	for _, k := range p.w.cfg.Branch().Counters {
		if s := p.d.Counter(queue.CounterID(k.ID)); s.Visit != nil {
			v.Busy = append(v.Busy, k.Label+": "+s.Visit.Number.String())
		}
	}
	for _, one := range p.d.Visits() {
		switch one.State {
		case queue.StateWaiting, queue.StateHeld, queue.StatePostponed:
			v.Left = append(v.Left, leftView{
				Number: one.Number.String(), Service: p.w.names().services[one.Service].name, State: stateWord(one.State),
				Waited: span(one.Wait(p.at)), Link: "/porque/" + one.Number.String() + "?visita=" + strconv.Itoa(int(one.ID)),
			})
		case queue.StateReserved, queue.StateVoid, queue.StateCalled, queue.StateServing, queue.StateFinished, queue.StateNoShow, queue.StateCancelled:
		}
	}
	v.Words = tickets(len(v.Left))
	v.Ended = !v.Open && len(v.Left) == 0 && whole.Pending == 0
	return v
}

// form reads the fields of a page's form, each at most once; if it cannot, it has answered.
func (w *Web) form(rw http.ResponseWriter, r *http.Request) (get func(string) string, ok bool) {
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		badRequest(rw, errors.New("o formulário não se lê"))
		return nil, false
	}
	for field, values := range r.PostForm {
		if len(values) != 1 {
			badRequest(rw, fmt.Errorf("o campo %.20q vem mais de uma vez", field))
			return nil, false
		}
	}
	if !keyForm.MatchString(r.PostForm.Get("key")) {
		badRequest(rw, errors.New("falta a chave do formulário"))
		return nil, false
	}
	return r.PostForm.Get, true
}

// carryOut gives a form's wish to the engine, under the form's key; if that cannot be, it has answered.
func (w *Web) carryOut(rw http.ResponseWriter, r *http.Request, v visitor, name, key string, cmd queue.Command) (engine.Answer, bool) {
	a, err := w.cfg.Commands.Do(r.Context(), journalKey(v.session, name, key), cmd)
	if err != nil {
		w.fault(rw, r, err)
		return a, false
	}
	return a, true
}

// dayEnd is POST /fecho: stop giving numbers, end the day, or give numbers again.
func (w *Web) dayEnd(rw http.ResponseWriter, r *http.Request, v visitor) {
	get, ok := w.form(rw, r)
	if !ok {
		return
	}
	by, err := w.cfg.Pseudonym(r.Context(), v.person.ID)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	var cmd queue.Command
	var done *said
	left, _ := strconv.Atoi(get("left"))
	switch get("action") {
	case "close":
		cmd, done = queue.CloseDay{}, saidOK("A loja deixou de dar senhas", "Quem já tem senha ainda é atendido.")
	case "reopen":
		cmd, done = queue.ReopenDay{By: by}, saidOK("A loja voltou a dar senhas", "Os quiosques já o mostram.")
	case "end":
		cmd, done = queue.EndDay{Left: left, By: by}, saidOK("O dia terminou", "As contas abaixo são as finais. Amanhã os números recomeçam.")
	default:
		badRequest(rw, errors.New("falta dizer o que fazer"))
		return
	}
	a, ok := w.carryOut(rw, r, v, "fecho", get("key"), cmd)
	switch {
	case !ok:
	case a.Refused != "":
		said := refusals[a.Refused]
		w.showDayEnd(rw, r, v, http.StatusConflict, get("action") == "end", saidRefused(said.text, said.next))
	default:
		w.showDayEnd(rw, r, v, http.StatusOK, false, done)
	}
}

// padsView is the page of pads.
type padsView struct {
	Said      *said
	Key       string
	Pads      []padLine
	Divisions []padChoice
}

type padLine struct {
	Division, Name, Range string
	First                 int
	Released              bool
}

type padChoice struct{ ID, Name string }

func (w *Web) padTitle(id queue.DivisionID) string { return padTitle(w.cfg.Branch(), id) }

// padTitle names a division by its letter, body and services.
func padTitle(b *branch.Branch, id queue.DivisionID) string {
	div, known := b.Division(string(id))
	if !known {
		return string(id)
	}
	body, _ := b.Body(queue.BodyID(div.Body))
	var services []string
	for _, s := range b.Services {
		if s.Division == div.ID {
			services = append(services, s.Name.In("pt"))
		}
	}
	return div.Prefix + " · " + body.Short + " · " + queueName(services)
}

func padRange(prefix string, p queue.Pad) string {
	return queue.Number{Prefix: prefix, N: p.First}.String() + " a " + queue.Number{Prefix: prefix, N: p.Last}.String()
}

// padsPage is GET /blocos.
func (w *Web) padsPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	w.showPads(rw, r, v, http.StatusOK, nil)
}

func (w *Web) showPads(rw http.ResponseWriter, r *http.Request, v visitor, status int, news *said) {
	var pads []queue.Pad
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, _ time.Time) { pads = d.Pads() }); err != nil {
		w.fault(rw, r, err)
		return
	}
	view := padsView{Said: news, Key: newKey()}
	for _, p := range pads {
		div, _ := w.cfg.Branch().Division(string(p.Division))
		view.Pads = append(view.Pads, padLine{
			Division: string(p.Division), Name: w.padTitle(p.Division), Range: padRange(div.Prefix, p), First: p.First, Released: p.Released,
		})
	}
	for _, div := range w.cfg.Branch().Divisions {
		view.Divisions = append(view.Divisions, padChoice{div.ID, w.padTitle(queue.DivisionID(div.ID))})
	}
	w.show(rw, status, v, page{Title: "Blocos de papel", Tab: "fecho", Template: "pads.html", Data: view, Styles: []string{"day.css"}})
}

// pads is POST /blocos: set numbers aside for a pad, or give a pad back.
func (w *Web) pads(rw http.ResponseWriter, r *http.Request, v visitor) {
	get, ok := w.form(rw, r)
	if !ok {
		return
	}
	by, err := w.cfg.Pseudonym(r.Context(), v.person.ID)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	first, _ := strconv.Atoi(get("first"))
	division := queue.DivisionID(get("division"))
	var cmd queue.Command = queue.ReleaseNumbers{Division: division, First: first, By: by}
	done := saidOK("O bloco sai de uso amanhã", "Até lá os seus números não se dão, porque podem andar na mão de alguém.")
	if get("action") == "make" {
		count, _ := strconv.Atoi(get("count"))
		cmd = queue.BlockNumbers{Division: division, First: first, Count: count, By: by}
		done = saidOK("O bloco está reservado", "Imprima-o e guarde-o junto dos balcões. A loja não dá estes números, hoje nem nos dias seguintes.")
	}
	a, ok := w.carryOut(rw, r, v, "blocos", get("key"), cmd)
	switch {
	case !ok:
	case a.Refused != "":
		said := refusals[a.Refused]
		w.showPads(rw, r, v, http.StatusConflict, saidRefused(said.text, said.next))
	default:
		w.showPads(rw, r, v, http.StatusOK, done)
	}
}
