package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"balcao/internal/wire"
)

// OpenUnsettled opens a database into which something is being moved.
var OpenUnsettled = connect

// InsertRaw writes the rows of some batches as the engine does it fastest: one COPY and one commit, nothing looked at.
func InsertRaw(ctx context.Context, d *DB, batches []wire.Batch, rx time.Time) error {
	var rows [][]any
	for i, b := range batches {
		for _, r := range b.Records {
			rows = append(rows, []any{int64(i), int64(r.Seq), "01K00000000000000000000000", "ticket.called", int64(1), rx.UnixMilli(), rx.UnixMilli(), r.Raw}) //nolint:gosec // small
		}
	}
	return pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"event"}, []string{"log", "seq", "id", "type", "v", "ts", "rx", "raw"}, pgx.CopyFromRows(rows))
		return err
	})
}
