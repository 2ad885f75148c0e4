package serve

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"balcao/internal/config"
)

// TLS is how browsers reach pages protected: with a certificate from files, or with the program's own.
type TLS struct {
	On   bool   `yaml:"on"`   // with the program's own certificate, unless files are named
	Cert string `yaml:"cert"` // file of a certificate that browsers know, with its chain
	Key  string `yaml:"key"`  // file of its private key
}

// Enabled reports whether pages are served over TLS.
func (t TLS) Enabled() bool { return t.On || t.Cert != "" }

// Check names the faults; identity is the folder of the program's own certificate.
func (t TLS) Check(key string, faults *config.Faults, identity string) {
	switch {
	case (t.Cert == "") != (t.Key == ""):
		faults.Add(key, "cert and key belong together")
	case t.On && t.Cert == "" && identity == "":
		faults.Add(key, "a certificate is needed: name cert and key, or set identity")
	}
	for name, file := range map[string]string{key + ".cert": t.Cert, key + ".key": t.Key} {
		if file == "" {
			continue
		}
		if _, err := os.Stat(file); err != nil {
			faults.Add(name, "no such file: %s", file)
		}
	}
}

// Listener protects a listener. Own is the program's own configuration for browsers, used where no files are named; it
// may be nil. Files are read again when they change, so that a renewed certificate needs no restart.
func (t TLS) Listener(l net.Listener, own *tls.Config) (net.Listener, error) {
	switch {
	case !t.Enabled():
		return l, nil
	case t.Cert == "" && own == nil:
		return nil, errors.New("serve pages over TLS: neither files nor an identity to serve them with")
	case t.Cert == "":
		return tls.NewListener(l, own), nil
	}
	p := &pair{cert: t.Cert, key: t.Key}
	if _, err := p.get(nil); err != nil {
		return nil, fmt.Errorf("serve pages over TLS: %w", err)
	}
	return tls.NewListener(l, &tls.Config{
		MinVersion: tls.VersionTLS12, // of browsers at counters, some are old
		NextProtos: []string{"h2", "http/1.1"}, GetCertificate: p.get,
	}), nil
}

// Strictly tells browsers that came over TLS to come no other way for a day.
func Strictly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil {
			w.Header().Set("Strict-Transport-Security", "max-age=86400")
		}
		next.ServeHTTP(w, r)
	})
}

// pair is a certificate in two files.
type pair struct {
	cert, key string

	mu   sync.Mutex
	held *tls.Certificate
	of   [2]time.Time // when the files were written
}

// get returns the certificate, read again if a file is newer. Files that cannot be read, as while they are being
// replaced, leave the one held.
func (p *pair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	written, err := p.written()
	if err == nil && p.held != nil && written == p.of {
		return p.held, nil
	}
	var fresh tls.Certificate
	if err == nil {
		fresh, err = tls.LoadX509KeyPair(p.cert, p.key)
	}
	switch {
	case err == nil:
		p.held, p.of = &fresh, written
	case p.held == nil:
		return nil, err
	}
	return p.held, nil
}

func (p *pair) written() (at [2]time.Time, err error) {
	for i, name := range []string{p.cert, p.key} {
		info, err := os.Stat(name)
		if err != nil {
			return at, err
		}
		at[i] = info.ModTime()
	}
	return at, nil
}
