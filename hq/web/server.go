// Package web is headquarters in a browser: one live page of the whole network, a page for each branch, what to do about
// alerts, who may do what, and the same figures as JSON. Branches
// are changed only through configurations and commands, which are signed, kept and answered elsewhere.
package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/cases"
	"balcao/hq/network"
	"balcao/hq/people"
	"balcao/hq/rollout"
	"balcao/internal/look"
	"balcao/internal/signin"
	"balcao/internal/wire"
)

//go:embed pages
var files embed.FS

// Store is what the pages ask of the database.
type Store interface {
	// LatestEpoch returns the newest epoch of a node's log; an error where there is none.
	LatestEpoch(ctx context.Context, node wire.NodeID) (uint64, error)
	// Records yields an epoch's records above a sequence, in order, as they came.
	Records(ctx context.Context, node wire.NodeID, epoch, after uint64) iter.Seq2[wire.Record, error]
	// Links returns the last changes of a branch's link, newest first.
	Links(ctx context.Context, node wire.NodeID, limit int) ([]network.LinkChange, error)
	// Later counts the facts of a branch that wait for a version of this program that can read them.
	Later(ctx context.Context, node wire.NodeID) (int, error)
}

// Options are what the pages need.
type Options struct {
	Network *network.Network
	Store   Store
	Names   Names
	// Zone is in which times of the whole network are shown.
	Zone *time.Location
	// Target is how long a citizen should wait at most.
	Target time.Duration
	// Hosts are the names under which the pages may be asked for, beside those of this machine itself. A page on some
	// other site whose name was pointed here cannot read them.
	Hosts []string
	// People are those who may sign in, Office what is kept of what they do, and Desk the alerts they care for.
	People *people.Roster
	Office Office
	Desk   *cases.Desk
	// Keys are those of programs that read; nil is none.
	Keys *people.Keys
	// SSO is where people have accounts elsewhere; nil is nowhere.
	SSO SSO
	// Rollout is where configurations for the branches are made; nil is nowhere. Plan is how they are usually rolled out,
	// and CanSign says whether there is a key to sign with.
	Rollout Rollout
	Plan    rollout.Plan
	CanSign func() bool
	// Commands is where commands for branches are given; nil is nowhere.
	Commands Commands
	// Equipment is what is kept of devices beside what branches say now; nil is none.
	Equipment Equipment
	// Sites is the registry of branches; nil is none.
	Sites Sites
	// Reports answers questions about past Days; nil answers none.
	Reports Reports
	// Hints is what each person has understood of the pages' hints; nil shows none.
	Hints Hints
	// OpenToRead lets everybody look who reaches the pages: for a wall screen on a network of its own. Doing anything
	// needs a sign-in all the same.
	OpenToRead bool
	// Healthy reports why the program is not well; nil when it is.
	Healthy func() error
	Now     func() time.Time
	Log     *slog.Logger
}

// Server answers requests.
type Server struct {
	opt     Options
	pages   *template.Template
	edition string
	land    *atlas.Map
	streams atomic.Int64
	doorman *signin.Doorman

	cells cells
	leaps leaps
	shelf shelf

	mu     sync.Mutex
	shared view
	took   time.Duration // to draw it
}

// New reads the templates. It serves nothing until its Handler is used.
func New(opt Options) (*Server, error) {
	pages, err := template.New("pages").Funcs(look.Funcs()).Funcs(template.FuncMap{"pair": pairRow}).ParseFS(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	h := sha256.New()
	for _, name := range []string{"pages/hq.css", "pages/reports.css", "pages/equipment.css", "pages/rollout.css", "pages/live.js", "pages/rollout.js"} {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the pages: %w", err)
		}
		h.Write(b)
	}
	return &Server{
		opt: opt, pages: pages, land: atlas.Portugal(), doorman: signin.NewDoorman(), edition: hex.EncodeToString(h.Sum(nil))[:12],
	}, nil
}

// guard answers only for names that are ours.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(r.Host); err == nil {
			host = h
		}
		host = strings.ToLower(strings.Trim(host, "[]"))
		ip := net.ParseIP(host)
		if host != "localhost" && (ip == nil || !ip.IsLoopback()) && !slices.Contains(s.opt.Hosts, host) {
			http.Error(w, "this name is not served here", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) asset(w http.ResponseWriter, r *http.Request, _ visitor) {
	name := r.PathValue("name")
	kind := map[string]string{"hq.css": "text/css; charset=utf-8", "reports.css": "text/css; charset=utf-8", "equipment.css": "text/css; charset=utf-8", "rollout.css": "text/css; charset=utf-8", "live.js": "text/javascript; charset=utf-8", "rollout.js": "text/javascript; charset=utf-8"}[name]
	b, err := files.ReadFile(path.Join("pages", name))
	if err != nil || kind == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	if r.PathValue("edition") == s.edition {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

func (s *Server) health(w http.ResponseWriter, _ *http.Request, _ visitor) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if s.opt.Healthy != nil {
		if err := s.opt.Healthy(); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, err)
			return
		}
	}
	fmt.Fprintln(w, "ok")
}

// frame is what every page has around its own part.
type frame struct {
	Who    *people.Person // nil for nobody
	Limit  string         // what they see a part of; empty for all
	Dark   bool
	Path   string // of this page, to change its theme
	Tab    string // which of the tabs this page is
	HTML   map[string]template.HTML
	Rows   []tableRow
	Heads  []column
	ID     string
	Name   string
	Events string
	Title  string
	Words  string
	Next   string // when the table sorts itself again
	Empty  bool
	May    bool // they may ask something of the branch
	Data   any  // of a page of its own
	Sober  bool // a page that nothing moves on
	Hints  template.HTML
	// Of the national page.
	Map     mapPicture
	Choices []choice
	Find    string // what is searched for
}

// themeCookie remembers the dark room for a browser.
const themeCookie = "tema"

// dark says whether a page is for the dark room: asked for by its address, or remembered.
func (s *Server) dark(w http.ResponseWriter, r *http.Request) bool {
	theme := r.URL.Query().Get(themeCookie)
	if theme == "escuro" || theme == "claro" {
		http.SetCookie(w, &http.Cookie{
			Name: themeCookie, Value: theme, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
		return theme == "escuro"
	}
	c, err := r.Cookie(themeCookie)
	return err == nil && c.Value == "escuro"
}

func (s *Server) frameOf(w http.ResponseWriter, r *http.Request, v view) frame {
	f := frame{Dark: s.dark(w, r), Path: r.URL.Path, HTML: make(map[string]template.HTML, len(v.HTML))}
	for id, part := range v.HTML {
		f.HTML[id] = template.HTML(part) //nolint:gosec // made by a template of html/template, or of our own words
	}
	return f
}

func (s *Server) write(w http.ResponseWriter, status int, name, title string, f frame) {
	f.Limit = s.limitWords(f.Who)
	p := look.Page{
		Title: title, Styles: []string{"staff.css"}, Links: []string{"/hq/" + s.edition + "/hq.css", "/hq/" + s.edition + "/reports.css", "/hq/" + s.edition + "/equipment.css"},
		Modules: []string{"/hq/" + s.edition + "/live.js"},
		Body:    s.html(name, f),
	}
	if name == "configuration" || name == "layer" {
		p.Links = append(p.Links, "/hq/"+s.edition+"/rollout.css")
		p.Modules = append(p.Modules, "/hq/"+s.edition+"/rollout.js")
	}
	if f.Hints != "" {
		p.Styles, p.Modules = append(p.Styles, "hints.css"), append(p.Modules, look.Path("hints.js"))
	}
	if f.Dark {
		p.Class = "dark"
	}
	p.Write(w, status)
}

func (s *Server) livePage(w http.ResponseWriter, r *http.Request, who visitor) {
	v := s.national(s.opt.Now(), who)
	f := s.frameOf(w, r, v)
	f.Who, f.Tab, f.Hints = who.person, "live", s.hintsOf(r.Context(), "live", who)
	chosen := filterOf(r.URL.Query())
	f.Map, f.Choices, f.Find = s.picture(v, chosen), s.choices(v, chosen, who), chosen.Text
	f.Rows, f.Heads, f.Events, f.Empty = ordered(v, chosen), columns, "/events", len(v.Rows) == 0
	s.write(w, http.StatusOK, "live", "Rede nacional", f)
}

func (s *Server) branchPage(w http.ResponseWriter, r *http.Request, who visitor) {
	id, err := wire.ParseNodeID(r.PathValue("id"))
	if err != nil {
		s.errorPage(w, http.StatusNotFound, "Esta loja não existe", "O endereço pode ter mudado.")
		return
	}
	now := s.opt.Now()
	v, known := s.branch(r.Context(), id, now, who)
	d, still := s.opt.Network.Look(id, now, who.sight())
	if !known || !still {
		s.errorPage(w, http.StatusNotFound, "Esta loja não existe", "Nenhuma loja ligou com o código "+string(id)+".")
		return
	}
	f := s.frameOf(w, r, v)
	f.Who = who.person
	f.May = who.may(people.Operator) && s.opt.Commands != nil && !who.partial()
	f.ID, f.Name, f.Events = string(id), d.Name, "/events?loja="+string(id)
	s.write(w, http.StatusOK, "branch", d.Name, f)
}

func (s *Server) errorPage(w http.ResponseWriter, status int, title, words string) {
	s.write(w, status, "error", title, frame{Path: "/", Title: title, Words: words})
}

// errBadQuestion means that a parameter of a request cannot be read.
var errBadQuestion = errors.New("bad parameter")
