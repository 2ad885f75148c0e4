package authority

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"balcao/internal/identity"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Grant is what a certificate may say.
type Grant struct {
	Node  string   // id of a node, or hq
	Hosts []string // further names and addresses under which browsers ask for its pages; none for kiosks
}

// check refuses what no certificate may say.
func (g Grant) check() error {
	id, err := wire.ParseNodeID(g.Node)
	if g.Node != wire.HQName && err != nil {
		return fmt.Errorf("%q is not a name such as L017 or L017-K03", g.Node)
	}
	if g.Node != wire.HQName && id != id.Branch() && len(g.Hosts) > 0 {
		return errors.New("only a branch or hq serves pages under names of its own")
	}
	for _, h := range g.Hosts {
		if h == "" || len(h) > 253 {
			return errors.New("an empty or too long name")
		}
	}
	return nil
}

// serves reports whether a node listens for others: a branch or hq does, a kiosk never.
func (g Grant) serves() bool {
	return g.Node == wire.HQName || wire.NodeID(g.Node) == wire.NodeID(g.Node).Branch()
}

func sum(b []byte) []byte { s := sha256.Sum256(b); return s[:] }

// Token makes a token with which a node can enrol once within its life. Tokens that the node had before and did not
// use are worth nothing from then on.
func (a *Authority) Token(ctx context.Context, server string, g Grant, life time.Duration) (identity.Token, error) {
	if err := g.check(); err != nil {
		return identity.Token{}, fmt.Errorf("make token: %w", err)
	}
	if life <= 0 || life > 30*24*time.Hour {
		return identity.Token{}, errors.New("make token: its life must be between a moment and 30 days")
	}
	t := identity.NewToken(server, g.Node, a.root)
	hosts, err := json.Marshal(g.Hosts)
	if err != nil {
		return identity.Token{}, fmt.Errorf("make token: %w", err)
	}
	at := a.now()
	err = a.write(ctx, func(tx *sqlite.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM tokens WHERE node = ? AND used_ms IS NULL OR expires_ms < ?`,
			g.Node, at.Add(-CertificateLife).UnixMilli()); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO tokens (hash, node, hosts, made_ms, expires_ms) VALUES (?, ?, ?, ?, ?)`,
			sum([]byte(t.Secret)), g.Node, string(hosts), at.UnixMilli(), at.Add(life).UnixMilli())
		return err
	})
	if err != nil {
		return identity.Token{}, fmt.Errorf("make token: %w", err)
	}
	return t, nil
}

// Enrol gives a node its first certificate for a token. The token works once; who asks again with the same key, because
// the answer was lost, is given the same certificate.
func (a *Authority) Enrol(ctx context.Context, node, secret string, r *x509.CertificateRequest) (*x509.Certificate, error) {
	pub, id, err := requested(r, node)
	if err != nil {
		return nil, err
	}
	if _, signs := pub.(ed25519.PublicKey); signs {
		return nil, fmt.Errorf("%w: the first certificate is a node's", ErrRequest)
	}
	var out *x509.Certificate
	err = a.write(ctx, func(tx *sqlite.Tx) error {
		var owner, hosts string
		var expires int64
		var usedBy []byte
		hash := sum([]byte(secret))
		err := tx.QueryRowContext(ctx, `SELECT node, hosts, expires_ms, key FROM tokens WHERE hash = ?`, hash).Scan(&owner, &hosts, &expires, &usedBy)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrToken
		}
		if err != nil {
			return err
		}
		switch {
		case owner != node || a.now().UnixMilli() > expires || usedBy != nil && !slices.Equal(usedBy, id):
			return ErrToken
		case usedBy != nil:
			out, err = held(ctx, tx, id)
			return err
		}
		g := Grant{Node: owner}
		if err := json.Unmarshal([]byte(hosts), &g.Hosts); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE tokens SET used_ms = ?, key = ? WHERE hash = ?`, a.now().UnixMilli(), id, hash); err != nil {
			return err
		}
		out, err = a.issue(ctx, tx, g, pub, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("enrol %s: %w", node, err)
	}
	return out, nil
}

// Renew gives the holder of a certificate a new one with the same names. The old one goes on holding until its end.
func (a *Authority) Renew(ctx context.Context, current *x509.Certificate, r *x509.CertificateRequest) (*x509.Certificate, error) {
	node := current.Subject.CommonName
	pub, id, err := requested(r, node)
	if err != nil {
		return nil, err
	}
	var out *x509.Certificate
	err = a.write(ctx, func(tx *sqlite.Tx) error {
		var hosts string
		var revoked sql.NullInt64
		err := tx.QueryRowContext(ctx, `SELECT hosts, revoked_ms FROM certificates WHERE serial = ? AND node = ?`,
			current.SerialNumber.Text(16), node).Scan(&hosts, &revoked)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrUnknown
		case err != nil:
			return err
		case revoked.Valid:
			return identity.ErrRevoked
		}
		g := Grant{Node: node}
		if err := json.Unmarshal([]byte(hosts), &g.Hosts); err != nil {
			return err
		}
		out, err = a.issue(ctx, tx, g, pub, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("renew %s: %w", node, err)
	}
	return out, nil
}

// Give makes a certificate for a key without a token: for the machine on which the authority itself is.
func (a *Authority) Give(ctx context.Context, g Grant, pub crypto.PublicKey) (*x509.Certificate, error) {
	if err := g.check(); err != nil {
		return nil, fmt.Errorf("give certificate: %w", err)
	}
	id, err := keyID(pub)
	if err != nil {
		return nil, err
	}
	var out *x509.Certificate
	err = a.write(ctx, func(tx *sqlite.Tx) error {
		out, err = a.issue(ctx, tx, g, pub, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("give certificate: %w", err)
	}
	return out, nil
}

// requested checks what a request asks for; only its key and its name count.
func requested(r *x509.CertificateRequest, node string) (pub crypto.PublicKey, id []byte, err error) {
	if r.Subject.CommonName != node {
		return nil, nil, fmt.Errorf("%w: it is not for %s", ErrRequest, node)
	}
	switch key := r.PublicKey.(type) {
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return nil, nil, fmt.Errorf("%w: its key is not of the curve P-256", ErrRequest)
		}
	case ed25519.PublicKey:
		if !(Grant{Node: node}).serves() {
			return nil, nil, fmt.Errorf("%w: %s has nobody to sign for", ErrRequest, node)
		}
	default:
		return nil, nil, fmt.Errorf("%w: its key is of neither kind", ErrRequest)
	}
	id, err = keyID(r.PublicKey)
	return r.PublicKey, id, err
}

func held(ctx context.Context, tx *sqlite.Tx, id []byte) (*x509.Certificate, error) {
	var der []byte
	if err := tx.QueryRowContext(ctx, `SELECT der FROM certificates WHERE key = ? ORDER BY made_ms DESC LIMIT 1`, id).Scan(&der); err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// issue makes a certificate and writes it down.
func (a *Authority) issue(ctx context.Context, tx *sqlite.Tx, g Grant, pub crypto.PublicKey, id []byte) (*x509.Certificate, error) {
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	at := a.now()
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: g.Node, Organization: []string{"Balcão"}},
		NotBefore: at.Add(-slack), NotAfter: at.Add(CertificateLife), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true,
		DNSNames: []string{identity.HostOf(g.Node)},
	}
	purpose := "node"
	if _, signs := pub.(ed25519.PublicKey); signs {
		purpose, c.ExtKeyUsage, c.DNSNames = "signer", []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}, nil
	} else if g.serves() {
		c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
		for _, h := range g.Hosts {
			if ip := net.ParseIP(h); ip != nil {
				c.IPAddresses = append(c.IPAddresses, ip)
			} else {
				c.DNSNames = append(c.DNSNames, h)
			}
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.root, pub, a.key)
	if err != nil {
		return nil, err
	}
	hosts, err := json.Marshal(g.Hosts)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO certificates (serial, node, purpose, hosts, key, der, made_ms, until_ms)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, serial.Text(16), g.Node, purpose, string(hosts), id, der, at.UnixMilli(), c.NotAfter.UnixMilli()); err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
