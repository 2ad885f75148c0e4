package engine_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/queue"
)

// at starts an engine over a journal with a clock that the test moves.
func at(t *testing.T, j *memory, zone string, clock *time.Time) (*engine.Engine, *ears) {
	t.Helper()
	place, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	audience := &ears{}
	e, err := engine.New(t.Context(), engine.Config{
		Catalogue: branchOf(1), Zone: place, Journal: j, Audience: audience,
		Now: func() time.Time { return *clock }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return e, audience
}

func wait(t *testing.T, e *engine.Engine, r queue.RequestID) (wait time.Duration, known bool) {
	t.Helper()
	if err := e.Read(t.Context(), func(d *queue.Day, now time.Time) {
		var v queue.Visit
		v, known = d.Requested(r)
		wait = v.Wait(now)
	}); err != nil {
		t.Fatal(err)
	}
	return wait, known
}

// TestANightWhenClocksChangeIsOneDay lives both nights of a year on which the clocks change, mainland and Azores, with
// somebody waiting through it: each date opens once, numbers begin again once, and an hour is an hour.
func TestANightWhenClocksChangeIsOneDay(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Lisbon", "Atlantic/Azores"} {
		for _, night := range []time.Time{
			time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), time.Date(2027, 3, 28, 0, 0, 0, 0, time.UTC),
		} {
			t.Run(fmt.Sprint(zone, " ", night.Format(time.DateOnly)), func(t *testing.T) {
				place, err := time.LoadLocation(zone)
				if err != nil {
					t.Fatal(err)
				}
				clock := night.Add(-3 * time.Hour)
				e, audience := at(t, &memory{}, zone, &clock)
				midnight := time.Date(night.Year(), night.Month(), night.Day(), 0, 0, 0, 0, place)
				issued := midnight.Add(20 * time.Minute)
				for ; clock.Before(night.Add(5 * time.Hour)); clock = clock.Add(10 * time.Minute) {
					if err := e.Today(t.Context()); err != nil {
						t.Fatal(err)
					}
					if clock.Equal(issued) {
						if a := do(t, e, "", ticket("r")); a.Number != "A001" {
							t.Errorf("first number of the night is %s", a.Number)
						}
					}
					if w, known := wait(t, e, "r"); known && w != clock.Sub(issued) {
						t.Fatalf("at %s somebody who came at %s waited %s", clock.In(place), issued, w)
					}
				}
				opened := map[queue.Date]int{}
				for _, entry := range audience.heard {
					if o, ok := entry.Event.(queue.DayOpened); ok {
						opened[o.Day]++
					}
				}
				if len(opened) != 2 || opened[queue.Date(night.Format(time.DateOnly))] != 1 {
					t.Errorf("opened %v", opened)
				}
			})
		}
	}
}

// TestAClockThatWasSetBackTakesNobodysWait restarts a branch whose clock was set back an hour: numbers go on, the Day is
// not opened again, and who waited has not waited less.
func TestAClockThatWasSetBackTakesNobodysWait(t *testing.T) {
	t.Parallel()
	for _, back := range []time.Duration{time.Hour, 26 * time.Hour} {
		j := &memory{}
		clock := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
		e, _ := at(t, j, "UTC", &clock)
		if err := e.Today(t.Context()); err != nil {
			t.Fatal(err)
		}
		do(t, e, "", ticket("r1"))
		clock = clock.Add(30 * time.Minute)
		do(t, e, "", ticket("r2"))

		clock = clock.Add(-back)
		e, audience := at(t, j, "UTC", &clock)
		if err := e.Today(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a := do(t, e, "", ticket("r3")); a.Number != "A003" || len(audience.heard) != 2 {
			t.Errorf("set back %s: got %s, heard %d facts", back, a.Number, len(audience.heard))
		}
		clock = clock.Add(10 * time.Minute)
		w, _ := wait(t, e, "r1")
		if back <= 2*time.Hour && w != 40*time.Minute {
			t.Errorf("set back %s: waited %s, want 40m", back, w)
		}
		if w < 0 {
			t.Errorf("set back %s: waited %s", back, w)
		}
	}
}
