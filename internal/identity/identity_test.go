package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/internal/identity"
)

func selfSigned(t testing.TB) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(7), NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c, key
}

func TestATokenSurvivesItsText(t *testing.T) {
	root, _ := selfSigned(t)
	want := identity.NewToken("hq", "L017-K03", root)
	got, err := identity.ParseToken(" " + want.String() + "\n")
	if err != nil || got != want {
		t.Errorf("read %+v: %v", got, err)
	}
}

func TestAKeyThatOthersMayReadIsRefused(t *testing.T) {
	root, key := selfSigned(t)
	dir := t.TempDir()
	if err := identity.Store(dir, key, root, root, nil, identity.Home{Server: "hq"}); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Open(dir, time.Now, nil); err != nil {
		t.Fatal(err)
	}
	if err := identity.Move(dir, "https://sede.example:8444"); err != nil {
		t.Fatal(err)
	}
	if i, err := identity.Open(dir, time.Now, nil); err != nil || i.Home() != (identity.Home{URL: "https://sede.example:8444", Server: "hq"}) {
		t.Errorf("moved to %+v: %v", i.Home(), err)
	}
	if err := os.Chmod(filepath.Join(dir, identity.NodeFile), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Open(dir, time.Now, nil); err == nil {
		t.Error("a key that the group may read was taken")
	}
	if _, err := identity.Open(t.TempDir(), time.Now, nil); !errors.Is(err, identity.ErrNone) {
		t.Errorf("an empty folder: %v", err)
	}
}

func FuzzParseToken(f *testing.F) {
	root, _ := selfSigned(f)
	f.Add(identity.NewToken("hq", "L017", root).String())
	f.Add("balcao1....")
	f.Fuzz(func(t *testing.T, s string) {
		tok, err := identity.ParseToken(s)
		if err != nil {
			return
		}
		if again, err := identity.ParseToken(tok.String()); err != nil || again != tok {
			t.Errorf("%q reads as %+v and then as %+v: %v", s, tok, again, err)
		}
	})
}

func FuzzDecodeCerts(f *testing.F) {
	root, _ := selfSigned(f)
	body, err := identity.EncodeCerts(root, root)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte("MAA="))
	f.Fuzz(func(t *testing.T, body []byte) {
		certs, err := identity.DecodeCerts(body)
		if err == nil && len(certs) == 0 {
			t.Error("no certificate and no error")
		}
	})
}

func FuzzDecodeRequest(f *testing.F) {
	_, key := selfSigned(f)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(base64.StdEncoding.EncodeToString(der)))
	f.Fuzz(func(t *testing.T, body []byte) {
		if r, err := identity.DecodeRequest(body); err == nil && r.CheckSignature() != nil {
			t.Error("a request whose signature does not hold was taken")
		}
	})
}
