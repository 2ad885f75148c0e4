package seal_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"math/big"
	"testing"
	"time"

	"balcao/internal/seal"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world is an authority with signers.
type world struct {
	root *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newWorld(t testing.TB) world {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return world{root: c, key: key}
}

func (w world) signer(t testing.TB, name string, use x509.ExtKeyUsage) (ed25519.PrivateKey, []byte) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{use},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, w.root, pub, w.key)
	if err != nil {
		t.Fatal(err)
	}
	return key, der
}

func TestOnlyWhatWasSaidToMeByWhomItShouldBeIsBelieved(t *testing.T) {
	w, elsewhere := newWorld(t), newWorld(t)
	said := seal.Statement{
		Kind: "lease", From: "L017", To: "L017-K03", ID: "question", UntilMS: noon.Add(time.Minute).UnixMilli(), Body: json.RawMessage(`{"a":1}`),
	}
	want := seal.Want{Root: w.root, Kind: "lease", From: "L017", To: "L017-K03", ID: "question", Now: noon}
	for name, c := range map[string]struct {
		world world
		as    string
		use   x509.ExtKeyUsage
		said  func(*seal.Statement)
		want  func(*seal.Want)
		err   error
	}{
		"the true one":                  {},
		"of another installation":       {world: elsewhere, err: seal.ErrForged},
		"of another branch":             {as: "L018", err: seal.ErrForged},
		"with a connection's key":       {use: x509.ExtKeyUsageClientAuth, err: seal.ErrForged},
		"of another kind":               {said: func(s *seal.Statement) { s.Kind = "config" }, err: seal.ErrOther},
		"to another kiosk":              {said: func(s *seal.Statement) { s.To = "L017-K04" }, err: seal.ErrOther},
		"to another question":           {said: func(s *seal.Statement) { s.ID = "earlier" }, err: seal.ErrOther},
		"too late":                      {want: func(w *seal.Want) { w.Now = noon.Add(2 * time.Minute) }, err: seal.ErrExpired},
		"late, and looked at later":     {want: func(w *seal.Want) { w.Now, w.WhateverItsTime = noon.Add(48*time.Hour), true }},
		"by a clock that was not set":   {want: func(w *seal.Want) { w.Now = time.Unix(0, 0) }},
		"by a signer taken back":        {want: func(w *seal.Want) { w.Barred = func(*x509.Certificate) error { return errBarred } }, err: errBarred},
		"an older version, unasked":     {said: func(s *seal.Statement) { s.ID, s.Version = "", 3 }, want: func(w *seal.Want) { w.ID, w.After = "", 3 }, err: seal.ErrOld},
		"the next version, unasked":     {said: func(s *seal.Statement) { s.ID, s.Version = "", 4 }, want: func(w *seal.Want) { w.ID, w.After = "", 3 }},
		"without a version, unasked":    {said: func(s *seal.Statement) { s.ID = "" }, want: func(w *seal.Want) { w.ID = "" }, err: seal.ErrOld},
		"with the name of the signer's": {said: func(s *seal.Statement) { s.From = "hq" }, err: seal.ErrForged},
	} {
		s, x, from, as, use := said, want, c.world, c.as, c.use
		if from.root == nil {
			from = w
		}
		if as == "" {
			as = "L017"
		}
		if use == 0 {
			use = x509.ExtKeyUsageCodeSigning
		}
		if c.said != nil {
			c.said(&s)
		}
		if c.want != nil {
			c.want(&x)
		}
		key, cert := from.signer(t, as, use)
		raw, err := seal.Sign(key, cert, s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := seal.Open(raw, x)
		if !errors.Is(err, c.err) || err == nil && string(got.Body) != `{"a":1}` {
			t.Errorf("%s: %s, %v; want %v", name, got.Body, err, c.err)
		}
	}
}

var errBarred = errors.New("barred")

func FuzzOpenBelievesNothingChanged(f *testing.F) {
	w := newWorld(f)
	key, cert := w.signer(f, "L017", x509.ExtKeyUsageCodeSigning)
	raw, err := seal.Sign(key, cert, seal.Statement{Kind: "lease", From: "L017", To: "K", ID: "q", UntilMS: noon.UnixMilli(), Body: json.RawMessage(`1`)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"st":"e30=","sg":"","cr":""}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := seal.Open(raw, seal.Want{Root: w.root, Kind: "lease", From: "L017", To: "K", ID: "q", Now: noon})
		if err == nil && string(s.Body) != "1" {
			t.Errorf("believed %s", s.Body)
		}
	})
}
