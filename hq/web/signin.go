package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"balcao/hq/cases"
	"balcao/hq/people"
	"balcao/internal/serve"
	"balcao/internal/signin"
)

// Office keeps what people of headquarters do; the store does.
type Office interface {
	// BeginSession keeps a sign-in.
	BeginSession(ctx context.Context, token signin.TokenHash, person string, expires time.Time) error
	// EndSession forgets a sign-in.
	EndSession(ctx context.Context, token signin.TokenHash) error
	// Session returns who signed in with a cookie; empty if nobody did, or too long ago.
	Session(ctx context.Context, token signin.TokenHash) (string, error)
	// Audit writes down what somebody did.
	Audit(ctx context.Context, d people.Deed) error
	// Deeds returns what people did, newest first, before a number if it is not 0.
	Deeds(ctx context.Context, before int64, limit int) ([]people.Deed, error)
	// PastCases returns the closed cases that opened at or after a moment, newest first; of one branch where it is named.
	PastCases(ctx context.Context, from time.Time, branch string, limit int) ([]cases.Case, error)
	// Case returns a case, open or closed; false for none.
	Case(ctx context.Context, id int64) (cases.Case, bool, error)
	// Steps returns what happened to a case, oldest first.
	Steps(ctx context.Context, id int64) ([]cases.Step, error)
	// Notices returns what was told of a case, or is to be, oldest first.
	Notices(ctx context.Context, id int64) ([]cases.Notice, error)
}

const (
	sessionCookie = "balcao-sede"
	sessionLife   = 14 * time.Hour // a long working day
	maxForm       = 8 << 10
)

// signInData is what the page of signing in shows.
type signInData struct {
	Name    string // as typed
	To      string // where to go afterwards
	Problem string
	Nobody  bool   // nobody can sign in yet
	Outside string // what the sign-in service is called; empty for none
}

func (s *Server) signInPage(w http.ResponseWriter, r *http.Request, v visitor) {
	to := serve.OwnPath(r.URL.Query().Get("para"))
	if v.person != nil {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	s.showSignIn(w, r, http.StatusOK, signInData{To: to})
}

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request, status int, d signInData) {
	if s.opt.SSO != nil {
		d.Outside = s.opt.SSO.Name()
	}
	d.Nobody = s.opt.People == nil || len(s.opt.People.All()) == 0
	s.show(w, r, status, visitor{}, "signin", "Entrar", d)
}

// signIn is POST /entrar. A wrong name and a wrong password are told alike, and guessing soon has to wait.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, _ visitor) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil || s.opt.People == nil {
		s.errorPage(w, http.StatusBadRequest, "O formulário não se lê", "Volte atrás e tente de novo.")
		return
	}
	d := signInData{Name: strings.TrimSpace(r.PostForm.Get("name")), To: serve.OwnPath(r.PostForm.Get("para"))}
	if len(d.Name) > 64 {
		d.Name = ""
	}
	now, place := s.opt.Now(), serve.Remote(r)
	who := strings.ToLower(d.Name) + " " + place
	if left := max(s.doorman.Wait(who, now), s.doorman.Wait(place, now)); left > 0 {
		d.Problem = "Demasiadas tentativas. Espere " + span(left.Round(time.Second)) + " e tente de novo."
		s.showSignIn(w, r, http.StatusTooManyRequests, d)
		return
	}
	p, err := s.opt.People.SignIn(r.Context(), d.Name, r.PostForm.Get("password"))
	switch {
	case errors.Is(err, signin.ErrWrong):
		s.doorman.Failed(who, signin.FreeTries, now)
		s.doorman.Failed(place, signin.FreeByPlace, now)
		d.Problem = "O nome ou a palavra-passe não estão certos."
		s.showSignIn(w, r, http.StatusUnauthorized, d)
		return
	case err != nil:
		s.fault(w, r, err)
		return
	}
	s.doorman.Welcome(who)
	s.doorman.Welcome(place)
	cookie, token := signin.NewToken()
	if err := s.opt.Office.BeginSession(r.Context(), token, p.ID, now.Add(sessionLife)); err != nil {
		s.fault(w, r, err)
		return
	}
	s.note(r.Context(), p.ID, "sign_in", "", "entrou")
	setCookie(w, r, cookie, int(sessionLife/time.Second))
	http.Redirect(w, r, d.To, http.StatusSeeOther)
}

// setCookie is sent back to us alone: never with what another site asks for.
func setCookie(w http.ResponseWriter, r *http.Request, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request, v visitor) {
	if v.person != nil {
		if err := s.opt.Office.EndSession(r.Context(), v.token); err != nil {
			s.fault(w, r, err)
			return
		}
		s.note(r.Context(), v.person.ID, "sign_out", "", "saiu")
	}
	setCookie(w, r, "", -1)
	http.Redirect(w, r, "/entrar", http.StatusSeeOther)
}

// note writes what somebody did into the audit; what was done stands even where that fails, and the log tells of it.
func (s *Server) note(ctx context.Context, by, act, about, words string) {
	d := people.Deed{At: s.opt.Now(), By: by, Act: act, About: about, Words: words}
	if err := s.opt.Office.Audit(context.WithoutCancel(ctx), d); err != nil {
		s.opt.Log.Error("audit not written", "by", by, "act", act, "about", about, "err", err)
	}
}

// fault answers that something of ours failed.
func (s *Server) fault(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return
	}
	s.opt.Log.Error("request failed", "path", r.URL.Path, "err", err)
	s.errorPage(w, http.StatusInternalServerError, "Algo falhou na sede", "O que fez pode não ter ficado guardado. Veja e tente de novo.")
}

// show writes a page of its own data in the common frame.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, v visitor, name, title string, data any) {
	f := s.frameOf(w, r, view{Now: s.opt.Now()})
	f.Who, f.Data, f.Tab, f.Sober = v.person, data, name, true
	f.Hints = s.hintsOf(r.Context(), name, v)
	s.write(w, status, name, title, f)
}
