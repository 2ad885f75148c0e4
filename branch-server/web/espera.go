package web

import (
	"bytes"
	"cmp"
	"context"
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

// publicWaits is the page of waits for anybody with a telephone, kept for a moment so that a crowd of telephones
// costs the engine no more than one.
type publicWaits struct {
	mu   sync.Mutex
	made map[string]madePage // by language
}

type madePage struct {
	body []byte
	at   time.Time
}

const (
	// waitsKept is how long one painting of the public page serves everybody.
	waitsKept = 2 * time.Second
	// waitsCached is how long browsers and proxies may keep it.
	waitsCached = 5 * time.Second
)

// waitsData is what the public page says. It holds no ticket's number and no person.
type waitsData struct {
	Lang, Query string // Query keeps the language in an address
	Langs       []langLink
	Place       string
	Open        bool
	Why, Next   string   // while nothing is given
	Hours       []string // of the week
	At          string   // of the branch's clock, 10:31
	AtMS        int64
	Bodies      []waitsBody
	Say         func(string) string
}

type waitsBody struct {
	Name     string
	Services []waitsService
}

type waitsService struct {
	Name, Help string
	State      string // of wire.Offer
	Note, Next string // why no tickets are given, and what to do; empty while they are
	Waiting    string // 4 pessoas à espera
	Wait       string // 20 a 35 min
	Known      bool
}

// waitsPage is GET /espera: how long the waits are, without sign-in, script or any number of a person.
func (w *Web) waitsPage(rw http.ResponseWriter, r *http.Request, _ visitor) {
	lang := langOf(r, "")
	body, err := w.public.page(r.Context(), w, lang)
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	rw.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(int(waitsCached/time.Second)))
	_, _ = rw.Write(body) // the browser may have gone
}

// page returns the page in a language, made anew when it is older than waitsKept. One maker at a time: whoever comes
// meanwhile waits for its page instead of asking the engine too.
func (p *publicWaits) page(ctx context.Context, w *Web, lang string) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := w.cfg.Now()
	if m, made := p.made[lang]; made && now.Sub(m.at) >= 0 && now.Sub(m.at) < waitsKept {
		return m.body, nil
	}
	body, err := w.paintWaits(ctx, lang)
	if err != nil {
		return nil, err
	}
	if p.made == nil {
		p.made = map[string]madePage{}
	}
	p.made[lang] = madePage{body: body, at: now}
	return body, nil
}

func (w *Web) paintWaits(ctx context.Context, lang string) ([]byte, error) {
	var offer wire.Offer
	if err := w.cfg.Commands.Read(ctx, func(d *queue.Day, at time.Time) {
		offer = w.cfg.Branch().Offer(d, w.cfg.Waits, at)
	}); err != nil {
		return nil, err
	}
	say := func(key string) string { return waitsWords[key].In(lang) }
	data := waitsData{
		Lang: lang, Query: langQuery(lang), Langs: langLinks("/espera", lang), Place: offer.Branch.Name, Open: offer.Branch.Open, Say: say,
		At: w.clock(time.UnixMilli(offer.AtMS)), AtMS: offer.AtMS,
	}
	data.Why, data.Next = offer.Branch.Why.In(lang), offer.Branch.Next.In(lang)
	for _, line := range offer.Branch.Hours {
		data.Hours = append(data.Hours, line.In(lang))
	}
	for _, b := range offer.Bodies {
		body := waitsBody{Name: b.Name.In(lang)}
		for _, s := range offer.Services {
			if s.Body == b.ID {
				body.Services = append(body.Services, waitsOf(s, lang))
			}
		}
		if len(body.Services) > 0 {
			data.Bodies = append(data.Bodies, body)
		}
	}
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, "espera.html", data); err != nil {
		return nil, fmt.Errorf("make the page of waits: %w", err)
	}
	page := pageBuffer{header: http.Header{}}
	look.Page{
		Lang: langTag(lang), Title: say("title"),
		Links: []string{ownAsset("espera.css")}, Modules: []string{ownAsset("espera.js")},
		Body: template.HTML(b.String()), //nolint:gosec // made by a template
	}.Write(&page, http.StatusOK)
	return page.body.Bytes(), nil
}

func waitsOf(s wire.OfferService, lang string) waitsService {
	out := waitsService{
		Name: s.Name.In(lang), Help: s.Help.In(lang), State: s.State, Known: s.Wait.Known(),
		Wait: waitWords(s.Wait, lang), Waiting: waitingWords(s.Waiting, lang),
	}
	if s.State != wire.OfferOpen {
		out.Note, out.Next = cmp.Or(s.Why.In(lang), waitsWords["state."+s.State].In(lang), waitsWords["state.closed"].In(lang)), s.Next.In(lang)
	}
	return out
}

// waitWords says a range in words.
func waitWords(r wire.Range, lang string) string {
	text := func(key string) string { return waitsWords[key].In(lang) }
	switch {
	case r.Next:
		return text("next")
	case !r.Known():
		return text("unknown")
	case r.Over():
		return fmt.Sprintf(text("over"), span(time.Duration(r.Low)*time.Minute))
	case r.Low == 0:
		return fmt.Sprintf(text("upto"), r.High)
	}
	return fmt.Sprintf(text("range"), r.Low, r.High)
}

func waitingWords(n int, lang string) string {
	switch n {
	case 0:
		return waitsWords["nobody"].In(lang)
	case 1:
		return waitsWords["one"].In(lang)
	}
	return fmt.Sprintf(waitsWords["people"].In(lang), n)
}

// pageBuffer keeps a page that look writes.
type pageBuffer struct {
	header http.Header
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (p *pageBuffer) Header() http.Header { return p.header }

// Write implements http.ResponseWriter.
func (p *pageBuffer) Write(b []byte) (int, error) { return p.body.Write(b) }

// WriteHeader implements http.ResponseWriter.
func (p *pageBuffer) WriteHeader(int) {}
