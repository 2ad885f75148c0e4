package identity

import (
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// askEvery is how often the list of revoked certificates is asked for, and the end of the own certificate looked at.
const askEvery = 5 * time.Minute

// askAgain is how soon it is asked again when the authority did not answer; the pause doubles up to askEvery.
const askAgain = time.Second

// quietFailures are not worth a warning: programs of one machine start together.
const quietFailures = 4

// Run keeps the identity fresh until ctx ends: it renews the certificate when two thirds of its life are over and asks
// for the list of revoked ones. An authority that is away is a state: what is held goes on holding. It returns nil.
func (i *Identity) Run(ctx context.Context) error {
	failures, again := 0, askAgain
	for {
		err := i.Refresh(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it was asked to end
		case err != nil && i.Until().Sub(i.now()) < i.life()/6:
			i.log.Error("certificate not renewed; it ends soon", "until", i.Until(), "err", err)
		case err != nil && failures == quietFailures:
			i.log.Warn("authority not reached", "err", err)
		case err != nil:
			i.log.Debug("authority not reached", "err", err)
		}
		pause := askEvery
		if err != nil {
			failures++
			pause, again = again, min(2*again, askEvery)
		} else {
			failures, again = 0, askAgain
		}
		timer := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
}

func (i *Identity) life() time.Duration {
	c := i.leaf()
	return c.NotAfter.Sub(c.NotBefore)
}

// Due reports whether two thirds of the certificate's life are over.
func (i *Identity) Due() bool {
	c := i.leaf()
	return i.now().After(c.NotBefore.Add(i.life() * 2 / 3))
}

// Refresh asks the authority once: for the list of revoked certificates, and for a new certificate when it is due.
func (i *Identity) Refresh(ctx context.Context) error {
	home := i.Home()
	if home.URL == "" {
		return nil
	}
	e := &est{url: home.URL}
	e.client(i.Client(home.Server))
	defer e.close()
	list, err := e.get(ctx, PathRevoked)
	if err == nil {
		err = i.keepRevoked(list)
	}
	if i.Due() {
		err = errors.Join(err, i.renew(ctx, e))
	}
	if i.signerDue() {
		err = errors.Join(err, i.renewSigner(ctx, e))
	}
	return err
}

func (i *Identity) keepRevoked(der []byte) error {
	newer, err := i.takeRevoked(der)
	if err != nil || !newer {
		return err
	}
	return Replace(filepath.Join(i.dir, RevokedFile), crlPEM(der), 0o644)
}

func (i *Identity) renew(ctx context.Context, e *est) error {
	key, err := newKey()
	if err != nil {
		return fmt.Errorf("renew certificate: %w", err)
	}
	body, err := requestFor(i.Name(), key)
	if err != nil {
		return err
	}
	answer, err := e.post(ctx, PathRenew, body, nil)
	if err != nil {
		return fmt.Errorf("renew certificate: %w", err)
	}
	leaf, err := ours(answer, i.Name(), key, i.root)
	if err != nil {
		return fmt.Errorf("renew certificate: %w", err)
	}
	file, err := ownPEM(key, leaf, i.root)
	if err != nil {
		return fmt.Errorf("renew certificate: %w", err)
	}
	if err := Replace(filepath.Join(i.dir, NodeFile), file, 0o600); err != nil {
		return fmt.Errorf("renew certificate: %w", err)
	}
	i.mu.Lock()
	i.own = &tls.Certificate{Certificate: [][]byte{leaf.Raw, i.root.Raw}, PrivateKey: key, Leaf: leaf}
	i.mu.Unlock()
	i.log.Info("certificate renewed", "until", leaf.NotAfter)
	return nil
}

const pendingFile = "pending.key"

// pendingKey returns the key of an enrolment under way, so that one whose answer was lost can be asked for again.
func pendingKey(dir string) (*ecdsa.PrivateKey, error) {
	path := filepath.Join(dir, pendingFile)
	if raw, err := os.ReadFile(path); err == nil { //nolint:gosec // the operator names the folder
		if block, _ := pem.Decode(raw); block != nil {
			if k, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
				if ec, ok := k.(*ecdsa.PrivateKey); ok {
					return ec, nil
				}
			}
		}
	}
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return key, Replace(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

func dropPendingKey(dir string) error {
	if err := os.Remove(filepath.Join(dir, pendingFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
