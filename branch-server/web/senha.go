package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"sync"
	"time"

	"balcao/internal/look"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// ticketCodes remembers the codes of a Day's requests, so that a crowd of telephones costs no more than a look.
type ticketCodes struct {
	mu     sync.Mutex
	date   queue.Date
	known  int // visits of the Day whose code is here
	visits map[string]queue.VisitID
}

// find returns the visit of a code. Visits are numbered from one on in the order in which they came, and keep their
// request for ever.
func (c *ticketCodes) find(d *queue.Day, code string) (queue.Visit, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.date != d.Date() || c.visits == nil {
		c.date, c.known, c.visits = d.Date(), 0, map[string]queue.VisitID{}
	}
	for {
		v, there := d.Visit(queue.VisitID(c.known + 1))
		if !there {
			break
		}
		c.known++
		c.visits[wire.TicketCode(string(v.Request))] = v.ID
	}
	id, found := c.visits[code]
	if !found {
		return queue.Visit{}, false
	}
	v, there := d.Visit(id)
	return v, there && wire.TicketCode(string(v.Request)) == code // the Day may have been read again and be shorter
}

// ticketData is what the public page says of one ticket: no more than the callboard and its slip.
type ticketData struct {
	Lang, Other, Code string
	Place             string
	At                string
	AtMS              int64
	Found             bool
	Number            string
	Service, Body     string
	Then              []string // further services with the same number, in order
	Where             string   // to wait
	State             string   // waiting, now, out, done
	Title, Text       string   // how it stands, and what to do
	Ahead, Wait       string   // empty once it was called
	WaitNote          string
	Say               func(string) string
}

// ticketPage is GET /s/{code}: what becomes of one ticket, for whoever holds its slip or saw its code on the kiosk's
// screen.
func (w *Web) ticketPage(rw http.ResponseWriter, r *http.Request, _ visitor) {
	lang := "pt"
	if r.URL.Query().Get("lang") == "en" {
		lang = "en"
	}
	code, _ := wire.ParseTicketCode(r.PathValue("code"))
	data := ticketData{Lang: lang, Other: "en", Code: code}
	if lang == "en" {
		data.Other = "pt"
	}
	data.Say = func(key string) string {
		if text, own := ticketWords[key]; own {
			return text.In(lang)
		}
		return waitsWords[key].In(lang)
	}
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) {
		data.Place, data.At, data.AtMS = w.cfg.Branch().Name, w.clock(at), at.UnixMilli()
		if v, found := w.codes.find(d, code); found && code != "" {
			w.sayTicket(&data, d, v)
		}
	}); err != nil {
		w.fault(rw, r, err)
		return
	}
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, "senha.html", data); err != nil {
		w.fault(rw, r, fmt.Errorf("make the page of a ticket: %w", err))
		return
	}
	status := http.StatusOK
	if !data.Found {
		status = http.StatusNotFound
	}
	rw.Header().Set("Cache-Control", "no-store")
	rw.Header().Set("X-Robots-Tag", "noindex")
	rw.Header().Set("Referrer-Policy", "no-referrer")
	title := data.Say("ticket")
	if data.Found {
		title = data.Number + " · " + data.Title
	}
	look.Page{
		Lang: map[string]string{"pt": "pt-PT", "en": "en"}[lang], Title: title,
		Links: []string{ownAsset("espera.css")}, Modules: []string{ownAsset("espera.js")},
		Body: template.HTML(b.String()), //nolint:gosec // made by a template
	}.Write(rw, status)
}

// sayTicket says how a visit stands, in the language of the data.
func (w *Web) sayTicket(t *ticketData, d *queue.Day, v queue.Visit) {
	b := w.cfg.Branch()
	painted := b.Ticket(d, v)
	t.Found, t.Number, t.Where = true, painted.Number, painted.Place
	if s, known := b.Service(v.Service); known {
		t.Service = s.Name.In(t.Lang)
	}
	for _, id := range v.Then {
		if s, known := b.Service(id); known {
			t.Then = append(t.Then, s.Name.In(t.Lang))
		}
	}
	if body, known := b.Body(v.Body); known {
		t.Body = body.Name.In(t.Lang)
	}
	counter := ""
	for _, c := range b.Counters {
		if c.ID == string(v.Counter) {
			counter = c.Label
		}
	}
	hour := func(at time.Time) string { return w.clock(at) }
	say := func(state, key string, args ...any) {
		t.State, t.Title, t.Text = state, fmt.Sprintf(t.Say(key), args...), t.Say(key+".do")
	}
	switch v.State {
	case queue.StateReserved:
		say("out", "reserved")
	case queue.StateWaiting:
		t.waits(v, painted, hour)
	case queue.StateCalled:
		say("now", "called", counter)
	case queue.StateServing:
		say("now", "serving", counter)
	case queue.StateHeld:
		say("waiting", "held")
	case queue.StatePostponed:
		say("waiting", "postponed")
	case queue.StateFinished:
		say("done", "finished", hour(v.EndedAt))
	case queue.StateNoShow:
		say("out", "noshow", hour(v.LastCall))
	case queue.StateVoid, queue.StateCancelled:
		say("out", "cancelled")
	}
}

// waits says how many stand before a ticket, and what its holder was told of the wait.
func (t *ticketData) waits(v queue.Visit, painted wire.Ticket, hour func(time.Time) string) {
	t.State, t.Title, t.Text = "waiting", t.Say("waits"), t.Say("waits.do")
	switch {
	case !v.Slot.IsZero():
		t.Ahead = fmt.Sprintf(t.Say("booked"), hour(v.Slot))
	case painted.Ahead == 0:
		t.Ahead = t.Say("ahead.none")
	case painted.Ahead == 1:
		t.Ahead = t.Say("ahead.one")
	default:
		t.Ahead = strconv.Itoa(painted.Ahead) + " " + t.Say("ahead.many")
	}
	if v.Slot.IsZero() && painted.Wait.Known() {
		t.Wait, t.WaitNote = waitWords(painted.Wait, t.Lang), fmt.Sprintf(t.Say("told"), hour(v.Asked))
	}
}

// ticketWords are the words of the page of one ticket.
var ticketWords = map[string]wire.Text{
	"ticket":       {"pt": "A sua senha", "en": "Your ticket"},
	"ahead":        {"pt": "À sua frente", "en": "Ahead of you"},
	"ahead.none":   {"pt": "ninguém", "en": "nobody"},
	"ahead.one":    {"pt": "1 pessoa", "en": "1 person"},
	"ahead.many":   {"pt": "pessoas", "en": "people"},
	"booked":       {"pt": "marcação das %s", "en": "booked for %s"},
	"told":         {"pt": "estimativa das %s, quando tirou a senha", "en": "as estimated at %s, when you took it"},
	"where":        {"pt": "Espere aqui", "en": "Wait here"},
	"waits":        {"pt": "Está na fila", "en": "You are in the queue"},
	"waits.do":     {"pt": "Fique perto: esta página não toca. Quem chama é o painel da loja.", "en": "Stay near: this page makes no sound. The board in the branch calls you."},
	"called":       {"pt": "É a sua vez: %s", "en": "It is your turn: %s"},
	"called.do":    {"pt": "Vá já ao balcão, com a senha ou com este ecrã.", "en": "Go to the counter now, with your ticket or this screen."},
	"serving":      {"pt": "Em atendimento: %s", "en": "Being served: %s"},
	"serving.do":   {"pt": "", "en": ""},
	"held":         {"pt": "Atendimento interrompido", "en": "Service interrupted"},
	"held.do":      {"pt": "Fique por perto: volta a ser chamada.", "en": "Stay near: you will be called again."},
	"postponed":    {"pt": "Volta hoje", "en": "Coming back today"},
	"postponed.do": {"pt": "Quando voltar, diga este número na receção.", "en": "When you are back, give this number at reception."},
	"finished":     {"pt": "Atendida às %s", "en": "Served at %s"},
	"finished.do":  {"pt": "Obrigado pela visita.", "en": "Thank you for your visit."},
	"noshow":       {"pt": "Chamada às %s, e ninguém veio", "en": "Called at %s, and nobody came"},
	"noshow.do":    {"pt": "Fale já com a receção: ainda pode voltar à fila.", "en": "Talk to reception now: you may still return to the queue."},
	"reserved":     {"pt": "Ainda não está na fila", "en": "Not in the queue yet"},
	"reserved.do":  {"pt": "No quiosque, toque em «Fico com o número no ecrã», ou peça ajuda na receção.", "en": "At the kiosk, touch “The number on screen is enough”, or ask at reception."},
	"cancelled":    {"pt": "Esta senha já não vale", "en": "This ticket is no longer valid"},
	"cancelled.do": {"pt": "Se ainda precisa de ser atendida, tire outra senha ou fale com a receção.", "en": "If you still need service, take another ticket or talk to reception."},
	"none":         {"pt": "Não encontramos esta senha", "en": "We cannot find this ticket"},
	"none.do":      {"pt": "Uma senha vale só no seu dia e na sua loja. Se a tirou agora, espere um minuto e atualize; senão, fale com a receção.", "en": "A ticket is valid on its day and in its branch only. If you have just taken it, wait a minute and refresh; otherwise ask at reception."},
	"then":         {"pt": "Depois, com a mesma senha:", "en": "Then, with the same number:"},
	"waits.all":    {"pt": "Tempos de espera de toda a loja", "en": "Waiting times of the whole branch"},
}
