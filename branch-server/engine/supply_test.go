package engine_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"balcao/branch-server/engine"
	"balcao/internal/branch"
	"balcao/internal/config"
	"balcao/internal/queue"
)

// night is a branch that works through the night; its Day ends at five.
const night = `
id: L901
name: Loja da Noite
zone: %s
bodies: [{id: irn, short: IRN, name: {pt: Registos}}]
divisions: [{id: cc, body: irn, prefix: A}]
services: [{id: cc, division: cc, name: {pt: Cartão de Cidadão}, mean: 10m}]
counters: [{id: "1", label: Balcão 1, primary: [cc]}]
supply:
  hours: [{days: sun-sat, spans: ["00:00-%s"]}]
  day_end: "05:00"
`

// late is a branch and its engine with a clock that the test moves.
type late struct {
	t       *testing.T
	branch  *branch.Branch
	engine  *engine.Engine
	journal *memory
	clock   time.Time
	told    *ears
}

func work(t *testing.T, zone, until string, from time.Time) *late {
	t.Helper()
	var b branch.Branch
	if err := config.Decode("branch.yaml", fmt.Appendf(nil, night, zone, until), &b); err != nil {
		t.Fatal(err)
	}
	l := &late{t: t, branch: &b, journal: &memory{}, clock: from}
	l.start()
	return l
}

func (l *late) start() {
	l.t.Helper()
	place, err := time.LoadLocation(l.branch.Zone)
	if err != nil {
		l.t.Fatal(err)
	}
	l.told = &ears{}
	l.engine, err = engine.New(l.t.Context(), engine.Config{
		Catalogue: l.branch.Catalogue(), Zone: place, Journal: l.journal, Audience: l.told,
		Supply: func() engine.Supply { return l.branch },
		Now:    func() time.Time { return l.clock }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.beat()
}

// beat is one stroke of the clockwork.
func (l *late) beat() {
	l.t.Helper()
	if err := l.engine.Today(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
}

func (l *late) do(cmd queue.Command) engine.Answer {
	l.t.Helper()
	a, err := l.engine.Do(l.t.Context(), "", cmd)
	if err != nil {
		l.t.Fatal(err)
	}
	return a
}

// facts tells what happened, by the clock on the wall.
func (l *late) facts() string {
	l.t.Helper()
	place, err := time.LoadLocation(l.branch.Zone)
	if err != nil {
		l.t.Fatal(err)
	}
	var lines []string
	for _, e := range l.told.heard {
		what := fmt.Sprintf("%T", e.Event)[len("queue."):]
		switch ev := e.Event.(type) {
		case queue.Issued:
			what += " " + ev.Number.String()
		case queue.Called:
			what += " " + ev.Number.String() + " after " + ev.Why.Waited.String()
		case queue.Cancelled:
			what += " " + ev.Number.String() + " " + ev.Cause
		case queue.DayOpened:
			what += " " + string(ev.Day)
		case queue.DayClosed:
			what += fmt.Sprintf(" %s open=%d cancelled=%d", ev.Day, ev.Totals.Open, ev.Totals.Cancelled)
		case queue.Reserved:
			continue
		}
		lines = append(lines, e.At.In(place).Format("15:04 ")+what)
	}
	return strings.Join(lines, "\n")
}

// The night of 25 October 2026 in Lisbon: 02:00 becomes 01:00 again. Numbers are given until 01:30, which comes twice
// and counts once; those who wait are served; an hour is an hour; whoever is left at the Day's end is ended with a cause.
func TestANightStoryWithPeopleWaiting(t *testing.T) {
	t.Parallel()
	l := work(t, "Europe/Lisbon", "01:30", time.Date(2026, 10, 24, 23, 0, 0, 0, time.UTC)) // midnight there
	l.do(queue.OpenCounter{Counter: "1"})
	for minute := range 7 * 60 {
		l.clock = time.Date(2026, 10, 24, 23, minute, 0, 0, time.UTC)
		l.beat()
		switch minute {
		case 70, 85, 100, 140: // 01:10, 01:25, 01:40, and 01:20 the second time
			request := queue.RequestID(fmt.Sprint("r", minute))
			a := l.do(queue.Reserve{Request: request, Service: "cc", Class: queue.ClassWalkIn})
			if want := map[int]queue.Refusal{100: queue.ErrOutOfHours, 140: queue.ErrOutOfHours}[minute]; a.Refused != want {
				t.Errorf("minute %d: refused %q, want %q", minute, a.Refused, want)
			}
			l.do(queue.ConfirmPrint{Request: request})
		case 150:
			l.do(queue.CallNext{Counter: "1"})
		case 155:
			l.do(queue.Start{Counter: "1"})
		case 375: // 05:15: the Day waits for this one
			l.do(queue.Finish{Counter: "1"})
		case 380:
			if a := l.do(queue.Issue{Request: "late", Service: "cc", Class: queue.ClassWalkIn, Override: "hardship"}); a.Refused != queue.ErrDayNotOpen {
				t.Errorf("a number after the Day's end: %q", a.Refused)
			}
		}
	}
	want := `00:00 DayOpened 2026-10-25
00:00 CounterOpened
01:10 Issued A001
01:25 Issued A002
01:30 Called A001 after 1h20m0s
01:35 Started
05:00 Cancelled A002 day_end
05:15 Finished
05:16 DayClosed 2026-10-25 open=0 cancelled=1`
	if got := l.facts(); got != want {
		t.Errorf("the night:\n%s\nwant:\n%s", got, want)
	}
	l.replays()
}

// replays holds what the journal tells again against what was lived.
func (l *late) replays() {
	l.t.Helper()
	again, _, err := l.journal.Replay(l.t.Context(), l.branch.Catalogue())
	if err != nil {
		l.t.Fatal(err)
	}
	if err := l.engine.Read(l.t.Context(), func(d *queue.Day, _ time.Time) {
		if a, b := fmt.Sprintf("%+v %+v", d.Visits(), d.Totals()), fmt.Sprintf("%+v %+v", again.Visits(), again.Totals()); a != b {
			l.t.Errorf("replay differs from living:\n%s\n%s", a, b)
		}
	}); err != nil {
		l.t.Fatal(err)
	}
}

func TestAClockSetBackOpensNoSecondDayAndNoNegativeWait(t *testing.T) {
	t.Parallel()
	l := work(t, "Atlantic/Azores", "04:00", time.Date(2026, 7, 1, 3, 0, 0, 0, time.UTC)) // 03:00 there
	l.do(queue.Issue{Request: "r1", Service: "cc", Class: queue.ClassWalkIn})
	for _, back := range []time.Duration{time.Hour, 9 * time.Hour} { // the second time to the day before
		l.clock = l.clock.Add(-back)
		l.start()
		for range 3 {
			l.clock = l.clock.Add(10 * time.Minute)
			l.beat()
		}
	}
	days := 0
	for _, b := range l.journal.batches {
		days += len(slices.DeleteFunc(slices.Clone(b.Entries), func(e queue.Entry) bool { _, is := e.Event.(queue.DayOpened); return !is }))
	}
	if days != 1 {
		t.Errorf("%d Days were opened", days)
	}
	if err := l.engine.Read(t.Context(), func(d *queue.Day, at time.Time) {
		for _, v := range d.Visits() {
			if v.Wait(at) < 0 || v.State != queue.StateWaiting {
				t.Errorf("%s is %s and waited %v", v.Number, v.State, v.Wait(at))
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// Who still waits when the date changes is ended with a cause, where no Day's end is set either.
func TestMidnightEndsWhoStillWaits(t *testing.T) {
	t.Parallel()
	l := work(t, "Europe/Lisbon", "05:00", time.Date(2026, 7, 1, 1, 0, 0, 0, time.UTC))
	l.branch.Supply.DayEnd = 0
	l.do(queue.Issue{Request: "r1", Service: "cc", Class: queue.ClassWalkIn})
	l.clock = l.clock.Add(22 * time.Hour)
	l.beat()
	l.beat()
	want := "02:00 DayOpened 2026-07-01\n02:00 Issued A001\n00:00 Cancelled A001 day_end\n00:00 DayClosed 2026-07-01 open=0 cancelled=1\n00:00 DayOpened 2026-07-02"
	if got := l.facts(); got != want {
		t.Errorf("midnight:\n%s\nwant:\n%s", got, want)
	}
}

func TestARequestGrantedBeforeClosingKeepsItsNumber(t *testing.T) {
	t.Parallel()
	l := work(t, "Europe/Lisbon", "01:30", time.Date(2026, 7, 1, 0, 29, 0, 0, time.UTC))
	ask := queue.Reserve{Request: "r1", Service: "cc", Class: queue.ClassWalkIn}
	first := l.do(ask)
	l.clock = l.clock.Add(2 * time.Minute)
	if again := l.do(ask); again.Number != "A001" || again.Number != first.Number || again.Refused != "" {
		t.Errorf("asked again after closing: %+v", again)
	}
	if other := l.do(queue.Reserve{Request: "r2", Service: "cc", Class: queue.ClassLaw}); other.Refused != queue.ErrOutOfHours {
		t.Errorf("a new request after closing: %+v", other)
	}
	if booked := l.do(queue.Issue{Request: "r3", Service: "cc", Class: queue.ClassBooked, Slot: l.clock}); booked.Refused != "" {
		t.Errorf("a check-in after closing: %+v", booked)
	}
	if given := l.do(queue.Issue{Request: "r4", Service: "cc", Class: queue.ClassWalkIn, Override: "hardship"}); given.Refused != "" {
		t.Errorf("a number with a reason: %+v", given)
	}
}

// A Day that was opened again by hand after its end goes on until the date changes.
func TestADayOpenedAgainAfterItsEndStaysOpen(t *testing.T) {
	t.Parallel()
	l := work(t, "Europe/Lisbon", "05:00", time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC)) // 05:00 there
	l.beat()
	l.do(queue.ReopenDay{})
	for range 3 {
		l.clock = l.clock.Add(time.Hour)
		l.beat()
	}
	if a := l.do(queue.Issue{Request: "r1", Service: "cc", Class: queue.ClassWalkIn, Override: "mistake"}); a.Number != "A001" {
		t.Errorf("a number after opening again: %+v", a)
	}
	l.clock = l.clock.Add(20 * time.Hour)
	l.beat()
	want := "05:00 DayOpened 2026-07-01\n05:00 DayClosed 2026-07-01 open=0 cancelled=0\n05:00 DayReopened\n08:00 Issued A001\n" +
		"04:00 Cancelled A001 day_end\n04:00 DayClosed 2026-07-01 open=0 cancelled=1\n04:00 DayOpened 2026-07-02"
	if got := l.facts(); got != want {
		t.Errorf("the day:\n%s\nwant:\n%s", got, want)
	}
}
