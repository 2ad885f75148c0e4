package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"balcao/internal/qr"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// slipView is a slip for the printer of whoever gave the number.
type slipView struct {
	Then []string // with the same number, in order

	Number, Branch, Service, Body, Class, Place, Ahead, Wait, Issued, Validity, Feedback string

	Code *qr.Code // of where to complain and praise; nil is none
}

// slipPage is GET /rececao/talao/{visit}: what a kiosk would print, for a computer's own printer. It says nothing of the
// person, as no slip does.
func (w *Web) slipPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	id, _ := strconv.Atoi(r.PathValue("visit"))
	var view slipView
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, _ time.Time) {
		visit, known := d.Visit(queue.VisitID(id))
		if !known || visit.State == queue.StateVoid {
			return
		}
		view = w.slipOf(w.cfg.Branch().Ticket(d, visit), visit)
	}); err != nil {
		w.fault(rw, r, err)
		return
	}
	if view.Number == "" {
		w.notFound(rw, r)
		return
	}
	w.show(rw, http.StatusOK, v, page{
		Title: "Talão " + view.Number, Tab: "rececao", Template: "slip.html", Data: view, Styles: []string{"slip.css"}, Modules: []string{"slip.js"},
	})
}

func (w *Web) slipOf(t wire.Ticket, v queue.Visit) slipView {
	b := w.cfg.Branch()
	service, _ := b.Service(queue.ServiceID(t.Service))
	body, _ := b.Body(queue.BodyID(t.Body))
	at := time.UnixMilli(t.IssuedMS).In(w.cfg.Zone)
	view := slipView{
		Number: t.Number, Branch: b.Name, Service: inBoth(service.Name, v.Lang), Body: body.Name.In("pt"), Place: t.Place,
		Class: inBoth(t.ClassText, v.Lang), Issued: at.Format("02-01-2006 15:04"),
		Validity: "Válida só hoje. Se perder a vez, fale com a receção.",
	}
	if at := b.Feedback.OnSlip(); at != "" {
		view.Feedback = "Reclamar, elogiar ou sugerir: " + hostOf(at)
		if code, err := qr.Draw(at); err == nil { // an address too long for a code is a line all the same
			view.Code = &code
		}
	}
	for _, id := range t.Then {
		then, _ := b.Service(queue.ServiceID(id))
		view.Then = append(view.Then, inBoth(then.Name, v.Lang))
	}
	switch {
	case v.Class == queue.ClassLaw:
		view.Class = "Atendimento prioritário"
	case t.SlotMS > 0:
		view.Class = "Marcação das " + w.clock(time.UnixMilli(t.SlotMS))
	}
	if t.Ahead > 0 {
		view.Ahead = plural(t.Ahead, "1 pessoa à sua frente", "%d pessoas à sua frente")
	}
	switch {
	case t.Wait.Next:
		view.Wait = "É a seguir."
	case t.Wait.Over():
		view.Wait = fmt.Sprintf("Espera: mais de %d minutos", t.Wait.Low)
	case t.Wait.Known():
		view.Wait = fmt.Sprintf("Espera: %d a %d minutos", t.Wait.Low, t.Wait.High)
	}
	return view
}

// inBoth says a name in Portuguese and, where that is another, in the citizen's language.
func inBoth(name wire.Text, lang string) string {
	pt, other := name.In("pt"), name.In(lang)
	if other == "" || other == pt {
		return pt
	}
	return pt + " / " + other
}
