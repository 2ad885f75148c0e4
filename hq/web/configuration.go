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
		{"GET /configuracao/lojas", people.Editor, s.configStands},
		{"GET /configuracao/ensaio", people.Editor, s.configTrial},
		{"GET /configuracao/camada", people.Editor, func(w http.ResponseWriter, r *http.Request, _ visitor) {
			http.Redirect(w, r, "/configuracao/camada/"+url.PathEscape(layerNamed(r.URL.Query().Get("id"))), http.StatusSeeOther)
		}},
		{"GET /configuracao/camada/{id}", people.Editor, s.layerPage},
		{"POST /configuracao/camada/{id}", people.Editor, s.putLayer},
		{"POST /configuracao/rascunho/{act}", people.Editor, s.actOnDraft},
		{"POST /configuracao/publicar", people.Editor, s.publishConfig},
		{"POST /configuracao/envio/{act}", people.Editor, s.actOnRollout},
	}
}

// previewPatience is how long a page may try a draft on branches; what is left is tried when the page asks again.
const previewPatience = time.Second

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
	Sending           int
}

type standLine struct {
	ID, Name, District string
	Sign               sign
	Asked, Runs        string
	Words              string
	Again              bool

	stand rollout.Stand
}

type faultWords struct{ To, Where, What, Text string }

// refuseWords is why branches would reject a draft, and which.
type refuseWords struct {
	faultWords

	N     int
	Names string
}

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
	Refuse    []refuseWords
	Where     []whereLine
	Left      int // branches on which the draft was not tried yet
	Effects   []rollout.Effect
	MoreN     int
	Preview   string
	Plan      []string
	Wait      int // minutes
	Progress  progressData
	Stands    standsData
	MoreL     int // layers that are not listed
	History   []pubLine
}

type pubLine struct {
	Number         int
	When, Who      string
	Note, State    string
	Current, First bool
}

type progressData struct {
	Number       int
	Title, Words string
	Sign         sign
	State        string
	Rings        []ringLine
	Back         int
	Yes          bool // something was published
	May          bool
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
	if err := s.tryDraft(r, who, draft, &d, names); err != nil {
		s.fault(w, r, err)
		return
	}
	d.Stands = s.stands(n, standAskOf(r.URL.Query()), who)
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
		changed := text(draft.Layers, id) != text(now, id)
		if len(d.Layers) >= mostLayers && !changed {
			d.MoreL++
			continue
		}
		d.Layers = append(d.Layers, layerLine{id, layerName(id, names), says, changed, s.mayLayer(who, id)})
	}
}

// mostLayers is how many layers are listed beside those that the draft changes; any other one is opened by its branch.
const (
	mostEffects = 25
	mostLayers  = 24
)

func (d *configData) preview(p rollout.Preview, names map[string]string) {
	for _, f := range p.Faults {
		d.Faults = append(d.Faults, faultOf(f, names))
	}
	for _, one := range p.Refuse[:min(len(p.Refuse), mostEffects)] {
		f := faultOf(one.Fault, names)
		f.Where = cmp.Or(f.Where, "na própria loja")
		d.Refuse = append(d.Refuse, refuseWords{f, len(one.Branches), someNames(one.Branches)})
	}
	d.Where, d.Left = whereLines(p.Where), p.Left
	d.Effects = p.Effects[:min(len(p.Effects), mostEffects)]
	d.MoreN = len(p.Effects) - len(d.Effects)
	if d.Revision > 0 && len(p.Faults) == 0 {
		d.Preview = fmt.Sprintf("Muda em %s; experimentada em %s de %s que a sede conhece.", counted(p.Touched, "loja", "lojas"), count(p.Checked), counted(p.Known, "loja", "lojas"))
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
	members, hash := rollout.Rings(p, n.Branches), rollout.Hashes(p.Layers)
	for i, ring := range p.Plan.Rings {
		line := ringLine{Name: s.ringName(who, ring), Is: map[bool]string{true: "a seguir", false: "feito"}[i > p.Ring]}
		if i == p.Ring && p.State != rollout.Done {
			line.Is = stateWords[p.State].Word
		}
		for _, b := range members[i] {
			t := n.Targets[b.ID]
			line.All++
			switch stand := rollout.StandOf(t, b); {
			case (stand == rollout.Right || stand == rollout.Waits) && t.Hash == hash(b):
				line.Right++
			case stand == rollout.Away:
				line.Away++
			case stand == rollout.Sending:
				line.Sending++
			case stand == rollout.Rejected || stand == rollout.Drifted:
				line.Wrong++
			}
		}
		if line.All > 0 {
			line.Share = 100 * line.Right / line.All
		}
		d.Rings = append(d.Rings, line)
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
	s.part(w, "rollout", s.progress(n, history, who))
}
