package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"balcao/branch-server/staff"
	"balcao/internal/queue"
	"balcao/internal/serve"
	"balcao/internal/signin"
)

// cookieName names the session's cookie. Cookies are shared by all ports of a host, so each branch has its own.
func (w *Web) cookieName() string { return "balcao-" + w.cfg.Branch().ID }

// signInData is what the page of signing in shows.
type signInData struct {
	Name    string // as typed
	To      string // where to go afterwards
	Problem string
	Left    bool // somebody has just signed out
}

func (w *Web) signInPage(rw http.ResponseWriter, r *http.Request, _ visitor) {
	if _, in := w.visitor(r); in {
		http.Redirect(rw, r, serve.OwnPath(r.URL.Query().Get("para")), http.StatusSeeOther)
		return
	}
	w.showSignIn(rw, http.StatusOK, signInData{To: serve.OwnPath(r.URL.Query().Get("para")), Left: r.URL.Query().Has("saiu")})
}

func (w *Web) showSignIn(rw http.ResponseWriter, status int, d signInData) {
	w.show(rw, status, visitor{}, page{Title: "Entrar", Template: "signin.html", Data: d})
}

// signIn is POST /entrar. A wrong name and a wrong PIN are told alike, and guessing soon has to wait.
func (w *Web) signIn(rw http.ResponseWriter, r *http.Request, _ visitor) {
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		badRequest(rw, errors.New("o formulário não se lê"))
		return
	}
	d := signInData{Name: strings.TrimSpace(r.PostForm.Get("name")), To: serve.OwnPath(r.PostForm.Get("para"))}
	if len(d.Name) > 64 {
		d.Name = ""
	}
	place := serve.Remote(r)
	who := strings.ToLower(d.Name) + " " + place
	if left := max(w.doorman.Wait(who, w.cfg.Now()), w.doorman.Wait(place, w.cfg.Now())); left > 0 {
		d.Problem = "Demasiadas tentativas. Espere " + span(left.Round(time.Second)) + " e tente de novo, ou peça um PIN novo a quem coordena."
		w.showSignIn(rw, http.StatusTooManyRequests, d)
		return
	}
	person, err := w.cfg.Staff.SignIn(r.Context(), d.Name, r.PostForm.Get("pin"))
	if r.Context().Err() != nil {
		return
	}
	if err != nil {
		if !errors.Is(err, signin.ErrWrong) {
			w.fault(rw, r, err)
			return
		}
		w.doorman.Failed(who, signin.FreeTries, w.cfg.Now())
		w.doorman.Failed(place, signin.FreeByPlace, w.cfg.Now())
		how := deedRefused
		if max(w.doorman.Wait(who, w.cfg.Now()), w.doorman.Wait(place, w.cfg.Now())) > 0 {
			how = deedLocked
		}
		w.deed(r.Context(), Deed{Act: "POST /entrar", How: how}) // what was typed may be a PIN in the wrong field
		d.Problem = "O nome ou o PIN não estão certos."
		w.showSignIn(rw, http.StatusUnauthorized, d)
		return
	}
	w.doorman.Welcome(who)
	w.doorman.Welcome(place)
	cookie, err := w.seats.begin(r.Context(), person.ID, w.cfg.Now())
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	w.deed(r.Context(), Deed{Person: person.ID, Role: string(person.Role), Act: "POST /entrar", How: deedDone})
	w.setCookie(rw, cookie, int(sessionLife/time.Second))
	to := d.To
	_, one := w.onlyCounter()
	switch {
	case to == "/" && one:
		to = "/mediador"
	case to == "/" && coordination.holds(person.Role):
		to = "/coordenacao"
	}
	if to == "/" && person.Role == staff.Receptionist {
		to = "/rececao"
	}
	http.Redirect(rw, r, to, http.StatusSeeOther)
}

func (w *Web) setCookie(rw http.ResponseWriter, value string, seconds int) {
	http.SetCookie(rw, &http.Cookie{
		Name: w.cookieName(), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: w.cfg.HTTPS, SameSite: http.SameSiteStrictMode,
	})
}

// signOut is POST /sair. Whoever sits at a counter closes it with them; a visit there must end first.
func (w *Web) signOut(rw http.ResponseWriter, r *http.Request, v visitor) {
	if at := v.session.Counter; at != "" && !w.leaveCounter(rw, r, v, at) {
		return
	}
	if err := w.seats.end(r.Context(), v.session.Token); err != nil {
		w.fault(rw, r, err)
		return
	}
	w.hub.wake()
	w.setCookie(rw, "", -1)
	http.Redirect(rw, r, "/entrar?saiu", http.StatusSeeOther)
}

// leaveCounter closes a counter that somebody gets up from; if it cannot, it has answered.
func (w *Web) leaveCounter(rw http.ResponseWriter, r *http.Request, v visitor, at queue.CounterID) bool {
	given, err := w.cfg.Commands.Do(r.Context(), "", queue.CloseCounter{Counter: at})
	switch {
	case err != nil:
		w.fault(rw, r, err)
		return false
	case given.Refused == queue.ErrCounterBusy:
		w.show(rw, http.StatusConflict, v, page{Title: "Ainda há uma senha no balcão", Template: "notice.html", Data: noticeData{
			Kind: "refused", Icon: "b-busy", Title: "O " + inSentence(w.cfg.Branch().Label(at)) + " ainda tem uma senha",
			Text: "Termine-a, ou diga que não compareceu, e depois saia.", Links: []linkData{{"/balcao", "Voltar ao balcão"}},
		}})
		return false
	}
	return true
}

// chooseData is the page of choosing a counter.
type chooseData struct {
	Counters []chooseCounter
	Asked    *chooseCounter // somebody sits there: take it over?
}

type chooseCounter struct {
	ID, Label string
	Serves    string
	State     string // free, taken, mine
	Since     string
	Number    string // the ticket there
}

// choosePage is GET /balcao/escolher.
func (w *Web) choosePage(rw http.ResponseWriter, r *http.Request, v visitor) {
	w.showChoice(rw, r, v, "")
}

func (w *Web) showChoice(rw http.ResponseWriter, r *http.Request, v visitor, asked queue.CounterID) {
	var data chooseData
	taken := w.seats.taken(w.cfg.Now())
	err := w.cfg.Commands.Read(r.Context(), func(d *queue.Day, _ time.Time) {
		for _, k := range w.cfg.Branch().Counters {
			id := queue.CounterID(k.ID)
			c := chooseCounter{ID: k.ID, Label: k.Label, Serves: w.servesWords(id), State: "free"}
			if s, sits := taken[id]; sits {
				c.State, c.Since = "taken", w.clock(s.Since)
				if s.Token == v.session.Token {
					c.State = "mine"
				}
			}
			if at := d.Counter(id); at.Visit != nil {
				c.Number = at.Visit.Number.String()
			}
			data.Counters = append(data.Counters, c)
			if id == asked {
				data.Asked = &c
			}
		}
	})
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	w.show(rw, http.StatusOK, v, page{Title: "Escolher balcão", Template: "choose.html", Data: data})
}

// servesWords names what a counter serves.
func (w *Web) servesWords(id queue.CounterID) string {
	k, _ := w.cfg.Branch().Counter(id)
	var words []string
	for _, s := range k.Primary {
		words = append(words, w.names().services[queue.ServiceID(s)].name)
	}
	return strings.Join(words, ", ")
}

// choose is POST /balcao/escolher: the clerk sits down and the counter opens.
func (w *Web) choose(rw http.ResponseWriter, r *http.Request, v visitor) {
	r.Body = http.MaxBytesReader(rw, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		badRequest(rw, errors.New("o formulário não se lê"))
		return
	}
	at := queue.CounterID(r.PostForm.Get("counter"))
	if _, known := w.cfg.Branch().Counter(at); !known {
		badRequest(rw, errors.New("esse balcão não existe"))
		return
	}
	if before := v.session.Counter; before != "" && before != at && !w.leaveCounter(rw, r, v, before) {
		return
	}
	err := w.seats.sit(r.Context(), v.session.Token, at, r.PostForm.Get("takeover") == "yes", w.cfg.Now())
	if errors.Is(err, errSeatTaken) {
		w.showChoice(rw, r, v, at)
		return
	}
	if err == nil {
		var open queue.OpenCounter
		if open, err = w.opening(r.Context(), v, queue.OpenCounter{Counter: at, Skills: v.session.skillsAt(at)}); err == nil {
			_, err = w.cfg.Commands.Do(r.Context(), "", open)
		}
	}
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	w.hub.wake()
	http.Redirect(rw, r, "/balcao", http.StatusSeeOther)
}
