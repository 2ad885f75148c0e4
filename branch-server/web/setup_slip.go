package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"balcao/internal/branch"
	"balcao/internal/branch/setup"
	"balcao/internal/slip"
	"balcao/internal/wire"
)

// Press draws slips, and has kiosks print them for a test.
type Press interface {
	// Rolls are the widths of paper there are, in millimetres.
	Rolls() []float64
	// Picture draws a slip as a PNG, dot by dot as a printer prints it.
	Picture(b *branch.Branch, l slip.Layout, on SlipOn) ([]byte, error)
	// Lay says what a slip says, how long it is, and what is wrong with it on that paper.
	Lay(b *branch.Branch, l slip.Layout, on SlipOn) (SlipLaid, error)
	// Test asks a kiosk to print a slip that is no ticket; the same key is printed once.
	Test(b *branch.Branch, l slip.Layout, on SlipOn, key string, node wire.NodeID)
}

// SlipOn is on what, and for whom, a slip is printed.
type SlipOn struct {
	RollMM   float64
	Lang     string
	Large    bool
	Priority bool
	Copy     int // 2 is printed again
}

// SlipLaid is what a slip came to.
type SlipLaid struct {
	Text        string
	Millimetres int
	Faults      []SlipFault
}

// SlipFault is what does not come out well on some paper.
type SlipFault struct {
	Part string // its id; empty for the slip as a whole
	Text string
}

// slipRoutes are those of the slip's page beside the pages that all sections have.
func (w *Web) slipRoutes() []route {
	if w.cfg.Press == nil {
		return nil
	}
	return []route{
		{"GET /configuracao/talao/logotipo", coordination, w.logoPicture},
		{"POST /configuracao/talao/logotipo", coordination, w.logoUpload},
		{"GET /configuracao/talao/imagem", coordination, w.slipPicture},
		{"GET /configuracao/talao/ensaio", coordination, w.slipTested},
		{"POST /configuracao/talao/ensaio", coordination, w.slipTest},
	}
}

// slipPart is the page of the slip beside its form.
type slipPart struct {
	Picture            string // address
	Text               string
	Millimetres, Width int
	Rolls, Langs       []option
	Large, Again       bool
	Priority           bool
	Faults             []slipWarning
	Kiosks             []slipKiosk
	Test               string // the last test that this page asked for
	Key                string
	MM, Lang           string
}

type slipWarning struct{ Where, To, Part, Text string }

// slipKiosk is a kiosk that prints, and by which layout.
type slipKiosk struct {
	Node, State, Result string
	Good, Waits         bool
}

// slipLangs are the languages that slips are printed in.
var slipLangs = []option{{Value: "pt", Text: "Português"}, {Value: "en", Text: "Inglês"}, {Value: "es", Text: "Espanhol"}, {Value: "fr", Text: "Francês"}}

// slipOn reads on which paper the page shows the slip.
func (w *Web) slipOn(q url.Values) SlipOn {
	on := SlipOn{RollMM: 80, Lang: "pt", Large: q.Get("grande") == "1", Priority: q.Get("prioridade") == "1", Copy: 1}
	if mm, err := strconv.ParseFloat(q.Get("mm"), 64); err == nil && slices.Contains(w.cfg.Press.Rolls(), mm) {
		on.RollMM = mm
	}
	if lang := q.Get("lang"); slices.ContainsFunc(slipLangs, func(o option) bool { return o.Value == lang }) {
		on.Lang = lang
	}
	if q.Get("via") == "2" {
		on.Copy = 2
	}
	return on
}

// query is how an address says on which paper.
func (on SlipOn) query() url.Values {
	q := url.Values{"mm": {rollText(on.RollMM)}, "lang": {on.Lang}}
	for key, set := range map[string]bool{"grande": on.Large, "prioridade": on.Priority} {
		if set {
			q.Set(key, "1")
		}
	}
	if on.Copy == 2 {
		q.Set("via", "2")
	}
	return q
}

func rollText(mm float64) string { return strconv.FormatFloat(mm, 'f', -1, 64) }

// fillSlip fills in the page of the slip.
func (w *Web) fillSlip(data *setupData, f form, d desk, r *http.Request) error {
	data.Blocks = f.slip()
	if w.cfg.Press == nil {
		return nil
	}
	b := &d.read.Branch
	on := w.slipOn(r.URL.Query())
	laid, err := w.cfg.Press.Lay(b, b.Slip, on)
	if err != nil {
		return err
	}
	q := on.query()
	q.Set("rascunho", itoa(d.draft.Revision))
	part := &slipPart{
		Picture: "/configuracao/talao/imagem?" + q.Encode(), Text: laid.Text, Millimetres: laid.Millimetres,
		Width: 100, Large: on.Large, Again: on.Copy == 2, Priority: on.Priority, Key: newKey(), MM: rollText(on.RollMM), Lang: on.Lang,
		Test: r.URL.Query().Get("ensaio"),
	}
	if on.RollMM < 80 {
		part.Width = 70 // as much narrower as the paper is
	}
	for _, mm := range w.cfg.Press.Rolls() {
		part.Rolls = append(part.Rolls, option{rollText(mm), strings.ReplaceAll(rollText(mm), ".", ",") + " mm", mm == on.RollMM})
	}
	for _, l := range slipLangs {
		part.Langs = append(part.Langs, option{l.Value, l.Text, l.Value == on.Lang})
	}
	if part.Faults, err = w.slipFaults(b); err != nil {
		return err
	}
	part.Kiosks = w.slipKiosks(&d.now.Slip, part.Test)
	data.Slip = part
	return nil
}

// slipFaults looks at the slip on every paper and in every language. What is wrong on all papers is told once.
func (w *Web) slipFaults(b *branch.Branch) ([]slipWarning, error) {
	type seen struct{ part, text string }
	where := map[seen][]string{}
	var order []seen
	papers := 0
	for _, mm := range w.cfg.Press.Rolls() {
		for _, lang := range slipLangs {
			for _, large := range []bool{false, true} {
				papers++
				laid, err := w.cfg.Press.Lay(b, b.Slip, SlipOn{RollMM: mm, Lang: lang.Value, Large: large, Copy: 1})
				if err != nil {
					return nil, err
				}
				at := strings.ReplaceAll(rollText(mm), ".", ",") + " mm, " + lowerFirst(lang.Text)
				if large {
					at += ", letra grande"
				}
				for _, f := range laid.Faults {
					key := seen{f.Part, f.Text}
					if where[key] == nil {
						order = append(order, key)
					}
					where[key] = append(where[key], at)
				}
			}
		}
	}
	var all []slipWarning
	for _, key := range order {
		warning := slipWarning{Part: "Talão", Text: key.text, To: "#conteudo", Where: strings.Join(where[key], "; ")}
		if len(where[key]) == papers {
			warning.Where = "em todos os papéis"
		}
		if key.part != "" {
			warning.Part, warning.To = setup.PartName(b, key.part), "#"+partID(key.part)
		}
		all = append(all, warning)
	}
	return all, nil
}

func partID(id string) string { return fieldID("slip/parts/" + id) }

// slipKiosks are the kiosks that print, with whether they have heard of the layout in force.
func (w *Web) slipKiosks(inForce *slip.Layout, test string) []slipKiosk {
	if w.cfg.Devices == nil {
		return nil
	}
	var all []slipKiosk
	for _, n := range w.cfg.Devices() {
		i := slices.IndexFunc(n.Models, func(m wire.DeviceModel) bool { return m.Device == "printer" })
		if i < 0 {
			continue
		}
		k := slipKiosk{Node: n.Node}
		switch hash := n.Models[i].Slip; {
		case !n.Online:
			k.State = "sem ligação"
		case hash == inForce.Hash():
			k.State, k.Good = "imprime o talão em vigor", true
		case hash == "":
			k.State = "imprime o talão do seu ficheiro"
		default:
			k.State = "ainda imprime o talão anterior"
		}
		if t := n.SlipTest; t != nil && test != "" && t.ID == test {
			k.Result, k.Waits = testWords(t), t.Result == ""
		}
		all = append(all, k)
	}
	return all
}

// testWords says what became of a test.
func testWords(t *wire.SlipTested) string {
	switch {
	case t.Result == "":
		return "a imprimir…"
	case t.Result == "printed" && t.Weak:
		return "processado; esta impressora não prova que o papel saiu"
	case t.Result == "printed":
		return "impresso e confirmado"
	case t.Result == "unknown":
		return "não se sabe se saiu: veja no quiosque"
	}
	reason := map[string]string{
		"paper_out": "falta papel", "cover_open": "a tampa está aberta", "absent": "a impressora não responde", "late": "o quiosque só soube tarde demais",
		"layout": "o quiosque não percebe este talão; precisa de um programa mais novo",
	}[t.Reason]
	if reason == "" {
		reason = "a impressora não está pronta"
	}
	return "não saiu: " + reason
}

// slipPicture is GET /configuracao/talao/imagem: the slip of the draft, as a printer prints it.
func (w *Web) slipPicture(rw http.ResponseWriter, r *http.Request, _ visitor) {
	d, err := w.openDesk(r.Context())
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	picture, err := w.cfg.Press.Picture(&d.read.Branch, d.read.Branch.Slip, w.slipOn(r.URL.Query()))
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	rw.Header().Set("Content-Type", "image/png")
	rw.Header().Set("Cache-Control", "no-store")
	_, _ = rw.Write(picture) // whoever asked may have gone
}

// slipTest is POST /configuracao/talao/ensaio: a kiosk prints the slip of the draft, marked as no ticket.
func (w *Web) slipTest(rw http.ResponseWriter, r *http.Request, _ visitor) {
	form, ok := w.setupForm(rw, r)
	if !ok {
		return
	}
	d, err := w.openDesk(r.Context())
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	node, key, on := wire.NodeID(form.Get("kiosk")), form.Get("key"), w.slipOn(form)
	to := on.query()
	switch {
	case !keyForm.MatchString(key) || !node.Valid():
		to.Set("dito", "ensaio-nao")
	case slices.ContainsFunc(d.read.Faults, func(f setup.Fault) bool { return strings.HasPrefix(f.Path, "slip") }):
		to.Set("dito", "ensaio-faltas")
	default:
		w.cfg.Press.Test(&d.read.Branch, d.read.Branch.Slip, on, key, node)
		to.Set("ensaio", key)
		to.Set("dito", "ensaio")
	}
	http.Redirect(rw, r, "/configuracao/talao?"+to.Encode()+"#quiosques", http.StatusSeeOther)
}

// slipTested is GET /configuracao/talao/ensaio?ensaio=…: what became of a test, for the page's script.
func (w *Web) slipTested(rw http.ResponseWriter, r *http.Request, _ visitor) {
	answer := struct {
		Text string `json:"text"`
		Done bool   `json:"done"`
	}{}
	for _, k := range w.slipKiosks(&slip.Layout{}, r.URL.Query().Get("ensaio")) {
		if k.Result != "" {
			answer.Text, answer.Done = k.Result, !k.Waits
		}
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(rw).Encode(answer) // whoever asked may have gone
}

// slip are the parts of the slip, from top to bottom, and what can be put on.
func (f form) slip() []block {
	parts := f.b.Slip.In()
	blocks := make([]block, 0, len(parts)+1)
	for i, p := range parts {
		blocks = append(blocks, f.part(p, i == 0, i == len(parts)-1))
	}
	var kinds []option
	for _, kind := range slip.Kinds() {
		on := slices.ContainsFunc(parts, func(p slip.Part) bool { return p.Kind == kind })
		if slip.Repeatable(kind) || !on {
			kinds = append(kinds, option{kind, setup.KindName(kind), kind == slip.KindText})
		}
	}
	last := block{Title: "Pôr mais no talão", Class: "more", Add: &adder{List: "slip/parts", UnderLabel: "O que pôr", Options: kinds}}
	if len(f.b.Slip.Parts) > 0 {
		last.Press = &remover{"standard-slip", "Voltar ao talão normal"}
	}
	return append(blocks, last)
}

// part is one part of the slip.
func (f form) part(p slip.Part, first, last bool) block {
	at := "slip/parts/" + p.ID + "/"
	name := setup.PartName(f.b, p.ID)
	one := block{
		Title: setup.KindName(p.Kind), Class: "part", ID: partID(p.ID), Error: f.faults["slip/parts/"+p.ID],
		Moves: &mover{ID: p.ID, Key: fieldID(p.ID), Name: name, First: first, Last: last},
	}
	if one.Error == "" {
		one.Error = f.faults[at+"part"]
	}
	if !slices.Contains(slip.Needed(), p.Kind) {
		one.Moves.Remove = "slip/parts/" + p.ID
	}
	switch p.Kind {
	case slip.KindText:
		one.Fields = []field{
			f.wide(f.field(at+"text/pt", "area", "Texto em português", "")),
			f.wide(f.field(at+"text/en", "area", "Texto em inglês", "Por baixo, para quem pediu inglês ou outra língua sem texto")),
			f.field(at+"text/es", "area", "Texto em espanhol", ""), f.field(at+"text/fr", "area", "Texto em francês", ""),
			f.field(at+"bold", "check", "Carregado", ""), f.field(at+"centred", "check", "Ao centro", ""), f.field(at+"strong", "check", "Letra larga", ""),
		}
	case slip.KindGap:
		one.Fields = []field{f.number(at+"dots", "Altura", "8 pontos são 1 mm", "pontos", "")}
	case slip.KindQR:
		one.Note = "Não aparece em letra grande, nem em impressoras que não desenham códigos."
		one.Fields = []field{f.choice(at+"module", "Tamanho", "", option{"", "o da impressora", false}, option{"4", "pequeno", false}, option{"6", "médio", false}, option{"8", "grande", false})}
	case slip.KindLogo:
		one.Logo = f.logo(p)
		if p.Picture == "" {
			one.Note = "Sem imagem, sai a que alguém pôs à mão na memória da impressora com este número; nas que não têm memória não sai nada."
			one.Fields = []field{f.number(at+"logo", "Número da imagem", "", "", "1")}
		}
	}
	return one
}

// mover takes a part of the slip up or down, or off.
type mover struct {
	ID, Key, Name, Remove string
	First, Last           bool
}
