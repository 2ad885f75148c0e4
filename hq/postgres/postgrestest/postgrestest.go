// Package postgrestest gives tests a PostgreSQL of their own: a cluster that goes with the test and can be killed and come
// back, or one that all tests of a package share.
package postgrestest

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/hq/postgres"
	"balcao/internal/cluster"
)

// Options say how a cluster runs.
type Options = cluster.Options

// Server is a cluster for tests. Its methods are for one goroutine, but for Fresh.
type Server struct{ *cluster.Server }

// Start makes a cluster and runs it until the test ends. Where PostgreSQL is not installed the test is skipped, or fails if
// BALCAO_REQUIRE_REAL is set, as `make test` does.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := cluster.New(t.Context(), o)
	require(t, err)
	t.Cleanup(s.Close)
	return &Server{s}
}

// require ends a test that can have no server.
func require(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("BALCAO_REQUIRE_REAL") == "" {
		t.Skip("PostgreSQL is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// shared is one cluster for all tests of a package that do not kill it: making one takes seconds.
var shared struct {
	once   sync.Once
	server *cluster.Server
	err    error

	ready     sync.Once
	template  string // database with an empty schema that is up to date
	templates error
}

// Shared returns the cluster that all tests of a package share, made when the first asks for it; about where there is none
// see Start. Main ends it. It does not wait for the disk.
func Shared(t testing.TB) *Server {
	t.Helper()
	shared.once.Do(func() { shared.server, shared.err = cluster.New(context.WithoutCancel(t.Context()), Options{}) })
	require(t, shared.err)
	return &Server{shared.server}
}

// Main runs the tests of a package, for its TestMain, and returns the code with which it ends.
func Main(m *testing.M) int {
	code := m.Run()
	if shared.server != nil {
		shared.server.Close()
	}
	return code
}

// Fresh makes a new, empty database and returns its address.
func (s *Server) Fresh(t testing.TB) string {
	t.Helper()
	place, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return place
}

// Ready makes a new database of the shared cluster and returns its address. Its schema is up to date and nothing else is in
// it: a copy of one, which is quicker than bringing each there.
func Ready(t testing.TB) string {
	t.Helper()
	s := Shared(t)
	ctx := context.WithoutCancel(t.Context())
	shared.ready.Do(func() { shared.template, shared.templates = template(ctx, s.Server) })
	if shared.templates != nil {
		t.Fatal(shared.templates)
	}
	place, err := s.CreateLike(ctx, shared.template)
	if err != nil {
		t.Fatal(err)
	}
	return place
}

// template makes a database to copy and returns its name.
func template(ctx context.Context, s *cluster.Server) (string, error) {
	place, err := s.Create(ctx)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(place)
	if err != nil {
		return "", err
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: place}, time.Now())
	if err != nil {
		return "", err
	}
	return strings.TrimPrefix(u.Path, "/"), db.Close()
}

// Copy keeps the cluster as it is now, while it works, in a folder of its own: a standby that hears nothing more.
func (s *Server) Copy(t testing.TB) (folder string) {
	t.Helper()
	folder, err := s.Server.Copy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// Promote makes a copy take over from what the cluster was: the server is ended, and starts again from the copy as a
// standby that was promoted does, on a timeline of its own.
func (s *Server) Promote(t testing.TB, folder string) {
	t.Helper()
	if err := s.Server.Promote(folder); err != nil {
		t.Fatal(err)
	}
}
