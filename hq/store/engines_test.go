package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/hq/postgres"
	"balcao/hq/postgres/postgrestest"
	"balcao/hq/store"
)

// place returns where a new, empty database of one engine is.
type place func(t testing.TB) string

// onEach runs a test on every engine: what headquarters keeps must not depend on where it does.
func onEach(t *testing.T, test func(t *testing.T, file place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, file) })
	t.Run("postgres", func(t *testing.T) {
		if os.Getenv("HQ_STORE_WRITER") != "" {
			test(t, nil) // a child of the test: the database is its parent's
			return
		}
		test(t, postgrestest.Shared(t).Fresh)
	})
}

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "hq.db") }

// openAt opens the database of any engine, whatever its place says.
func openAt(ctx context.Context, place string, now func() time.Time) (*store.Store, error) {
	if !strings.HasPrefix(place, "postgres:") {
		return store.Open(ctx, place, now)
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: place}, now())
	if err != nil {
		return nil, err
	}
	return store.On(ctx, db, now)
}
