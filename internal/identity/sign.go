package identity

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"balcao/internal/seal"
)

// SignerFile holds the key with which hq or a branch signs what it tells its nodes, and its certificate, mode 0600.
const SignerFile = "signer.pem"

// ErrNotKept means that a statement is good and that its number could not be put on disk: it is not done, and may come again.
var ErrNotKept = errors.New("its number is not kept")

// ErrNoSigner means that this machine has no key to sign with, because the authority was not reached yet.
var ErrNoSigner = errors.New("no key to sign with yet")

// signer is the key for statements. It is another one than that of the connections.
type signer struct {
	key  ed25519.PrivateKey
	cert *x509.Certificate
}

// StoreSigner writes a signing key and its certificate into a folder.
func StoreSigner(dir string, key ed25519.PrivateKey, cert *x509.Certificate) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("store signing key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("store signing key: %w", err)
	}
	var b bytes.Buffer
	b.Write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	b.Write(certPEM(cert))
	if err := Replace(filepath.Join(dir, SignerFile), b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("store signing key: %w", err)
	}
	return nil
}

// readSigner returns nil where there is none.
func readSigner(path string) (*signer, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the folder
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil //nolint:nilnil // a kiosk has none
	}
	if err != nil {
		return nil, err
	}
	first, rest := pem.Decode(raw)
	if first == nil {
		return nil, fmt.Errorf("%s: no key in it", path)
	}
	second, _ := pem.Decode(rest)
	if second == nil {
		return nil, fmt.Errorf("%s: no certificate in it", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(first.Bytes)
	if err != nil {
		return nil, err
	}
	ed, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s: not a key to sign with", path)
	}
	cert, err := x509.ParseCertificate(second.Bytes)
	if err != nil {
		return nil, err
	}
	return &signer{key: ed, cert: cert}, nil
}

// signs reports whether this machine tells others something: a branch or hq does, a kiosk never.
func (i *Identity) signs() bool {
	return slices.Contains(i.leaf().ExtKeyUsage, x509.ExtKeyUsageServerAuth)
}

func (i *Identity) signerDue() bool {
	if !i.signs() {
		return false
	}
	i.mu.RLock()
	defer i.mu.RUnlock()
	if i.signer == nil {
		return true
	}
	c := i.signer.cert
	return i.now().After(c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) * 2 / 3))
}

func (i *Identity) renewSigner(ctx context.Context, e *est) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("renew signing key: %w", err)
	}
	body, err := requestFor(i.Name(), key)
	if err != nil {
		return err
	}
	answer, err := e.post(ctx, PathRenew, body, nil)
	if err != nil {
		return fmt.Errorf("renew signing key: %w", err)
	}
	cert, err := ours(answer, i.Name(), key, i.root)
	if err != nil {
		return fmt.Errorf("renew signing key: %w", err)
	}
	if err := StoreSigner(i.dir, key, cert); err != nil {
		return err
	}
	i.mu.Lock()
	i.signer = &signer{key: key, cert: cert}
	i.mu.Unlock()
	i.log.Info("signing key renewed", "until", cert.NotAfter)
	return nil
}

// Sign seals something for a node: what it is, which question it answers, and for how long it holds. ErrNoSigner where
// there is no key yet.
func (i *Identity) Sign(kind, to, id string, life time.Duration, body json.RawMessage) ([]byte, error) {
	i.mu.RLock()
	s := i.signer
	i.mu.RUnlock()
	if s == nil {
		return nil, fmt.Errorf("sign %s: %w", kind, ErrNoSigner)
	}
	now := i.now()
	return seal.Sign(s.key, s.cert.Raw, seal.Statement{
		Kind: kind, From: i.Name(), To: to, ID: id, MadeMS: now.UnixMilli(), UntilMS: now.Add(life).UnixMilli(), Body: body,
	})
}

// SignVersion seals something that nobody asked for, such as a configuration: the node believes it only if its version is
// above the last one of this kind that it believed. ErrNoSigner where there is no key yet.
func (i *Identity) SignVersion(kind, to string, version uint64, life time.Duration, body json.RawMessage) ([]byte, error) {
	i.mu.RLock()
	s := i.signer
	i.mu.RUnlock()
	if s == nil {
		return nil, fmt.Errorf("sign %s: %w", kind, ErrNoSigner)
	}
	now := i.now()
	return seal.Sign(s.key, s.cert.Raw, seal.Statement{
		Kind: kind, From: i.Name(), To: to, Version: version, MadeMS: now.UnixMilli(), UntilMS: now.Add(life).UnixMilli(), Body: body,
	})
}

// CanSign reports whether there is a key to sign with.
func (i *Identity) CanSign() bool {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.signer != nil
}

// BelieveVersion opens what a parent sealed for this machine without being asked. After is the last version of this kind
// that was believed, which the caller keeps on disk: an older one, or the same again, is seal.ErrOld.
func (i *Identity) BelieveVersion(kind, from string, after uint64, raw []byte) (seal.Statement, error) {
	return seal.Open(raw, seal.Want{
		Root: i.root, Barred: i.Barred, Kind: kind, From: from, To: i.Name(), After: after, Now: i.now(),
	})
}

// Believe opens what another machine of this installation sealed for this one, as the answer to a question.
func (i *Identity) Believe(kind, from, id string, raw []byte) (json.RawMessage, error) {
	s, err := seal.Open(raw, seal.Want{
		Root: i.root, Barred: i.Barred, Kind: kind, From: from, To: i.Name(), ID: id, Now: i.now(),
	})
	return s.Body, err
}

// believeAny opens what a parent sealed for this machine without being asked, whatever its number.
func (i *Identity) believeAny(kind, from string, raw []byte) (seal.Statement, error) {
	return seal.Open(raw, seal.Want{
		Root: i.root, Barred: i.Barred, Kind: kind, From: from, To: i.Name(), Now: i.now(), WhateverRevision: true,
	})
}
