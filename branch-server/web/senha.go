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
	Lang, Query, Code string // Query keeps the language in an address
	Langs             []langLink
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
	code, _ := wire.ParseTicketCode(r.PathValue("code"))
	data := ticketData{Lang: langOf(r, ""), Code: code}
	data.Say = func(key string) string {
		if text, own := ticketWords[key]; own {
			return text.In(data.Lang)
		}
		return waitsWords[key].In(data.Lang)
	}
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, at time.Time) {
		data.Place, data.At, data.AtMS = w.cfg.Branch().Name, w.clock(at), at.UnixMilli()
		if v, found := w.codes.find(d, code); found && code != "" {
			data.Lang = langOf(r, v.Lang) // whoever chose one at the kiosk reads it here too
			w.sayTicket(&data, d, v)
		}
	}); err != nil {
		w.fault(rw, r, err)
		return
	}
	path := "/espera"
	if code != "" {
		path = "/s/" + code
	}
	data.Langs, data.Query = langLinks(path, data.Lang), "?lang="+data.Lang
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
		Lang: langTag(data.Lang), Title: title,
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
