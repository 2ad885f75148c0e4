package web

import (
	"context"
	"net/http"
	"time"

	"balcao/internal/wire"
)

// Asked is what headquarters asked of this branch, and what became of it.
type Asked struct {
	ID     string
	Do     string // as wire names it
	Node   string
	Text   string // of a message
	By     string // who gave it, at headquarters
	Given  time.Time
	Came   time.Time
	State  string // one of the states of wire.CommandResult
	Words  string // what became of it
	Report string
	Ended  time.Time // zero while it is not
}

// Asking is what headquarters asks of this branch.
type Asking interface {
	// Asked returns the last of it, newest first.
	Asked(ctx context.Context, limit int) ([]Asked, error)
	// Unread returns the messages that nobody has read, oldest first; it is quick.
	Unread() []Asked
	// Read says that a message was read; one that was is no error.
	Read(ctx context.Context, id string) error
}

// mostAsked is how many lines the page has.
const mostAsked = 50

// askedWords name what headquarters asked.
var askedWords = map[string]string{
	wire.CommandBackup: "Cópia de segurança", wire.CommandCheck: "Confirmar a base de dados", wire.CommandReport: "Relatório de apoio",
	wire.CommandConfig: "Reenviar a configuração", wire.CommandRestart: "Reiniciar", wire.CommandMessage: "Mensagem",
}

type askedLine struct {
	ID                     string
	What, By, Given, Ended string
	State                  sign
	Text, Words, Report    string
	Unread                 bool
}

// sign is a state as shape and word.
type sign struct{ Class, Mark, Word string }

// askedSigns are the states of what was asked.
var askedSigns = map[string]sign{
	wire.CommandReceived: {"working", "b-working", "a fazer"}, wire.CommandDone: {"ok", "check", "feito"},
	wire.CommandRefused: {"out", "b-out", "recusado"}, wire.CommandFailed: {"out", "b-out", "falhou"},
}

type askedData struct {
	Unread []askedLine
	Lines  []askedLine
	Done   bool
}

// askedPage is GET /pedidos.
func (w *Web) askedPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	d := askedData{Done: r.URL.Query().Get("feito") == "lida"}
	if w.cfg.Asking != nil {
		all, err := w.cfg.Asking.Asked(r.Context(), mostAsked)
		if err != nil {
			w.fault(rw, r, err)
			return
		}
		for _, a := range all {
			line := w.askedLine(a)
			if line.Unread {
				d.Unread = append(d.Unread, line)
			}
			d.Lines = append(d.Lines, line)
		}
	}
	w.show(rw, http.StatusOK, v, page{Title: "Pedidos da sede", Tab: "vivo", Template: "asked.html", Data: d})
}

func (w *Web) askedLine(a Asked) askedLine {
	l := askedLine{
		ID: a.ID, What: askedWords[a.Do], By: a.By, Given: w.moment(a.Given), State: askedSigns[a.State], Text: a.Text, Words: a.Words, Report: a.Report,
		Unread: a.Do == wire.CommandMessage && a.State == wire.CommandReceived,
	}
	if l.What == "" {
		l.What = "Pedido que este programa não conhece"
	}
	if a.Node != "" {
		l.What += " " + a.Node
	}
	if l.By == "" {
		l.By = "Sede"
	}
	if l.Unread {
		l.State = sign{"watch", "b-watch", "por ler"}
	}
	if !a.Ended.IsZero() {
		l.Ended = w.moment(a.Ended)
	}
	return l
}

// moment is an hour, with its day where that is another one.
func (w *Web) moment(t time.Time) string {
	at := t.In(w.cfg.Zone)
	words := at.Format("15:04")
	if at.Format(time.DateOnly) != w.cfg.Now().In(w.cfg.Zone).Format(time.DateOnly) {
		words = dayShort(at) + ", " + words
	}
	return words
}

// readAsked is POST /pedidos/lida.
func (w *Web) readAsked(rw http.ResponseWriter, r *http.Request, _ visitor) {
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		badRequest(rw, err)
		return
	}
	if w.cfg.Asking != nil {
		if err := w.cfg.Asking.Read(r.Context(), r.PostForm.Get("id")); err != nil {
			w.fault(rw, r, err)
			return
		}
	}
	http.Redirect(rw, r, "/pedidos?feito=lida", http.StatusSeeOther)
}

// unread names messages of headquarters that nobody has read.
func (p painter) unread(found *findings) {
	if p.w.cfg.Asking == nil {
		return
	}
	for _, m := range p.w.cfg.Asking.Unread() {
		by := m.By
		if by == "" {
			by = "a sede"
		}
		found.add(attentionView{
			Degree: stateWatch, key: "asked " + m.ID, Title: "Mensagem da sede, de " + by, Text: m.Text, Since: milli(m.Came),
			First: "Leia e confirme: a sede vê que foi lida.", Open: "page:/pedidos", Act: "Ler",
		})
	}
}
