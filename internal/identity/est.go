package identity

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/smallstep/pkcs7"
)

// Paths of RFC 7030 §3.2.2. The list of revoked certificates is not in the RFC; it stands beside them.
const (
	PathRoots   = "/.well-known/est/cacerts"
	PathEnrol   = "/.well-known/est/simpleenroll"
	PathRenew   = "/.well-known/est/simplereenroll"
	PathRevoked = "/.well-known/est/crl"
)

// Media types of RFC 7030 §4.
const (
	TypeRequest = "application/pkcs10"
	TypeCerts   = "application/pkcs7-mime"
	TypeRevoked = "application/pkix-crl"
)

// MaxBody is the most bytes of a request or answer.
const MaxBody = 1 << 20

// EncodeCerts returns certificates as the body of an answer (RFC 7030 §4.1.3: certs-only CMS in base64).
func EncodeCerts(certs ...*x509.Certificate) ([]byte, error) {
	var all []byte
	for _, c := range certs {
		all = append(all, c.Raw...)
	}
	der, err := pkcs7.DegenerateCertificate(all)
	if err != nil {
		return nil, fmt.Errorf("encode certificates: %w", err)
	}
	return wrap(der), nil
}

// DecodeCerts reads the body of an answer.
func DecodeCerts(body []byte) ([]*x509.Certificate, error) {
	der, err := unwrap(body)
	if err != nil {
		return nil, fmt.Errorf("read certificates: %w", err)
	}
	p7, err := parseCMS(der)
	if err != nil {
		return nil, fmt.Errorf("read certificates: %w", err)
	}
	if len(p7.Certificates) == 0 {
		return nil, errors.New("read certificates: there is none")
	}
	return p7.Certificates, nil
}

// parseCMS guards the program against a panic of the library.
func parseCMS(der []byte) (p7 *pkcs7.PKCS7, err error) {
	defer func() {
		if recover() != nil {
			p7, err = nil, errors.New("not certificates")
		}
	}()
	return pkcs7.Parse(der)
}

// DecodeRequest reads a request for a certificate and checks that its sender holds the key.
func DecodeRequest(body []byte) (*x509.CertificateRequest, error) {
	der, err := unwrap(body)
	if err != nil {
		return nil, fmt.Errorf("read certificate request: %w", err)
	}
	r, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, fmt.Errorf("read certificate request: %w", err)
	}
	if err := r.CheckSignature(); err != nil {
		return nil, fmt.Errorf("read certificate request: %w", err)
	}
	return r, nil
}

func wrap(der []byte) []byte {
	s := base64.StdEncoding.EncodeToString(der)
	var b bytes.Buffer
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	b.WriteString(s + "\r\n")
	return b.Bytes()
}

func unwrap(body []byte) ([]byte, error) {
	if len(body) > MaxBody {
		return nil, errors.New("too long")
	}
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(body)), ""))
}

func newKey() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

func requestFor(name string, key crypto.Signer) ([]byte, error) {
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}, key)
	if err != nil {
		return nil, fmt.Errorf("make certificate request: %w", err)
	}
	return wrap(der), nil
}

// Request is what Enrol needs to know.
type Request struct {
	Dir   string // where the identity will be
	URL   string // of the authority, such as https://hq.example:8444
	Token Token
	Now   time.Time
}

// Enrol makes a key, asks the authority for the first certificate and stores both in the folder. The token is used up
// by it. A second attempt with the same token works only while the folder still holds the key of the first.
func Enrol(ctx context.Context, r Request) error {
	if Exists(r.Dir) {
		return fmt.Errorf("enrol %s: %s holds an identity already", r.Token.Node, r.Dir)
	}
	if u, err := url.Parse(r.URL); err != nil || u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("enrol %s: the authority's address must be like https://hq.example:8444", r.Token.Node)
	}
	key, err := pendingKey(r.Dir)
	if err != nil {
		return fmt.Errorf("enrol %s: %w", r.Token.Node, err)
	}
	est := &est{url: r.URL}
	var root *x509.Certificate
	est.client(&tls.Config{
		MinVersion: tls.VersionTLS13, ServerName: HostOf(r.Token.Server),
		// Nothing is known of the authority but the fingerprint in the token: that is checked instead.
		InsecureSkipVerify: true, //nolint:gosec // see VerifyConnection
		VerifyConnection: func(s tls.ConnectionState) (err error) {
			root, err = bootstrap(s, r.Token, r.Now)
			return err
		},
	})
	defer est.close()
	body, err := requestFor(r.Token.Node, key)
	if err != nil {
		return err
	}
	answer, err := est.post(ctx, PathEnrol, body, &r.Token)
	if err != nil {
		return fmt.Errorf("enrol %s: %w", r.Token.Node, err)
	}
	leaf, err := ours(answer, r.Token.Node, key, root)
	if err != nil {
		return fmt.Errorf("enrol %s: %w", r.Token.Node, err)
	}
	revoked, err := est.get(ctx, PathRevoked)
	if err != nil {
		return fmt.Errorf("enrol %s: %w", r.Token.Node, err)
	}
	if err := Store(r.Dir, key, leaf, root, revoked, Home{URL: r.URL, Server: r.Token.Server}); err != nil {
		return err
	}
	if err := dropPendingKey(r.Dir); err != nil {
		return err
	}
	// Who tells others something asks for its signing key at once; if that is not to be had now, the program asks again.
	if i, err := Open(r.Dir, func() time.Time { return r.Now }, nil); err == nil {
		_ = i.Refresh(ctx)
	}
	return nil
}

// bootstrap checks a server of which only the token's fingerprint is known.
func bootstrap(s tls.ConnectionState, t Token, now time.Time) (*x509.Certificate, error) {
	for _, c := range s.PeerCertificates {
		if !t.trusts(c) {
			continue
		}
		pool := x509.NewCertPool()
		pool.AddCert(c)
		if now.Before(c.NotBefore) {
			now = s.PeerCertificates[0].NotBefore // a clock that was never set
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: pool, DNSName: HostOf(t.Server), CurrentTime: now})
		return c, err
	}
	return nil, fmt.Errorf("the server is not the authority that made the token: %w", ErrForeign)
}

// ours picks the certificate for our key out of an answer and checks whose it is.
func ours(answer []byte, name string, key crypto.Signer, root *x509.Certificate) (*x509.Certificate, error) {
	certs, err := DecodeCerts(answer)
	if err != nil {
		return nil, err
	}
	for _, c := range certs {
		pub, ok := c.PublicKey.(interface{ Equal(x crypto.PublicKey) bool })
		if !ok || !pub.Equal(key.Public()) {
			continue
		}
		if c.Subject.CommonName != name || c.CheckSignatureFrom(root) != nil {
			return nil, ErrForeign
		}
		return c, nil
	}
	return nil, fmt.Errorf("the answer holds no certificate for our key: %w", ErrForeign)
}

// est speaks to the authority.
type est struct {
	url  string
	http *http.Client
}

func (e *est) client(cfg *tls.Config) {
	e.http = &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{TLSClientConfig: cfg, MaxIdleConns: 1, IdleConnTimeout: time.Minute},
		// A token must not follow anybody to another server.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (e *est) close() { e.http.CloseIdleConnections() }

func (e *est) post(ctx context.Context, path string, body []byte, t *Token) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(e.url, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", TypeRequest)
	req.Header.Set("Content-Transfer-Encoding", "base64")
	if t != nil {
		req.SetBasicAuth(t.Node, t.Secret)
	}
	return e.do(req)
}

func (e *est) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(e.url, "/")+path, nil)
	if err != nil {
		return nil, err
	}
	return e.do(req)
}

func (e *est) do(req *http.Request) ([]byte, error) {
	res, err := e.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxBody))
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the authority answers %s: %.200s", res.Status, strings.TrimSpace(string(body)))
	}
	return body, nil
}
