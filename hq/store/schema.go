package store

import (
	"context"

	"balcao/internal/sqlite"
)

// SchemaOf returns the schema of an existing file and changes nothing; sqlite.ErrNewerSchema if a newer version of this
// program wrote it.
func SchemaOf(ctx context.Context, path string) (int, error) {
	return sqlite.SchemaOf(ctx, path, migrations)
}
