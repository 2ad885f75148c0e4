package sim

import (
	"fmt"
	"testing"
	"time"

	"balcao/branch-server/report"
	"balcao/hq/network"
	"balcao/hq/visit/rollup"
	"balcao/internal/queue"
)

// nights are those on which Portugal changes its clocks, at one in the morning by UTC; the last two are those of New York,
// where a consulate stands.
var nights = []time.Time{
	time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), time.Date(2027, 3, 28, 1, 0, 0, 0, time.UTC),
	time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC), time.Date(2027, 3, 14, 7, 0, 0, 0, time.UTC),
}

var zones = []string{"Europe/Lisbon", "Atlantic/Azores", "Atlantic/Madeira", "America/New_York"}

// TestTheNightsWhenClocksChange lives them with kiosks, branches in four zones and headquarters, people coming all night:
// each local date is one Day that opens once, its numbers begin once, nobody's wait is negative or an hour too long, and
// the half hours of the branch's reports and of headquarters' add up to the same Day.
func TestTheNightsWhenClocksChange(t *testing.T) {
	some := nights
	if testing.Short() {
		some = nights[:1]
	}
	for _, night := range some {
		t.Run(night.Format(time.DateOnly), func(t *testing.T) {
			from := night.Add(-14 * time.Hour)
			r := lived(t, Config{
				Seed: 1025, Branches: len(zones), Kiosks: 1, Span: 28 * time.Hour, Tickets: 240, Calm: true, Start: from, Zones: zones,
				look: func(w *world) error {
					for _, b := range w.branches {
						if err := theNight(t, w, b, from); err != nil {
							return err
						}
					}
					return nil
				},
			})
			if r.Numbered < 200 {
				t.Errorf("only %s", r)
			}
		})
	}
}

// TestTheNightsWhenClocksChangeWithFaults lives two of them while everything else goes wrong too.
func TestTheNightsWhenClocksChangeWithFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("two nights of four branches: not with -short")
	}
	for i, night := range nights[:2] {
		lived(t, Config{
			Seed: uint64(77 + i), Branches: len(zones), Kiosks: 2, Span: 20 * time.Hour, Tickets: 160,
			Start: night.Add(-10 * time.Hour), Zones: zones,
		})
	}
}

// theNight looks at one branch's Days, and at what headquarters makes of them.
func theNight(t *testing.T, w *world, b *branchNode, from time.Time) error {
	t.Helper()
	days, err := b.store.Days(w.ctx)
	if err != nil {
		return err
	}
	var want []queue.Date
	for at := from; !at.After(w.now); at = at.Add(time.Hour) {
		if d := queue.DateOf(at, b.zone); len(want) == 0 || want[len(want)-1] != d {
			want = append(want, d)
		}
	}
	seen := map[queue.Date]bool{}
	for _, d := range days {
		seen[d] = true
	}
	for _, d := range want {
		if !seen[d] {
			t.Errorf("%s: %s has no Day; there are %v", b.zone, d, days)
		}
	}
	if len(days) != len(want) {
		t.Errorf("%s: the Days are %v, want %v", b.zone, days, want)
	}
	for _, d := range want {
		if err := oneDay(t, w, b, d); err != nil {
			return err
		}
	}
	// What a callboard shows is dated by the branch's own clock.
	return b.engine.Read(w.ctx, func(d *queue.Day, at time.Time) {
		board := b.desc.Board(d, nothingTold{}, nil, b.store.Epoch(), at)
		if board.Day != string(queue.DateOf(w.now, b.zone)) || !time.UnixMilli(board.AtMS).Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("%s: the board is of %s, %v", b.zone, board.Day, time.UnixMilli(board.AtMS))
		}
	})
}

func oneDay(t *testing.T, w *world, b *branchNode, day queue.Date) error {
	t.Helper()
	opened, firsts := 0, map[queue.DivisionID]int{}
	var last time.Time
	if _, err := b.store.Entries(w.ctx, day, func(e queue.Entry) bool {
		if e.At.Before(last) {
			t.Errorf("%s %s: %T at %v comes after %v", b.zone, day, e.Event, e.At, last)
		}
		last = e.At
		switch ev := e.Event.(type) {
		case queue.DayOpened:
			opened++
		case queue.Reserved:
			if firsts[ev.Division] == 0 && ev.Number.N != 1 && !ev.Alone {
				t.Errorf("%s %s: the first number is %s", b.zone, day, ev.Number)
			}
			firsts[ev.Division]++
			if queue.DateOf(e.At, b.zone) != day {
				t.Errorf("%s: %s given at %v is of %s", b.zone, ev.Number, e.At.In(b.zone), day)
			}
		case queue.Called:
			if ev.Why.Waited < 0 || ev.Why.Waited > 12*time.Hour {
				t.Errorf("%s %s: %s waited %v", b.zone, day, ev.Number, ev.Why.Waited)
			}
		}
		return true
	}); err != nil {
		return err
	}
	if opened != 1 {
		t.Errorf("%s: %s opened %d times", b.zone, day, opened)
	}
	record, err := b.store.Record(w.ctx, day, w.now)
	if err != nil {
		return err
	}
	terms := report.Terms{Zone: b.zone}
	total, halves := report.Total(terms, record), report.ByHalfHour(terms, record)
	issued, called := 0, 0
	for _, h := range halves {
		issued, called = issued+h.Issued, called+h.Called
		if h.Wait.Longest < 0 || h.Start < 0 || h.Start >= 24*time.Hour {
			t.Errorf("%s %s: half hour %s, longest wait %v", b.zone, day, h.Clock(), h.Wait.Longest)
		}
	}
	if issued != total.Issued || total.Wait.Longest < 0 || total.Wait.Longest > 12*time.Hour {
		t.Errorf("%s %s: %d issued by half hours and %d in all; longest wait %v", b.zone, day, issued, total.Issued, total.Wait.Longest)
	}
	there, err := atHeadquarters(w, b, day)
	if err != nil {
		return err
	}
	if there != fmt.Sprint(issued) {
		t.Errorf("%s %s: headquarters counts %s issued by half hours, the branch %d", b.zone, day, there, issued)
	}
	return nil
}

// atHeadquarters counts by half hours what headquarters holds of a branch's Day.
func atHeadquarters(w *world, b *branchNode, day queue.Date) (string, error) {
	roll, issued := rollup.NewDay(b.zone), uint64(0)
	sum := func() {
		if roll.Date() != day {
			return
		}
		issued = 0
		for _, l := range roll.Lines() {
			if l.Halves == nil {
				continue
			}
			for _, h := range l.Halves {
				issued += uint64(h.Issued)
			}
		}
	}
	for r, err := range w.hq.store.Records(w.ctx, b.node, b.store.Epoch(), 0) {
		if err != nil {
			return "", err
		}
		e := network.Entry(r)
		if _, opens := e.Event.(queue.DayOpened); opens {
			sum()
		}
		roll.Apply(e)
	}
	sum()
	return fmt.Sprint(issued), nil
}

// TestABranchWhoseClockIsSetBackOverMidnight has the clock of a branch server stand an hour, or a day, behind from twenty
// past midnight on, and right again at three: no Day opens twice, nobody has waited less than nothing, and everybody who
// came has one number.
func TestABranchWhoseClockIsSetBackOverMidnight(t *testing.T) {
	for _, back := range []time.Duration{time.Hour, 24 * time.Hour} {
		t.Run(back.String(), func(t *testing.T) {
			set := func(w *world, after, ahead time.Duration) {
				w.after(after, func() error {
					b := w.branches[0]
					b.ahead = ahead
					return b.die(2 * time.Second)
				})
			}
			r := lived(t, Config{
				Seed: 26, Kiosks: 2, Span: 9 * time.Hour, Tickets: 80, Calm: true, Start: time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC),
				spoil: func(w *world) {
					set(w, 4*time.Hour+20*time.Minute, -back)
					set(w, 7*time.Hour, 0)
				},
				look: func(w *world) error {
					b := w.branches[0]
					days, err := b.store.Days(w.ctx)
					if err != nil {
						return err
					}
					if len(days) != 2 {
						t.Errorf("the Days are %v", days)
					}
					for _, day := range days {
						opened := 0
						if _, err := b.store.Entries(w.ctx, day, func(e queue.Entry) bool {
							switch ev := e.Event.(type) {
							case queue.DayOpened:
								opened++
							case queue.Called:
								if ev.Why.Waited < 0 {
									t.Errorf("%s waited %v", ev.Number, ev.Why.Waited)
								}
							}
							return true
						}); err != nil {
							return err
						}
						if opened != 1 {
							t.Errorf("%s opened %d times", day, opened)
						}
					}
					return nil
				},
			})
			if r.Numbered < 70 {
				t.Errorf("only %s", r)
			}
		})
	}
}
