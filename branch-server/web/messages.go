package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"balcao/internal/branch"
	"balcao/internal/wire"
)

// Message is something the coordination says on the callboards until a moment.
type Message struct {
	ID    string // made with the form, so that one sent twice is said once
	Text  wire.Text
	Zone  string // of one callboard; empty is all of them
	Until time.Time
}

// Messages keeps what is said on the callboards.
type Messages interface {
	// All returns the messages that have not ended.
	All() []Message
	// Put says a message; one with a known id changes nothing.
	Put(ctx context.Context, m Message) error
	// Remove takes a message away; one that is not there is no error.
	Remove(ctx context.Context, id string) error
}

// mostMessages is how many messages may be on the boards at a time: each is shown for a while, in turn.
const mostMessages = 8

// messagesData is the page of messages.
type messagesData struct {
	Messages []messageRow
	Zones    []branch.Callboard
	Key      string
	PT, EN   string
	Zone     string
	Until    string // minutes from now
	Untils   []untilChoice
	Problem  string
	Done     string
	Most     int // letters
	Full     bool
}

type messageRow struct{ ID, PT, EN, Zone, Until string }

type untilChoice struct{ Value, Label string }

// untils are how long a message may stay; the last one is the end of the day.
var untils = []untilChoice{{"15", "15 minutos"}, {"30", "30 minutos"}, {"60", "1 hora"}, {"120", "2 horas"}, {"240", "4 horas"}, {"dia", "até ao fim do dia"}}

// messagesPage is GET /painel/mensagens.
func (w *Web) messagesPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	d := messagesData{Until: "60"}
	switch r.URL.Query().Get("feito") {
	case "posta":
		d.Done = "A mensagem está nos painéis."
	case "retirada":
		d.Done = "A mensagem saiu dos painéis."
	}
	w.showMessages(rw, http.StatusOK, v, d)
}

func (w *Web) showMessages(rw http.ResponseWriter, status int, v visitor, d messagesData) {
	d.Zones, d.Untils, d.Most = w.cfg.Branch().Callboards, untils, branch.MaxMessage
	d.Key = rand.Text()
	for _, m := range w.cfg.Messages.All() {
		row := messageRow{ID: m.ID, PT: m.Text["pt"], EN: m.Text["en"], Zone: "todos os painéis", Until: w.clock(m.Until)}
		for _, z := range d.Zones {
			if z.ID == m.Zone {
				row.Zone = z.Name
			}
		}
		d.Messages = append(d.Messages, row)
	}
	d.Full = len(d.Messages) >= mostMessages
	w.show(rw, status, v, page{Title: "Mensagens nos painéis", Tab: "paineis", Template: "messages.html", Data: d})
}

// putMessage is POST /painel/mensagens.
func (w *Web) putMessage(rw http.ResponseWriter, r *http.Request, v visitor) {
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		badRequest(rw, errors.New("o formulário não se lê"))
		return
	}
	d := messagesData{
		PT: oneLine(r.PostForm.Get("pt")), EN: oneLine(r.PostForm.Get("en")), Zone: r.PostForm.Get("zone"), Until: r.PostForm.Get("until"),
	}
	m, problem := w.messageOf(d, r.PostForm.Get("key"))
	if problem != "" {
		d.Problem = problem
		w.showMessages(rw, http.StatusUnprocessableEntity, v, d)
		return
	}
	if err := w.cfg.Messages.Put(r.Context(), m); err != nil {
		w.fault(rw, r, err)
		return
	}
	http.Redirect(rw, r, "/painel/mensagens?feito=posta", http.StatusSeeOther)
}

// messageOf reads a message from the form, or says in words what is wrong with it.
func (w *Web) messageOf(d messagesData, key string) (Message, string) {
	m := Message{ID: key, Text: wire.Text{"pt": d.PT}, Zone: d.Zone}
	if d.EN != "" {
		m.Text["en"] = d.EN
	}
	zones := w.cfg.Branch().Callboards
	known := d.Zone == ""
	for _, z := range zones {
		known = known || z.ID == d.Zone
	}
	for _, text := range m.Text {
		if utf8.RuneCountInString(text) > branch.MaxMessage {
			return m, "A mensagem é comprida de mais para se ler de longe: no máximo 120 letras."
		}
	}
	switch {
	case d.PT == "":
		return m, "Escreva a mensagem em português."
	case len(key) < 16 || len(key) > 64:
		return m, "O formulário estava incompleto. Tente de novo."
	case !known:
		return m, "Esse painel já não existe. Escolha outro."
	case len(w.cfg.Messages.All()) >= mostMessages:
		return m, "Já estão 8 mensagens nos painéis. Retire uma primeiro."
	}
	now := w.cfg.Now()
	switch d.Until {
	case "15", "30", "60", "120", "240":
		minutes, _ := time.ParseDuration(d.Until + "m") // one of those above
		m.Until = now.Add(minutes)
	default:
		local := now.In(w.cfg.Zone)
		m.Until = time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, w.cfg.Zone)
	}
	return m, ""
}

// oneLine puts a text on one line without what cannot be printed.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)), " ")
}

// removeMessage is POST /painel/mensagens/retirar.
func (w *Web) removeMessage(rw http.ResponseWriter, r *http.Request, _ visitor) {
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		badRequest(rw, errors.New("o formulário não se lê"))
		return
	}
	if err := w.cfg.Messages.Remove(r.Context(), r.PostForm.Get("id")); err != nil {
		w.fault(rw, r, err)
		return
	}
	http.Redirect(rw, r, "/painel/mensagens?feito=retirada", http.StatusSeeOther)
}
