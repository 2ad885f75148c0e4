package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"

	"balcao/branch-server/staff"
	"balcao/internal/look"
	"balcao/internal/queue"
)

//go:embed pages
var files embed.FS

var templates = template.Must(template.New("").Funcs(look.Funcs()).Funcs(template.FuncMap{
	"upper": upperFirst,
}).ParseFS(files, "pages/*.html"))

// edition changes with any of the page's own scripts and styles.
var edition = func() string {
	h := sha256.New()
	// Embedded files cannot fail to be read; a fault would only change the name.
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, name)
		h.Write(b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:12]
}()

// page is one page for somebody who works here.
type page struct {
	Title    string
	Tab      string // which tab is marked: vivo, relatorios or dia
	Template string
	Data     any
	Modules  []string // scripts of this package
	Styles   []string // style sheets of this package, beside branch.css
	Hints    look.Hints
}

// frameData is what the templates see.
type frameData struct {
	Place     string
	Tab       string
	Role      staff.Role
	Name      string
	Counter   string
	Manager   bool
	Reception bool // receives citizens
	Hints     template.HTML
	Data      any
}

func asset(rw http.ResponseWriter, r *http.Request) {
	name := r.URL.Path
	if cut := path.Dir(name); cut == edition {
		name = path.Base(name)
		rw.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		rw.Header().Set("Cache-Control", "no-cache")
	}
	b, err := files.ReadFile("pages/" + name)
	if err != nil || path.Ext(name) == ".html" {
		rw.Header().Set("Cache-Control", "no-store")
		http.NotFound(rw, r)
		return
	}
	kind := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}[path.Ext(name)]
	if kind == "" {
		kind = mime.TypeByExtension(path.Ext(name))
	}
	rw.Header().Set("Content-Type", kind)
	_, _ = rw.Write(b) // the browser may have gone
}

func ownAsset(name string) string { return "/pages/" + edition + "/" + name }

func lookScript(name string) string { return look.Path(name) }

// show answers with a page in the frame of people who work here.
func (w *Web) show(rw http.ResponseWriter, status int, v visitor, p page) {
	f := frameData{
		Place: w.cfg.Branch().Name, Tab: p.Tab, Role: v.person.Role, Name: v.person.Name,
		Manager: coordination.holds(v.person.Role), Reception: reception.holds(v.person.Role), Hints: p.Hints.HTML(), Data: p.Data,
	}
	if v.session.Counter != "" {
		f.Counter = w.cfg.Branch().Label(v.session.Counter)
	}
	var modules []string
	for _, m := range p.Modules {
		modules = append(modules, ownAsset(m))
	}
	links := []string{ownAsset("branch.css")}
	for _, s := range p.Styles {
		links = append(links, ownAsset(s))
	}
	styles := []string{"staff.css"}
	if f.Hints != "" {
		styles, modules = append(styles, "hints.css"), append(modules, lookScript("hints.js"))
	}
	w.write(rw, status, p.Title, p.Template, f, styles, links, modules)
}

func (w *Web) write(rw http.ResponseWriter, status int, title, name string, data any, styles, links, modules []string) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		w.cfg.Log.Error("page not made", "template", name, "err", err)
		http.Error(rw, "página indisponível", http.StatusInternalServerError)
		return
	}
	look.Page{
		Title: title, Styles: styles, Links: links, Modules: modules,
		Body: template.HTML(b.String()), //nolint:gosec // made by a template
	}.Write(rw, status)
}

// notFound answers for addresses that mean nothing here.
func (w *Web) notFound(rw http.ResponseWriter, r *http.Request) {
	if !wantsPage(r) {
		refuse(rw, http.StatusNotFound, answer{Code: "not_found", Message: "Não há nada neste endereço."})
		return
	}
	v, _ := w.visitor(r)
	w.show(rw, http.StatusNotFound, v, page{Title: "Página não encontrada", Template: "notice.html", Data: noticeData{
		Kind: "stale", Icon: "b-stale", Title: "Não há nada neste endereço", Text: "Talvez o endereço esteja mal escrito.",
		Links: []linkData{{"/", "Ir para o início"}},
	}})
}

// noticeData is a page that only says something, with what to do next.
type noticeData struct {
	Kind, Icon, Title, Text string
	Links                   []linkData
}

type linkData struct{ To, Text string }

func (w *Web) lockedPage(rw http.ResponseWriter, v visitor) {
	w.show(rw, http.StatusForbidden, v, page{Title: "Sem permissão", Template: "notice.html", Data: noticeData{
		Kind: "locked", Icon: "lock", Title: "Esta página é da coordenação da loja", Text: "Entrou com outra função. Se precisa dela, peça a quem coordena.",
		Links: []linkData{{"/balcao", "Ir para o balcão"}},
	}})
}

func (w *Web) faultPage(rw http.ResponseWriter, code string) {
	w.show(rw, http.StatusServiceUnavailable, visitor{}, page{Title: "Esta página não abriu", Template: "notice.html", Data: noticeData{
		Kind: "error", Icon: "b-out", Title: "Esta página não abriu",
		Text:  "As senhas e as chamadas não se perdem. Às " + w.clockSeconds(w.cfg.Now()) + " ficou registado com o código " + code + ".",
		Links: []linkData{{"", "Tentar de novo"}, {"/", "Ir para o início"}},
	}})
}

// home sends everybody to their own page.
func (w *Web) home(rw http.ResponseWriter, r *http.Request, _ visitor) {
	v, in := w.visitor(r)
	to := "/entrar"
	switch {
	case in && coordination.holds(v.person.Role) && v.session.Counter == "":
		to = "/coordenacao"
	case in && v.person.Role == staff.Receptionist && v.session.Counter == "":
		to = "/rececao"
	case in:
		to = "/balcao"
	}
	if _, one := w.onlyCounter(); in && one {
		to = "/mediador"
	}
	http.Redirect(rw, r, to, http.StatusSeeOther)
}

// counterPage is GET /balcao: the clerk's page, or the choice of a counter.
func (w *Web) counterPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	if v.session.Counter == "" {
		http.Redirect(rw, r, "/balcao/escolher", http.StatusSeeOther)
		return
	}
	w.show(rw, http.StatusOK, v, page{
		Title: w.cfg.Branch().Label(v.session.Counter), Template: "counter.html", Modules: []string{"counter.js"},
		Data: map[string]any{"Counter": v.session.Counter}, Hints: w.hintsOf(r.Context(), "counter.html", v),
	})
}

// coordinatorPage is GET /coordenacao.
func (w *Web) coordinatorPage(rw http.ResponseWriter, r *http.Request, v visitor) {
	w.show(rw, http.StatusOK, v, page{
		Title: "Coordenação", Tab: "vivo", Template: "coordinator.html", Modules: []string{"coordinator.js"}, Styles: []string{"coordinator.css"},
		Hints: w.hintsOf(r.Context(), "coordinator.html", v),
	})
}

// healthz is GET /healthz: whether the Day can be read, for whoever watches the program.
func (w *Web) healthz(rw http.ResponseWriter, r *http.Request, _ visitor) {
	var seq uint64
	var day queue.Date
	if err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, _ time.Time) { seq, day = d.Seq(), d.Date() }); err != nil {
		w.cfg.Log.Error("health asked", "err", err)
		writeJSON(rw, http.StatusServiceUnavailable, map[string]any{"ok": false})
		return
	}
	writeJSON(rw, http.StatusOK, map[string]any{"ok": true, "seq": seq, "day": day})
}
