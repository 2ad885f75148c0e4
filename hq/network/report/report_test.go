package report_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"balcao/hq/app/enginetest"
	"balcao/hq/network"
	"balcao/hq/network/report"
	"balcao/hq/store"
	"balcao/hq/visit/rollup"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

func date(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

// house is a headquarters with two branches of which nothing is kept yet.
type house struct {
	t      testing.TB
	store  *store.Store
	live   *network.Network
	keeper *report.Keeper
	desk   *report.Desk
	logs   map[wire.NodeID][]wire.Record
}

func newHouse(t testing.TB, place enginetest.Place) *house {
	t.Helper()
	now := func() time.Time { return date("2026-11-23").Add(20 * time.Hour) }
	s, err := enginetest.Open(t.Context(), place(t), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	live := network.New(network.Options{
		Zone: time.UTC, Limit: 2000, Target: 20 * time.Minute,
		Known: []network.Known{{ID: "L901", Name: "Loja de Cidadão Um", District: "Porto"}, {ID: "L902", Name: "Loja de Cidadão Dois", District: "Faro"}},
	})
	return &house{
		t: t, store: s, live: live, logs: map[wire.NodeID][]wire.Record{}, desk: report.NewDesk(s, live),
		keeper: report.NewKeeper(s, live, time.Minute, now, slog.New(slog.DiscardHandler)),
	}
}

const epoch = 117657147847123

// note writes a fact into a branch's log, as the branch would send it.
func (h *house) note(branch wire.NodeID, at time.Time, e queue.Event) {
	h.t.Helper()
	kind, v, data, err := wire.EncodeFact(e)
	if err != nil {
		h.t.Fatal(err)
	}
	log := h.logs[branch]
	seq := uint64(len(log) + 1)
	raw, err := wire.EncodeEvent(wire.Event{
		Seq: seq, ID: fmt.Sprintf("01K%023d", seq), Type: kind, Version: v, TS: at.UnixMilli(), CQ: wire.ClockOK, Data: data,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	batch := wire.Batch{Node: branch, Epoch: epoch, Prev: wire.Hash{}.Chain(log), Records: []wire.Record{{Seq: seq, Raw: raw}}}
	if _, err := h.store.AcceptAll(h.t.Context(), []wire.Batch{batch}); err != nil {
		h.t.Fatal(err)
	}
	h.logs[branch] = append(log, batch.Records...)
}

// serve lets a Day of a branch begin, and so many visits of a service wait, each for as long, and be served.
func (h *house) serve(branch wire.NodeID, day string, service queue.ServiceID, n int, wait time.Duration) {
	h.t.Helper()
	open := date(day).Add(9 * time.Hour)
	h.note(branch, open, queue.DayOpened{Day: queue.Date(day)})
	h.note(branch, open, queue.CounterOpened{Counter: "1"})
	for i := range n {
		id, at := queue.VisitID(i+1), open.Add(time.Duration(i)*time.Minute)
		h.note(branch, at, queue.Reserved{
			Visit: id, Number: queue.Number{Prefix: "A", N: i + 1}, Division: "a", Service: service, Body: "irn", Class: queue.ClassWalkIn, Request: queue.RequestID(fmt.Sprint("r", i)),
		})
		h.note(branch, at, queue.Issued{Visit: id, Print: queue.PrintConfirmed})
	}
	for i := range n {
		id, at := queue.VisitID(i+1), open.Add(time.Duration(i)*time.Minute+wait)
		h.note(branch, at, queue.Called{Visit: id, Counter: "1"})
		h.note(branch, at, queue.Started{Visit: id, Counter: "1"})
		h.note(branch, at.Add(30*time.Second), queue.Finished{Visit: id, Counter: "1"})
	}
}

func (h *house) look() {
	h.t.Helper()
	if err := h.keeper.Look(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) ask(q report.Question) report.Answer {
	h.t.Helper()
	q.Target = 20 * time.Minute
	a, err := h.desk.Ask(h.t.Context(), q)
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

func TestRollUpsGrowWithTheLogAndAreMadeOnce(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		h := newHouse(t, place)
		h.serve("L901", "2026-10-30", "cc", 5, 10*time.Minute)
		h.look()
		h.serve("L901", "2026-11-02", "cc", 3, 30*time.Minute)
		h.look()
		h.serve("L901", "2026-11-03", "tax", 2, 5*time.Minute)
		h.look()
		h.look()
		q := report.Question{From: date("2026-10-01"), To: date("2026-11-30"), Group: report.ByMonth}
		a := h.ask(q)
		if len(a.Rows) != 2 || a.Rows[0].Key != "2026-10" || a.Rows[0].Sum.Issued != 5 || a.Rows[1].Sum.Issued != 5 || a.Total.Sum.Finished != 10 {
			t.Fatalf("months = %+v", a.Rows)
		}
		if a.Rows[0].Level != 1 || a.Rows[1].Level != 0.4 {
			t.Errorf("levels %v and %v, want all and two of five", a.Rows[0].Level, a.Rows[1].Level)
		}
		q.Group, q.From, q.To = report.ByDay, date("2026-10-30"), date("2026-11-03")
		if a = h.ask(q); len(a.Rows) != 3 || a.Rows[1].Key != "2026-11-02" || a.Rows[1].Sum.Issued != 3 {
			t.Errorf("days = %+v", a.Rows)
		}
		q.Group = report.ByService
		if a = h.ask(q); len(a.Rows) != 2 || a.Rows[0].Key != "cc" || a.Rows[0].Sum.Issued != 8 {
			t.Errorf("services = %+v", a.Rows)
		}
		q.Group = report.ByHalfHour
		if a = h.ask(q); len(a.Rows) == 0 || a.Rows[0].Key != "18" || a.Rows[0].Sum.Issued != 10 {
			t.Errorf("half hours = %+v", a.Rows)
		}
		q.Service, q.Group = "tax", report.ByBranch
		if a = h.ask(q); len(a.Rows) != 1 || a.Rows[0].Key != "L901" || a.Total.Sum.Issued != 2 || a.Total.Sum.OpenSeconds != 0 {
			t.Errorf("of one service = %+v", a.Rows)
		}
	})
}

func TestAPeriodIsTheSameByDaysAndByMonths(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		h := newHouse(t, place)
		want := 0
		for i, day := range []string{"2026-08-31", "2026-09-01", "2026-09-30", "2026-10-15", "2026-11-01"} {
			h.serve("L901", day, "cc", i+1, time.Minute)
			want += i + 1
		}
		h.look()
		for _, period := range [][2]string{{"2026-08-31", "2026-11-01"}, {"2026-08-01", "2026-11-30"}, {"2026-08-15", "2026-11-15"}} {
			q := report.Question{From: date(period[0]), To: date(period[1]), Group: report.ByBody}
			if a := h.ask(q); a.Total.Sum.Issued != want {
				t.Errorf("%v: %d visits, want %d", period, a.Total.Sum.Issued, want)
			}
		}
		q := report.Question{From: date("2026-09-01"), To: date("2026-09-30"), Group: report.ByBody}
		if a := h.ask(q); a.Total.Sum.Issued != 5 {
			t.Errorf("September: %d visits, want 5", a.Total.Sum.Issued)
		}
	})
}

// TestABranchIsComparedByWhatItServes: who has the hard service is not behind who has the easy one.
func TestABranchIsComparedByWhatItServes(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		h := newHouse(t, place)
		h.serve("L901", "2026-11-02", "hard", 120, 40*time.Minute)
		h.serve("L902", "2026-11-02", "hard", 100, 10*time.Minute)
		h.serve("L902", "2026-11-03", "easy", 200, time.Minute)
		h.look()
		a := h.ask(report.Question{From: date("2026-11-01"), To: date("2026-11-30"), Group: report.ByBranch})
		if len(a.Rows) != 2 || a.Rows[1].Key != "L901" {
			t.Fatalf("branches = %+v", a.Rows)
		}
		two, one := a.Rows[0], a.Rows[1]
		hard := 100.0 / 220
		if one.Level != 0 || one.Expected < hard-0.01 || one.Expected > hard+0.01 || one.High > 0.05 {
			t.Errorf("L901: level %.2f, expected %.2f, at most %.2f", one.Level, one.Expected, one.High)
		}
		if want := (100*hard + 200) / 300; two.Level != 1 || two.Expected < want-0.01 || two.Expected > want+0.01 {
			t.Errorf("L902: level %.2f, expected %.2f, want %.2f", two.Level, two.Expected, want)
		}
		only := h.ask(report.Question{From: date("2026-11-01"), To: date("2026-11-30"), Group: report.ByDistrict, Sees: func(d string) bool { return d == "Faro" }})
		if len(only.Rows) != 1 || only.Rows[0].Key != "Faro" || only.Total.Branches != 1 {
			t.Errorf("who sees Faro alone sees %+v", only.Rows)
		}
	})
}

func TestAQuestionWithoutAnAnswerSaysWhy(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, place enginetest.Place) {
		h := newHouse(t, place)
		for _, q := range []report.Question{
			{From: date("2026-11-02"), To: date("2026-11-01"), Group: report.ByBody},
			{From: date("2010-01-01"), To: date("2026-11-01"), Group: report.ByBody},
			{From: date("2026-01-01"), To: date("2026-11-01"), Group: report.ByDay},
		} {
			if _, err := h.desk.Ask(t.Context(), q); err == nil {
				t.Errorf("%v to %v by %s is answered", q.From, q.To, q.Group)
			}
		}
		if a := h.ask(report.Question{From: date("2026-11-01"), To: date("2026-11-01"), Group: report.ByDay}); len(a.Rows) != 0 || a.Total.Level != -1 {
			t.Errorf("of nothing: %+v", a)
		}
	})
}

// year fills a store with a year of roll-ups of so many branches, straight into its tables: a generated year, not one
// that was lived. A Loja in 45 branches has twelve services and a thousand visits a Day, the others three and sixty.
func year(b *testing.B, h *house, branches int) {
	b.Helper()
	var known []network.Known
	for n := range branches {
		known = append(known, network.Known{ID: wire.NodeID(fmt.Sprintf("L%04d", n)), District: []string{"Porto", "Lisboa", "Faro", "Braga"}[n%4]})
	}
	h.live = network.New(network.Options{Zone: time.UTC, Limit: branches + 10, Known: known})
	h.desk = report.NewDesk(h.store, h.live)
	for n, k := range known {
		services, visits := 3, 20
		if n%45 == 0 {
			services, visits = 12, 85
		}
		mark := report.Mark{Branch: k.ID}
		for month := range 12 {
			var days []report.Day
			for d := range 21 {
				day := report.Day{Date: fmt.Sprintf("2026-%02d-%02d", month+1, d+1), Epoch: epoch, Seq: uint64(month*31 + d + 1)}
				for s := range services {
					day.Lines = append(day.Lines, line(queue.ServiceID(fmt.Sprintf("s%02d", s)), visits, n*7+month*5+d*3+s))
				}
				days = append(days, day)
			}
			if err := h.store.KeepDays(context.Background(), mark, days); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func line(service queue.ServiceID, visits, seed int) rollup.Line {
	l := rollup.Line{Service: service, Body: "irn", Sum: rollup.Sum{Halves: new([rollup.HalfHours]rollup.Half)}}
	for v := range visits {
		wait := time.Duration((seed*31+v*v*17)%3600) * time.Second
		half := &l.Halves[18+(v+seed)%20]
		l.Issued, l.Called, l.Finished, l.Served = l.Issued+1, l.Called+1, l.Finished+1, l.Served+1
		l.Wait.Add(wait)
		l.Walk.Add(wait / 60)
		l.Serving.Add(wait / 3)
		half.Issued, half.Called = half.Issued+1, half.Called+1
		half.Wait.Add(wait)
	}
	return l
}

// BenchmarkAYearOfTheNetwork asks a generated year: 143 branches, 1,431 with BALCAO_SOAK.
func BenchmarkAYearOfTheNetwork(b *testing.B) {
	branches := 143
	if os.Getenv("BALCAO_SOAK") != "" {
		branches = 1431
	}
	h := newHouse(b, enginetest.File)
	year(b, h, branches)
	for _, group := range report.Groups() {
		if group == report.ByDay {
			continue
		}
		b.Run(string(group), func(b *testing.B) {
			for b.Loop() {
				a, err := h.desk.Ask(b.Context(), report.Question{From: date("2026-01-01"), To: date("2026-12-31"), Group: group, Target: 20 * time.Minute})
				if err != nil || len(a.Rows) == 0 {
					b.Fatal(err, len(a.Rows))
				}
			}
			b.ReportMetric(float64(branches), "branches")
		})
	}
	b.Run("92 dias", func(b *testing.B) {
		for b.Loop() {
			if _, err := h.desk.Ask(b.Context(), report.Question{From: date("2026-03-02"), To: date("2026-06-01"), Group: report.ByDay, Target: 20 * time.Minute}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
