// Package authority is the certificate authority of one installation: it lives in a folder of hq, or of a branch that
// stands alone. It gives a node its first certificate for a token that works once, renews certificates for those who
// hold one, takes them back, and says which it took back.
package authority

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"embed"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"balcao/internal/config"
	"balcao/internal/identity"
	"balcao/internal/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Life of what the authority gives out.
const (
	// CertificateLife is how long a node's certificate holds; it is renewed when two thirds of that are over.
	CertificateLife = 90 * 24 * time.Hour
	// TokenLife is how long a token may wait to be used, unless another time is asked for.
	TokenLife = 24 * time.Hour
	rootLife  = 20 * 365 * 24 * time.Hour
	// listLife is how long a list of revoked certificates holds: longer than an authority may be away.
	listLife = 35 * 24 * time.Hour
	// slack is how far clocks may be apart.
	slack = time.Hour
)

// Names of the files in the authority's folder.
const (
	keyFile  = "ca.key"
	rootFile = "ca.pem"
	dbFile   = "ca.db"
)

// Errors that a caller may want to tell apart.
var (
	// ErrToken means that a token is unknown, used, too old or another node's.
	ErrToken = errors.New("the token is unknown, used or too old")
	// ErrRequest means that a request asks for another name or with another kind of key.
	ErrRequest = errors.New("the request does not fit")
	// ErrKnown means that there is an authority in the folder already.
	ErrKnown = errors.New("there is an authority here already")
	// ErrUnknown means that no certificate is held of a node or serial number.
	ErrUnknown = errors.New("no such certificate")
)

// Config says where an authority keeps itself and where nodes ask it.
type Config struct {
	Data   string `yaml:"data"`   // folder of its key and its list; empty is no authority here
	Listen string `yaml:"listen"` // where nodes enrol and renew
}

// Authority is an open one. It is safe for several goroutines; several programs may use one folder.
type Authority struct {
	dir  string
	now  func() time.Time
	key  *ecdsa.PrivateKey
	root *x509.Certificate
}

// Init makes an authority in a folder: its key, its own certificate and an empty list. Name is what people call the
// installation.
func Init(ctx context.Context, dir, name string, now func() time.Time) (*Authority, error) {
	if _, err := os.Stat(filepath.Join(dir, keyFile)); err == nil {
		return nil, fmt.Errorf("make authority in %s: %w", dir, ErrKnown)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	at := now()
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Balcão " + name, Organization: []string{"Balcão"}},
		NotBefore: at.Add(-slack), NotAfter: at.Add(rootLife), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	if err := errors.Join(
		identity.Replace(filepath.Join(dir, rootFile), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o644),
		identity.Replace(filepath.Join(dir, keyFile), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600),
	); err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	a, err := Open(dir, now)
	if err != nil {
		return nil, err
	}
	return a, a.write(ctx, func(*sqlite.Tx) error { return nil })
}

// Open opens the authority of a folder.
func Open(dir string, now func() time.Time) (*Authority, error) {
	a := &Authority{dir: dir, now: now}
	if err := a.read(); err != nil {
		return nil, fmt.Errorf("open authority %s: %w", dir, err)
	}
	return a, nil
}

func (a *Authority) read() error {
	path := filepath.Join(a.dir, keyFile)
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s may be read by others: its mode must be 0600", path)
	}
	block, err := readPEM(path)
	if err != nil {
		return err
	}
	key, err := x509.ParsePKCS8PrivateKey(block)
	if err != nil {
		return err
	}
	var ok bool
	if a.key, ok = key.(*ecdsa.PrivateKey); !ok {
		return errors.New("the key is not an elliptic curve's")
	}
	if block, err = readPEM(filepath.Join(a.dir, rootFile)); err != nil {
		return err
	}
	if a.root, err = x509.ParseCertificate(block); err != nil {
		return err
	}
	if !a.key.PublicKey.Equal(a.root.PublicKey) {
		return errors.New("key and certificate do not belong together")
	}
	return nil
}

func readPEM(path string) ([]byte, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("%s: not in PEM", path)
	}
	return block.Bytes, nil
}

// Root returns the authority's own certificate.
func (a *Authority) Root() *x509.Certificate { return a.root }

// open opens the list for one use, so that commands work beside a program that runs; it waits for its turn.
func (a *Authority) open(ctx context.Context) (*sqlite.DB, error) {
	for {
		db, err := sqlite.Open(ctx, filepath.Join(a.dir, dbFile), sqlite.Options{Readers: 1})
		if !errors.Is(err, sqlite.ErrInUse) {
			return db, err
		}
		timer := time.NewTimer(10 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, errors.Join(err, ctx.Err())
		}
	}
}

// write does something in one transaction.
func (a *Authority) write(ctx context.Context, do func(tx *sqlite.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	db, err := a.open(ctx)
	if err != nil {
		return err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = db.Migrate(ctx, files)
	}
	if err == nil {
		err = db.Write(ctx, do)
	}
	return errors.Join(err, db.Close())
}

func newSerial() (*big.Int, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("draw a serial number: %w", err)
	}
	return n.Add(n, big.NewInt(1)), nil
}

// keyID names a public key.
func keyID(pub crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, fmt.Errorf("read public key: %w", err)
	}
	return sum(der), nil
}

// Check names the faults of where an authority is; identity is the folder of its machine's own identity.
func (c Config) Check(key string, faults *config.Faults, identity string) {
	switch {
	case c.Data == "" && c.Listen == "":
	case c.Data == "":
		faults.Add(key+".data", "the authority needs a folder")
	case identity == "":
		faults.Add("identity", "the machine of the authority needs a folder for its own identity")
	}
	if c.Listen == "" {
		return
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		faults.Add(key+".listen", "%q is not an address such as 0.0.0.0:8444", c.Listen)
	}
}
