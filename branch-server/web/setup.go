package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"balcao/branch-server/staff"
	"balcao/internal/branch"
	"balcao/internal/branch/setup"
)

// Setup keeps the branch's description and its people. Publish refuses with the errors of engine.Reconfigure.
type Setup interface {
	// LatestDescription returns the version in force.
	LatestDescription(ctx context.Context) (setup.Version, bool, error)
	// Description returns one version.
	Description(ctx context.Context, version int) (setup.Version, bool, error)
	// Descriptions returns the last versions, newest first.
	Descriptions(ctx context.Context, limit int) ([]setup.Version, error)
	// Draft returns the draft, if there is one.
	Draft(ctx context.Context) (setup.Draft, bool, error)
	// KeepDraft keeps a draft made of the one with revision over, 0 for none; false if another was kept meanwhile.
	KeepDraft(ctx context.Context, over int, d setup.Draft) (bool, error)
	// DropDraft throws the draft with a revision away; false if another was kept meanwhile.
	DropDraft(ctx context.Context, revision int) (bool, error)
	// Publish puts a version into force and ends the draft with a revision, once per key.
	Publish(ctx context.Context, key string, v setup.Version, draft int, b *branch.Branch) error

	// Above returns what headquarters decides for this branch.
	Above(ctx context.Context) (Above, error)

	// Users returns everybody who may or might sign in.
	Users() []staff.User
	// Changes returns the last changes of people, newest first.
	Changes(ctx context.Context, limit int) ([]staff.Change, error)
	// Put makes a person what is wished.
	Put(ctx context.Context, author staff.Person, w staff.Wish, at time.Time) error
}

// setupRoutes are the pages of the set-up; none without a Setup.
func (w *Web) setupRoutes() []route {
	if w.cfg.Setup == nil {
		return nil
	}
	return append(w.slipRoutes(), []route{
		{"GET /configuracao", coordination, w.setupHome},
		{"GET /configuracao/{section}", coordination, w.setupPage},
		{"GET /configuracao/{section}/{id}", coordination, w.setupPage},
		{"POST /configuracao/guardar", coordination, w.setupSave},
		{"POST /configuracao/texto", coordination, w.setupText},
		{"POST /configuracao/deitar-fora", coordination, w.setupDrop},
		{"POST /configuracao/desfazer", coordination, w.setupUndo},
		{"POST /configuracao/publicar", coordination, w.setupPublish},
		{"POST /configuracao/repor", coordination, w.setupRestore},
		{"POST /configuracao/pessoas", coordination, w.setupPeople},
	}...)
}

// desk is what every page of the set-up knows: what is in force, the draft, and how they differ.
type desk struct {
	version setup.Version // in force
	now     branch.Branch
	draft   setup.Draft // the revision is 0 while nobody has changed anything
	read    setup.Reading
	changes []setup.Change
	above   Above
}

func (w *Web) openDesk(ctx context.Context) (desk, error) {
	var d desk
	var known bool
	var err error
	if d.version, _, err = w.cfg.Setup.LatestDescription(ctx); err != nil {
		return d, err
	}
	d.now = setup.Read(d.version.Document).Branch
	if d.draft, known, err = w.cfg.Setup.Draft(ctx); err != nil {
		return d, err
	}
	if !known {
		d.draft = setup.Draft{Base: d.version.Number, Document: d.version.Document}
	}
	d.read = setup.Read(d.draft.Document)
	if d.read.Branch.ID != d.now.ID || d.read.Branch.Zone != d.now.Zone {
		d.read.Faults = append(d.read.Faults, setup.Fault{
			Path: "id", Line: 1, What: "Código e fuso da loja", Text: "O código da loja e o fuso horário só mudam no ficheiro do programa.",
		})
	}
	d.changes = setup.Diff(&d.now, &d.read.Branch)
	if d.above, err = w.cfg.Setup.Above(ctx); err != nil {
		return d, err
	}
	d.read.Faults = append(d.read.Faults, aboveFaults(d)...)
	return d, nil
}

// setupData is what the templates of the set-up see.
type setupData struct {
	Section  string
	ID       string
	Title    string
	Letter   string
	Nav      []navItem
	Blocks   []block
	Revision int
	Over     int // the version in force
	Next     int
	Since    string // of the version in force
	Saved    string // when the draft was kept
	SavedBy  string
	Changes  []setup.Change
	More     int // changes beyond those listed
	Faults   []faultLine
	Warn     []faultLine
	Notice   *noticeLine
	Broken   bool // the document is not understood whole: forms may not write over it
	Publish  bool // somebody just pressed publish: the first fault takes the focus
	Key      string
	Waiting  int
	List     *listing // of a section without a line chosen
	Matrix   *matrix  // of skills
	Users    *usersPart
	Preview  *previewPart
	Slip     *slipPart
	History  []historyLine
	Above    *abovePart // in its section
	Force    string     // which configuration of headquarters is in force
	Text     string     // the full text, in its section
	Lines    []int
	Back     string
}

type navItem struct {
	To, Text, Letter, Note string
	Current, Faulty        bool
	Sub                    []navItem
}

type faultLine struct {
	To, What, Text string
}

type noticeLine struct{ Kind, Icon, Title, Text string }

// mostChanges is how many changes stand beside a page; the history tells all.
const mostChanges = 30

// sections are the pages of the set-up in order, by the last part of their addresses.
var sections = []struct{ id, title string }{
	{"loja", "Loja"},
	{"horario", "Horário"},
	{"entidades", "Entidades"},
	{"divisoes", "Divisões"},
	{"servicos", "Serviços"},
	{"balcoes", "Balcões"},
	{"paineis", "Painéis"},
	{"talao", "Talão"},
	{"regras", "Regras de chamada"},
	{"pessoas", "Pessoas"},
	{"sede", "Da sede"},
	{"previsao", "Pré-visualização"},
	{"historico", "Histórico"},
	{"texto", "Texto completo"},
}

// sectionLists are the lists that a section has a page for each line of.
var sectionLists = map[string]string{
	"entidades": "bodies", "divisoes": "divisions", "servicos": "services", "balcoes": "counters", "paineis": "callboards",
}

// pageOf is the section of a list; empty if it has none.
func pageOf(list string) string {
	for section, own := range sectionLists {
		if own == list {
			return section
		}
	}
	return ""
}

func sectionTitle(id string) (string, bool) {
	for _, s := range sections {
		if s.id == id {
			return s.title, true
		}
	}
	return "", false
}

func (w *Web) setupHome(rw http.ResponseWriter, r *http.Request, _ visitor) {
	http.Redirect(rw, r, "/configuracao/divisoes", http.StatusSeeOther)
}

// setupPage is GET /configuracao/{section}.
func (w *Web) setupPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	if _, known := sectionTitle(r.PathValue("section")); !known {
		w.notFound(rw, r)
		return
	}
	w.setupShow(rw, r, v, showing{section: r.PathValue("section"), id: r.PathValue("id"), status: http.StatusOK, notice: noticeOf(r.URL.Query().Get("dito"))})
}

// showing is one showing of a page: which, and what else to say on it.
type showing struct {
	section, id string
	status      int
	notice      *noticeLine
	typed       map[string]string // what was typed and is not kept, by path
	wrong       map[string]string // why it could not be read
	theirs      map[string]string // what somebody else wrote meanwhile
	publish     bool
	text        string // of the full text, as typed
}

func (w *Web) setupShow(rw http.ResponseWriter, r *http.Request, v visitor, s showing) {
	d, err := w.openDesk(r.Context())
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	title, _ := sectionTitle(s.section)
	data := &setupData{
		Section: s.section, ID: s.id, Title: title, Revision: d.draft.Revision, Over: d.version.Number, Next: d.version.Number + 1,
		Since: w.dayAndClock(d.version.At), Notice: s.notice, Broken: len(d.read.Form) > 0, Publish: s.publish, Key: newKey(),
	}
	if d.draft.Revision > 0 {
		data.Saved, data.SavedBy = w.clockSeconds(d.draft.At), w.personName(d.draft.Author)
		data.Changes = d.changes
		if len(d.changes) > mostChanges {
			data.Changes, data.More = d.changes[:mostChanges], len(d.changes)-mostChanges
		}
		if d.draft.Base != d.version.Number && data.Notice == nil {
			data.Notice = &noticeLine{
				"stale", "b-watch", "Entretanto foi publicada a versão " + itoa(d.version.Number),
				"O rascunho partiu da versão " + itoa(d.draft.Base) + ". «O que muda» compara com a que está em vigor: confirme antes de publicar.",
			}
		}
	}
	for _, f := range d.read.Faults {
		data.Faults = append(data.Faults, faultLine{linkTo(f), what(f), f.Text})
	}
	data.Warn = warnings(&d.read.Branch)
	data.Nav = navOf(s, d)
	data.Force = w.aboveLine(d.above)
	form := formOf(s, d)
	form.videos = w.cfg.Videos.Files()
	form.zone, form.at = w.cfg.Zone, w.cfg.Now().In(w.cfg.Zone)
	if !w.fillSection(r.Context(), rw, r, v, data, form, d, s) {
		return
	}
	w.show(rw, s.status, v, page{
		Title: data.Title + " · Configuração", Tab: "configuracao", Template: "setup.html", Data: data, Modules: []string{"setup.js"}, Styles: []string{"setup.css"},
	})
}

func what(f setup.Fault) string {
	if f.Where == "" {
		return f.What
	}
	return f.Where + ", " + lowerFirst(f.What)
}

func lowerFirst(s string) string { return inSentence(s) }

// linkTo is the page and field where a fault is put right: a field of a form, or the line of the full text.
func linkTo(f setup.Fault) string {
	if to := linkToSupply(f.Path); to != "" {
		return to
	}
	parts := strings.Split(f.Path, "/")
	if parts[0] == "slip" {
		if len(parts) > 3 {
			return "/configuracao/talao#" + fieldID(f.Path)
		}
		return "/configuracao/talao#" + fieldID(strings.Join(parts, "/"))
	}
	page := pageOf(parts[0])
	switch {
	case parts[0] == "policy":
		return "/configuracao/regras#" + fieldID(f.Path)
	case page != "" && len(parts) > 1 && f.What == "Quem atende":
		return "/configuracao/balcoes#" + fieldID("col/"+parts[1])
	case page != "" && len(parts) > 1:
		return "/configuracao/" + page + "/" + url.PathEscape(parts[1]) + "#" + fieldID(f.Path)
	case page != "":
		return "/configuracao/" + page
	case slices.Contains(shopFields, f.Path):
		return "/configuracao/loja#" + fieldID(f.Path)
	}
	return "/configuracao/texto#linha-" + itoa(max(1, f.Line))
}

// fieldID is the id of a field in a page.
func fieldID(path string) string {
	return "f-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, path)
}

// warnings are what does not hinder: names that foreigners will not see.
func warnings(b *branch.Branch) []faultLine {
	var all []faultLine
	for _, s := range b.Services {
		if s.Name["en"] == "" {
			path := "services/" + s.ID + "/name/en"
			all = append(all, faultLine{"/configuracao/servicos/" + url.PathEscape(s.ID) + "#" + fieldID(path), s.Name["pt"], "falta o nome em inglês; aparece o português."})
		}
	}
	if n := b.Unlawful(); n > 0 {
		all = append(all, faultLine{"/configuracao/regras#" + fieldID("policy/ratio/others"), "Contra a lei", "atrasa a prioridade (DL 58/2016). A coordenação e a sede veem-no enquanto estiver assim."})
	}
	return all
}

func navOf(s showing, d desk) []navItem {
	faulty := map[string]bool{}
	for _, f := range d.read.Faults {
		to, _, _ := strings.Cut(linkTo(f), "#")
		faulty[to] = true
		if i := strings.Index(to[len("/configuracao/"):], "/"); i > 0 {
			faulty[to[:len("/configuracao/")+i]] = true
		}
	}
	var nav []navItem
	for _, one := range sections {
		to := "/configuracao/" + one.id
		item := navItem{To: to, Text: one.title, Current: s.section == one.id && s.id == "", Faulty: faulty[to]}
		if s.section == one.id {
			item.Sub = subNav(one.id, s.id, &d.read.Branch, faulty)
		}
		nav = append(nav, item)
	}
	return nav
}

func subNav(section, current string, b *branch.Branch, faulty map[string]bool) []navItem {
	var all []navItem
	add := func(id, letter, text string) {
		to := "/configuracao/" + section + "/" + url.PathEscape(id)
		all = append(all, navItem{To: to, Text: text, Letter: letter, Current: id == current, Faulty: faulty[to]})
	}
	switch section {
	case "entidades":
		for _, o := range b.Bodies {
			add(o.ID, "", o.Short)
		}
	case "divisoes":
		for _, o := range b.Divisions {
			add(o.ID, o.Prefix, divisionName(b, o.ID))
		}
	case "servicos":
		for _, o := range b.Services {
			div, _ := b.Division(o.Division)
			add(o.ID, div.Prefix, o.Name.In("pt"))
		}
	case "balcoes":
		for _, o := range b.Counters {
			add(o.ID, "", o.Label)
		}
	case "paineis":
		for _, o := range b.Callboards {
			add(o.ID, "", o.Name)
		}
	}
	return all
}

// divisionName names a division by its services.
func divisionName(b *branch.Branch, id string) string {
	var parts []string
	for _, s := range b.Services {
		if s.Division == id {
			parts = append(parts, s.Name.In("pt"))
		}
	}
	if len(parts) == 0 {
		return "sem serviços"
	}
	return queueName(parts)
}

func (w *Web) personName(id string) string {
	switch id {
	case "":
		return "ficheiro do programa"
	case HeadOffice:
		return "sede"
	}
	for _, u := range w.cfg.Setup.Users() {
		if u.ID == id {
			return u.Name
		}
	}
	return id
}

func (w *Web) dayAndClock(at time.Time) string {
	t := at.In(w.cfg.Zone)
	return dayShort(t) + " " + t.Format("2006") + ", " + t.Format("15:04")
}
