package store_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
)

// busyDay returns the catalogue of a branch with room for 10,000 numbers, and the wishes of a day of about so many
// facts: each citizen gets a printed ticket, is called, recalled, served and done.
func busyDay(facts int) (queue.Catalogue, []queue.Command) {
	c := queue.Catalogue{Policy: queue.DefaultPolicy()}
	for i := range 12 {
		id := fmt.Sprint("s", i)
		c.Divisions = append(c.Divisions, queue.Division{ID: queue.DivisionID(id), Body: "b", Prefix: string(rune('A' + i)), First: 1})
		c.Services = append(c.Services, queue.Service{ID: queue.ServiceID(id), Body: "b", Division: queue.DivisionID(id)})
	}
	for i := range 40 {
		c.Counters = append(c.Counters, queue.Counter{ID: queue.CounterID(fmt.Sprint(i)), Primary: []queue.ServiceID{c.Services[i%12].ID}})
	}
	var wishes []queue.Command
	for _, k := range c.Counters {
		wishes = append(wishes, queue.OpenCounter{Counter: k.ID})
	}
	for n := 0; n*6 < facts; n++ {
		r := queue.RequestID(fmt.Sprintf("L901-K01-%08d", n))
		k := c.Counters[n%12].ID
		wishes = append(wishes,
			queue.Reserve{Request: r, Service: c.Services[n%12].ID, Class: queue.ClassWalkIn, Kiosk: "L901-K01", Boot: "b1", Lang: "pt"},
			queue.ConfirmPrint{Request: r}, queue.CallNext{Counter: k}, queue.Recall{Counter: k},
			queue.Start{Counter: k}, queue.Finish{Counter: k, Outcome: "done"})
	}
	return c, wishes
}

// BenchmarkReplayOfADay opens a branch in the afternoon: a day of 60,000 facts is read from SQLite and lived again.
func BenchmarkReplayOfADay(b *testing.B) {
	path := filepath.Join(b.TempDir(), "branch.db")
	s, err := store.Open(b.Context(), path, machine.Minter())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	c, wishes := busyDay(60_000)
	day, at := queue.NewDay(c, 0), time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC)
	batch := engine.Batch{}
	for _, wish := range append([]queue.Command{queue.OpenDay{Day: "2026-11-23"}}, wishes...) {
		at = at.Add(500 * time.Millisecond)
		entries, err := day.Handle(wish, at)
		if err != nil {
			b.Fatalf("%T: %v", wish, err)
		}
		batch.Entries = append(batch.Entries, entries...)
	}
	if err := s.Append(b.Context(), batch); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, err := engine.New(b.Context(), engine.Config{
			Catalogue: c, Zone: time.UTC, Journal: s, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(batch.Entries)), "facts")
}
