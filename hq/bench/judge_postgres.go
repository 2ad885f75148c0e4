package bench

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"balcao/hq/postgres"
)

// rawPostgres measures the engine alone as raw does: the same rows in the same commits, into the same tables with the same
// indexes on the same server, by COPY and as many connections as there were processes.
func (r *run) rawPostgres(ctx context.Context) error {
	c := postgres.Config{URL: r.in.database}
	db, err := postgres.Open(ctx, c, time.Now())
	if err != nil {
		return err
	}
	rows, err := db.Rows(ctx, r.o.Raw)
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	r.say("the engine alone, with %d of the same entries", len(rows))
	logs := int64(0)
	for i := range rows {
		logs = max(logs, rows[i].Log)
	}
	alone, err := postgres.Scratch(ctx, c, int(logs), time.Now())
	if err != nil {
		return err
	}
	commits := make(chan []postgres.Row, 64)
	began := time.Now()
	g, inner := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(commits)
		for from := 0; from < len(rows); {
			to := from
			for to < len(rows) && rows[to].RX == rows[from].RX {
				to++
			}
			select {
			case commits <- rows[from:to]:
			case <-inner.Done():
				return nil
			}
			from = to
		}
		return nil
	})
	for range r.o.Processes {
		g.Go(func() error {
			for commit := range commits {
				if err := alone.Insert(inner, commit); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err = g.Wait()
	took := time.Since(began)
	if gone := alone.GiveUp(ctx); err == nil {
		err = gone
	}
	if err != nil {
		return err
	}
	r.ratio(len(rows), took)
	return nil
}
