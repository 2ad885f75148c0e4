package identity

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Store writes a whole identity into a folder, key and certificates for this user only.
func Store(dir string, key crypto.Signer, leaf, root *x509.Certificate, revoked []byte, home Home) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("store identity: %w", err)
	}
	where, err := json.Marshal(home)
	if err != nil {
		return fmt.Errorf("store identity: %w", err)
	}
	own, err := ownPEM(key, leaf, root)
	if err != nil {
		return fmt.Errorf("store identity: %w", err)
	}
	files := []struct {
		name string
		body []byte
		mode os.FileMode
	}{
		{RootFile, certPEM(root), 0o644},
		{homeFile, append(where, '\n'), 0o644},
		{RevokedFile, crlPEM(revoked), 0o644},
		{NodeFile, own, 0o600}, // last: with it the identity is whole
	}
	for _, f := range files {
		if f.name == RevokedFile && revoked == nil {
			continue
		}
		if err := Replace(filepath.Join(dir, f.name), f.body, f.mode); err != nil {
			return fmt.Errorf("store identity: %w", err)
		}
	}
	return nil
}

// Move notes that the authority is at another address now; the program reads it at its next start.
func Move(dir, url string) error {
	path := filepath.Join(dir, homeFile)
	h, err := readHome(path)
	if err != nil || h.URL == url {
		return err
	}
	h.URL = url
	body, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("move the authority: %w", err)
	}
	return Replace(path, append(body, '\n'), 0o644)
}

// Exists reports whether a folder holds an identity.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, NodeFile))
	return err == nil
}

// Replace writes a file whole or not at all, and returns once it is on disk.
func Replace(path string, body []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // made for this user only
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func ownPEM(key crypto.Signer, leaf, root *x509.Certificate) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	b.Write(certPEM(leaf))
	b.Write(certPEM(root))
	return b.Bytes(), nil
}

func certPEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func crlPEM(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}) }

// readOwn reads key and certificate, and refuses a key that others may read.
func readOwn(path string) (*tls.Certificate, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, ErrNone
	case err != nil:
		return nil, err
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s may be read by others: its mode must be 0600", path)
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, err
	}
	c, err := tls.X509KeyPair(raw, raw)
	if err != nil {
		return nil, err
	}
	if _, ok := c.PrivateKey.(*ecdsa.PrivateKey); !ok {
		return nil, errors.New("the key is not an elliptic curve's")
	}
	return &c, nil
}

func readRoot(path string) (*x509.Certificate, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("%s: no certificate in it", path)
	}
	return x509.ParseCertificate(block.Bytes)
}

func readHome(path string) (Home, error) {
	var h Home
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(raw, &h); err != nil {
		return h, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}
