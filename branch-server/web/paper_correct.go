package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"balcao/internal/queue"
)

// enteredLine is one ticket of a pad that was entered on this Day.
type enteredLine struct {
	ID                                queue.VisitID
	Number, Service, Outcome, Counter string
	Can                               bool // it can still be put right
	Fixed                             bool // it was
	Now                               bool // it is being put right
}

// correctForm is the form that puts one of them right.
type correctForm struct {
	Visit       queue.VisitID
	Number, Was string
	Outcomes    []chosenOption
	Services    []chosenOption
	Counters    []chosenOption
}

type chosenOption struct {
	ID, Name string
	Chosen   bool
}

// correctedOutcomes are what can have happened to a ticket of a pad.
var correctedOutcomes = []struct {
	state queue.State
	text  string
}{
	{queue.StateFinished, "foi atendida"},
	{queue.StateNoShow, "foi chamada e não compareceu"},
	{queue.StateWaiting, "ainda está à espera"},
	{queue.StateVoid, "não foi usada: registada por engano"},
}

// fillEntered lists what was entered from pads today, and opens the form of the one that somebody chose.
func (w *Web) fillEntered(view *paperView, d *queue.Day, chosen string) {
	id, _ := strconv.Atoi(chosen) // 0, as any nonsense, is none
	for _, v := range d.Visits() {
		if v.Print != queue.PrintPad {
			continue
		}
		line := enteredLine{
			ID: v.ID, Number: v.Number.String(), Service: w.names().services[v.Service].name, Outcome: stateWord(v.State),
			Can: v.CanCorrect(), Fixed: v.Corrected, Now: int(v.ID) == id,
		}
		if v.State == queue.StateVoid {
			line.Outcome = "não foi usada"
		}
		if v.Counter != "" {
			line.Counter = w.cfg.Branch().Label(v.Counter)
		}
		view.Entered = append(view.Entered, line)
		if line.Now && line.Can {
			view.Correct = w.correctForm(v, line.Outcome)
		}
	}
	slices.SortFunc(view.Entered, func(a, b enteredLine) int { return strings.Compare(a.Number, b.Number) })
}

func (w *Web) correctForm(v queue.Visit, was string) *correctForm {
	f := &correctForm{Visit: v.ID, Number: v.Number.String(), Was: was}
	for _, o := range correctedOutcomes {
		f.Outcomes = append(f.Outcomes, chosenOption{string(o.state), o.text, o.state == v.State})
	}
	for _, s := range w.cfg.Branch().Services {
		if s.Division == string(v.Division) {
			f.Services = append(f.Services, chosenOption{s.ID, s.Name.In("pt"), s.ID == string(v.Service)})
		}
	}
	for _, k := range w.cfg.Branch().Counters {
		f.Counters = append(f.Counters, chosenOption{k.ID, k.Label, k.ID == string(v.Counter)})
	}
	return f
}

// correctPaper is POST /papel/corrigir: what was entered of one ticket of a pad is put right. The journal keeps both.
func (w *Web) correctPaper(rw http.ResponseWriter, r *http.Request, v visitor) {
	get, ok := w.form(rw, r)
	if !ok {
		return
	}
	id, _ := strconv.ParseInt(get("visit"), 10, 32)
	by, err := w.cfg.Pseudonym(r.Context(), v.person.ID)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	a, err := w.cfg.Commands.Do(r.Context(), journalKey(v.session, "papel-corrigir", get("key")), queue.CorrectPaper{
		Visit: queue.VisitID(id), Outcome: queue.State(get("outcome")), Service: queue.ServiceID(get("service")),
		Counter: queue.CounterID(get("counter")), By: by,
	})
	switch {
	case err != nil:
		w.fault(rw, r, err)
	case a.Refused != "":
		said := refusals[a.Refused]
		w.showPaper(rw, r, v, http.StatusConflict, paperView{Said: saidRefused(said.text, said.next)})
	case a.Seq == 0:
		w.showPaper(rw, r, v, http.StatusOK, paperView{Said: saidOK("Nada mudou", "Já estava assim.")})
	default:
		w.showPaper(rw, r, v, http.StatusOK, paperView{Said: saidOK(a.Number+" corrigida", "O registo anterior fica no diário, com a correção a seguir.")})
	}
}
