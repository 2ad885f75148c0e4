package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/hq/people"
	"balcao/hq/rollout"
	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// Rollout is where configurations are made and rolled out; rollout.Desk is.
type Rollout interface {
	Look(ctx context.Context) (rollout.Now, error)
	Draft(ctx context.Context) (rollout.Draft, error)
	Put(ctx context.Context, by, what string, revision int, l above.Layer) error
	Undo(ctx context.Context, revision int) error
	Discard(ctx context.Context, revision int) error
	Preview(ctx context.Context, d rollout.Draft, sees func(rollout.Branch) bool, patience time.Duration) (rollout.Preview, error)
	Publish(ctx context.Context, by, note string, revision int, plan rollout.Plan) (int, error)
	Back(ctx context.Context, by string, to int) (int, error)
	History(ctx context.Context, limit int) ([]rollout.Publication, error)
	Stop(ctx context.Context, number int, why string) error
	Resume(ctx context.Context, number int) error
	Again(ctx context.Context, id wire.NodeID) error
	Owns(ctx context.Context) ([]rollout.Own, error)
}

func (s *Server) configurationRoutes() []route {
	return []route{
		{"GET /configuracao", people.Editor, s.configPage},
		{"GET /configuracao/andamento", people.Editor, s.configProgress},
		{"GET /configuracao/camada", people.Editor, func(w http.ResponseWriter, r *http.Request, _ visitor) {
			http.Redirect(w, r, "/configuracao/camada/"+url.PathEscape(r.URL.Query().Get("id")), http.StatusSeeOther)
		}},
		{"GET /configuracao/camada/{id}", people.Editor, s.layerPage},
		{"POST /configuracao/camada/{id}", people.Editor, s.putLayer},
		{"POST /configuracao/rascunho/{act}", people.Editor, s.actOnDraft},
		{"POST /configuracao/publicar", people.Editor, s.publishConfig},
		{"POST /configuracao/envio/{act}", people.Editor, s.actOnRollout},
	}
}

// previewPatience is how long a page may try a draft on branches.
const previewPatience = 5 * time.Second

type layerLine struct {
	ID, Name string
	Says     string // how much it says
	Changed  bool
	May      bool
}

type ringLine struct {
	Name              string
	Is                string // aberto, a seguir, feito
	Right, All, Share int
	Away, Wrong       int
}

type standLine struct {
	ID, Name, District string
	Sign               sign
	Asked, Runs        string
	Words              string
	Again              bool
}

type faultWords struct{ To, Where, What, Text string }

type configData struct {
	Ready     bool // there is a key to sign with
	May       bool // publish
	Done      string
	Problem   string
	Revision  int
	DraftLine string
	Layers    []layerLine
	Branches  []option // for a layer of one branch, and the pilot
	Faults    []faultWords
	Refuse    []faultWords
	Effects   []rollout.Effect
	MoreN     int
	Preview   string
	Plan      []string
	Wait      int // minutes
	Progress  progressData
	History   []pubLine
}

type pubLine struct {
	Number         int
	When, Who      string
	Note, State    string
	Current, First bool
}

type progressData struct {
	Number         int
	Title, Words   string
	Sign           sign
	State          string
	Rings          []ringLine
	Stands         []standLine
	Right, Drifted int
	Of             int
	Back           int
	Yes            bool // something was published
	May            bool
	More           int
}

var stateWords = map[rollout.State]sign{
	rollout.Running: {"busy", "b-busy", "a decorrer"}, rollout.Stopped: {"out", "b-out", "parado"},
	rollout.Done: {"ok", "b-ok", "completo"}, rollout.Left: {"free", "b-free", "substituído"},
}

var standWords = map[rollout.Stand]sign{
	rollout.None: {"free", "b-free", "nada pedido"}, rollout.Right: {"ok", "b-ok", "tem a pedida"},
	rollout.Waits: {"watch", "b-watch", "aceite, espera"}, rollout.Sending: {"busy", "b-busy", "a enviar"},
	rollout.Away: {"stale", "b-stale", "sem ligação"}, rollout.Rejected: {"out", "b-out", "recusou"},
	rollout.Drifted: {"out", "b-out", "diverge"},
}

// layerName is what a layer is called on screens.
func layerName(id string, names map[string]string) string {
	if w := map[string]string{above.National: "País", "loja": "Lojas", "espaco": "Espaços", "consulado": "Consulados"}[id]; w != "" {
		return w
	}
	if names[id] != "" {
		return names[id] + " (" + id + ")"
	}
	return id
}

func (s *Server) configPage(w http.ResponseWriter, r *http.Request, who visitor) {
	s.showConfig(w, r, who, http.StatusOK, "")
}

func (s *Server) showConfig(w http.ResponseWriter, r *http.Request, who visitor, status int, problem string) {
	if s.opt.Rollout == nil {
		s.errorPage(w, http.StatusNotFound, "Esta sede não configura lojas", "Peça a quem instala o programa.")
		return
	}
	d := configData{Ready: s.opt.CanSign != nil && s.opt.CanSign(), May: !who.limited(), Problem: problem, Done: configDone[r.URL.Query().Get("feito")], Wait: int(s.opt.Plan.Wait.Minutes())}
	n, err := s.opt.Rollout.Look(r.Context())
	var draft rollout.Draft
	if err == nil {
		draft, err = s.opt.Rollout.Draft(r.Context())
	}
	var history []rollout.Publication
	if err == nil {
		history, err = s.opt.Rollout.History(r.Context(), 20)
	}
	var p rollout.Preview
	if err == nil && draft.Revision > 0 {
		p, err = s.opt.Rollout.Preview(r.Context(), draft, s.seesTarget(who), previewPatience)
		p = s.previewFor(who, p)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	names := map[string]string{}
	for _, b := range n.Branches {
		if names[string(b.ID)] = b.Name; s.seesTarget(who)(b) {
			d.Branches = append(d.Branches, option{Value: string(b.ID), Words: b.Name + " (" + string(b.ID) + ")"})
		}
	}
	for _, ring := range s.opt.Plan.Rings {
		d.Plan = append(d.Plan, ring.Name)
	}
	d.Revision = draft.Revision
	if draft.Revision > 0 {
		d.DraftLine = fmt.Sprintf("%s, %s: %s", s.opt.People.Name(draft.By), draft.At.In(s.opt.Zone).Format("02/01 15:04"), s.draftWords(who, draft.What))
	}
	d.layers(s, who, draft, n.Current.Layers, names)
	d.preview(p, names)
	d.Progress = s.progress(n, history, who)
	for i, one := range history {
		d.History = append(d.History, pubLine{
			Number: one.Number, When: one.At.In(s.opt.Zone).Format("02/01/2006 15:04"), Who: s.opt.People.Name(one.By), Note: noteFor(who, one.Note), State: stateWords[one.State].Word,
			Current: i == 0, First: i == len(history)-1,
		})
	}
	s.show(w, r, status, who, "configuration", "Configuração", d)
}

func (d *configData) layers(s *Server, who visitor, draft rollout.Draft, now []above.Layer, names map[string]string) {
	ids := append([]string{above.National}, above.Types()...)
	for _, l := range append(slices.Clone(draft.Layers), now...) {
		if !slices.Contains(ids, l.ID) {
			ids = append(ids, l.ID)
		}
	}
	text := func(all []above.Layer, id string) string {
		if i := slices.IndexFunc(all, func(l above.Layer) bool { return l.ID == id }); i >= 0 {
			return string(all[i].Text)
		}
		return ""
	}
	for _, id := range ids {
		if !s.seesLayer(who, id) {
			continue
		}
		says := "nada"
		if t := text(draft.Layers, id); t != "" {
			says = counted(strings.Count(strings.TrimSpace(t), "\n")+1, "linha", "linhas")
		}
		d.Layers = append(d.Layers, layerLine{id, layerName(id, names), says, text(draft.Layers, id) != text(now, id), s.mayLayer(who, id)})
	}
}

const mostEffects = 25

func (d *configData) preview(p rollout.Preview, names map[string]string) {
	for _, f := range p.Faults {
		d.Faults = append(d.Faults, faultOf(f, names))
	}
	for _, one := range p.Refuse[:min(len(p.Refuse), mostEffects)] {
		f := faultOf(one.Fault, names)
		f.Where = one.Name + ", " + cmp.Or(f.Where, "na própria loja")
		d.Refuse = append(d.Refuse, f)
	}
	d.Effects = p.Effects[:min(len(p.Effects), mostEffects)]
	d.MoreN = len(p.Effects) - len(d.Effects)
	if d.Revision > 0 && len(p.Faults) == 0 {
		d.Preview = fmt.Sprintf("Muda em %s; experimentada em %d de %s que a sede conhece.", counted(p.Touched, "loja", "lojas"), p.Checked, counted(p.Known, "loja", "lojas"))
	}
}

func faultOf(f above.Fault, names map[string]string) faultWords {
	out := faultWords{What: cmp.Or(f.What, f.Path), Text: f.Text}
	if f.Layer != "" {
		out.Where, out.To = layerName(f.Layer, names), "/configuracao/camada/"+url.PathEscape(f.Layer)
		if f.Line > 0 {
			out.Where += ", linha " + strconv.Itoa(f.Line)
		}
	}
	return out
}

const mostStands = 300

// progress says how the roll-out stands, ring by ring and branch by branch.
func (s *Server) progress(n rollout.Now, history []rollout.Publication, who visitor) progressData {
	p := n.Current
	d := progressData{Number: p.Number, Yes: p.Number > 0, State: string(p.State), Sign: stateWords[p.State], May: !who.limited()}
	if p.Number > 0 {
		d.Title = "Configuração n.º " + strconv.Itoa(p.Number)
		d.Words = s.forEyes(s.gateWords(n), n, who)
		if len(history) > 1 {
			d.Back = history[1].Number
		}
	}
	for i, ring := range p.Plan.Rings {
		line := ringLine{Name: s.ringName(who, ring), Is: map[bool]string{true: "a seguir", false: "feito"}[i > p.Ring]}
		if i == p.Ring && p.State != rollout.Done {
			line.Is = stateWords[p.State].Word
		}
		for _, b := range rollout.Members(p, i, n.Branches) {
			t := n.Targets[b.ID]
			_, hash := rollout.Document(p.Layers, b)
			line.All++
			switch stand := rollout.StandOf(t, b); {
			case (stand == rollout.Right || stand == rollout.Waits) && t.Hash == hash:
				line.Right++
			case stand == rollout.Away:
				line.Away++
			case stand == rollout.Rejected || stand == rollout.Drifted:
				line.Wrong++
			}
		}
		if line.All > 0 {
			line.Share = 100 * line.Right / line.All
		}
		d.Rings = append(d.Rings, line)
	}
	for _, b := range n.Branches {
		if s.seesTarget(who)(b) {
			d.stand(b, n.Targets[b.ID])
			if last := &d.Stands[len(d.Stands)-1]; who.partial() {
				last.Words = ""
			}
		}
	}
	rank := map[string]int{"out": 0, "watch": 1, "busy": 2, "stale": 3, "free": 4, "ok": 5}
	slices.SortStableFunc(d.Stands, func(x, y standLine) int { return rank[x.Sign.Class] - rank[y.Sign.Class] })
	if len(d.Stands) > mostStands {
		d.More, d.Stands = len(d.Stands)-mostStands, d.Stands[:mostStands]
	}
	return d
}

func (s *Server) gateWords(n rollout.Now) string {
	p := n.Current
	switch p.State {
	case rollout.Running:
		v := n.Gate(s.opt.Now())
		return "Anel " + p.Plan.Rings[min(p.Ring, len(p.Plan.Rings)-1)].Name + ": " + cmp.Or(v.Waits, v.Stop, "passa ao seguinte")
	case rollout.Stopped:
		return p.Why
	case rollout.Done, rollout.Left:
	}
	return ""
}

func (d *progressData) stand(b rollout.Branch, t rollout.Target) {
	stand := rollout.StandOf(t, b)
	line := standLine{ID: string(b.ID), Name: b.Name, District: b.District, Sign: standWords[stand], Asked: "–", Runs: "–"}
	if t.Number > 0 {
		line.Asked = "n.º " + strconv.Itoa(t.Number)
		d.Of++
	}
	if c := b.Config; c != nil {
		if c.Force > 0 {
			line.Runs = "n.º " + strconv.Itoa(c.Force)
		}
		if stand == rollout.Rejected || stand == rollout.Waits {
			line.Words = c.Text
		}
	}
	switch stand {
	case rollout.Right:
		d.Right++
	case rollout.Drifted:
		d.Drifted++
		line.Words = "Diz que tem outra do que a pedida."
	case rollout.None, rollout.Waits, rollout.Sending, rollout.Away, rollout.Rejected:
	}
	line.Again = d.May && (stand == rollout.Drifted || stand == rollout.Rejected)
	d.Stands = append(d.Stands, line)
}

// configProgress is GET /configuracao/andamento: the part of the page that moves.
func (s *Server) configProgress(w http.ResponseWriter, r *http.Request, who visitor) {
	if s.opt.Rollout == nil {
		http.NotFound(w, r)
		return
	}
	n, err := s.opt.Rollout.Look(r.Context())
	var history []rollout.Publication
	if err == nil {
		history, err = s.opt.Rollout.History(r.Context(), 2)
	}
	if err != nil {
		s.fault(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := s.pages.ExecuteTemplate(w, "rollout", s.progress(n, history, who)); err != nil {
		s.opt.Log.Debug("progress not written", "err", err)
	}
}
