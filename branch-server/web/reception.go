package web

import (
	"net/http"
	"slices"

	"balcao/internal/queue"
)

// receptionView is what the page of reception shows.
type receptionView struct {
	Place    placeView       `json:"place"`
	Bodies   []bodyChoice    `json:"bodies"`
	Printers []printerChoice `json:"printers"` // kiosks that may print a slip
	Given    []givenView     `json:"given"`    // the last numbers given by reception, newest first
	Waiting  int             `json:"waiting"`  // in the branch
	Alarms   []alarmView     `json:"alarms"`
	Wishes   []wishView      `json:"wishes"`
	Back     []givenView     `json:"back"` // who was told to come back today
}

// givenView is one number that reception gave, or expects.
type givenView struct {
	ID      queue.VisitID `json:"id"`
	Number  string        `json:"tk"`
	Service string        `json:"svc"`
	State   string        `json:"state"` // in words
	At      string        `json:"at"`
	Class   string        `json:"class"`
	Slip    string        `json:"slip"`    // what became of its slip: a code
	Paper   string        `json:"paper"`   // the same in words
	Despite string        `json:"despite"` // given although, and why, in words; empty if nothing stood against it
	Then    []string      `json:"then"`    // names of the services still to come
}

// givenListed is how many numbers the page of reception lists.
const givenListed = 8

func (p painter) reception() receptionView {
	v := receptionView{Place: p.place(), Bodies: p.bodyChoices(), Given: []givenView{}, Printers: p.printers(), Back: []givenView{}, Waiting: p.waitingInAll(), Alarms: p.ringing(), Wishes: p.wishes()}
	all := p.d.Visits()
	for _, one := range slices.Backward(all) {
		g := givenView{
			ID: one.ID, Number: one.Number.String(), Service: p.w.names().services[one.Service].name, State: stateWord(one.State),
			At: p.w.clock(one.Asked), Class: p.class(one), Then: p.thenNames(one),
		}
		g.Slip, g.Paper = slipFate(one)
		g.Despite = despiteWords(one)
		if one.Slip != "" {
			g.Service = "Talão " + one.Slip + " · " + g.Service
		}
		if (byReception(one) || one.Slip != "" && one.State == queue.StateWaiting) && len(v.Given) < givenListed {
			v.Given = append(v.Given, g)
		}
		if one.State == queue.StatePostponed && len(v.Back) < givenListed {
			v.Back = append(v.Back, g)
		}
	}
	return v
}

// byReception reports whether reception, or the coordination, gave the number.
func byReception(v queue.Visit) bool {
	return !v.Walked && v.Print != queue.PrintPad && (v.By != "" || v.Print == queue.PrintNone)
}

// receptionPage is GET /rececao.
func (w *Web) receptionPage(rw http.ResponseWriter, _ *http.Request, v visitor) {
	w.show(rw, http.StatusOK, v, page{Title: "Receção", Tab: "rececao", Template: "reception.html", Modules: []string{"reception.js"}})
}
