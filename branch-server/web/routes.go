package web

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"balcao/branch-server/staff"
	"balcao/internal/look"
	"balcao/internal/wire"
)

// visitor is whoever sent a request: nobody in particular, or a person with a session.
type visitor struct {
	session Session
	person  staff.Person
}

// audience is who may use a route.
type audience []staff.Role

var (
	everyone     audience // no sign-in
	signedIn     = audience(staff.Roles())
	atCounters   = audience{staff.Clerk, staff.Receptionist, staff.Coordinator, staff.Administrator}
	coordination = audience{staff.Coordinator, staff.Administrator}
)

func (a audience) holds(r staff.Role) bool { return a == nil || slices.Contains(a, r) }

// route is one line of the table below: what may be asked, by whom, and who answers.
type route struct {
	pattern string
	who     audience
	serve   func(http.ResponseWriter, *http.Request, visitor)
}

// table is every address of the faces with its audience. There is no other place where roles are checked, but for
// the views of the event stream, which stand in their own table.
func (w *Web) table() []route {
	return append([]route{
		{"GET /{$}", everyone, w.home},
		{"GET /healthz", everyone, w.healthz},
		{"GET /painel", everyone, w.callboard},
		{"GET /painel/ecra.css", everyone, w.hallSheet},
		{"GET /media/{sha}/{file}", everyone, w.video},
		{"GET /painel/mensagens", coordination, w.messagesPage},
		{"POST /painel/mensagens", coordination, w.putMessage},
		{"POST /painel/mensagens/retirar", coordination, w.removeMessage},
		{"GET /pedidos", coordination, w.askedPage},
		{"POST /pedidos/lida", coordination, w.readAsked},
		{"GET /espera", everyone, w.waitsPage},
		{"GET /espera/erro", coordination, w.waitErrorPage},
		{"GET " + wire.TicketPath + "{code}", everyone, w.ticketPage},
		{"GET /events", everyone, w.events}, // audience by view: see views
		{"GET /entrar", everyone, w.signInPage},
		{"POST /entrar", everyone, w.signIn},
		{"POST /sair", signedIn, w.signOut},
		{"GET /balcao", atCounters, w.counterPage},
		{"GET /balcao/escolher", atCounters, w.choosePage},
		{"POST /balcao/escolher", atCounters, w.choose},
		{"POST /balcao/preferencias", atCounters, w.prefer},
		{"POST /commands/{name}", atCounters, w.command},
		{"GET /porque", signedIn, w.whySearch},
		{"GET /api/escolhas", atCounters, w.apiChoices},
		{"GET /api/senhas/{number}", atCounters, w.apiTicket},
		{"GET /rececao", reception, w.receptionPage},
		{"GET /rececao/talao/{visit}", reception, w.slipPage},
		{"GET /ajuda", signedIn, w.helpPage},
		{"GET /ajuda/coordenacao", coordination, w.helpOffice},
		{"GET /ajuda/{picture}", signedIn, w.helpPicture},
		{"POST " + hintsPath, signedIn, w.seeHints},
		{"POST " + hintsPath + "/repor", signedIn, w.showHintsAgain},
		{"GET /porque/{number}", signedIn, w.whyPage},
		{"GET /coordenacao", coordination, w.coordinatorPage},
		{"POST /coordenacao/{action}", coordination, w.office},
		{"GET /horario", coordination, w.supplyPage},
		{"GET /relatorios", coordination, w.reportPage},
		{"GET /relatorios.csv", coordination, w.reportCSV},
		{"GET /api/day", coordination, w.apiDay},
	}, slices.Concat(w.dayRoutes(), w.mediatorRoutes(), w.bookingRoutes(), w.setupRoutes())...)
}

// views is every view of the event stream with its audience.
var views = map[string]audience{
	viewBoard:     everyone,
	viewCounter:   atCounters,
	viewManager:   coordination,
	viewSupply:    coordination,
	viewReception: reception,
}

func (w *Web) routes() http.Handler {
	mux := http.NewServeMux()
	for _, r := range w.table() {
		mux.HandleFunc(r.pattern, func(rw http.ResponseWriter, req *http.Request) {
			who, ok := w.admit(rw, req, r.who)
			switch {
			case !ok:
			case audited(r.pattern):
				w.noted(r, rw, req, who)
			default:
				r.serve(rw, req, who)
			}
		})
	}
	mux.Handle("GET /favicon.ico", look.Favicon())
	mux.Handle("/look/", look.Handler())
	mux.Handle("GET /pages/", http.StripPrefix("/pages/", http.HandlerFunc(asset)))
	mux.HandleFunc("/", w.notFound)

	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		refuse(rw, http.StatusForbidden, answer{
			Code: "other_origin", Message: "O pedido veio de outra página.",
			Next: "Abra o Balcão e repita a partir daí.",
		})
	}))
	return w.safely(look.Secure(w.knownHost(sameOrigin.Handler(mux))))
}

// admit finds out who asks and whether they may; if not, it has answered.
func (w *Web) admit(rw http.ResponseWriter, r *http.Request, who audience) (visitor, bool) {
	v, in := w.visitor(r)
	switch {
	case who == nil:
		return v, true
	case !in && wantsPage(r):
		http.Redirect(rw, r, "/entrar?para="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
		return v, false
	case !in:
		refuse(rw, http.StatusUnauthorized, answer{
			Code: "signed_out", Message: "A sua sessão terminou.",
			Next: "Entre de novo; nada do que fez se perdeu.",
		})
		return v, false
	case !who.holds(v.person.Role) && wantsPage(r):
		w.lockedPage(rw, v)
		return v, false
	case !who.holds(v.person.Role):
		refuse(rw, http.StatusForbidden, answer{
			Code: "not_allowed", Message: "Isto é da coordenação da loja.",
			Next: "Peça a quem coordena.",
		})
		return v, false
	}
	return v, true
}

func (w *Web) visitor(r *http.Request) (visitor, bool) {
	c, err := r.Cookie(w.cookieName())
	if err != nil {
		return visitor{}, false
	}
	s, live := w.seats.of(c.Value, w.cfg.Now())
	if !live {
		return visitor{}, false
	}
	p, works := w.cfg.Staff.Find(s.Person)
	if !works {
		return visitor{}, false
	}
	return visitor{session: s, person: p}, true
}

// wantsPage says whether a person is looking, rather than a script.
func wantsPage(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// knownHost answers only under the names of this branch, so that a page elsewhere cannot make a name of its own point
// here. Any IP address will do: a browser that asks for an address was told so by its user.
func (w *Web) knownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		host = strings.ToLower(strings.Trim(host, "[]"))
		if host != "localhost" && net.ParseIP(host) == nil && !slices.ContainsFunc(w.cfg.Hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
			refuse(rw, http.StatusMisdirectedRequest, answer{
				Code: "unknown_host", Message: "Este servidor não responde por esse nome.",
				Next: "Use o endereço IP, ou acrescente o nome à configuração (hosts).",
			})
			return
		}
		next.ServeHTTP(rw, r)
	})
}

// safely turns a panic into a page with a code that stands in the log too.
func (w *Web) safely(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler:
				panic(p)
			default:
				code := faultCode()
				w.cfg.Log.Error("page panicked", "code", code, "path", r.URL.Path, "panic", p)
				w.faultPage(rw, code)
			}
		}()
		next.ServeHTTP(rw, r)
	})
}

// fault answers for an error that is not the asker's: the log has the reason, the asker a code.
func (w *Web) fault(rw http.ResponseWriter, r *http.Request, err error) {
	code := faultCode()
	w.cfg.Log.Error("request not answered", "code", code, "path", r.URL.Path, "err", err)
	if wantsPage(r) {
		w.faultPage(rw, code)
		return
	}
	rw.Header().Set("Retry-After", "1")
	refuse(rw, http.StatusServiceUnavailable, answer{
		Code: "unavailable", Message: "Serviço indisponível por um momento.",
		Next: "O pedido repete-se sozinho. Código " + code + ".",
	})
}

// faultCode names one fault in the log and on the screen.
func faultCode() string {
	var b [3]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	s := strings.ToUpper(hex.EncodeToString(b[:]))
	return s[:3] + "-" + s[3:]
}
