// Package authoritytest gives tests a whole installation's certificates in one line: an authority in a temporary
// folder, and an identity for whoever is asked about.
package authoritytest

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"balcao/internal/authority"
	"balcao/internal/identity"
)

// Installation is an authority and the identities it gave. It is safe for several goroutines.
type Installation struct {
	*authority.Authority

	t   testing.TB
	dir string

	mu sync.Mutex
}

// New makes an installation that ends with the test.
func New(t testing.TB) *Installation {
	t.Helper()
	i := &Installation{t: t, dir: t.TempDir()}
	var err error
	if i.Authority, err = authority.Init(context.Background(), i.CA(), "teste", time.Now); err != nil {
		t.Fatal(err)
	}
	return i
}

// CA returns the folder of the authority.
func (i *Installation) CA() string { return filepath.Join(i.dir, "ca") }

// Folder returns the folder of somebody's identity, made where it is not there yet.
func (i *Installation) Folder(name string) string {
	i.t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	dir := filepath.Join(i.dir, "identity", name)
	if !identity.Exists(dir) {
		if err := i.Settle(context.Background(), authority.Grant{Node: name}, dir); err != nil {
			i.t.Fatal(err)
		}
	}
	return dir
}

// Identity returns somebody's identity.
func (i *Installation) Identity(name string) *identity.Identity {
	i.t.Helper()
	id, err := identity.Open(i.Folder(name), time.Now, nil)
	if err != nil {
		i.t.Fatal(err)
	}
	return id
}

// Serve lets the authority answer under an identity until the test ends, and returns its address.
func (i *Installation) Serve(own *identity.Identity) string {
	i.t.Helper()
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		i.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- i.Authority.Serve(ctx, l, own, slog.New(slog.DiscardHandler)) }()
	i.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			i.t.Error(err)
		}
	})
	return "https://" + l.Addr().String()
}
