package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"balcao/branch-server/engine"
	"balcao/branch-server/report"
	"balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/queue"
)

// years lives Days one after another into a store, without an engine.
type years struct {
	t     testing.TB
	store *store.Store
	day   *queue.Day
	now   time.Time
}

func newYears(t testing.TB, path string) *years {
	t.Helper()
	s, err := store.Open(t.Context(), path, machine.Minter())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return &years{t: t, store: s, day: queue.NewDay(catalogue(), 0)}
}

func (y *years) do(batch *engine.Batch, cmd queue.Command) {
	y.t.Helper()
	entries, err := y.day.Handle(cmd, y.now)
	if err != nil {
		y.t.Fatalf("%s %T: %v", y.now, cmd, err)
	}
	batch.Entries = append(batch.Entries, entries...)
}

// live lets a Day pass on which so many are served at once, ten seconds each.
func (y *years) live(date queue.Date, visits int) {
	y.t.Helper()
	start, err := time.Parse(time.DateOnly, string(date))
	if err != nil {
		y.t.Fatal(err)
	}
	y.now = start.Add(8 * time.Hour)
	var b engine.Batch
	y.do(&b, queue.OpenDay{Day: date})
	if !y.day.Counter("1").Open {
		y.do(&b, queue.OpenCounter{Counter: "1"})
	}
	for i := range visits {
		y.do(&b, queue.Issue{Request: queue.RequestID(fmt.Sprint(date, i)), Service: "cc", Class: queue.ClassWalkIn})
		y.do(&b, queue.CallNext{Counter: "1"})
		y.do(&b, queue.Start{Counter: "1"})
		y.now = y.now.Add(20 * time.Second)
		y.do(&b, queue.Finish{Counter: "1"})
	}
	if err := y.store.Append(y.t.Context(), b); err != nil {
		y.t.Fatal(err)
	}
}

func TestEveryDayIsFoundByItsDate(t *testing.T) {
	y := newYears(t, filepath.Join(t.TempDir(), "branch.db"))
	y.live("2026-11-20", 3)
	y.live("2026-11-23", 2)
	days, err := y.store.Days(t.Context())
	if err != nil || !reflect.DeepEqual(days, []queue.Date{"2026-11-20", "2026-11-23"}) {
		t.Fatalf("days: %v, %v", days, err)
	}
	for date, want := range map[queue.Date]struct {
		ended bool
		calls int
	}{"2026-11-20": {true, 3}, "2026-11-23": {false, 2}} {
		calls := 0
		ended, err := y.store.Entries(t.Context(), date, func(e queue.Entry) bool {
			if _, called := e.Event.(queue.Called); called {
				calls++
			}
			return true
		})
		if err != nil || ended != want.ended || calls != want.calls {
			t.Errorf("%s: ended %v, %d calls, %v; want %+v", date, ended, calls, err, want)
		}
	}
	if _, err := y.store.Entries(t.Context(), "2026-11-21", func(queue.Entry) bool { return true }); !errors.Is(err, store.ErrNoDay) {
		t.Errorf("a date without a Day: %v", err)
	}
	seen := 0
	if _, err := y.store.Entries(t.Context(), "2026-11-20", func(queue.Entry) bool { seen++; return seen < 2 }); err != nil || seen != 2 {
		t.Errorf("reading on after enough: %d entries, %v", seen, err)
	}
}

// TestAnEndedDayIsFoldedOnceAndReadsTheSame: what is kept for reports is what the journal says, over a restart too.
func TestAnEndedDayIsFoldedOnceAndReadsTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "branch.db")
	y := newYears(t, path)
	y.live("2026-11-20", 3)
	y.live("2026-11-23", 2)
	folded, err := y.store.Record(t.Context(), "2026-11-20", y.now)
	if err != nil || !folded.Ended || len(folded.Visits) != 3 {
		t.Fatalf("first: %+v, %v", folded, err)
	}
	if err := y.store.FoldDays(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := y.store.Close(); err != nil {
		t.Fatal(err)
	}
	again := newYears(t, path)
	kept, err := again.store.Record(t.Context(), "2026-11-20", y.now)
	if err != nil || !reflect.DeepEqual(kept, folded) {
		t.Errorf("kept %+v, %v\nfolded %+v", kept, err, folded)
	}
	today, err := again.store.Record(t.Context(), "2026-11-23", y.now.Add(time.Hour))
	if err != nil || today.Ended || report.ByCounter(report.Terms{Zone: time.UTC}, today)[0].Open < time.Hour {
		t.Errorf("the present day is measured up to now: %+v, %v", today, err)
	}
}

// BenchmarkReportOfAMonth folds a Day of 60,000 entries from the journal, then reads a month of such Days as kept, with
// every figure of a report.
func BenchmarkReportOfAMonth(b *testing.B) {
	path := filepath.Join(b.TempDir(), "branch.db")
	y := newYears(b, path)
	const visits, days = 999 * 12, 2 // as many as twelve divisions number; five entries each
	first := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	lives := newLives(y)
	for i := range days {
		lives.live(queue.Date(first.AddDate(0, 0, i).Format(time.DateOnly)), visits)
	}
	terms := report.Terms{Zone: time.UTC, Target: map[queue.ServiceID]time.Duration{"s0": 20 * time.Minute}}
	b.Run("fold one day", func(b *testing.B) {
		for b.Loop() {
			fold := report.NewCollector("2026-10-01")
			n := 0
			if _, err := y.store.Entries(b.Context(), "2026-10-01", func(e queue.Entry) bool { fold.Add(e); n++; return true }); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(n), "entries")
		}
	})
	if err := y.store.FoldDays(b.Context()); err != nil {
		b.Fatal(err)
	}
	if info, err := os.Stat(path); err == nil {
		b.Logf("file of %d MB for %d days", info.Size()>>20, days)
	}
	b.Run("report of 30 kept days", func(b *testing.B) {
		for b.Loop() {
			var month []report.Record
			for range 30 {
				r, err := y.store.Record(b.Context(), "2026-10-01", y.now)
				if err != nil {
					b.Fatal(err)
				}
				month = append(month, r)
			}
			report.Total(terms, month...)
			report.ByService(terms, month...)
			report.ByBody(terms, month...)
			report.ByDay(terms, month...)
			report.ByHalfHour(terms, month...)
			report.ByCounter(terms, month...)
			report.FairnessOf(month...)
		}
	})
}

// lives is years in a branch with twelve divisions.
type lives struct{ *years }

func newLives(y *years) lives {
	c := catalogue()
	c.Divisions, c.Services = nil, nil
	for i := range 12 {
		id := fmt.Sprint("s", i)
		c.Divisions = append(c.Divisions, queue.Division{ID: queue.DivisionID(id), Body: "irn", Prefix: string(rune('A' + i)), First: 1})
		c.Services = append(c.Services, queue.Service{ID: queue.ServiceID(id), Body: "irn", Division: queue.DivisionID(id)})
		c.Counters[0].Primary = append(c.Counters[0].Primary, queue.ServiceID(id))
	}
	y.day = queue.NewDay(c, 0)
	return lives{y}
}

func (l lives) live(date queue.Date, visits int) {
	start, err := time.Parse(time.DateOnly, string(date))
	if err != nil {
		l.t.Fatal(err)
	}
	l.now = start.Add(8 * time.Hour)
	var b engine.Batch
	l.do(&b, queue.OpenDay{Day: date})
	if !l.day.Counter("1").Open {
		l.do(&b, queue.OpenCounter{Counter: "1"})
	}
	for i := range visits {
		service := queue.ServiceID(fmt.Sprint("s", i%12))
		l.do(&b, queue.Issue{Request: queue.RequestID(fmt.Sprint(date, i)), Service: service, Class: queue.ClassWalkIn})
		if i < 50 {
			continue // so many wait all day
		}
		l.do(&b, queue.CallNext{Counter: "1"})
		l.do(&b, queue.Start{Counter: "1"})
		l.now = l.now.Add(3 * time.Second)
		l.do(&b, queue.Finish{Counter: "1"})
	}
	if err := l.store.Append(l.t.Context(), b); err != nil {
		l.t.Fatal(err)
	}
}
