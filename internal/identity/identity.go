// Package identity is who a node is towards the others: its private key, made here and never sent anywhere, the
// certificate that the installation's authority gave it, and the authority's own certificate and list of revoked
// ones. It asks for the first certificate with a token (RFC 7030, Enrollment over Secure Transport), renews it long
// before its end, and makes the TLS configurations of every hop.
package identity

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Errors that a caller may want to tell apart.
var (
	// ErrRevoked means that the authority took a certificate back.
	ErrRevoked = errors.New("the certificate is revoked")
	// ErrForeign means that a certificate is not of this installation or not of the node it should be.
	ErrForeign = errors.New("not a certificate of this installation for this node")
	// ErrNone means that a folder holds no identity yet.
	ErrNone = errors.New("no identity here; enrol this node first")
)

// Names of the files in an identity's folder. Mosquitto reads the same ones.
const (
	// NodeFile holds the private key, the certificate and the authority's certificate, in this order, mode 0600. One
	// file, so that key and certificate change together.
	NodeFile = "node.pem"
	// RootFile holds the authority's certificate.
	RootFile = "ca.pem"
	// RevokedFile holds the authority's list of revoked certificates.
	RevokedFile = "crl.pem"
	homeFile    = "home.json"
)

// Home says where the authority is, as stored at enrolment.
type Home struct {
	URL    string `json:"url"`    // such as https://hq.example:8444
	Server string `json:"server"` // the name in the authority's certificate, such as hq
}

// Identity is one node's, read from its folder. It is safe for several goroutines.
type Identity struct {
	dir  string
	now  func() time.Time
	log  *slog.Logger
	root *x509.Certificate
	pool *x509.CertPool

	mu      sync.RWMutex
	home    Home
	own     *tls.Certificate
	signer  *signer              // nil of who tells nobody anything
	revoked *x509.RevocationList // nil before the first
	barred  map[string]bool      // its serial numbers
}

// Open reads the identity of a folder; ErrNone where there is none. Now is the clock, log hears of renewals.
func Open(dir string, now func() time.Time, log *slog.Logger) (*Identity, error) {
	i := &Identity{dir: dir, now: now, log: log}
	if i.log == nil {
		i.log = slog.New(slog.DiscardHandler)
	}
	if err := i.read(); err != nil {
		return nil, fmt.Errorf("read identity %s: %w", dir, err)
	}
	return i, nil
}

func (i *Identity) read() error {
	own, err := readOwn(filepath.Join(i.dir, NodeFile))
	if err != nil {
		return err
	}
	if i.root, err = readRoot(filepath.Join(i.dir, RootFile)); err != nil {
		return err
	}
	if i.home, err = readHome(filepath.Join(i.dir, homeFile)); err != nil {
		return err
	}
	if i.signer, err = readSigner(filepath.Join(i.dir, SignerFile)); err != nil {
		return err
	}
	i.own, i.pool = own, x509.NewCertPool()
	i.pool.AddCert(i.root)
	raw, err := os.ReadFile(filepath.Join(i.dir, RevokedFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return fmt.Errorf("%s: no list in it", RevokedFile)
	}
	_, err = i.takeRevoked(block.Bytes)
	return err
}

// Name returns whose identity it is: a node id, or hq.
func (i *Identity) Name() string { return i.leaf().Subject.CommonName }

// Until returns when the present certificate ends.
func (i *Identity) Until() time.Time { return i.leaf().NotAfter }

// Since returns from when on the present certificate holds.
func (i *Identity) Since() time.Time { return i.leaf().NotBefore }

// Root returns the authority's certificate.
func (i *Identity) Root() *x509.Certificate { return i.root }

// Home returns where the authority is.
func (i *Identity) Home() Home {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.home
}

// SetHome replaces where the authority is, for the machine that is the authority itself.
func (i *Identity) SetHome(h Home) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.home = h
}

func (i *Identity) leaf() *x509.Certificate { return i.certificate().Leaf }

func (i *Identity) certificate() *tls.Certificate {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.own
}

// Barred reports why a certificate must not be served any more: it was revoked or has ended; nil while it may.
func (i *Identity) Barred(c *x509.Certificate) error {
	i.mu.RLock()
	defer i.mu.RUnlock()
	switch {
	case i.barred[key(c.SerialNumber)]:
		return ErrRevoked
	case i.clock(i.own.Leaf).After(c.NotAfter):
		return errors.New("the certificate has ended")
	}
	return nil
}

func key(serial *big.Int) string { return serial.Text(16) }

// clock is the time certificates are checked at. A machine whose clock was never set still trusts that its own
// certificate has begun.
func (i *Identity) clock(own *x509.Certificate) time.Time {
	if now := i.now(); now.After(own.NotBefore) {
		return now
	}
	return own.NotBefore
}

// Client returns the configuration of a connection to a node or hq by its name; nobody else is talked to, whatever
// the address says.
func (i *Identity) Client(server string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: HostOf(server), RootCAs: i.pool,
		Time:                 func() time.Time { return i.clock(i.leaf()) },
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return i.certificate(), nil },
		VerifyConnection:     i.check,
	}
}

// Server returns the configuration of a listener that serves only nodes of this installation.
func (i *Identity) Server() *tls.Config {
	c := i.listener()
	c.ClientAuth, c.ClientCAs, c.VerifyConnection = tls.RequireAndVerifyClientCert, i.pool, i.check
	return c
}

// Enrolment returns the configuration of the authority's listener: who asks for a renewal shows a certificate, who
// asks for the first has none.
func (i *Identity) Enrolment() *tls.Config {
	c := i.listener()
	c.ClientAuth, c.ClientCAs, c.VerifyConnection = tls.VerifyClientCertIfGiven, i.pool, i.check
	return c
}

// Pages returns the configuration of a listener for browsers.
func (i *Identity) Pages() *tls.Config {
	c := i.listener()
	c.NextProtos = []string{"h2", "http/1.1"}
	return c
}

func (i *Identity) listener() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS13,
		Time:           func() time.Time { return i.clock(i.leaf()) },
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return i.certificate(), nil },
	}
}

// check refuses certificates that were taken back, also on a resumed connection.
func (i *Identity) check(s tls.ConnectionState) error {
	if len(s.PeerCertificates) == 0 {
		return nil // who enrols has none yet
	}
	return i.Barred(s.PeerCertificates[0]) // the others are the authority's own
}

// HostOf returns the DNS name that stands in a node's certificate.
func HostOf(node string) string { return strings.ToLower(node) }

// takeRevoked takes a list over if the authority signed it and it is not older than the one held; it reports whether
// it is a newer one.
func (i *Identity) takeRevoked(der []byte) (bool, error) {
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return false, fmt.Errorf("read the list of revoked certificates: %w", err)
	}
	if err := list.CheckSignatureFrom(i.root); err != nil {
		return false, fmt.Errorf("read the list of revoked certificates: %w", err)
	}
	if list.Number == nil {
		return false, errors.New("read the list of revoked certificates: it has no number")
	}
	barred := make(map[string]bool, len(list.RevokedCertificateEntries))
	for _, e := range list.RevokedCertificateEntries {
		barred[key(e.SerialNumber)] = true
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.revoked != nil {
		switch i.revoked.Number.Cmp(list.Number) {
		case 1:
			return false, errors.New("the list of revoked certificates is older than the one held")
		case 0:
			if !list.NextUpdate.After(i.revoked.NextUpdate) {
				return false, nil
			}
		}
	}
	i.revoked, i.barred = list, barred
	return true, nil
}
