package engine_test

import (
	"log/slog"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/internal/queue"
)

func TestAnHourOfANodeIsPutRightByItsClockAndAnImpossibleOneIsNone(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	ahead := map[string]time.Duration{"L901-K01": 0, "L901-K02": -90 * time.Second, "L901-K03": 3 * time.Hour, "L901-K04": 87600 * time.Hour}
	e := engine.Dater(func(node string) time.Duration { return ahead[node] })
	for name, row := range map[string]struct {
		kiosk    queue.KioskID
		asked    time.Time
		want     time.Time
		doubtful bool
	}{
		"a good clock":             {"L901-K01", at.Add(-20 * time.Minute), at.Add(-20 * time.Minute), false},
		"a minute and a half fast": {"L901-K02", at.Add(-20*time.Minute + 90*time.Second), at.Add(-20 * time.Minute), false},
		"three hours slow":         {"L901-K03", at.Add(-200 * time.Minute), at.Add(-20 * time.Minute), true},
		"ten years slow":           {"L901-K04", at.Add(-20*time.Minute - 87600*time.Hour), at.Add(-20 * time.Minute), true},
		"never set":                {"L901-K01", time.Time{}, time.Time{}, true},
		"in the future":            {"L901-K01", at.Add(time.Hour), time.Time{}, true},
		"of the day before":        {"L901-K01", at.Add(-30 * time.Hour), time.Time{}, true},
	} {
		got := e(queue.ReserveAlone{Kiosk: row.kiosk, Asked: row.asked}, at)
		if !got.Asked.Equal(row.want) || got.Doubtful != row.doubtful {
			t.Errorf("%s: asked %s, doubtful %v, want %s, %v", name, got.Asked, got.Doubtful, row.want, row.doubtful)
		}
	}
}

// TestAClockThatWasNeverSetOpensNoDay: with a battery that failed the branch waits for the time instead of opening the
// first of January 1970.
func TestAClockThatWasNeverSetOpensNoDay(t *testing.T) {
	unset := true
	j, a := &memory{}, &ears{}
	clock := time.Date(1970, 1, 1, 0, 2, 0, 0, time.UTC)
	e, err := engine.New(t.Context(), engine.Config{
		Catalogue: queue.Catalogue{}, Zone: time.UTC, Journal: j, Audience: a, Now: func() time.Time { return clock }, Log: slog.New(slog.DiscardHandler),
		Unset: func() bool { return unset },
		Fit: func() error {
			if unset {
				return queue.ErrNoClock
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Today(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer, err := e.Do(t.Context(), "k", queue.Issue{Request: "r", Service: "cc", Class: queue.ClassWalkIn})
	if err != nil || answer.Refused != queue.ErrNoClock {
		t.Errorf("a number without a clock: %+v, %v", answer, err)
	}
	date := func() (day queue.Date) {
		t.Helper()
		if err := e.Read(t.Context(), func(d *queue.Day, _ time.Time) { day = d.Date() }); err != nil {
			t.Fatal(err)
		}
		return day
	}
	if day := date(); day != "" {
		t.Errorf("the day %s was opened", day)
	}
	unset, clock = false, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	if err := e.Today(t.Context()); err != nil || date() != "2026-11-23" {
		t.Errorf("with the time: day %q, %v", date(), err)
	}
}
