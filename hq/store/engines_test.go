package store_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"balcao/hq/store"
)

// place returns where a new, empty database of one engine is.
type place func(t testing.TB) string

// onEach runs a test on every engine: what headquarters keeps must not depend on where it does.
func onEach(t *testing.T, test func(t *testing.T, file place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, file) })
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "hq.db") }

// openAt opens the database of any engine, whatever its place says.
func openAt(ctx context.Context, place string, now func() time.Time) (*store.Store, error) {
	return store.Open(ctx, place, now)
}
