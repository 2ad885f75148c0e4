package bench

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"time"

	"balcao/internal/look"
	cards "balcao/kiosk/pcsc/bench"
	"balcao/printers/printertest"
)

//go:embed pages
var files embed.FS

var pageTemplates = template.Must(template.New("").Funcs(look.Funcs()).ParseFS(files, "pages/*.html"))

const (
	maxForm   = 4 << 10
	beatEvery = 2 * time.Second
	patience  = 5 * time.Second // for the card bench to obey
)

func (b *Bench) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/look/", look.Handler())
	mux.Handle("GET /favicon.ico", look.Favicon())
	mux.Handle("GET /{$}", http.RedirectHandler("/paper", http.StatusFound))
	mux.HandleFunc("GET /paper", b.paperPage)
	mux.HandleFunc("GET /paper/pages/{file}", serveAsset)
	mux.HandleFunc("GET /paper/events", func(w http.ResponseWriter, r *http.Request) {
		b.serveEvents(w, r, func() any { return b.paperState() })
	})
	mux.HandleFunc("GET /paper/{file}", b.getPaper)
	mux.HandleFunc("POST /paper/fault", b.postFault)
	mux.HandleFunc("POST /paper/language", b.postLanguage)
	mux.HandleFunc("POST /paper/mouth", b.postMouth)
	mux.HandleFunc("POST /paper/logos", b.postLogos)
	mux.HandleFunc("GET /api/papers", b.getPapers)
	mux.HandleFunc("GET /led", b.ledPage)
	mux.HandleFunc("GET /led/events", func(w http.ResponseWriter, r *http.Request) {
		b.serveEvents(w, r, func() any { return b.led.state() })
	})
	mux.HandleFunc("GET /led/picture.png", b.getLED)
	mux.HandleFunc("POST /led/fault", b.postLED)
	mux.HandleFunc("GET /api/led", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, b.led.state()) })
	mux.HandleFunc("GET /cards", b.cardsPage)
	mux.HandleFunc("GET /cards/events", func(w http.ResponseWriter, r *http.Request) {
		b.serveEvents(w, r, func() any { return b.cardState() })
	})
	mux.HandleFunc("POST /cards/insert", b.postInsert)
	mux.HandleFunc("POST /cards/remove", b.postRemove)
	mux.HandleFunc("GET /keypad", b.keypadPage)
	mux.HandleFunc("GET /keypad/events", func(w http.ResponseWriter, r *http.Request) {
		b.serveEvents(w, r, func() any { return keypadState{Simulated: true, Plugged: b.pad.plugged()} })
	})
	mux.HandleFunc("POST /keypad/key", b.postKey)
	mux.HandleFunc("POST /keypad/plug", b.postPlug)
	mux.HandleFunc("GET /keypad/speech", b.getSpeech)
	mux.HandleFunc("GET /keypad/speech/{file}", b.getSpeech)
	mux.HandleFunc("GET /api/cards", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, b.cardState()) })
	return look.Secure(http.NewCrossOriginProtection().Handler(mux))
}

// faultButton is a fault of the printer as the page offers it.
type faultButton struct {
	Kind printertest.Kind
	Word string
}

var faultButtons = []faultButton{
	{printertest.PaperOut, "Sem papel"},
	{printertest.NearEnd, "Papel a acabar"},
	{printertest.CoverOpen, "Tampa aberta"},
	{printertest.CutterError, "Guilhotina presa"},
	{printertest.Jam, "Papel encravado"},
	{printertest.HeadHot, "Cabeça quente"},
	{printertest.CableOut, "Cabo fora"},
	{printertest.PowerOff, "Desligada"},
	{printertest.Silent, "Silenciosa"},
}

func (b *Bench) paperPage(w http.ResponseWriter, _ *http.Request) {
	b.page(w, "Papel", "paper", map[string]any{"Faults": faultButtons, "Languages": languages()})
}

func (b *Bench) cardsPage(w http.ResponseWriter, _ *http.Request) {
	b.page(w, "Cartões", "cards", map[string]any{"Groups": b.groups()})
}

func (b *Bench) page(w http.ResponseWriter, title, name string, data map[string]any) {
	var body bytes.Buffer
	data["Label"] = b.CardsLabel()
	if err := pageTemplates.ExecuteTemplate(&body, name+".html", data); err != nil {
		b.cfg.Log.Error("write page of the virtual devices", "err", err)
		http.Error(w, "página indisponível", http.StatusInternalServerError)
		return
	}
	look.Page{
		Title: title + " (simulado)", Styles: []string{"staff.css"}, Links: []string{"/paper/pages/bench.css"},
		Modules: []string{"/paper/pages/" + name + ".js"},
		Body:    template.HTML(body.String()), //nolint:gosec // made by a template
	}.Write(w, http.StatusOK)
}

// cardRow is one card of the deck.
type cardRow struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Group string `json:"group"` // good, verdict or other
}

// cardState is everything the page of the cards shows.
type cardState struct {
	Simulated bool      `json:"simulated"`
	Label     string    `json:"label"`
	Service   bool      `json:"service"` // the smart card service answers
	Card      string    `json:"card"`    // in the reader; empty for none
	Cards     []cardRow `json:"cards"`
}

func (b *Bench) cardState() cardState {
	s := b.reader().State()
	return cardState{Simulated: true, Label: b.CardsLabel(), Service: s.Service, Card: s.Card, Cards: b.deck()}
}

func (b *Bench) deck() []cardRow {
	var rows []cardRow
	for _, c := range b.reader().Cards() {
		rows = append(rows, cardRow{Name: c.Name, Label: c.Label, Group: group(c.Name)})
	}
	return rows
}

// cardGroup is a part of the deck with its heading.
type cardGroup struct {
	ID, Title, Note, Icon string
	Cards                 []cardRow
}

func (b *Bench) groups() []cardGroup {
	all := []cardGroup{
		{ID: groupGood, Title: "Inserir o cartão de…", Note: "leem-se bem e estão verificados", Icon: "b-id-card"},
		{ID: groupVerdict, Title: "Conforme a verificação", Note: "um para cada resposta", Icon: "lock"},
		{ID: groupOther, Title: "Outros cartões e avarias", Note: "que o quiosque tem de aguentar", Icon: "b-stale"},
	}
	for _, row := range b.deck() {
		for i := range all {
			if all[i].ID == row.Group {
				all[i].Cards = append(all[i].Cards, row)
			}
		}
	}
	return all
}

func (b *Bench) postInsert(w http.ResponseWriter, r *http.Request) {
	b.handle(w, r, func(ctx context.Context) error { return b.Insert(ctx, r.FormValue("name")) })
}

func (b *Bench) postRemove(w http.ResponseWriter, r *http.Request) { b.handle(w, r, b.Remove) }

func (b *Bench) handle(w http.ResponseWriter, r *http.Request, do func(context.Context) error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	switch err := do(ctx); {
	case errors.Is(err, cards.ErrUnknownCard):
		http.Error(w, "cartão desconhecido", http.StatusBadRequest)
	case err != nil:
		b.cfg.Log.Warn("handle a virtual card", "err", err)
		http.Error(w, "o leitor virtual não responde", http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// serveEvents streams a state: all of it, again after each change.
func (b *Bench) serveEvents(w http.ResponseWriter, r *http.Request, state func() any) {
	rung, cancel := b.changed.listen()
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	c := http.NewResponseController(w)
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	last := []byte(nil)
	for {
		data, err := json.Marshal(state())
		if err != nil {
			return
		}
		event := "event: beat\ndata: {}\n\n"
		if !bytes.Equal(data, last) {
			event = fmt.Sprintf("event: snapshot\ndata: %s\n\n", data) + event
			last = data
		}
		// Not every writer knows deadlines; then the kernel's own must do.
		_ = c.SetWriteDeadline(time.Now().Add(2 * patience))
		if _, err := w.Write([]byte(event)); err != nil || c.Flush() != nil {
			return
		}
		select {
		case <-rung:
		case <-beat.C:
		case <-r.Context().Done():
			return
		}
	}
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	raw, err := fs.ReadFile(files, "pages/"+name)
	kind := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}[path.Ext(name)]
	if err != nil || kind == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(raw) // the browser may have gone
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the browser may have gone
}
