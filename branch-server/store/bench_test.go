package store_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

// counted is a journal that remembers how large its commits were.
type counted struct {
	*store.Store

	mu      sync.Mutex
	entries []int
}

func (c *counted) Append(ctx context.Context, b engine.Batch) error {
	c.mu.Lock()
	c.entries = append(c.entries, len(b.Entries))
	c.mu.Unlock()
	return c.Store.Append(ctx, b)
}

// BenchmarkDurableCommands lets one client, then 64 at once, press: each command is one entry and one answer, on disk
// before it is answered. Then the same rows go into a file of the same schema in commits of the same sizes, without a
// queue: the raw rate of this disk, in the same run.
func BenchmarkDurableCommands(b *testing.B) {
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) { durableCommands(b, clients) })
	}
}

func durableCommands(b *testing.B, clients int) {
	dir := b.TempDir()
	br := open(b, filepath.Join(dir, "engine.db"))
	journal := &counted{Store: br.store}
	cfg := br.config()
	cfg.Journal = journal
	e, err := engine.New(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	br.engine = e
	br.do(b, "", queue.OpenCounter{Counter: "1"})
	br.do(b, "", queue.Issue{Request: "r", Service: "cc", Class: queue.ClassWalkIn})
	br.do(b, "", queue.CallNext{Counter: "1"})
	skip := len(journal.entries)
	var keys atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range clients {
		all.Go(func() {
			for n := keys.Add(1); n <= int64(b.N); n = keys.Add(1) {
				key := fmt.Sprintf("web/0011223344556677/recall/%020d", n)
				if _, err := e.Do(b.Context(), key, queue.Recall{Counter: "1"}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	mine := float64(b.N) / b.Elapsed().Seconds()
	raw := rawRate(b, dir, journal.entries[skip:])
	b.ReportMetric(mine, "commands/s")
	b.ReportMetric(raw, "raw-rows/s")
	b.ReportMetric(mine/raw, "of-raw")
	b.ReportMetric(float64(b.N)/float64(len(journal.entries)-skip), "commands/commit")
}

// rawRate inserts the rows of engine.db again, as many a commit as before, and returns pairs of rows a second.
func rawRate(b *testing.B, dir string, commits []int) float64 {
	b.Helper()
	db, err := sqlite.Open(b.Context(), filepath.Join(dir, "raw.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	migrations, err := fs.Sub(os.DirFS("."), "migrations")
	if err == nil {
		err = db.Migrate(b.Context(), migrations)
	}
	if err != nil {
		b.Fatal(err)
	}
	raw, head := make([]byte, 180), make([]byte, 32)
	b.ResetTimer()
	b.StartTimer()
	rows := insertAll(b, db, commits, raw, head)
	b.StopTimer()
	return float64(rows) / b.Elapsed().Seconds()
}

func insertAll(b *testing.B, db *sqlite.DB, commits []int, raw, head []byte) (rows int) {
	b.Helper()
	for _, n := range commits {
		err := db.Write(b.Context(), func(tx *sqlite.Tx) error {
			for range n {
				rows++
				if _, err := tx.ExecContext(b.Context(), `INSERT INTO journal (seq, type, raw, head) VALUES (?, ?, ?, ?)`,
					rows, "ticket.recalled", raw, head); err != nil {
					return err
				}
				if _, err := tx.ExecContext(b.Context(), `INSERT INTO answers (key, at, body) VALUES (?, ?, ?)`,
					fmt.Sprintf("web/0011223344556677/recall/%020d", rows), rows, `{"seq":123456,"visit":1,"tk":"A001","counter":"1"}`); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return rows
}
