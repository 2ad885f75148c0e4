package bench

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"balcao/printers/printertest"
)

// paperRow is one slip as the pages and tests see it.
type paperRow struct {
	N      int       `json:"n"`      // counts from 1
	Number string    `json:"number"` // what stands largest on it
	ID     string    `json:"id"`     // confirmed to the printer's user; empty for a slip that was cut short
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}

// paperState is everything the page of the printer shows.
type paperState struct {
	Simulated bool               `json:"simulated"`
	Printed   int                `json:"printed"` // slips that ever came out
	Papers    []paperRow         `json:"papers"`  // newest first
	Faults    []printertest.Kind `json:"faults"`
	Printing  bool               `json:"printing"`
	Language  string             `json:"language"`  // escpos, star or custom
	Mouth     bool               `json:"mouth"`     // a slip waits to be taken
	Retracted int                `json:"retracted"` // slips that nobody took
	Logos     int                `json:"logos"`     // pictures in the printer's memory
}

func (b *Bench) paperState() paperState {
	papers, state := b.printer.Papers(), b.printer.State()
	s := paperState{
		Simulated: true, Printed: state.Papers, Printing: state.Printing,
		Papers: []paperRow{}, Faults: append([]printertest.Kind{}, state.Faults...),
		Language: languageWord(b.printer.Language()), Mouth: state.Mouth, Retracted: state.Retracted, Logos: b.printer.Logos(),
	}
	for _, p := range slices.Backward(papers) {
		s.Papers = append(s.Papers, paperRow{N: p.Serial, Number: p.Biggest(), ID: p.ID, Text: p.Text(), At: p.At})
	}
	return s
}

func (b *Bench) getPapers(w http.ResponseWriter, _ *http.Request) { writeJSON(w, b.paperState()) }

// getPaper serves one slip as a picture or as text: /paper/3.png, /paper/3.txt.
func (b *Bench) getPaper(w http.ResponseWriter, r *http.Request) {
	name, kind, _ := strings.Cut(r.PathValue("file"), ".")
	n, err := strconv.Atoi(name)
	if err != nil || (kind != "png" && kind != "txt") {
		http.NotFound(w, r)
		return
	}
	for _, p := range b.printer.Papers() {
		if p.Serial != n {
			continue
		}
		if kind == "txt" {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write([]byte(p.Text())) // the browser may have gone
			return
		}
		png, err := b.drawn.png(p)
		if err != nil {
			b.cfg.Log.Warn("draw a slip", "err", err)
			http.Error(w, "o talão não se deixa desenhar", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(png) // the browser may have gone
		return
	}
	http.NotFound(w, r)
}

// postFault begins or ends a fault of the printer: kind=paper-out&on=true, and after=200 to let it begin only so many
// bytes later. kind=none&on=false ends all of them.
func (b *Bench) postFault(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "pedido ilegível", http.StatusBadRequest)
		return
	}
	on, err := strconv.ParseBool(r.Form.Get("on"))
	if err != nil {
		http.Error(w, "on tem de ser true ou false", http.StatusBadRequest)
		return
	}
	after := 0
	if s := r.Form.Get("after"); s != "" {
		if after, err = strconv.Atoi(s); err != nil || after < 0 {
			http.Error(w, "after tem de ser um número de bytes", http.StatusBadRequest)
			return
		}
	}
	if kind := r.Form.Get("kind"); kind != "none" || on {
		if err := b.printer.Set(printertest.Fault{Kind: printertest.Kind(kind), On: on, AfterBytes: after}); err != nil {
			http.Error(w, "avaria desconhecida", http.StatusBadRequest)
			return
		}
	} else {
		for _, k := range b.printer.State().Faults {
			if err := b.printer.Set(printertest.Fault{Kind: k}); err != nil {
				http.Error(w, "avaria desconhecida", http.StatusBadRequest)
				return
			}
		}
	}
	b.changed.ring()
	w.WriteHeader(http.StatusNoContent)
}

// SetFault begins or ends a fault of the printer.
func (b *Bench) SetFault(f printertest.Fault) error {
	defer b.changed.ring()
	return b.printer.Set(f)
}

// languageButton is a language of the printer as the page offers it.
type languageButton struct {
	ID       string
	Language printertest.Language
	Word     string
}

func languages() []languageButton {
	return []languageButton{
		{"escpos", printertest.ESCPOS, "Epson e compatíveis (ESC/POS)"},
		{"star", printertest.Star, "Star (Line Mode)"},
		{"starprnt", printertest.StarPRNT, "Star (StarPRNT)"},
		{"custom", printertest.Custom, "CUSTOM, com boca que segura o talão"},
	}
}

func languageWord(l printertest.Language) string {
	for _, b := range languages() {
		if b.Language == l {
			return b.ID
		}
	}
	return ""
}

// postLanguage changes the machine on the cable: language=star.
func (b *Bench) postLanguage(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	wanted := r.FormValue("language")
	for _, l := range languages() {
		if l.ID != wanted {
			continue
		}
		if err := b.printer.Become(l.Language); err != nil {
			b.cfg.Log.Warn("change the virtual printer", "err", err)
			http.Error(w, "a impressora virtual não muda", http.StatusServiceUnavailable)
			return
		}
		b.changed.ring()
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Error(w, "linguagem desconhecida", http.StatusBadRequest)
}

// postMouth deals with the slip in the mouth as a citizen would: do=take, or do=leave, and the printer draws it back.
func (b *Bench) postMouth(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	was := false
	switch r.FormValue("do") {
	case "take":
		was = b.printer.Take()
	case "leave":
		was = b.printer.Retract()
	default:
		http.Error(w, "do tem de ser take ou leave", http.StatusBadRequest)
		return
	}
	if !was {
		http.Error(w, "não há talão na boca", http.StatusConflict)
		return
	}
	b.changed.ring()
	w.WriteHeader(http.StatusNoContent)
}

// postLogos loses the pictures in the printer's memory, as a reset by a technician or a new board does: do=lose. The
// kiosk notices when the printer is back after having been off.
func (b *Bench) postLogos(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if r.FormValue("do") != "lose" {
		http.Error(w, "do tem de ser lose", http.StatusBadRequest)
		return
	}
	b.printer.LoseLogos()
	b.changed.ring()
	w.WriteHeader(http.StatusNoContent)
}

// gallery keeps the pictures of slips, which take a while to draw.
type gallery struct {
	mu    sync.Mutex
	drawn map[int][]byte
}

func newGallery() *gallery { return &gallery{drawn: map[int][]byte{}} }

// shelf is how many pictures are kept.
const shelf = 16

func (g *gallery) png(p printertest.Paper) ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b, ok := g.drawn[p.Serial]; ok {
		return b, nil
	}
	b, err := p.PNG()
	if err != nil {
		return nil, err
	}
	for n := range g.drawn {
		if len(g.drawn) >= shelf {
			delete(g.drawn, n)
		}
	}
	g.drawn[p.Serial] = b
	return b, nil
}
