package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/hq/postgres"
	"balcao/hq/store"
	"balcao/internal/sqlite"
)

// overheard is a database that remembers what it is asked.
type overheard struct {
	store.Database

	mu    sync.Mutex
	asked map[string][]any
}

// Query implements store.Database.
func (o *overheard) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	o.mu.Lock()
	o.asked[query] = args
	o.mu.Unlock()
	return o.Database.Query(ctx, query, args...)
}

// plan is how the engine answers a question, a step a line.
func (o *overheard) plan(t *testing.T, query string, args []any) []string {
	t.Helper()
	explain := "EXPLAIN QUERY PLAN "
	if _, is := o.Database.(*postgres.DB); is {
		explain = "EXPLAIN "
	}
	rows, err := o.Database.Query(t.Context(), explain+query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for rows.Next() {
		row := make([]any, len(columns))
		for i := range row {
			row[i] = new(any)
		}
		if err := rows.Scan(row...); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, fmt.Sprint(*row[len(row)-1].(*any))) //nolint:forcetypeassert // made above
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// openOverheard opens the database of any engine so that what is asked is heard. PostgreSQL is told to walk through a table
// only where there is no other way: these here are too small for it to choose as it does with a country's.
func openOverheard(t *testing.T, at string) *overheard {
	t.Helper()
	first, err := openAt(t.Context(), at, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	o := &overheard{asked: map[string][]any{}}
	if strings.HasPrefix(at, "postgres:") {
		o.Database, err = postgres.Open(t.Context(), postgres.Config{URL: at + "&enable_seqscan=off"}, time.Now())
	} else {
		o.Database, err = sqlite.Open(t.Context(), at, sqlite.Options{Readers: 2})
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// No report reads the events, and none walks through all roll-ups: how long it takes depends on what is asked, not on how
// many years are kept.
func TestNoReportWalksThroughAWholeTable(t *testing.T) {
	onEach(t, func(t *testing.T, at place) {
		o := openOverheard(t, at(t))
		s, err := store.On(t.Context(), o, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		r := &region{t: t, store: s, live: network.New(network.Options{Zone: time.UTC, Limit: 9, Known: []network.Known{{ID: "L001", District: "Faro"}}})}
		r.dice = dice()
		for month := 7; month <= 9; month++ {
			r.month("L001", month, 31)
		}
		r.answers() // from lines
		r.look()
		r.answers() // from sums of districts
		for _, err := range s.Records(t.Context(), "L001", 3, 0) {
			t.Fatal(err)
		}
		whole := map[string]bool{}
		for query, args := range o.asked {
			if !strings.Contains(query, "rollup_day") && !strings.Contains(query, "rollup_month") && !strings.Contains(query, "rollup_area") && !strings.Contains(query, "event") {
				continue
			}
			whole[query] = true
			for _, step := range o.plan(t, query, args) {
				if strings.HasPrefix(step, "SCAN") || strings.Contains(step, "Seq Scan") {
					t.Errorf("%s\n\tis answered by: %s", query, step)
				}
			}
			if strings.Contains(query, "rollup") && strings.Contains(query, "event") {
				t.Errorf("a report reads events: %s", query)
			}
		}
		if len(whole) < 8 {
			t.Errorf("only %d questions were heard", len(whole))
		}
	})
}
