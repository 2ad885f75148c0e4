package engine_test

import (
	"log/slog"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/queue"
)

// TestOnlyADayThatCanHaveBeenIsReached: a journal that was put back goes on in the Day that it had come to, and sends those
// home who wait in the one of the copy; not in a Day that only a clock far ahead can have opened.
func TestOnlyADayThatCanHaveBeenIsReached(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		clock       time.Time
		unset       bool
		known, want queue.Date
	}{
		"the clock stands before midnight":       {time.Date(2026, 11, 24, 23, 44, 0, 0, time.UTC), false, "2026-11-25", "2026-11-25"},
		"the clock stands in that Day":           {time.Date(2026, 11, 25, 0, 32, 0, 0, time.UTC), false, "2026-11-25", "2026-11-25"},
		"nothing was opened since":               {time.Date(2026, 11, 24, 23, 44, 0, 0, time.UTC), false, "2026-11-24", "2026-11-24"},
		"nobody knows":                           {time.Date(2026, 11, 24, 23, 44, 0, 0, time.UTC), false, "", "2026-11-24"},
		"the clock had stood far ahead":          {time.Date(2026, 11, 24, 23, 44, 0, 0, time.UTC), false, "2030-01-01", "2026-11-24"},
		"the clock was never set since it began": {time.Date(1970, 1, 1, 0, 2, 0, 0, time.UTC), true, "2026-11-25", "2026-11-25"},
	} {
		t.Run(name, func(t *testing.T) {
			j := &memory{}
			clock := time.Date(2026, 11, 24, 21, 13, 0, 0, time.UTC)
			e, _ := at(t, j, "UTC", &clock)
			if err := e.Today(t.Context()); err != nil {
				t.Fatal(err)
			}
			do(t, e, "", ticket("waits"))
			clock = row.clock
			audience := &ears{}
			e, err := engine.New(t.Context(), engine.Config{
				Catalogue: branchOf(1), Zone: time.UTC, Journal: j, Audience: audience, Unset: func() bool { return row.unset },
				Fit: func() error {
					if row.unset {
						return queue.ErrNoClock
					}
					return nil
				},
				Now: func() time.Time { return clock }, Log: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second finds everything done
				if err := e.Today(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := e.Reach(t.Context(), row.known); err != nil {
					t.Fatal(err)
				}
			}
			var day queue.Date
			if err := e.Read(t.Context(), func(d *queue.Day, _ time.Time) { day = d.Date() }); err != nil {
				t.Fatal(err)
			}
			opened, home := 0, 0
			for _, entry := range audience.heard {
				switch ev := entry.Event.(type) {
				case queue.DayOpened:
					opened++
				case queue.Cancelled:
					if ev.Cause == queue.CauseDayEnd {
						home++
					}
				default:
				}
			}
			if later := row.want > "2026-11-24"; day != row.want || (opened == 1) != later || (home == 1) != later {
				t.Errorf("it is %s, want %s; opened %d Days and sent %d home", day, row.want, opened, home)
			}
		})
	}
}
