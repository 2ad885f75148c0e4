package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"balcao/hq/people"
	"balcao/internal/serve"
	"balcao/internal/signin"
)

// SSO lets people in with an account that they have elsewhere.
type SSO interface {
	// Name is what the service is called on the button.
	Name() string
	// Begin returns where to send somebody, and what their browser is to bring back.
	Begin(ctx context.Context, to string) (address, kept string, err error)
	// End reads the answer and returns the sign-in name and where to go on.
	End(ctx context.Context, kept string, answer url.Values) (login, to string, err error)
}

const (
	passCookie = "balcao-sede-volta"
	passLife   = 10 * time.Minute
)

// keepPass keeps what belongs to one sign-in. It comes back with a request that the provider's page begins, which a
// cookie of our own site alone would not.
func keepPass(w http.ResponseWriter, r *http.Request, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: passCookie, Value: value, Path: "/entrar/", MaxAge: seconds, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}

// leave is GET /entrar/fora: to the provider.
func (s *Server) leave(w http.ResponseWriter, r *http.Request, _ visitor) {
	if s.opt.SSO == nil {
		s.errorPage(w, http.StatusNotFound, "Esta página não existe", "Entra-se com nome e palavra-passe.")
		return
	}
	to, kept, err := s.opt.SSO.Begin(r.Context(), serve.OwnPath(r.URL.Query().Get("para")))
	if err != nil {
		s.opt.Log.Warn("sign-in service not reached", "err", err)
		s.showSignIn(w, r, http.StatusBadGateway, signInData{To: serve.OwnPath(r.URL.Query().Get("para")), Problem: s.opt.SSO.Name() + " não responde. Entre com nome e palavra-passe, ou tente daqui a pouco."})
		return
	}
	keepPass(w, r, kept, int(passLife/time.Second))
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// comeBack is GET /entrar/volta: from the provider.
func (s *Server) comeBack(w http.ResponseWriter, r *http.Request, _ visitor) {
	if s.opt.SSO == nil || s.opt.People == nil {
		s.errorPage(w, http.StatusNotFound, "Esta página não existe", "Entra-se com nome e palavra-passe.")
		return
	}
	now, place := s.opt.Now(), serve.Remote(r)
	if left := s.doorman.Wait(place, now); left > 0 {
		s.showSignIn(w, r, http.StatusTooManyRequests, signInData{To: "/", Problem: "Demasiadas tentativas. Espere " + span(left.Round(time.Second)) + " e tente de novo."})
		return
	}
	kept := ""
	if c, err := r.Cookie(passCookie); err == nil {
		kept = c.Value
	}
	keepPass(w, r, "", -1) // an answer is good once
	login, to, err := s.opt.SSO.End(r.Context(), kept, r.URL.Query())
	if err != nil {
		s.doorman.Failed(place, signin.FreeByPlace, now)
		s.opt.Log.Warn("nobody signed in by the sign-in service", "err", err)
		s.showSignIn(w, r, http.StatusUnauthorized, signInData{To: serve.OwnPath(to), Problem: s.ssoWords(err)})
		return
	}
	p, known := s.opt.People.Find(login)
	if !known {
		s.doorman.Failed(place, signin.FreeByPlace, now)
		s.showSignIn(w, r, http.StatusForbidden, signInData{To: serve.OwnPath(to), Problem: "«" + strings.ToValidUTF8(login[:min(len(login), 64)], "") + "» não está nas pessoas da sede."})
		return
	}
	cookie, token := signin.NewToken()
	if err := s.opt.Office.BeginSession(r.Context(), token, p.ID, now.Add(sessionLife)); err != nil {
		s.fault(w, r, err)
		return
	}
	s.doorman.Welcome(place)
	s.note(r.Context(), p.ID, "sign_in", "", "entrou por "+s.opt.SSO.Name())
	setCookie(w, r, cookie, int(sessionLife/time.Second))
	// A redirect would still count as the other site's request, and the cookie would stay behind: this page goes on by
	// itself.
	w.Header().Set("Refresh", "0; url="+serve.OwnPath(to))
	s.show(w, r, http.StatusOK, visitor{}, "signedin", "Entrou", serve.OwnPath(to))
}

func (s *Server) ssoWords(err error) string {
	switch name := s.opt.SSO.Name(); {
	case errors.Is(err, people.ErrUnreachable):
		return name + " não responde. Entre com nome e palavra-passe, ou tente daqui a pouco."
	case errors.Is(err, people.ErrRefused):
		return name + " não deixou entrar."
	case errors.Is(err, people.ErrNameless):
		return name + " não diz um nome que sirva aqui."
	}
	return "A entrada demorou demais ou foi interrompida. Comece de novo."
}
