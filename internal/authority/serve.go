package authority

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"balcao/internal/identity"
	"balcao/internal/serve"
)

// Serve answers nodes on a listener until ctx ends (RFC 7030), under the identity of the machine the authority is on.
func (a *Authority) Serve(ctx context.Context, l net.Listener, own *identity.Identity, log *slog.Logger) error {
	return serve.HTTP(ctx, tls.NewListener(l, own.Enrolment()), a.Handler(log), log)
}

// Handler answers nodes; it must stand behind TLS with the identity's Enrolment configuration.
func (a *Authority) Handler(log *slog.Logger) http.Handler {
	h := &handler{authority: a, log: log, guesses: map[string]guesses{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+identity.PathRoots, h.roots)
	mux.HandleFunc("GET "+identity.PathRevoked, h.revoked)
	mux.HandleFunc("POST "+identity.PathEnrol, h.enrol)
	mux.HandleFunc("POST "+identity.PathRenew, h.renew)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	return mux
}

type handler struct {
	authority *Authority
	log       *slog.Logger

	mu      sync.Mutex
	guesses map[string]guesses // by the address they came from
	list    []byte             // of revoked certificates
	listed  time.Time
}

// guesses are tokens of one address that were none.
type guesses struct {
	n     int
	since time.Time
}

const (
	freeGuesses  = 20
	guessWindow  = time.Minute
	mostGuessers = 10_000
	// listKept is how long a list is given out again without looking; a revocation is known everywhere so much later.
	listKept = 5 * time.Second
)

// blocked reports whether an address has guessed too often of late.
func (h *handler) blocked(addr string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	g := h.guesses[addr]
	return g.n >= freeGuesses && h.authority.now().Sub(g.since) < guessWindow
}

func (h *handler) guessed(addr string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.authority.now()
	if len(h.guesses) >= mostGuessers {
		clear(h.guesses)
	}
	g := h.guesses[addr]
	if now.Sub(g.since) >= guessWindow {
		g = guesses{since: now}
	}
	g.n++
	h.guesses[addr] = g
}

func (h *handler) roots(w http.ResponseWriter, r *http.Request) {
	h.give(w, r, h.authority.root)
}

func (h *handler) give(w http.ResponseWriter, r *http.Request, c *x509.Certificate) {
	body, err := identity.EncodeCerts(c)
	if err != nil {
		h.fault(w, r, err)
		return
	}
	w.Header().Set("Content-Type", identity.TypeCerts+"; smime-type=certs-only")
	w.Header().Set("Content-Transfer-Encoding", "base64")
	_, _ = w.Write(body) // the node asks again
}

func (h *handler) fault(w http.ResponseWriter, r *http.Request, err error) {
	h.log.Error("authority", "path", r.URL.Path, "err", err)
	http.Error(w, "not available", http.StatusServiceUnavailable)
}

func (h *handler) revoked(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	list, now := h.list, h.authority.now()
	if now.Sub(h.listed) > listKept {
		list = nil
	}
	h.mu.Unlock()
	if list == nil {
		var err error
		if list, err = h.authority.Revoked(r.Context()); err != nil {
			h.fault(w, r, err)
			return
		}
		h.mu.Lock()
		h.list, h.listed = list, now
		h.mu.Unlock()
	}
	w.Header().Set("Content-Type", identity.TypeRevoked)
	_, _ = w.Write(list) // the node asks again
}

// request reads what is asked for; it has answered when it returns nil.
func request(w http.ResponseWriter, r *http.Request) *x509.CertificateRequest {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != identity.TypeRequest {
		http.Error(w, "want "+identity.TypeRequest, http.StatusUnsupportedMediaType)
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if err != nil {
		http.Error(w, "request too long", http.StatusRequestEntityTooLarge)
		return nil
	}
	csr, err := identity.DecodeRequest(body)
	if err != nil {
		http.Error(w, "not a certificate request", http.StatusBadRequest)
		return nil
	}
	return csr
}

func (h *handler) enrol(w http.ResponseWriter, r *http.Request) {
	addr, _, _ := net.SplitHostPort(r.RemoteAddr)
	if h.blocked(addr) {
		w.Header().Set("Retry-After", "60")
		http.Error(w, "too many tokens that were none", http.StatusTooManyRequests)
		return
	}
	node, secret, ok := r.BasicAuth()
	if !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="balcao"`)
		http.Error(w, "a token is needed", http.StatusUnauthorized)
		return
	}
	csr := request(w, r)
	if csr == nil {
		return
	}
	c, err := h.authority.Enrol(r.Context(), node, secret, csr)
	switch {
	case errors.Is(err, ErrToken):
		h.guessed(addr)
		h.log.Warn("enrolment refused", "node", safe(node), "from", addr)
		w.Header().Set("WWW-Authenticate", `Basic realm="balcao"`)
		http.Error(w, ErrToken.Error(), http.StatusUnauthorized)
	case errors.Is(err, ErrRequest):
		http.Error(w, "the request does not fit the token", http.StatusBadRequest)
	case err != nil:
		h.fault(w, r, err)
	default:
		h.log.Info("node enrolled", "node", safe(node), "serial", c.SerialNumber.Text(16))
		h.give(w, r, c)
	}
}

// safe keeps what a stranger sent out of the log unless it is a name.
func safe(node string) string {
	if (Grant{Node: node}).check() != nil {
		return "?"
	}
	return node
}

func (h *handler) renew(w http.ResponseWriter, r *http.Request) {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		http.Error(w, "the present certificate is needed", http.StatusUnauthorized)
		return
	}
	csr := request(w, r)
	if csr == nil {
		return
	}
	current := r.TLS.PeerCertificates[0]
	c, err := h.authority.Renew(r.Context(), current, csr)
	switch {
	case errors.Is(err, identity.ErrRevoked), errors.Is(err, ErrUnknown):
		h.log.Warn("renewal refused", "node", current.Subject.CommonName, "err", err)
		http.Error(w, "not renewed", http.StatusForbidden)
	case errors.Is(err, ErrRequest):
		http.Error(w, "the request does not fit the certificate", http.StatusBadRequest)
	case err != nil:
		h.fault(w, r, err)
	default:
		h.log.Info("certificate renewed", "node", current.Subject.CommonName, "serial", c.SerialNumber.Text(16))
		h.give(w, r, c)
	}
}
