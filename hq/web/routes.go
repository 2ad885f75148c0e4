package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"balcao/hq/people"
	"balcao/internal/look"
	"balcao/internal/signin"
)

// visitor is whoever sent a request: nobody in particular, or a person who signed in.
type visitor struct {
	person *people.Person
	token  signin.TokenHash
}

// may says whether they have a role.
func (v visitor) may(role people.Role) bool { return v.person != nil && v.person.Role.May(role) }

// route is one line of the table below: what may be asked, by whom, and who answers. An empty role is everybody.
type route struct {
	pattern string
	who     people.Role
	serve   func(http.ResponseWriter, *http.Request, visitor)
}

// everyone needs no sign-in.
const everyone people.Role = ""

// table is every address with the role it needs. There is no other place where roles are checked.
func (s *Server) table() []route {
	return append(slices.Concat(s.configurationRoutes(), s.commandRoutes()), []route{
		{"GET /{$}", people.Viewer, s.livePage},
		{"GET /lojas/{id}", people.Viewer, s.branchPage},
		{"GET /events", people.Viewer, s.events},
		{"GET /alertas", people.Viewer, s.alertsPage},
		{"GET /alertas/historia", people.Viewer, s.pastPage},
		{"GET /alertas/historia.csv", people.Viewer, s.pastCSV},
		{"GET /alertas/{id}", people.Viewer, s.casePage},
		{"POST /alertas/{id}/{act}", people.Operator, s.actOnCase},
		{"POST /silencios", people.Operator, s.hush},
		{"POST /silencios/{id}/terminar", people.Operator, s.endSilence},
		{"GET /locais", people.Viewer, s.sitesPage},
		{"GET /locais.csv", people.Viewer, s.sitesCSV},
		{"POST /locais", people.Editor, s.putSite},
		{"POST /locais/ficheiro", people.Editor, s.importSites},
		{"GET /relatorios", people.Viewer, s.reportPage},
		{"GET /relatorios.csv", people.Viewer, s.reportCSV},
		{"GET /equipamento", people.Viewer, s.equipmentPage},
		{"GET /equipamento.csv", people.Viewer, s.equipmentCSV},
		{"POST /equipamento/firmware", people.Editor, s.wantFirmware},
		{"GET /entrega", people.Viewer, s.deliveryPage},
		{"GET /ajuda", people.Viewer, s.helpPage},
		{"GET /ajuda/{picture}", people.Viewer, s.helpPicture},
		{"POST " + hintsPath, people.Viewer, s.seeHints},
		{"POST " + hintsPath + "/repor", people.Viewer, s.showHintsAgain},
		{"GET /pessoas", people.Administrator, s.peoplePage},
		{"POST /pessoas", people.Administrator, s.putPerson},
		{"GET /auditoria", people.Administrator, s.auditPage},
		{"GET /entrar", everyone, s.signInPage},
		{"POST /entrar", everyone, s.signIn},
		{"GET /entrar/fora", everyone, s.leave},
		{"GET /entrar/volta", everyone, s.comeBack},
		{"POST /sair", everyone, s.signOut},
		{"GET /api/branches", people.Viewer, s.apiBranches},
		{"GET /api/branches/{id}", people.Viewer, s.apiBranch},
		{"GET /api", people.Viewer, s.apiPage},
		{"GET /api/openapi.json", people.Viewer, s.apiDocument},
		{"GET /api/reports", people.Viewer, s.apiReports},
		{"GET /api/branches/{id}/events", people.Viewer, s.apiEvents},
		{"GET /api/branches/{id}/log", people.Viewer, s.apiLog},
		{"GET /api/branches/{id}/visits", people.Viewer, s.apiVisits},
		{"GET /healthz", everyone, s.health},
		{"GET /hq/{edition}/{name}", everyone, s.asset},
	}...)
}

// Handler answers everything below /.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.table() {
		mux.HandleFunc(r.pattern, func(w http.ResponseWriter, req *http.Request) {
			if who, ok := s.admit(w, req, r.who); ok {
				r.serve(w, req, who)
			}
		})
	}
	mux.Handle("GET /look/", look.Handler())
	mux.Handle("GET /favicon.ico", look.Favicon())
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		s.errorPage(w, http.StatusNotFound, "Esta página não existe", "O endereço pode ter mudado.")
	})
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.errorPage(w, http.StatusForbidden, "O pedido veio de outra página", "Abra o Balcão e repita a partir daí.")
	}))
	return look.Secure(s.guard(sameOrigin.Handler(mux)))
}

// admit finds out who asks and whether they may; if not, it has answered.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, role people.Role) (visitor, bool) {
	v := s.visitor(r)
	open := role == everyone || role == people.Viewer && (s.opt.OpenToRead || s.opt.People == nil)
	switch {
	case open && v.person == nil, role == everyone, v.may(role):
		return v, true
	case v.person != nil:
		s.errorPage(w, http.StatusForbidden, "Isto não é da sua função", "A sua função é "+v.person.Role.InWords()+". Peça a quem administra a sede.")
	case strings.HasPrefix(r.URL.Path, "/api/"), r.URL.Path == "/events":
		http.Error(w, "sign in first", http.StatusUnauthorized)
	default:
		http.Redirect(w, r, "/entrar?para="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
	}
	return v, false
}

func (s *Server) visitor(r *http.Request) visitor {
	if key, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); is && r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/api/") {
		if p, known := s.opt.Keys.Find(key); known {
			return visitor{person: &p}
		}
	}
	c, err := r.Cookie(sessionCookie)
	if err != nil || s.opt.People == nil {
		return visitor{}
	}
	token := signin.TokenOf(c.Value)
	id, err := s.opt.Office.Session(r.Context(), token)
	if err != nil {
		s.opt.Log.Error("session not read", "err", err)
		return visitor{}
	}
	p, works := s.opt.People.Find(id)
	if !works {
		return visitor{}
	}
	return visitor{person: &p, token: token}
}
