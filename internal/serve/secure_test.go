package serve_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"balcao/internal/authority/authoritytest"
	"balcao/internal/identity"
	"balcao/internal/serve"
)

// pages serves one word over TLS and returns its address.
func pages(t *testing.T, how serve.TLS, own *tls.Config) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if l, err = how.Listener(l, own); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	h := serve.Strictly(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "olá") }))
	go func() { done <- serve.HTTP(ctx, l, h, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return addr
}

// look asks for the page as a browser that believes one authority, and returns the certificate it was shown.
func look(t *testing.T, addr, name string, root *x509.Certificate) (*x509.Certificate, error) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(root)
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: name}, ForceAttemptHTTP2: true}
	defer tr.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+addr+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{Transport: tr}).Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.ProtoMajor != 2 || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("answered by %s, %v", res.Proto, res.Header)
	}
	return res.TLS.PeerCertificates[0], nil
}

func TestPagesAreServedWithTheOwnCertificate(t *testing.T) {
	in := authoritytest.New(t)
	own := in.Identity("L017")
	addr := pages(t, serve.TLS{On: true}, own.Pages())
	if _, err := look(t, addr, "l017", own.Root()); err != nil {
		t.Error(err)
	}
	if _, err := look(t, addr, "l018", own.Root()); err == nil {
		t.Error("under another name")
	}
}

func TestARenewedFileIsServedWithoutARestart(t *testing.T) {
	in := authoritytest.New(t)
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	// Two certificates for the same name, as before and after a renewal.
	put := func(name string, at time.Time) {
		t.Helper()
		raw, err := os.ReadFile(filepath.Join(in.Folder(name), identity.NodeFile))
		if err != nil {
			t.Fatal(err)
		}
		var certs, keys []byte
		for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "CERTIFICATE" {
				certs = append(certs, pem.EncodeToMemory(block)...)
			} else {
				keys = append(keys, pem.EncodeToMemory(block)...)
			}
		}
		for file, body := range map[string][]byte{cert: certs, key: keys} {
			if err := os.WriteFile(file, body, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(file, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	put("L017", time.Unix(1, 0))
	addr := pages(t, serve.TLS{Cert: cert, Key: key}, nil)
	first, err := look(t, addr, "l017", in.Root())
	if err != nil {
		t.Fatal(err)
	}
	put("L018", time.Unix(2, 0))
	second, err := look(t, addr, "l018", in.Root())
	if err != nil || second.Equal(first) {
		t.Errorf("after the renewal: %v", err)
	}
}

func TestTLSWithoutACertificateIsAnError(t *testing.T) {
	if _, err := (serve.TLS{On: true}).Listener(nil, nil); err == nil {
		t.Error("nothing to serve with, and no error")
	}
	if _, err := (serve.TLS{Cert: "/nowhere", Key: "/nowhere"}).Listener(nil, nil); err == nil {
		t.Error("files that are not there, and no error")
	}
}
