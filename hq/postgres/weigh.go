package postgres

import (
	"context"
	"fmt"
)

// Weight is how much there is of events and roll-ups, and what they take of the disk with their indexes.
type Weight struct {
	Events, EventBytes, EventDisk int64
	Days, Months, RollupDisk      int64 // rows, and bytes of both
}

// Weigh reads every event once to count them, so it takes its time.
func Weigh(ctx context.Context, c Config) (Weight, error) {
	d, err := connect(ctx, c)
	if err != nil {
		return Weight{}, err
	}
	defer d.Close()
	var w Weight
	err = d.pool.QueryRow(ctx, `SELECT count(*), coalesce(sum(length(raw)), 0)::bigint,
		(SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint FROM pg_inherits WHERE inhparent = 'event'::regclass),
		(SELECT count(*) FROM rollup_day), (SELECT count(*) FROM rollup_month),
		(SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relkind = 'r' AND relname LIKE 'rollup\_%')
		FROM event`).Scan(&w.Events, &w.EventBytes, &w.EventDisk, &w.Days, &w.Months, &w.RollupDisk)
	if err != nil {
		return w, fmt.Errorf("weigh the database: %w", plain(err))
	}
	return w, nil
}
