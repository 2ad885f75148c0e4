// Package enginetest runs tests of headquarters on every engine that it keeps everything in: the file and PostgreSQL. What
// headquarters says must not depend on which it is.
package enginetest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/hq/postgres"
	"balcao/hq/postgres/postgrestest"
	"balcao/hq/store"
)

// Place makes a new, empty database of one engine and returns where it is: the path of a file, or an address.
type Place func(t testing.TB) string

// Each runs a test on every engine. The databases on PostgreSQL are of one server a package, which postgrestest.Main ends;
// where it is not installed see there.
func Each(t *testing.T, test func(t *testing.T, place Place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, File) })
	t.Run("postgres", func(t *testing.T) { test(t, postgrestest.Ready) })
}

// File is the Place of the file.
func File(t testing.TB) string { return filepath.Join(t.TempDir(), "hq.db") }

// Shared says whether a place is on PostgreSQL.
func Shared(place string) bool { return strings.HasPrefix(place, "postgres:") }

// Open opens what is at a place, whatever its engine.
func Open(ctx context.Context, place string, now func() time.Time) (*store.Store, error) {
	if !Shared(place) {
		return store.Open(ctx, place, now)
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: place}, now())
	if err != nil {
		return nil, err
	}
	return store.On(ctx, db, now)
}
